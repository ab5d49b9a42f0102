"""A scenario: a pen does on the drawing what the mouse does, and what the system makes mouse events of counts once."""

from driver.qt import QtCore, QtGui, QtWidgets
from krita_canvas_scene import Scene

FACE, CUP = (90, 60), (215, 100)
Type, Button = QtCore.QEvent.Type, QtCore.Qt.MouseButton
NO_KEY = QtCore.Qt.KeyboardModifier.NoModifier


class Pen:
    """Sends events of a pen to a widget, and mouse events as Qt makes them of a pen's."""

    def __init__(self, widget):
        self.widget = widget
        self.device = None
        if hasattr(QtGui, "QPointingDevice"):
            kinds, tips = QtGui.QInputDevice.DeviceType, QtGui.QPointingDevice.PointerType
            self.device = QtGui.QPointingDevice(
                "pen", 77, kinds.Stylus, tips.Pen, QtGui.QInputDevice.Capability.All, 1, 3
            )

    def send(self, kind, at, button, buttons, pressure=0.6):
        place = QtCore.QPointF(at), QtCore.QPointF(self.widget.mapToGlobal(at.toPoint()))
        if self.device is None:
            stylus, pen = 2, 1
            about = (stylus, pen, pressure, 0, 0, 0.0, 0.0, 0, NO_KEY, 77)
            event = QtGui.QTabletEvent(kind, *place, *about, button, buttons)
        else:
            about = (pressure, 0.0, 0.0, 0.0, 0.0, 0.0, NO_KEY)
            event = QtGui.QTabletEvent(kind, self.device, *place, *about, button, buttons)
        QtWidgets.QApplication.sendEvent(self.widget, event)

    def echo(self, kind, at, button, buttons):
        on_screen = QtCore.QPointF(self.widget.mapToGlobal(at.toPoint()))
        if self.device is None:
            made = QtCore.Qt.MouseEventSource.MouseEventSynthesizedByQt
            event = QtGui.QMouseEvent(kind, at, at, on_screen, button, buttons, NO_KEY, made)
        else:
            event = QtGui.QMouseEvent(kind, at, on_screen, button, buttons, NO_KEY, self.device)
        QtWidgets.QApplication.sendEvent(self.widget, event)

    def hover(self, at):
        self.send(Type.TabletMove, at, Button.NoButton, Button.NoButton, 0.0)
        self.echo(Type.MouseMove, at, Button.NoButton, Button.NoButton)

    def draw(self, places, echoed=None):
        """Draw from place to place; the mouse events come where the pen is, or late, where it was (``echoed``)."""
        self.hover(places[0])
        self.send(Type.TabletPress, places[0], Button.LeftButton, Button.LeftButton)
        self.echo(Type.MouseButtonPress, echoed or places[0], Button.LeftButton, Button.LeftButton)
        for at in places[1:]:
            self.send(Type.TabletMove, at, Button.NoButton, Button.LeftButton)
            self.echo(Type.MouseMove, echoed or at, Button.NoButton, Button.LeftButton)
        self.send(Type.TabletRelease, places[-1], Button.LeftButton, Button.NoButton, 0.0)
        self.echo(Type.MouseButtonRelease, echoed or places[-1], Button.LeftButton, Button.NoButton)


def steps(drive):
    yield from drive.fill_screen()
    document = yield from drive.open("/out/drawing.png")
    layer, size = document.topLevelNodes()[0], (document.width(), document.height())
    before = bytes(layer.pixelData(0, 0, *size))
    scene = Scene(drive, "drawing")
    scene.begin()
    yield from scene.still()
    pen = Pen(drive.canvas())

    def at(x, y):
        return drive.image_to_canvas().map(drive.point(x + 0.5, y + 0.5))

    pen.hover(at(*CUP))
    drive.record("hovered", scene.picking.hovered)
    pen.draw([at(*CUP)], echoed=at(*FACE))
    drive.record("tapped", list(scene.picking.ids))
    pen.draw([at(*corner) for corner in ((190, 50), (340, 50), (340, 200), (190, 200), (192, 60))])
    drive.record("lasso", sorted(scene.picking.ids))
    # Each counted once: one step back leaves what the tap picked.
    scene.picking.undo()
    drive.record("one step back", list(scene.picking.ids))
    # The mouse is heard again when it moves itself.
    yield from scene.click(*FACE, [1])
    document.waitForDone()
    drive.record("painted", bytes(layer.pixelData(0, 0, *size)) != before)

    scene.picker.stop()
    yield from drive.until(lambda: not scene.overlays(), "the overlay is gone", 20)
    pen.draw([at(20 + 4 * step, 20) for step in range(20)])
    yield from drive.until(lambda: bytes(layer.pixelData(0, 0, *size)) != before, "the pen paints again", 20)
