"""A scenario: hovers over the probes of a photo's objects, at several zooms, rotations and mirrorings."""

from krita import Krita
from krita_canvas_scene import Scene, known

SETTINGS = {
    "fitted": (None, 0, False),
    "at 100 %": (1.0, 0, False),
    "at 300 %": (3.0, 0, False),
    "at 65 %, rotated": (0.65, 25, False),
    "at 120 %, mirrored": (1.2, 0, True),
    "at 200 %, rotated and mirrored": (2.0, 200, True),
}


def steps(drive):
    yield from drive.fill_screen()
    yield from drive.open("/out/photo.png")
    scene = Scene(drive, "photo")
    scene.begin()
    hovered = {}
    for name, (zoom, rotation, mirror) in SETTINGS.items():
        canvas = Krita.instance().activeWindow().activeView().canvas()
        if zoom:
            canvas.setZoomLevel(zoom)
        canvas.setRotation(rotation)
        canvas.setMirror(mirror)
        canvas = None
        yield from scene.still()
        hovered[name] = []
        area = drive.canvas().rect().adjusted(5, 5, -5, -5)
        for x, y, expected in known("photo")["probes"]:
            if area.contains(drive.image_to_canvas().map(drive.point(x + 0.5, y + 0.5)).toPoint()):
                yield from scene.point(x, y, expected)
                hovered[name].append([x, y, scene.picking.hovered])
        scene.picking.pick([known("photo")["probes"][0][2]])
        yield from drive.photograph_at_rest("".join(filter(str.isalnum, name)), limit=30)
    drive.record("hovered", hovered)
    scene.picker.stop()
