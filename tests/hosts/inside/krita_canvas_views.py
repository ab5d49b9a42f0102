"""A scenario: pans, zooms and turns while objects are picked, switches between views, and closes them on the way."""

import math
import os
import struct

from driver.qt import QtCore, QtGui, QtWidgets
from krita import Krita
from krita_canvas_scene import Scene

from maskpick_bridge.highlight import PICKED, Shape
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, Step
from maskpick_krita import overlay, paths
from maskpick_krita.drawing import Paper, Style, draw

CORNERS = 1500
ROUNDED = 16
"""Of 255: where lines are cut off, their ends are rounded."""
CUP, BALL, FACE = (215, 100), (300, 150), (90, 60)


def steps(drive):
    drive.record("looks the same with what is out of sight left out", list(left_out()))
    drive.record("looks the same cut off at the view's edge", [one <= ROUNDED for one in cut_off()])
    yield from drive.fill_screen()
    yield from drive.open("/out/drawing.png")
    scene = Scene(drive, "drawing")
    scene.begin()
    yield from scene.still()
    yield from scene.click(*CUP, [4])
    yield from follow(drive, scene)
    yield from go_along(drive, scene)
    yield from switch(drive, scene)
    yield from second_window(drive, scene)
    if os.environ.get("END") == "quit while picking":
        drive.close_documents = False
    else:
        yield from close(drive, scene)


def tinted(drive, x, y):
    """Whether the screen shows a pixel of the picture bluer than the picture has it, which is grey here."""
    red, _, blue = drive.colour_at(drive.on_canvas(x + 0.5, y + 0.5))
    return blue - red > 8


def overlay_follows(drive, scene, what):
    yield from scene.still()
    yield from drive.until(
        lambda: (
            all(tinted(drive, x, y) for x in (205, 265) for y in (65, 145))
            and not any(tinted(drive, x, y) for x in (195, 276) for y in (55, 156))
        ),
        f"after {what} the cup is tinted, and nothing around it",
        20,
    )


def follow(drive, scene):
    """Whatever moves the view, the overlay is where the cup is, and nowhere else."""

    yield from overlay_follows(drive, scene, "the click")
    moved = drive.image_to_canvas

    def changed(what, action):
        before = moved()
        yield from action
        yield from drive.until(lambda: moved() != before, f"{what} moves the view", 20)
        yield from overlay_follows(drive, scene, what)
        drive.record(what, True)

    middle = drive.on_canvas(*CUP)
    yield from drive.move(middle)
    yield from changed("the wheel", drive.wheel(-1))
    yield from changed("a zoom key", drive.key("equal"))
    aside = middle[0] - 120, middle[1] + 60
    yield from changed("the middle button", drive.drag([middle, aside], button=2))
    yield from drive.hold("space")
    drive.record("cursor is Krita's with space", drive.canvas().cursor().shape() != QtCore.Qt.CursorShape.BitmapCursor)
    yield from changed("the space bar", drive.drag([middle, (middle[0] + 40, middle[1] - 50)]))
    yield from drive.free("space")
    view = Krita.instance().activeWindow().activeView()
    view.canvas().setRotation(30)
    yield from overlay_follows(drive, scene, "turning")
    view.canvas().setMirror(True)
    yield from overlay_follows(drive, scene, "mirroring")
    drive.record("picked", list(scene.picking.ids))
    view.canvas().setRotation(0)
    view.canvas().setMirror(False)
    yield from scene.still()
    yield from scene.point(*CUP, 4)
    # The picture turns away from under the pointer, which stays.
    for _ in range(12):
        yield from changed("a key that turns", drive.key("6"))
        if scene.picking.hovered != 4:
            break
    drive.record("hovered after the cup has turned away", scene.picking.hovered)


def go_along(drive, scene):
    """While the view moves, what is drawn goes along; all is drawn as it is once the view is at rest."""
    view = Krita.instance().activeWindow().activeView()
    view.canvas().setRotation(0)
    yield from overlay_follows(drive, scene, "turning back")
    # What is hovered is another with every turn.
    yield from drive.move(drive.on_screen(drive.window().menuBar()))
    yield from drive.until(lambda: scene.picking.hovered is None, "nothing is hovered outside")
    drawn = []
    overlay.draw = lambda *what: drawn.append(draw(*what)) or drawn[-1]
    for angle in range(1, 20):
        view.canvas().setRotation(angle)
        scene.picker.look()
    drive.record("drawn while the view moves", len(drawn))
    yield from drive.until(lambda: drawn, "it is drawn when the view is at rest", 20)
    yield from overlay_follows(drive, scene, "many moves")
    overlay.draw = draw

    # What was out of sight could not go along.
    view.canvas().setRotation(0)
    view.canvas().setZoomLevel(8)
    yield from scene.still()
    area = drive.canvas()
    while not isinstance(area, QtWidgets.QAbstractScrollArea):
        area = area.parentWidget()
    across = area.horizontalScrollBar()
    across.setValue(across.minimum())
    yield from scene.still()
    yield from drive.until(
        lambda: not drive.canvas().rect().contains(drive.image_to_canvas().map(drive.point(*CUP)).toPoint()),
        "the cup is out of sight",
    )
    Krita.instance().action("zoom_to_fit").trigger()
    yield from overlay_follows(drive, scene, "coming into sight")


