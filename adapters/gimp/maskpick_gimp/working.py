"""The engine at work for a procedure: waited for, with GIMP's own progress and its button to cancel."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import TracebackType
from typing import Any

from gi.repository import Gimp, GLib

from maskpick_bridge import Connection, Coverage, Filled, MaskInfo, Node, Part
from maskpick_bridge.clicks import Point
from maskpick_bridge.logfile import log
from maskpick_bridge.offers import offers
from maskpick_bridge.picking import ADD, Picking
from maskpick_bridge.session import Edge, Session
from maskpick_bridge.words import _
from maskpick_gimp import kept
from maskpick_gimp.desk import sending
from maskpick_gimp.images import VISIBLE, Seen, selected_area
from maskpick_gimp.running import Call, Cancelled, Refused

LEAVE_SECONDS = 5.0
"""How long the engine may take to tidy up, before this process ends without it."""


class Working:
    """The objects of a call's image. Use it in a ``with``. ``above`` are the layers that results are put above: none
    for on top of all.

    GIMP's *Cancel* ends this process, and the engine with it; that it leaves the image as it was is why all that takes
    time comes before the first change. Every method raises `WorkerError` when the engine fails.
    """

    def __init__(self, call: Call, source: str = VISIBLE) -> None:
        """Raises `Refused` where there are no pixels to look at."""
        self._call = call
        self._source = source
        self._about: dict[str, Any] | None = None
        # Let go of before there is anything to cancel: what this process lends from GIMP, GIMP would keep.
        with self.seen() as seen:
            self.above = seen.layers
            self._pixels = seen.pixels()
        self._connection = Connection(f"GIMP {Gimp.version()}", lambda: GLib.idle_add(self._connection.pump))
        self.session = Session(self._connection, self._told, shows=False)
        Gimp.progress_init(_("Looking at the picture"))

    @property
    def picking(self) -> Picking:
        """What is picked of the objects; `find` comes first."""
        assert self.session.picking is not None
        return self.session.picking

    def seen(self) -> Seen:
        """What is looked at, as it is now; to be closed."""
        return Seen(self._call.image, self._source, self._call.drawables)

    def find(
        self, engine: str = "", within_selection: bool = False, fresh: bool = False, numbered: bool = False
    ) -> None:
        """Find the objects, or take those that the image keeps if nothing has changed since. Raises `Refused`.

        ``numbered``: they will be named by the numbers of the last finding, whatever has been selected since then.
        """
        area = selected_area(self._call.image) if within_selection else None
        engine = engine or self._chosen("engine")
        about = kept.finding(engine, self._source, area is None)
        known = (numbered or area is None) and not fresh
        if not (known and self._find_kept(about, numbered)):
            self._agreed("find", engine)
            self.session.find(self._pixels.shared(), engine, area=area, fresh=fresh)
            self._wait()
            self._about = about

    def _find_kept(self, about: dict[str, Any], anywhere: bool) -> bool:
        found = kept.found_as(self._call.image) or {}
        if found != (about | {"whole": found.get("whole")} if anywhere else about):
            return False
        data = kept.kept(self._call.image)
        if data is None:
            return False
        self.session.open_kept(data, self._pixels.shared())
        self._wait()
        return self.session.file is not None and not self.session.stale

    def find_at(self, inside: list[Point], outside: list[Point]) -> None:
        """Find the object with some points and without others, and add it to what is picked, and to the objects."""
        self.session.clicks.find(inside, outside, self._pixels.shared())
        self._wait()
        self._about = self._about or kept.found_as(self._call.image)

    def objects(self) -> list[MaskInfo]:
        """All objects that lists show, best first. Raises `Refused` where there are none."""
        masks = self.picking.file.masks
        shown = [masks[id] for id in self.picking.shown(masks)]  # noqa: A001
        if not shown:
            raise Refused(_("No objects were found."), _("Try another engine, or another part of the picture."))
        return shown

    def pick(self, ids: Iterable[int]) -> None:
        """Add objects to what is picked. Raises `Refused` for numbers that are no object's."""
        ids, known = tuple(ids), self.picking.file.masks
        unknown = [id for id in ids if id not in known]  # noqa: A001
        if unknown:
            listed = ", ".join(map(str, unknown))
            raise Refused(
                _("There is no object {ids}.").format(ids=listed),
                _("The numbers are those that finding them returns."),
            )
        self.picking.pick(ids, ADD)

    def cut(self, edge: Edge, each: bool = False) -> list[Part]:
        """What is picked, with an edge: in one part, or each object for itself."""
        self.session.set_edge(edge)
        made: list[Part] = []
        self.session.cut(made.extend, each=each, read=self._pixels.shared)
        self._wait()
        return made

    def layers(self, edge: Edge, everything: bool) -> list[Node]:
        """The picture cut into layers, bottom to top: what is picked, or everything."""
        self.session.set_edge(edge)
        made: list[Node] = []
        self.session.layers(self._pixels.shared(), made.extend, everything=everything)
        self._wait()
        return made

    def remove(
        self, remover: str, grow: float | None, coverage: Coverage | None = None, with_shadow: bool = False
    ) -> Filled:
        """The place of what is picked, or of ``coverage``, filled, and that of its shadow if it is wanted."""
        self._agreed("remove", remover or self._chosen("remover"))
        made: list[Filled] = []
        about: dict[str, Any] = {"coverage": coverage, "grow": grow, "with_shadow": with_shadow}
        self.session.remove(self._pixels.shared(), made.append, remover or None, **about)
        self._wait()
        return made[0]

    def export(self, path: str) -> None:
        """Write the objects to a file."""
        self.session.export(self._pixels.shared(), path, lambda: None)
        self._wait()

    def ready(self) -> None:
        """The last before the image is changed: keep the objects with it, if they are new, and show no more progress.

        From here on there is nothing to cancel.
        """
        if self._about is not None:
            stored: list[bytes] = []
            self.session.store(stored.append)
            self._wait()
            kept.keep(self._call.image, stored[0], self._about)
        Gimp.progress_end()

    def _chosen(self, role: str) -> str:
        """The engine in the settings."""
        return str(self._greeting()[role])

    def _greeting(self) -> dict[str, Any]:
        """What the engine told of itself when it was started."""
        if not self._connection.about:
            self._connection.wait(self._connection.request("engines"))
        return self._connection.about

    def _agreed(self, work: str, engine: str) -> None:
        """Say what an engine elsewhere would be sent; raises `Cancelled` unless the artist agrees.

        Who scripts an engine has agreed by naming it, or by the settings.
        """
        offered = offers(self._greeting())
        shelf = offered.removers if work == "remove" else offered.finders
        chosen = next((one for one in shelf if one.name == engine), None)
        if chosen is None or chosen.offline:
            return
        sent: list[str] = []
        self.session.plan(self._pixels.shared(), lambda sends, lines: sent.extend(lines * sends), engine, work)
        self._wait()
        log.info("%s would be sent: %s", chosen.title, "; ".join(sent) or "nothing")
        if sent and self._call.interactive and not import_module("maskpick_gimp.asking").agrees(sending(chosen), sent):
            raise Cancelled

    def _wait(self) -> None:
        """Until the session has done what it was asked. Raises what it failed with."""
        context = GLib.MainContext.default()
        while not self.session.idle:
            context.iteration(True)
        if self.session.error is not None:
            raise self.session.error

    def _told(self, _what: str) -> None:
        if self.session.busy:
            Gimp.progress_set_text(self.session.stage)
            Gimp.progress_update(self.session.fraction)

    def __enter__(self) -> Working:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        self._pixels.release()
        self._connection.close()
        self._connection.join(LEAVE_SECONDS)
        Gimp.progress_end()
