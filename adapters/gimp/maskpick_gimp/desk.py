"""What the dialog works on: one image's session, what is wanted of it, what there is to say. It knows no toolkit."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from maskpick_bridge import Connection, Edge, Filled, MaskFile, Session, WorkerError
from maskpick_bridge.logfile import log, log_path
from maskpick_bridge.offers import Engine, offers
from maskpick_bridge.rows import NAME, SIZE, TREE
from maskpick_bridge.session import OBJECTS, PREVIEW, STATE
from maskpick_bridge.words import _
from maskpick_gimp.images import LAYERS, VISIBLE
from maskpick_gimp.running import Refused

if TYPE_CHECKING:
    from maskpick_bridge import Pixels
    from maskpick_gimp.document import Document
    from maskpick_gimp.painting import Picture

SELECTION = "selection"
SOURCES = (VISIBLE, LAYERS, SELECTION)
"""Where objects are looked for."""
SELECT, SELECT_ADD, SELECT_SUBTRACT, SELECT_INTERSECT = "select", "select-add", "select-subtract", "select-intersect"
TO_LAYERS, TO_MASKS, TO_CHANNELS, REMOVE = "layers", "layer-masks", "channels", "remove"
SELECTIONS = (SELECT, SELECT_ADD, SELECT_SUBTRACT, SELECT_INTERSECT)
FOR_ALL = (TO_LAYERS, TO_MASKS, TO_CHANNELS)
"""What is made of all objects while nothing is picked."""
ACTIONS = (*FOR_ALL, *SELECTIONS, REMOVE)
"""What can be made of what is picked."""
ORDERS = (TREE, SIZE, NAME)


@dataclass
class Options:
    """What is remembered from one time to the next. The engine is in maskpick's settings, which all editors share."""

    source: str = VISIBLE
    edge: Edge = field(default_factory=Edge)
    action: str = TO_LAYERS
    order: str = TREE
    hide_small: bool = False
    explained: bool = False
    with_shadow: bool = False


class Question(NamedTuple):
    """Something the artist has to agree to first: what it is, in lines, and what agreeing does."""

    title: str
    lines: Sequence[str]
    do: Callable[[], object]


class Finding(NamedTuple):
    """Objects are looked for: with an engine; in layers, or none for the visible image; in the whole of that or not.

    ``known`` are the objects until then: they stay when the finding is cancelled.
    """

    engine: str
    layers: tuple[Any, ...]
    whole: bool
    known: MaskFile | None


