"""A scenario: walks, clicks, draws lassos and takes back on a drawing, and sees that Krita's brush does not paint.

1 person, 2 shirt on it, 3 button on that; 4 cup, 5 ball that the cup lies half over.
"""

from krita_canvas_scene import Scene

from maskpick_bridge.highlight import label

BUTTON, SHIRT, FACE, CUP, BALL, NOTHING = (90, 140), (60, 150), (90, 60), (215, 100), (300, 150), (180, 220)


def steps(drive):
    yield from drive.fill_screen()
    document = yield from drive.open("/out/drawing.png")
    layer = document.topLevelNodes()[0]
    size = document.width(), document.height()
    before = bytes(layer.pixelData(0, 0, *size))
    krita_cursor = drive.canvas().cursor().shape()
    scene = Scene(drive, "drawing")
    scene.begin()
    yield from scene.still()
    drive.record("cursor is ours", drive.canvas().cursor().shape() != krita_cursor)

    yield from walk(drive, scene)
    yield from click(scene)
    yield from take_back(drive, scene)
    yield from lasso(drive, scene)
    yield from leave_canvas(drive, scene)

    drive.record("painted", bytes(layer.pixelData(0, 0, *size)) != before)
    drive.record("modified", document.modified())
    yield from scene.point(*CUP, 4)
    yield from drive.key("Escape")
    yield from drive.until(lambda: not scene.picker.on, "Esc leaves picking")
    drive.record("stops", scene.stops)
    drive.record("cursor is Krita's", drive.canvas().cursor().shape() == krita_cursor)
    drive.record("overlays left", len(scene.overlays()))

    # The brush does paint where it may: what was recorded above is worth something.
    yield from drive.drag([drive.on_canvas(20, 20), drive.on_canvas(60, 20)])
    yield from drive.until(lambda: bytes(layer.pixelData(0, 0, *size)) != before, "the brush paints again")


def walk(drive, scene):
    yield from scene.point(*BUTTON, 3)
    seen = [label(scene.picking)]
    zoom = drive.zoom()
    for notches, expected in ((1, 2), (1, 1), (1, 1), (-1, 2)):
        yield from drive.wheel(notches, holding=["ctrl"])
        yield from drive.until(lambda: scene.picking.hovered == expected, f"the wheel walks to {expected}", 20)  # noqa: B023
        seen.append(label(scene.picking))
    drive.record("walked", seen)
    drive.record("zoomed by ctrl and wheel", drive.zoom() != zoom)
    for key, expected in (("bracketright", 1), ("bracketleft", 2), ("bracketleft", 3)):
        yield from drive.key(key)
        yield from drive.until(lambda: scene.picking.hovered == expected, f"{key} walks to {expected}", 20)  # noqa: B023


def click(scene):
    yield from scene.click(*FACE, [1])
    yield from scene.click(*CUP, [1, 4], holding=["shift"])
    yield from scene.click(*SHIRT, [1, 4], holding=["alt"])
    scene.drive.record("the shirt is cut out", not scene.picking.is_picked(*SHIRT) and scene.picking.is_picked(*FACE))
    yield from scene.drive.photograph_at_rest("picked", limit=30)
    yield from scene.click(*CUP, [4], holding=["shift", "alt"])
    yield from scene.click(*NOTHING, [])


def take_back(drive, scene):
    yield from drive.key("BackSpace")
    yield from scene.picked([4])
    yield from drive.key("shift+BackSpace")
    yield from scene.picked([])


def lasso(drive, scene):
    around = [(190, 50), (340, 50), (340, 200), (190, 200), (192, 60)]
    places = [drive.on_canvas(*point) for point in around]
    yield from drive.drag(places)
    yield from scene.picked([4, 5])
    around_shirt = [(20, 96), (160, 96), (160, 194), (20, 194), (22, 100)]
    yield from drive.drag([drive.on_canvas(*point) for point in around_shirt], holding=["shift"])
    yield from scene.picked([2, 3, 4, 5])
    yield from drive.drag(places, holding=["alt"])
    yield from scene.picked([2, 3])
    # Half a lasso, and away with it.
    yield from drive.move(places[0])
    yield from drive.press()
    seen = []
    for point, inside in ((around[1], []), (around[2], []), ((240, 200), [5]), (around[3], [4, 5])):
        yield from drive.move(drive.on_canvas(*point), steps=6)
        yield from drive.until(
            lambda inside=inside: sorted(scene.picker._stroke.enclosed) == inside, f"{inside} are enclosed so far", 20
        )
        seen.append(scene.overlays()[0]._label)
    drive.record("words while the lasso is drawn", seen)
    yield from drive.until(lambda: reddish(drive, *CUP), "what would be picked is tinted", 20)
    drive.record("picked before the lasso is closed", sorted(scene.picking.ids))
    yield from drive.photograph_at_rest("lasso", limit=30)
    yield from drive.key("Escape")
    yield from drive.until(lambda: not reddish(drive, *CUP), "nothing is tinted any more", 20)
    yield from drive.move(places[2])
    yield from drive.release()
    yield from scene.point(*CUP, 4)
    drive.record("picked after a lasso that was left", sorted(scene.picking.ids))
    drive.record("still on", scene.picker.on)


def reddish(drive, x, y):
    """Whether the screen shows a pixel of the picture redder than the picture has it, which is nearly grey there."""
    red, _, blue = drive.colour_at(drive.on_canvas(x + 0.5, y + 0.5))
    return red - blue > 25


def leave_canvas(drive, scene):
    yield from scene.point(*CUP, 4)
    yield from drive.move(drive.on_screen(drive.window().menuBar()))
    yield from drive.until(lambda: scene.picking.hovered is None, "nothing is hovered outside")
