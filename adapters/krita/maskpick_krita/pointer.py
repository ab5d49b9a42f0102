"""Picking on the canvas: what the pointer, the pen and the keys do there while it is on.

    picker = Picker(session, style=Style(), stopped=button.uncheck, read=pixels_of_the_document)
    picker.start(view)      # the document of this Krita view, in every window that shows it
    picker.walk(1)          # to the next larger object under the pointer, as an action with a shortcut of its own does
    picker.style = Style(opacity=0.5)
    picker.stop()

`stopped` is called once each time it ends, by whatever cause: `stop`, the Esc key, the document closed in its last
view, or a fault, which `session.fail` has shown then. What is picked and hovered is in ``session.picking``, and whoever
changes that elsewhere - the list, a new find, an edge - need tell nobody: what has changed is seen within a frame.
While another document is in front, picking rests, and goes on when the first one comes back.

Moving the pointer hovers, a click picks, Shift adds, Alt takes away, both keep what is in both; a drag is a lasso.
Ctrl puts right what was picked last: a click says "not this", with Shift "this too" (`maskpick_bridge.clicks`).
``Ctrl`` and the wheel, the keys Up and Down, or ``]`` and ``[``, walk the stack under the pointer; Backspace takes the
last pick back, with Shift again. Esc leaves the lasso, or else picking. Everything else stays Krita's: the wheel zooms,
the middle button and the space bar pan, Ctrl+Z undoes what was done to the document.

Ctrl goes with the wheel since Krita has nothing there; with Alt many window managers and Qt itself change what the
wheel does, and Shift is the horizontal wheel on a Mac.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Callable, Iterator
from typing import Any

from maskpick_bridge.clicks import NOT, TOO, enclosing, operation_of
from maskpick_bridge.enclosing import enclosed, enclosed_label
from maskpick_bridge.handover import Pixels
from maskpick_bridge.highlight import Shape, hovered, label
from maskpick_bridge.protocol import WorkerError
from maskpick_bridge.session import Session
from maskpick_bridge.words import _
from maskpick_krita.canvas import Shown, document_id, image_to_canvas, is_open, shown
from maskpick_krita.cursors import cursor
from maskpick_krita.drawing import Style
from maskpick_krita.pane import Pane, Stroke, corners
from maskpick_krita.qt import QtCore, QtGui, QtWidgets, is_deleted, is_synthesized, position

LOOK_EVERY = 16
"""Milliseconds between looks at what nobody tells of: the view panned, another edge, a key held down."""
ATTACH_EVERY = 8
"""How many looks there are for one at the windows, which costs more: another one in front, a document closed."""
NOTCH = 120
"""What a wheel turns by, as Qt counts it; a touchpad's wheel comes in parts of that."""

_log = logging.getLogger(__name__)

Type, Key, Button, Modifier = QtCore.QEvent.Type, QtCore.Qt.Key, QtCore.Qt.MouseButton, QtCore.Qt.KeyboardModifier

PICKING_KEYS = (Modifier.ControlModifier, Modifier.ShiftModifier, Modifier.AltModifier)
PEN = {Type.TabletMove, Type.TabletPress, Type.TabletRelease}


