"""What a scenario can do. What takes a while is a generator: ``yield from drive.click(...)``.

Positions on the screen are in device pixels, as the mouse has them.
"""

from collections import Counter

from krita import Krita

from driver.programs import Programs
from driver.qt import QtCore, QtGui, QtWidgets
from driver.stalls import Stalls
from driver.steps import OUT, Wait

LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN = 1, 2, 3, 4, 5
CANVASES = ("KisOpenGLCanvas2", "KisQPainterCanvas")
REST = 1000
"""Milliseconds between the last that was done to a document and its closing.

Krita's list of layers catches up with the layers in a tenth of a second, and Krita crashes over what that finds in its
queue once the document is gone (`KisNodeModel::processUpdateQueue`). The timers of one thread come in the order of
their times, however late they are.
"""


class Seen(QtCore.QObject):
    """Counts what the screen sent to Krita, before anything in Krita sees it."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
        # Of the window only: Qt makes one more event of it for the widget, and one for each parent of that.
        if isinstance(watched, QtGui.QWindow):
            self.counts[event.type()] += 1
        return False


class Drive:
    """The hands and eyes of a scenario, and what it writes down."""

    def __init__(self):
        self.records = {}
        self.close_documents = True
        self.seen = Seen()
        self.programs = Programs()

    # Waiting.

    def until(self, condition, what, limit=120.0):
        """Wait until ``condition()`` is true, and give what it gave. ``what`` is said when it never is."""
        return (yield Wait(condition, what, limit))

    def run(self, *command):
        """Run a program without standing in Krita's way; what it printed."""
        self.programs.start(command)
        words = " ".join(map(str, command))
        said, status = yield from self.until(self.programs.ended, f"{words} ends")
        if status:
            raise RuntimeError(f"{words} ended with status {status}: {said}")
        return said

    # Documents and windows.

    def window(self):
        """Krita's main window, a QMainWindow."""
        return Krita.instance().activeWindow().qwindow()

    def fill_screen(self):
        """Let the main window take the whole screen, and come to rest."""
        self.window().showMaximized()
        screen = self.window().screen().availableSize()
        large = QtCore.QSize(int(screen.width() * 0.9), int(screen.height() * 0.85))
        yield from self.until(
            lambda: self.window().size().expandedTo(large) == self.window().size() and self.window().isActiveWindow(),
            "the window fills the screen",
        )

    def show(self, document):
        """Show a document in the active window; its view, when the canvas is there and drawn."""
        view = Krita.instance().activeWindow().addView(document)
        document.waitForDone()
        yield from self.until(lambda: self.canvas() and self.canvas().isVisible(), "the canvas is there")
        return view

    def open(self, path):
        """Open a file and show it; its document."""
        document = Krita.instance().openDocument(str(path))
        if document is None:
            raise FileNotFoundError(path)
        document.setBatchmode(True)
        yield from self.show(document)
        return document

    def new_document(self, width, height, model="RGBA", depth="U8", profile=""):
        """Make a white document and show it."""
        document = Krita.instance().createDocument(width, height, "new", model, depth, profile, 300.0)
        document.setBatchmode(True)
        yield from self.show(document)
        return document

    def close(self, document):
        """Close a document without a question. Whoever has it must let go of it at once."""
        document.waitForDone()
        rested = []
        QtCore.QTimer.singleShot(REST, lambda: rested.append(True))
        yield from self.until(lambda: rested, "Krita has caught up with the document")
        document.setModified(False)
        document.close()

    def canvas(self, window=None):
        """The widget that a window's active view paints its picture on, by default the active window's; or None."""
        area = (window or self.window()).findChild(QtWidgets.QMdiArea)
        active = area and area.activeSubWindow()
        widgets = active.widget().findChildren(QtWidgets.QWidget) if active else []
        return next((one for one in widgets if one.metaObject().className() in CANVASES), None)

    def on_canvas(self, x, y):
        """Where on the screen the picture's point (x, y) is now: pixel (3, 4) has its centre at 3.5, 4.5."""
        return self.on_screen(self.canvas(), self.image_to_canvas().map(QtCore.QPointF(x, y)).toPoint())

    def image_to_canvas(self):
        """The transform from the picture's pixels to the canvas widget of the active view."""
        view = Krita.instance().activeWindow().activeView()
        return view.flakeToImageTransform().inverted()[0] * view.flakeToCanvasTransform()

    @staticmethod
    def point(x, y):
        """A point of a picture or a widget, between its pixels."""
        return QtCore.QPointF(x, y)

    def zoom(self):
        """How many of the screen's pixels a pixel of the picture takes, at rest or while it changes."""
        return abs(self.image_to_canvas().determinant()) ** 0.5

    def on_screen(self, widget, point=None):
        """Where on the screen a widget's point is, by default its middle."""
        place = widget.mapToGlobal(widget.rect().center() if point is None else point)
        scale = widget.devicePixelRatioF()
        return round(place.x() * scale), round(place.y() * scale)

    # Hands.

    def move(self, place, steps=1):
        """Move the mouse to a place (x, y) on the screen, over ``steps`` places between."""
        x, y = place
        scale = self.window().devicePixelRatioF()
        here = QtGui.QCursor.pos()
        x0, y0 = round(here.x() * scale), round(here.y() * scale)
        moves = []
        for step in range(1, steps + 1):
            moves += ["mousemove", round(x0 + (x - x0) * step / steps), round(y0 + (y - y0) * step / steps)]
        yield from self.run("xdotool", *moves)
        # Half a logical pixel is lost where the screen is scaled.
        there = QtCore.QPoint(round(x / scale), round(y / scale))
        yield from self.until(
            lambda: (QtGui.QCursor.pos() - there).manhattanLength() <= (2 if scale != 1 else 0),
            f"the mouse is at {place}",
        )

    def press(self, button=LEFT):
        yield from self._until_seen("MouseButtonPress", "xdotool", "mousedown", button)

    def release(self, button=LEFT):
        yield from self._until_seen("MouseButtonRelease", "xdotool", "mouseup", button)

    def click(self, place=None, button=LEFT, holding=()):
        """Click, when the mouse is there, with keys such as "shift" and "alt" held down."""
        if place is not None:
            yield from self.move(place)
        yield from self._held(holding, "MouseButtonRelease", "click", button)

    def wheel(self, notches, holding=()):
        """Turn the wheel: away from the hand with a positive number."""
        button = WHEEL_UP if notches > 0 else WHEEL_DOWN
        yield from self._held(holding, "Wheel", "click", "--repeat", abs(notches), button)

    def drag(self, places, button=LEFT, holding=()):
        """Press at the first of ``places``, move over the others, and release at the last."""
        yield from self.move(places[0])
        if holding:
            yield from self.run("xdotool", *self._keys("keydown", holding))
        yield from self.press(button)
        for place in places[1:]:
            yield from self.move(place, steps=4)
        yield from self.release(button)
        if holding:
            yield from self.run("xdotool", *self._keys("keyup", holding))

    def key(self, name, seen="KeyRelease"):
        """Press and release a key as xdotool names it: "Escape", "ctrl+z", "bracketright".

        A key that closes its window is ``seen`` as it is pressed: released, it may find no window any more. One that
        is a shortcut is seen when it is released alone.
        """
        yield from self._until_seen(seen, "xdotool", "key", name)

    def hold(self, name):
        """Press a key, and leave it down until `free`."""
        yield from self._until_seen("KeyPress", "xdotool", "keydown", name)

    def free(self, name):
        yield from self._until_seen("KeyRelease", "xdotool", "keyup", name)

    def type(self, text):
        yield from self._until_seen("KeyRelease", "xdotool", "type", text)

    # Eyes.

    def photograph(self, name, widget=None):
        """Write what the screen shows to /out/NAME.png: of a widget's place, by default of the whole screen."""
        self._seen_of(widget).save(str(OUT / f"{name}.png"))

    def photograph_at_rest(self, name, widget=None, still=0.4, limit=60.0):
        """As `photograph`, once it has looked the same for ``still`` seconds."""
        timer, before = QtCore.QElapsedTimer(), None
        timer.start()

        def at_rest():
            nonlocal before
            now = self._seen_of(widget)
            if now != before:
                before = now
                timer.restart()
            return timer.elapsed() > 1000 * still

        yield from self.until(at_rest, f"{name} comes to rest", limit)
        self.photograph(name, widget)

    def colour_at(self, place):
        """Red, green, blue, 0..255, of what the screen shows at a place."""
        scale = self.window().devicePixelRatioF()
        x, y = (round(value / scale) for value in place)
        pixel = QtWidgets.QApplication.primaryScreen().grabWindow(0, x, y, 1, 1).toImage().pixelColor(0, 0)
        return pixel.red(), pixel.green(), pixel.blue()

    def stalls(self):
        """``with drive.stalls() as stalls:`` around steps: see `Stalls`."""
        return Stalls()

    def record(self, name, value):
        """Write something down; JSON can be made of it."""
        self.records[name] = value

    def let_go(self):
        """Hold nothing of Krita any more."""
        self.programs.end()
        self.seen = None

    # How.

    def _seen_of(self, widget):
        screen = QtWidgets.QApplication.primaryScreen()
        if widget is None:
            return screen.grabWindow(0).toImage()
        corner = widget.mapToGlobal(QtCore.QPoint(0, 0))
        return screen.grabWindow(0, corner.x(), corner.y(), widget.width(), widget.height()).toImage()

    def _held(self, keys, kind, *action):
        down, up = self._keys("keydown", keys), self._keys("keyup", reversed(keys))
        yield from self._until_seen(kind, "xdotool", *down, *action, *up)

    @staticmethod
    def _keys(action, keys):
        return [word for key in keys for word in (action, key)]

    def _until_seen(self, kind, *command):
        """Run a command until Krita has got the event that it makes; watched for only then, for it costs time."""
        wanted = getattr(QtCore.QEvent.Type, kind)
        before = self.seen.counts[wanted]
        application = QtWidgets.QApplication.instance()
        application.installEventFilter(self.seen)
        try:
            yield from self.run(*command)
            yield from self.until(
                lambda: self.seen.counts[wanted] > before, f"{kind} comes after {' '.join(map(str, command))}"
            )
        finally:
            application.removeEventFilter(self.seen)