def stars():
    """Two outlines of so many corners that they are cut into pieces."""
    corners = []
    for middle in (150, 190):
        for step in range(CORNERS):
            angle, length = step * math.tau / CORNERS, 90 + 8 * (step % 7)
            corners += [middle + length * math.cos(angle), 120 + length * math.sin(angle)]
    heads = struct.pack("<7I", 2, 1, 1, 2, 1, CORNERS, CORNERS)
    return Outlines(heads + struct.pack(f"<{len(corners)}f", *corners))


def left_out():
    """Whether long lines look the same when what is out of sight is left out of them as when it is not."""
    usual, within = paths.PIECE, QtCore.QRect(0, 0, 300, 200)
    for ids in ((1,), (1, 2)):
        for zoom, turn in ((1.5, 0), (8.0, 0), (8.0, 33)):
            view = QtGui.QTransform().translate(100, 50).rotate(turn).scale(zoom, zoom).translate(-225, -60)
            drawn, corners = [], []
            for paths.PIECE in (usual, 10_000):
                outlines = stars()
                shapes = [Shape((Step(ADD, ids),), outlines, PICKED)]
                drawn.append(in_sight(ended(draw(shapes, Style(), view, within, 1.0, Paper())), within))
                seen = view.inverted()[0].mapRect(QtCore.QRectF(within))
                corners.append(sum(ended(paths.paths_of(outlines).path(id, zoom, seen)).elementCount() for id in ids))
            paths.PIECE = usual
            yield most_apart(*drawn) <= ROUNDED and corners[0] < corners[1] / 2


def cut_off():
    """By how much pixels differ from those of a drawing of the whole, from which the part in sight is taken."""
    width, height, beyond = 300, 200, 1000
    outlines = stars()
    for ids in ((1,), (1, 2)):
        for zoom, turn in ((1.0, 0), (3.0, 0), (3.0, 33)):
            view = QtGui.QTransform().translate(100, 50).rotate(turn).scale(zoom, zoom).translate(-225, -60)
            shapes = [Shape((Step(ADD, ids),), outlines, PICKED)]
            pixels = []
            for margin in (0, beyond):
                moved = view * QtGui.QTransform.fromTranslate(margin, margin)
                within = QtCore.QRect(0, 0, width + 2 * margin, height + 2 * margin)
                drawn = ended(draw(shapes, Style(), moved, within, 1.0, Paper()))
                pixels.append(in_sight(drawn, QtCore.QRect(margin, margin, width, height)))
            assert any(pixels[0])
            yield most_apart(*pixels)


def in_sight(drawn, sight):
    """The pixels of what is drawn that are within a part of the widget."""
    seen = drawn.image.copy(drawn.part).copy(sight.translated(-drawn.place.topLeft().toPoint()))
    return seen.constBits().asstring(4 * sight.width() * sight.height())


def most_apart(one, other):
    """By how much, of 255, two images differ at the most."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def ended(bits):
    """What work in bits gives, done at once."""
    given = []

    def whole():
        given.append((yield from bits))

    for _ in whole():
        pass
    return given[0]


def switch(drive, scene):
    """While another document is in front, picking rests and the brush paints; then it goes on."""
    other = yield from drive.new_document(300, 200)
    yield from scene.still()
    layer = other.activeNode()
    blank = bytes(layer.projectionPixelData(0, 0, 300, 200))
    yield from drive.drag([drive.on_canvas(50, 50), drive.on_canvas(200, 100)])
    yield from drive.until(
        lambda: bytes(layer.projectionPixelData(0, 0, 300, 200)) != blank, "the other one is painted on"
    )
    layer = None
    drive.record("on while it rests", scene.picker.on)
    yield from drive.close(other)
    other = None
    yield from drive.until(lambda: "drawing" in Krita.instance().activeDocument().fileName(), "the drawing is in front")
    yield from scene.still()
    Krita.instance().action("zoom_to_fit").trigger()
    yield from scene.still()
    yield from scene.click(*BALL, [5])


def second_window(drive, scene):
    """Another window of the same document: picking is on in both."""
    first = Krita.instance().activeWindow()
    document = Krita.instance().activeDocument()
    second = Krita.instance().openWindow()
    second.qwindow().resize(900, 700)
    second.qwindow().show()
    second.addView(document)
    document = None
    second.activate()
    yield from drive.until(lambda: second.qwindow().isActiveWindow() and drive.canvas(), "the second window is there")
    yield from scene.still()
    yield from scene.click(*FACE, [1])
    drive.record("overlays", [len(scene.overlays(window.qwindow())) for window in (first, second)])
    yield from drive.photograph_at_rest("two-windows", limit=30)
    second.qwindow().close()  # as a person does; its own `close` crashes Krita 5.2
    first = second = None
    yield from drive.until(lambda: len(Krita.instance().windows()) == 1, "the second window is closed", 20)
    yield from drive.until(lambda: drive.window().isActiveWindow() and drive.canvas(), "the first one is in front", 20)
    yield from scene.still()
    yield from scene.click(*BALL, [5])


def close(drive, scene):
    """The document closed in the midst of a lasso."""
    yield from drive.move(drive.on_canvas(*BALL))
    yield from drive.press()
    yield from drive.move(drive.on_canvas(*CUP), steps=5)
    document = Krita.instance().activeDocument()
    yield from drive.close(document)
    document = None
    yield from drive.until(lambda: not scene.picker.on, "picking ends with its document", 20)
    yield from drive.run("xdotool", "mouseup", 1)
    drive.record("stops", scene.stops)