class Picker(QtCore.QObject):
    """Picking on the canvases of one document, for one session. ``on`` says whether it is."""

    def __init__(
        self,
        session: Session,
        style: Style | None = None,
        stopped: Callable[[], object] | None = None,
        read: Callable[[], Pixels | None] | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.style = style or Style()
        self.on = False
        self._stopped = stopped
        self._read = read
        self._document = ""
        self._panes: list[Pane] = []
        self._stroke: Stroke | None = None
        self._passed: set[Any] = set()
        self._space = False
        self._pen = False
        self._turned = 0
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._tick)
        self._ticks = 0

    # On and off.

    def start(self, view: Any) -> None:
        """Begin on the document of a view; the canvas gets the keys."""
        self.stop()
        self.on, self._document = True, document_id(view)
        self._timer.start()
        self.look()
        for pane in self._panes:
            pane.canvas.setFocus()

    def stop(self) -> None:
        """End it: the canvas, its cursor and its keys are Krita's again."""
        if not self.on:
            return
        self.on = False
        self._timer.stop()
        self._attach([])
        self._stroke, self._space, self._pen, self._turned = None, False, False, 0
        self._passed.clear()
        self._leave()
        if self._stopped is not None:
            self._stopped()

    def walk(self, notches: int) -> None:
        """Go to larger objects under the pointer, or to smaller ones with a negative number."""
        if self.session.picking is not None and self.session.picking.walk(notches):
            self.session.hovered()
            self._draw()

    def look(self) -> None:
        """See what has changed that nobody tells of, and follow it."""
        with self._guarded():
            seen = [one for one in shown() if document_id(one.view) == self._document] if self.on else []
            if self.on and not seen and not is_open(self._document):
                self.stop()
            self._attach(seen)
            self._draw()

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % ATTACH_EVERY == 0 or any(is_deleted(pane.canvas) for pane in self._panes):
            self.look()
        else:
            with self._guarded():
                self._draw()
                if self.session.outlines is not None:
                    for pane in self._panes:
                        pane.overlay.prepare(self.session.outlines, pane.transform)

    def _attach(self, seen: list[Shown]) -> None:
        """Be on these canvases and on no others."""
        gone = [
            pane
            for pane in self._panes
            if is_deleted(pane.canvas) or all(one.canvas is not pane.canvas for one in seen)
        ]
        for pane in gone:
            if not is_deleted(pane.canvas):
                pane.canvas.removeEventFilter(self)
            pane.remove()
            self._panes.remove(pane)
            if self._stroke is not None and self._stroke.pane is pane:
                self._stroke = None
        for one in seen:
            if all(one.canvas is not pane.canvas for pane in self._panes):
                pane = Pane(one)
                self._panes.append(pane)
                one.canvas.installEventFilter(self)
                pane.hide_brush()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """A fault in here must not reach Qt, which would end Krita: picking ends instead, and says so."""
        try:
            yield
        except Exception:  # noqa: BLE001 - whatever it is, Krita must not end by it
            _log.exception("Picking on the canvas has ended by a fault.")
            self.stop()
            what = _("Picking on the canvas has stopped: something went wrong in the plug-in.")
            self.session.fail(WorkerError("Fault", what, _("Switch it on again; maskpick's log file has the details.")))

    # What Krita's canvases see first.

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Take what is picking's; True keeps it from Krita."""
        with self._guarded():
            pane = next((one for one in self._panes if one.canvas is watched), None)
            handler = HANDLERS.get(event.type())
            if pane is not None and handler is not None and not pane.hiding:
                return bool(handler(self, pane, event))
        return False

    def _moved(self, pane: Pane, event: Any) -> bool:
        if self._is_echo(event) or self._passed:
            return not self._passed
        if not pane.canvas.hasFocus():  # a click would give it, and Krita would see that click first
            pane.canvas.setFocus()
            self._see_first(pane)
        pane.pointer = position(event)
        if self._stroke is not None and not event.buttons() & Button.LeftButton:
            self._stroke = None  # its release went elsewhere
        if self._stroke is not None:
            self._stroke.moved(pane.pointer)
        else:
            self._hover(pane)
        self._draw(moving=True)
        return True

    def _pressed(self, pane: Pane, event: Any) -> bool:
        if self._is_echo(event):
            return True
        if event.button() != Button.LeftButton or self._space:
            self._passed.add(event.button())
            return False
        event.accept()
        pane.pointer = position(event)
        self._stroke = Stroke(pane, pane.pointer, self._operation())
        self._draw()
        return True

    def _released(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002 - the stroke knows its own
        if self._is_echo(event):
            return True
        if event.button() in self._passed:
            self._passed.discard(event.button())
            QtCore.QTimer.singleShot(0, self._hide_brushes)  # when Krita has had it
            return False
        stroke, self._stroke, picking = self._stroke, None, self.session.picking
        event.accept()
        if stroke is None or picking is None or event.button() != Button.LeftButton:
            return True
        if not stroke.lasso.isEmpty():
            changed = picking.lasso(corners(stroke.lasso), enclosing(stroke.operation))
        else:
            at = _pixel(stroke.start)
            picking.hover(*at)
            if stroke.operation in (TOO, NOT):
                changed = False  # it will be, when the engine has answered
                self.session.clicks.add(at, stroke.operation == TOO, self._read or (lambda: None))
            else:
                changed = picking.click(stroke.operation)
                self.session.clicks.picked(at)
        if changed:
            self.session.picked()
        self._draw()
        return True

    def _wheeled(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        if not event.modifiers() & Modifier.ControlModifier:
            return False
        self._turned += event.angleDelta().y()
        notches = int(self._turned / NOTCH)  # towards zero, whichever way it turns
        self._turned -= notches * NOTCH
        self.walk(notches)
        return True

    def _key(self, pane: Pane, event: Any) -> bool:
        if event.key() == Key.Key_Space and event.type() != Type.ShortcutOverride and not event.isAutoRepeat():
            self._space = event.type() == Type.KeyPress
            pane.set_cursor(None)
        if event.key() not in KEYS or event.modifiers() & (Modifier.ControlModifier | Modifier.MetaModifier):
            return False
        event.accept()  # the shortcut that Krita has for this key is not meant now
        if event.type() == Type.KeyPress:
            KEYS[event.key()](self, event)
            self._draw()
        return True

    def _left(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        pane.pointer = None
        if self._stroke is None:
            self._leave()
        self._draw()
        return False

    def _lost_focus(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        self._space = False  # nobody will tell when it is released
        return False

    def _got_focus(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        # With the focus Krita takes the first place among those who see events: to be taken back when it has it.
        QtCore.QTimer.singleShot(0, lambda: self._see_first(pane))
        return False

    def _see_first(self, pane: Pane) -> None:
        if pane in self._panes and not is_deleted(pane.canvas):
            pane.canvas.installEventFilter(self)

    def _resized(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        pane.overlay.cover()
        return False

    def _cursor_changed(self, pane: Pane, event: Any) -> bool:  # noqa: ARG002
        pane.cursor_changed()
        return False

    # What the keys do.

    def _escape(self, event: Any) -> None:  # noqa: ARG002
        if self._stroke is not None:
            self._stroke = None
        else:
            self.stop()

    def _larger(self, event: Any) -> None:  # noqa: ARG002
        self.walk(1)

    def _smaller(self, event: Any) -> None:  # noqa: ARG002
        self.walk(-1)

    def _take_back(self, event: Any) -> None:
        picking = self.session.picking
        if picking is not None:
            again = event.modifiers() & Modifier.ShiftModifier
            if picking.redo() if again else picking.undo():
                self.session.picked()

    # How.

    def _is_echo(self, event: Any) -> bool:
        """Whether a mouse event only repeats what the pen did: the system or Qt makes such ones."""
        if event.type() in PEN:
            self._pen = True
            return False
        self._pen = self._pen and is_synthesized(event)
        return self._pen

    def _operation(self) -> str:
        """What a click does by the keys that are held."""
        if self._stroke is not None:
            return self._stroke.operation
        held = QtWidgets.QApplication.keyboardModifiers()
        control, shift, alt = (bool(held & one) for one in PICKING_KEYS)
        return operation_of(control, shift, alt, bool(self.session.picking))

    def _hover(self, pane: Pane) -> None:
        picking = self.session.picking
        if picking is not None and picking.hover(*_pixel(pane.to_image(pane.pointer))):
            self.session.hovered()

    def _hide_brushes(self) -> None:
        with self._guarded():
            for pane in self._panes:
                pane.hide_brush()

    def _leave(self) -> None:
        picking = self.session.picking
        if picking is not None and picking.leave():
            self.session.hovered()

    def _draw(self, moving: bool = False) -> None:
        """Bring all overlays up to date; costs next to nothing where they are. While the pointer is ``moving``, what is
        picked waits for the next look."""
        operation = self._operation()
        for pane in self._panes:
            transform = image_to_canvas(pane.view)
            if transform != pane.transform:
                pane.transform = transform
                if pane.pointer is not None and self._stroke is None:
                    self._hover(pane)
                if not (self._space or self._passed):
                    pane.hide_brush()
            stroke = self._stroke
            lasso = stroke.lasso if stroke is not None and stroke.pane is pane else QtGui.QPolygonF()
            meant, words = self._meant(operation)
            pane.overlay.show_shapes(self.style.of_picked(self.session), meant, self.style, transform, later=moving)
            pane.overlay.show_lasso(transform.map(lasso))
            pane.marks.show_points(*self.session.clicks.points, transform)
            pane.overlay.show_label(words, pane.pointer)
            theirs = self._space or self._passed
            pane.set_cursor(None if theirs else cursor(operation, pane.canvas.devicePixelRatioF()))

    def _meant(self, operation: str) -> tuple[list[Shape], str]:
        """What a click would pick, or letting go of the lasso, and the words for it."""
        picking, stroke = self.session.picking, self._stroke
        if picking is None:
            return [], ""
        if stroke is None or stroke.lasso.isEmpty():
            return hovered(self.session, operation), label(picking)
        stroke.look(picking)
        return enclosed(self.session, stroke.enclosed, enclosing(operation)), enclosed_label(picking, stroke.enclosed)


def _pixel(point: Any) -> tuple[int, int]:
    return math.floor(point.x()), math.floor(point.y())


KEYS: dict[Any, Callable[[Picker, Any], None]] = {
    Key.Key_Escape: Picker._escape,
    Key.Key_BracketRight: Picker._larger,
    Key.Key_BracketLeft: Picker._smaller,
    Key.Key_Up: Picker._larger,
    Key.Key_Down: Picker._smaller,
    Key.Key_Backspace: Picker._take_back,
}
HANDLERS: dict[Any, Callable[[Picker, Pane, Any], bool]] = {
    Type.MouseMove: Picker._moved,
    Type.TabletMove: Picker._moved,
    Type.MouseButtonPress: Picker._pressed,
    Type.MouseButtonDblClick: Picker._pressed,
    Type.TabletPress: Picker._pressed,
    Type.MouseButtonRelease: Picker._released,
    Type.TabletRelease: Picker._released,
    Type.Wheel: Picker._wheeled,
    Type.ShortcutOverride: Picker._key,
    Type.KeyPress: Picker._key,
    Type.KeyRelease: Picker._key,
    Type.Leave: Picker._left,
    Type.FocusIn: Picker._got_focus,
    Type.FocusOut: Picker._lost_focus,
    Type.Resize: Picker._resized,
    Type.CursorChange: Picker._cursor_changed,
}