class Desk:
    """``tell`` is called as a session's is, ``changed`` when the image shows something else because of the desk.

    ``asking``: something is asked of the engine without which nothing can be begun.
    """

    def __init__(self, document: Document, connection: Connection, options: Options) -> None:
        self.document = document
        self.connection = connection
        self.options = options
        self.tell: Callable[[str], object] = _nobody
        self.changed: Callable[[], object] = lambda: None
        self.engines: list[Engine] = []
        self.removers: list[Engine] = []
        self.engine = self.remover = ""
        self.question: Question | None = None
        self.notice = ""
        self.asking = False
        self._finding: Finding | None = None
        self._seen: MaskFile | None = None
        """The objects that were told of last."""
        self.session = Session(connection, self._told)
        self.session.set_edge(options.edge)
        self._ask_engines()

    @property
    def working(self) -> bool:
        return bool(self.session.busy)

    # What is wanted.

    def set_source(self, source: str) -> None:
        if source != self.options.source:
            self.options.source = source
            self._ask_no_more()

    def set_edge(self, edge: Edge) -> None:
        self.options.edge = edge
        self.session.set_edge(edge)

    def set_with_shadow(self, wanted: bool) -> None:
        """Let shadows go with what is removed, and show them before."""
        self.options.with_shadow = wanted
        self.tell(PREVIEW)

    def set_engine(self, engine: str) -> None:
        """Let another engine find objects, from now on and in all editors."""
        if engine != self.engine:
            self.engine = engine
            self._ask_no_more()
            self.connection.request("settings_set", None, self._failed, key="engine", value=engine)

    # Finding.

    def picture(self) -> Picture | None:
        """What the image shows, None where that cannot be told."""
        picture = None
        with self._in_words():
            picture = self.document.picture()
        return picture  # noqa: RET504 - None is left where something went wrong inside

    def look_again(self) -> None:
        """Show what has been changed in GIMP meanwhile, and mark the objects that it concerns."""
        if not self.working:
            with self._in_words():
                if self.document.changed:
                    self.changed()
                    if self.session.file is not None:
                        self.session.check_stale(self.document.pixels())

    def open_kept(self, picks: bool = False) -> None:
        """Take up the objects that are kept with the image, if there are any; with ``picks`` what was picked, too."""

        def opened() -> None:
            self.notice = _("These objects were kept with the image. Those painted over since are marked in the list.")
            picking = self.session.picking
            if picks and picking is not None:
                for operation, ids in self.document.kept_picks():
                    picking.pick(ids, operation)
                self.session.picked()

        with self._in_words():
            objects = self.document.kept()
            if objects is not None:
                self.session.open_kept(objects, self.document.pixels(), opened)

    def find(self) -> None:
        """Find the objects; of an engine elsewhere, say first what is sent."""
        self._forget_said()
        if not self.engines:
            self._ask_engines(then=self.find)  # nothing is begun with an engine of which nothing is known
            return
        self._ask_first("find", self.engines, self.engine, self._looked_at, self._find)

    def _find(self) -> None:
        with self._in_words():
            area = self.document.area() if self.options.source == SELECTION else None
            finding = Finding(self.engine, self._layers(), area is None, self.session.file)
            if self.session.find(self._looked_at(), finding.engine, area=area):
                self._finding = finding

    def _looked_at(self) -> Pixels:
        """What objects would be found in."""
        return self.document.pixels(self._layers())

    def _layers(self) -> tuple[Any, ...]:
        """The layers to look in; none for the visible image."""
        return self.document.selected() if self.options.source == LAYERS else ()

    # Putting right what is picked.

    @property
    def can_put_right(self) -> bool:
        """Whether there is anything picked that clicks could put right."""
        return bool(self.session.picking) and self.session.outlines is not None and not self.working

    def put_right(self, point: tuple[int, int], belongs: bool) -> None:
        """A pixel belongs to the object that was picked last, or does not."""
        if self.can_put_right:
            self.session.clicks.add(point, belongs, self._read)
        elif not self.working:
            self.notify(_("Pick an object first. Then the right mouse button takes away from it what is too much."))

    def _read(self) -> Pixels | None:
        """What the objects were found in, None where that cannot be told."""
        pixels = None
        with self._in_words():
            pixels = self.document.pixels()
        return pixels  # noqa: RET504 - None is left where something went wrong inside

    # Making something of what is picked.

    def can(self, action: str) -> bool:
        """Whether there is anything to make ``action`` of."""
        picking = self.session.picking
        return picking is not None and not (self.working or self.asking) and (bool(picking) or action in FOR_ALL)

    def do(self, action: str) -> None:
        """Make something of what is picked; of all objects where nothing is and that is possible."""
        picking = self.session.picking
        if not self.can(action) or picking is None:
            return
        self._forget_said()
        self.options.action = action
        read = self.document.pixels  # for the edge that is looked up in them
        with self._in_words():
            if self.document.size != picking.file.size:
                raise Refused(_("The image has another size than when its objects were found."), _("Find them again."))
            if action == REMOVE:
                self._remove()
            elif action == TO_LAYERS:
                place, everything = self.document.add_layers, not picking
                self._made(self.session.layers, place, self.document.pixels(), everything=everything)
            elif action in SELECTIONS:
                self._made(self.session.cut, lambda parts: self.document.select(parts, action), read=read)
            else:
                masked = functools.partial(self.document.add_masked_layers, masks=picking.file.masks)
                made = masked if action == TO_MASKS else self.document.add_channels
                ids = None if picking else [mask.id for mask in picking.children(None)]
                self._made(self.session.cut, made, each=True, ids=ids, read=read)

    def _remove(self) -> None:
        if not self.engines:
            self._ask_engines(then=self._remove)
            return

        def go_on() -> None:
            with self._in_words():
                shadow = self.options.with_shadow
                self._made(self.session.remove, self._removed, self.document.pixels(), with_shadow=shadow)

        self._ask_first("remove", self.removers, self.remover, self.document.pixels, go_on)

    def _removed(self, filled: Filled) -> None:
        self.document.add_filled(filled)
        if self.options.with_shadow and not filled.shadows:
            self.notice = _("No shadow could be made out; only the object was removed.")
        if self.session.picking is not None and self.session.picking.clear():
            self.session.picked()
        self.changed()
        self.session.check_stale(self.document.pixels())

    def cancel(self) -> None:
        self.session.cancel()

    def close(self) -> None:
        """Let go of everything; what is picked is kept for the next time."""
        if self.session.picking is not None:
            with contextlib.suppress(Refused):  # the image is gone, and with it the objects
                self.document.keep_picks(self.session.picking.steps)
        self.session.close()

    # What there is to say.

    def agree(self) -> None:
        """Yes to the question."""
        question, self.question = self.question, None
        if question is not None:
            question.do()
        self.tell(STATE)

    def put_away(self) -> None:
        """Nothing needs to be said any more; no to the question."""
        self._forget_said()
        self.session.notes = []
        self.session.fail(None)

    def notify(self, sentence: str) -> None:
        """Say something that no request tells of."""
        self.notice = sentence
        self.tell(STATE)

    def _ask_no_more(self) -> None:
        """What was asked is not what would be done any more."""
        if self.question is not None:
            self.question = None
            self.tell(STATE)

    def _forget_said(self) -> None:
        self.question, self.notice = None, ""

    # How.

    def _ask_first(
        self, work: str, engines: list[Engine], name: str, pixels: Callable[[], Pixels], do: Callable[[], object]
    ) -> None:
        """Do it at once with an engine on this computer; of one elsewhere, say first what it would be sent."""
        chosen = next((one for one in engines if one.name == name), None)
        if chosen is None or chosen.offline:
            do()
            return

        def planned(sends: bool, lines: list[str]) -> None:
            self.asking = False
            if sends:
                self.question = Question(sending(chosen), lines, do)
                self.tell(STATE)
            else:
                do()

        with self._in_words():
            given = pixels()
            self.asking = True
            self.session.plan(given, planned, name, work)

    def _ask_engines(self, then: Callable[[], object] | None = None) -> None:
        """Ask what the engine has to offer, and where that does its work."""

        def known(result: dict[str, Any]) -> None:
            self._known(result)
            if then is not None and self.engines:
                then()

        if not self.asking:
            self.asking = True
            self.connection.request("engines", known, self._failed)

    def _known(self, result: dict[str, Any]) -> None:
        offered = offers(result)
        self.engines, self.removers, self.remover = offered.finders, offered.removers, offered.remover
        self.engine = self.engine or offered.finder  # not in place of one that was chosen meanwhile
        self.asking = False
        self.tell(STATE)

    def _failed(self, error: WorkerError) -> None:
        self.asking = False
        self.session.fail(error)

    def _told(self, what: str) -> None:
        """Pass on what the session tells; objects that are new are kept with the image, also one by clicks."""
        if what == OBJECTS and self.session.file is not self._seen:
            self._seen = self.session.file
            if any(self.session.clicks.points):
                self.session.store(self._in_place(self.document.keep_more))
        if what == STATE and self._finding is not None and not self.session.busy:
            finding, self._finding = self._finding, None
            if self.session.error is None and self.session.file is not finding.known:
                self.document.layers = finding.layers
                keep = functools.partial(self.document.keep, engine=finding.engine, whole=finding.whole)
                self.session.store(self._in_place(keep))
        if what == STATE and self.session.error is not None:
            self.asking = False
        self.tell(what)

    def _made(self, ask: Callable[..., bool], place: Callable[[Any], object], *given: Any, **options: Any) -> None:
        """Ask for something, and put it into the image when it comes."""
        ask(*given, done=self._in_place(place), **options)

    def _in_place(self, place: Callable[[Any], object]) -> Callable[[Any], None]:
        """``place``, with its trouble shown like the engine's."""

        def placed(result: Any) -> None:
            with self._in_words():
                place(result)

        return placed

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """Show what goes wrong inside where the engine's errors are shown."""
        try:
            yield
        except Refused as refusal:
            self.session.fail(WorkerError("Refused", str(refusal)))
        except Exception as fault:  # noqa: BLE001 - whatever GIMP does not like must not end the dialog
            log.exception("in the dialog")
            told = _("Something went wrong that should not: {fault}.").format(fault=f"{type(fault).__name__}: {fault}")
            advice = _("The details are in {log}; please report it.").format(log=log_path("gimp"))
            self.session.fail(WorkerError("Fault", told, advice))


def sending(engine: Engine) -> str:
    """The question before anything leaves this computer."""
    return _("“{engine}” is not on this computer. Send it the picture?").format(engine=engine.title)


def _nobody(_what: str) -> None:
    """Nobody is told yet."""
