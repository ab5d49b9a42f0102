"""What one docker works on: the active document's objects, and everything that can be asked of them.

The widgets show what the desk has and tell it what is wanted; it knows Krita, they do not.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any, Callable, Dict, Iterator, List, Tuple

from krita import Krita

from maskpick_bridge import Pixels, WorkerError
from maskpick_bridge.offers import Engine
from maskpick_bridge.saying import QUESTION, Answer, Saying
from maskpick_bridge.session import OBJECTS, STATE, Edge, Filled, Part, Session
from maskpick_bridge.words import _
from maskpick_krita import actions, documents, kept, placing
from maskpick_krita.glow import Glow
from maskpick_krita.look import style
from maskpick_krita.paint_watch import PaintWatch
from maskpick_krita.pointer import Picker
from maskpick_krita.qt import QtCore
from maskpick_krita.sayings import EXPLAINED
from maskpick_krita.studio import WITH_SHADOW, Studio, Work
from maskpick_krita.turns import Turns

_WAYS = {
    actions.SELECTION: "replace",
    actions.ADD: "add",
    actions.SUBTRACT: "subtract",
    actions.INTERSECT: "intersect",
}
_PICKS = {
    actions.PICK_NONE: "clear",
    actions.PICK_INVERT: "invert",
    actions.PICK_UNDO: "undo",
    actions.PICK_REDO: "redo",
}


TRIED = (
    actions.FIND,
    actions.LAYERS,
    actions.ALL_TO_LAYERS,
    actions.LAYER_MASKS,
    actions.SELECTION_MASKS,
    actions.REMOVE,
    *_WAYS,
)
"""What can be tried again when it has failed."""


class Desk(QtCore.QObject):
    """``changed(what)`` comes when there is something to show anew: what `Session` tells.

    ``work`` is what is known of the active document, None while there is none. ``turns`` is for what may wait.
    """

    changed = QtCore.pyqtSignal(str)
    settings_wanted = QtCore.pyqtSignal(bool)
    """True: at the doctor's page."""

    def __init__(self, studio: Studio, parent: Any = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.turns = Turns(self)
        self.work: Work | None = None
        self.source = studio.read("source", documents.VISIBLE)
        self._document = ""
        self._glow = Glow(self)
        self._watch: PaintWatch | None = None
        self._planning: Any = None
        self._placing = False
        self._last = ""
        self._do: Dict[str, Callable[[], object]] = {
            actions.FIND: self.find,
            actions.CANCEL: self.cancel,
            actions.PICK: lambda: self.set_picking(not self.picking),
            actions.LAYERS: lambda: self._layers(everything=False),
            actions.ALL_TO_LAYERS: lambda: self._layers(everything=True),
            actions.LAYER_MASKS: lambda: self._masks(placing.add_layer_masks),
            actions.SELECTION_MASKS: lambda: self._masks(placing.add_selection_masks),
            actions.REMOVE: self.remove,
            actions.SETTINGS: self.open_settings,
            actions.DOCKER: lambda: None,
        }
        self._do.update({key: functools.partial(self._select, way) for key, way in _WAYS.items()})
        self._do.update({key: functools.partial(self._pick, change) for key, change in _PICKS.items()})
        studio.told.connect(self._told)
        studio.changed.connect(self._studio_changed)

    # What there is to show.

    @property
    def session(self) -> Session | None:
        return self.work.session if self.work is not None else None

    @property
    def working(self) -> bool:
        """Something is under way, or its result is being put into a document: Krita lets events in meanwhile."""
        return self._placing or self._planning is not None or bool(self.session is not None and self.session.busy)

    @property
    def with_shadow(self) -> bool:
        """Whether the shadow is to be removed with its object."""
        return self.studio.read(WITH_SHADOW) == "yes"

    def set_with_shadow(self, on: bool) -> None:
        self.studio.write(WITH_SHADOW, "yes" if on else "")
        self.studio.changed.emit()

    @property
    def picking(self) -> bool:
        return self.work is not None and self.work.picker is not None and self.work.picker.on

    def can(self, key: str) -> bool:
        """Whether an action makes sense now."""
        session = self.session
        if key in (actions.SETTINGS, actions.DOCKER):
            return True
        if session is None:
            return False
        if key == actions.CANCEL:
            return self.working
        if key in (actions.PICK, *_PICKS):
            return session.picking is not None
        if self.working:
            return False
        if key in (actions.FIND, actions.REMOVE):  # what is selected can be removed, too
            return True
        return session.picking is not None if key == actions.ALL_TO_LAYERS else bool(session.picking)

    def do(self, key: str) -> None:
        """Do what a button, a menu or a shortcut asks for, if it makes sense."""
        if self.can(key):
            if key in TRIED:
                self._last, self.studio.notice = key, ""
            self._do[key]()

    # The document.

    def show_document(self) -> None:
        """Follow the active document."""
        document = Krita.instance().activeDocument()
        self._document = documents.id_of(document) if document else ""
        self.work = self.studio.work(self._document) if document else None
        if self.work is not None and self.work.kept is None:
            self.work.kept = kept.read(document) or b""
        if self._watch is None and Krita.instance().activeWindow():
            self._watch = PaintWatch(Krita.instance().activeWindow().qwindow(), self)
            self._watch.done.connect(self._painted)
        self.changed.emit(OBJECTS)

    def _painted(self) -> None:
        """Something may have been painted; it is looked at when the objects are used again, not after every stroke."""
        if self.work is not None:
            self.work.painted = True

    def look_at_paint(self) -> None:
        """See what was painted over since the objects were found, if anything may have been."""
        work = self.work
        if work is not None and self._watch is not None and not self._watch.works:
            work.painted = True
        if work is not None and work.painted and work.session.file is not None and not self.working:
            work.painted = False
            try:
                work.session.check_stale(documents.read(self._active(), *self._source(work)).pixels)
                work.unread = ""
            except WorkerError as error:
                # Nobody asked for this look: what it fails with, a layer that is gone, say, is worth saying once.
                if error.happened != work.unread:
                    work.unread = error.happened
                    work.session.fail(error)

    def point(self, inside: bool) -> None:
        """The pointer has come into the docker, or has left it."""
        if inside and self.session is not None and self.session.picking is not None and not self.picking:
            self._glow.show(self.session, self._document, style(self.studio.read))
        elif not inside:
            self._glow.hide()
        if inside:
            self.look_at_paint()

    # Finding.

    def set_source(self, source: str) -> None:
        self.source = source
        self.studio.write("source", source)

    def find(self) -> None:
        """Find the objects; before anything is sent, say what, and ask."""
        self._ask_first("find", self.studio.finder, self.studio.finders, self._find)

    def _find(self) -> None:
        work = self.work
        if work is not None:
            with self._in_words(work):
                reading = documents.read(self._active(), self.source)
                work.doing, work.painted = "find", False
                work.looked_in = reading.layer
                work.session.find(reading.pixels, self.studio.finder or None, area=reading.area)

    def open_kept(self) -> None:
        """Take up the objects that the document has kept."""
        work = self.work
        if work is not None and work.kept:
            with self._in_words(work):
                document = self._active()
                layer = kept.layer(document)
                reading = documents.read(document, documents.VISIBLE if layer is None else documents.LAYER, layer)
                work.looked_in = reading.layer
                work.doing = "load"
                work.session.open_kept(work.kept, reading.pixels)

    def leave_kept(self) -> None:
        """Do without the objects that the document has kept."""
        if self.work is not None:
            self.work.kept = b""
        self.changed.emit(STATE)

    def cancel(self) -> None:
        if self._planning is not None:
            self._planning.cancel()
        elif self.session is not None:
            self.session.cancel()

    # Picking.

    def set_picking(self, on: bool) -> None:
        """Pick on the canvas, or let Krita's tools have it again."""
        work, window = self.work, Krita.instance().activeWindow()
        view = window.activeView() if window else None
        if work is not None and view is not None and on != self.picking:
            if work.picker is None:
                stopped = lambda: self.changed.emit(STATE)  # noqa: E731
                read = functools.partial(self._reread, work)
                work.picker = Picker(work.session, style(self.studio.read), stopped, read)
            self._glow.hide()
            if on:
                work.picker.start(view)
                self.look_at_paint()
            else:
                work.picker.stop()
        self.changed.emit(STATE)

    def _reread(self, work: Work) -> Pixels | None:
        """The pixels the objects were found in; None where they cannot be read, and that has been said."""
        try:
            return documents.read(self._active(), *self._source(work)).pixels
        except WorkerError as error:
            work.session.fail(error)
            return None

    def set_edge(self, edge: Edge) -> None:
        if self.session is not None:
            self.session.set_edge(edge)

    def _pick(self, change: str) -> None:
        session = self.session
        if session is not None and session.picking is not None and getattr(session.picking, change)():
            session.picked()

    # What becomes of them.

    def _select(self, way: str) -> None:
        self._cut(lambda work, parts: self._place(work, placing.select, parts[0], way))

    def _layers(self, everything: bool) -> None:
        work = self.work
        if work is not None:
            with self._in_words(work):
                reading = documents.read_original(self._active(), *self._source(work))
                add = lambda nodes: self._place(work, placing.add_layers, nodes, reading.layer)  # noqa: E731
                work.session.layers(reading.pixels, add, everything)

    def _masks(self, add: Callable[..., object]) -> None:
        self._cut(lambda work, parts: self._place(work, add, parts, work.layer), each=True)

    def _cut(self, place: Callable[[Work, List[Part]], object], each: bool = False) -> None:
        work = self.work
        if work is not None:
            with self._in_words(work):
                read = lambda: documents.read(self._active(), *self._source(work)).pixels  # noqa: E731
                work.session.cut(lambda parts: place(work, parts), each=each, read=read)

    def remove(self) -> None:
        """Remove what is picked, or else what is selected; before anything is sent, say what, and ask."""
        self._ask_first("remove", self.studio.remover, self.studio.removers, self._remove)

    def _remove(self) -> None:
        work = self.work
        if work is not None:
            with self._in_words(work):
                where = self._source(work) if work.session.picking else (documents.SELECTION, None)
                reading = documents.read(self._active(), *where)
                wished = self.with_shadow

                def add(filled: Filled) -> None:
                    if wished and not filled.shadows:  # first, for Krita lets events in while it takes up the layer
                        work.session.notes = [_("No shadow could be made out; only the object was removed.")]
                    self._place(work, placing.add_filled, filled, reading.layer)

                remover = self.studio.remover or None
                work.session.remove(reading.pixels, add, remover, reading.area, with_shadow=wished)

    # What the docker says.

    def try_again(self) -> None:
        if self.studio.trouble is not None:
            self.studio.renew()
        if self._last:
            self.do(self._last)

    def forgive(self) -> None:
        """Put away what the docker says."""
        self.studio.forgive()
        if self.session is not None:
            self.session.notes = []
            self.session.fail(None)

    def explained(self, what: str) -> None:
        """Never say this hint again."""
        self.studio.write(what, "yes")
        self.changed.emit(STATE)

    def open_settings(self) -> None:
        self.settings_wanted.emit(False)

    def open_doctor(self) -> None:
        self.settings_wanted.emit(True)

    # How.

    def _ask_first(self, kind: str, name: str, engines: List[Engine], act: Callable[[], object]) -> None:
        """Act at once with an engine that sends nothing; else say what it sends, and act if that is wanted."""
        work = self.work
        if work is None or any(one.name == name and one.offline for one in engines):
            act()
            return

        def planned(result: Dict[str, Any]) -> None:
            ended()
            if not result["sends"]:
                if work is self.work:  # of another picture in front by now, nothing is known yet
                    act()
                return
            answers = (Answer(_("Send"), lambda: answered(act)), Answer(_("Do not send"), lambda: answered(None)))
            work.question = Saying(QUESTION, _("This would leave your computer:"), "\n".join(result["lines"]), answers)
            self.changed.emit(STATE)

        def answered(then: Callable[[], object] | None) -> None:
            work.question = None
            self.changed.emit(STATE)
            if then is not None:
                then()

        def failed(error: WorkerError) -> None:
            ended()
            work.session.fail(None if error.cancelled else error)

        def ended() -> None:
            self._planning = None
            pixels.release()

        with self._in_words(work):
            where = (self.source, None) if kind == "find" else self._source(work)
            pixels = documents.read(self._active(), *where).pixels
            work.session.error = None
            self._planning = self.studio.ask("plan", planned, failed, pixels=pixels, engine=name or None, work=kind)
            self.changed.emit(STATE)

    def _active(self) -> Any:
        return Krita.instance().activeDocument()

    @staticmethod
    def _source(work: Work) -> Tuple[str, Any]:
        """What the objects are of, all of it, and by its id the layer, if they are of one."""
        return (documents.VISIBLE, None) if work.layer is None else (documents.LAYER, work.layer)

    def _place(self, work: Work, place: Callable[..., object], *what: Any) -> None:
        """Put a result into its document, if that is still open."""
        for document in Krita.instance().documents():
            if documents.id_of(document) == work.document:
                with self._in_words(work), self._busy_placing():
                    place(document, *what)

    @contextlib.contextmanager
    def _busy_placing(self) -> Iterator[None]:
        before, self._placing = self._placing, True
        try:
            yield
        finally:
            self._placing = before
            self.changed.emit(STATE)

    @contextlib.contextmanager
    def _in_words(self, work: Work) -> Iterator[None]:
        """Show what Krita's side of things fails with where the engine's errors are shown."""
        try:
            yield
        except WorkerError as error:
            work.session.fail(error)

    def _told(self, work: Work, what: str) -> None:
        session, found = work.session, False
        if what == OBJECTS and session.file is not None and session.file is not work.shown:
            layer = work.looked_in
            work.shown, work.layer, work.kept = session.file, layer, b""
            if work.doing == "find" or any(session.clicks.points):
                self.studio.write(EXPLAINED, "yes")
                session.store(lambda data: self._place(work, kept.write, data, layer))
                found = bool(session.file.masks)
        if work is self.work:
            self.changed.emit(what)
            if found:  # once they are shown in the docker
                self.turns.add(lambda: self._pick_in(work))

    def _pick_in(self, work: Work) -> None:
        if work is self.work:
            self.set_picking(True)

    def _studio_changed(self) -> None:
        self._glow.style = style(self.studio.read)
        if self.work is not None and self.work.picker is not None:
            self.work.picker.style = self._glow.style
        self.changed.emit(STATE)
