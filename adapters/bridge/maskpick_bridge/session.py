"""The objects of one picture as an artist works on them: found, picked, and made into something.

What both editors' views share. A view calls the actions, shows what the session holds whenever ``tell`` is called, and
places what the callbacks bring. Nothing here blocks, and nothing here knows an editor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Union

from maskpick_bridge.clicks import Clicks
from maskpick_bridge.connection import Connection
from maskpick_bridge.engine_words import translated
from maskpick_bridge.handover import Coverage, Kept, Pixels, discard, pixel_bytes, taken
from maskpick_bridge.latest import Latest
from maskpick_bridge.maskfile import Box, MaskFile, MaskFileError
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, Picking
from maskpick_bridge.protocol import WorkerError
from maskpick_bridge.request import Request
from maskpick_bridge.rows import name_of, names_of
from maskpick_bridge.shadows import Shadows
from maskpick_bridge.words import _

STATE, OBJECTS, PICKS, PREVIEW = "state", "objects", "picks", "preview"
"""What ``tell`` is called with: work, its progress or its error; the objects, their pictures, what is stale; what is
hovered or picked; the outline of what is picked, and its size."""

THUMBNAIL_SIDE = 48
"""Pixels, on a screen that is not scaled."""

Bytes = Union[bytes, memoryview]


class Edge(NamedTuple):
    """How an edge is wanted: looked up in the picture (fine), grown (or shrunk) and feathered by pixels, hard."""

    grow: float = 0.0
    feather: float = 0.0
    hard: bool = False
    fine: bool = False


class Part(NamedTuple):
    """A mask with its edge. ``coverage`` is one byte a pixel of ``box``; ``id`` is None for several in one."""

    id: int | None
    name: str
    box: Box
    coverage: Bytes


class Node(NamedTuple):
    """A layer, or a group: then ``nodes`` are what is in it, bottom to top, and ``data`` is None.

    ``data`` are the pixels of ``box``, in the format the layers were asked for in. ``id`` is the object, if any.
    """

    name: str
    id: int | None
    box: Box
    data: Bytes | None
    nodes: tuple[Node, ...] | None


class Filled(NamedTuple):
    """The place of what was removed: pixels with alpha for ``box`` alone, and a name for their layer.

    ``shadows`` is how many shadows went along.
    """

    name: str
    box: Box
    data: Bytes
    format: str
    linear: bool
    shadows: int = 0


class Session:
    """One picture's objects. Actions return False, and do nothing, while another one is under way.

    ``busy`` names the action under way (``find``, ``load``, ``cut``, ``layers``, ``remove``) or is empty; ``stage`` and
    ``fraction`` (0..1) say how far it is. ``error`` is what the last one failed with, ``notes`` are sentences worth
    reading. ``file``, ``picking`` and ``outlines`` are None until objects are found. ``seen`` are the
    pixels they were found in, kept where anybody looks, for what is asked about them. ``stale`` are the ids of masks
    whose pixels have changed since. ``preview`` are the outlines of what is picked; None until they have come, and
    where those of the objects are the same: the edge is left alone, and nothing was taken away. ``area`` counts the
    pixels picked, None while it is not known. ``preview_is_fine``: both are of the fine edge that is wanted; until that
    is found, they are of a soft one. Pixels that are given are let go of when they are not needed any more.
    ``clicks`` put right what is picked, ``shadows`` are those it casts. ``shows`` is False where nobody looks: then
    nothing is drawn, and no shadow looked for. ``thumbnail_side`` is how many of the screen's pixels the objects'
    pictures have at most, across and down.
    """

    def __init__(self, connection: Connection, tell: Callable[[str], object], shows: bool = True) -> None:
        self.connection = connection
        self.busy = ""
        self.stage, self.fraction = "", 0.0
        self.error: WorkerError | None = None
        self.notes: list[str] = []
        self.file: MaskFile | None = None
        self.picking: Picking | None = None
        self.outlines: Outlines | None = None
        self.stale: frozenset[int] = frozenset()
        self.seen: Pixels | None = None
        self.edge = Edge()
        self.thumbnail_side = THUMBNAIL_SIDE
        self.preview: Outlines | None = None
        self.preview_is_fine = False
        self.area: int | None = None
        self.clicks = Clicks(self)
        self.shadows = Shadows(self)
        self._tell = tell
        self._shows = shows
        self._masks = ""
        self._found = ""
        """The mask file as it was found or loaded, which those with clicked objects lean on."""
        self._thumbnails: dict[int, tuple[int, int, Bytes]] = {}
        self._action: Request | None = None
        self._errands: set[Request] = set()
        self._previewing = Latest(connection)
        self._closed = False

    @property
    def idle(self) -> bool:
        """Nothing is under way, neither an action nor anything beside it."""
        return not (self.busy or self._errands or self._previewing.busy or self.clicks.busy or self.shadows.busy)

    @property
    def looking_for_edge(self) -> bool:
        """A fine edge is being looked for, and ``preview`` is still soft."""
        return self.edge.fine and self._previewing.busy and not self.preview_is_fine

    # Finding.

    def find(
        self,
        pixels: Pixels,
        engine: str | None = None,
        options: dict[str, Any] | None = None,
        area: Coverage | None = None,
        fresh: bool = False,
    ) -> bool:
        """Find the objects, within ``area`` if it is given. Those known before stay until there are new ones."""

        def found(result: dict[str, Any]) -> None:
            self.notes = list(map(translated, result["notes"]))
            if result["cached"]:
                self.notes.append(_("This picture was known already; nothing was computed or sent."))
            if not result["count"]:
                self.notes.append(_("No objects were found. Try another engine, or another part of the picture."))
            self._show(result["masks"], pixels)

        handed = [pixels] if area is None else [pixels, area]
        about: dict[str, Any] = {"engine": engine, "options": options, "area": area, "fresh": fresh}
        return self._act("find", found, handed, keep=[pixels], pixels=pixels, **about)

    def open_kept(self, data: bytes, pixels: Pixels, done: Callable[[], object] | None = None) -> bool:
        """Take up what the document kept (see `store`), and see what has been painted over since."""

        def loaded(result: dict[str, Any]) -> None:
            self._show(result["masks"], pixels.shared())
            self.check_stale(pixels)
            if done is not None:
                done()

        kept = Kept(data)
        return self._act("load", loaded, [kept, pixels], keep=[pixels], file=kept)

    def check_stale(self, pixels: Pixels) -> None:
        """See which masks lie on pixels that have changed since they were found."""

        def compared(result: dict[str, Any]) -> None:
            if result["other_size"]:
                self._forget()
                self.notes = [_("The picture has another size than when its objects were found. Find them again.")]
                self._tell(STATE)
            self.stale = frozenset(result["stale"]) if self.file else frozenset()
            self._tell(OBJECTS)

        if self.file is None:
            pixels.release()
        else:
            self._errand("stale", compared, [pixels], masks=self._masks, pixels=pixels)

    def store(self, done: Callable[[bytes], object]) -> None:
        """Pack the objects into few bytes, to be kept with the document."""
        if self.file is not None:
            self._errand("store", lambda result: done(bytes(taken(result["file"]))), masks=self._masks)

    def export(self, pixels: Pixels, path: str, done: Callable[[], object]) -> bool:
        """Write the objects to a file: a mask file, the service's archive, or the picture in layers, by its ending."""
        return self._act("export", lambda _result: done(), [pixels], masks=self._masks, pixels=pixels, file=path)

    def plan(
        self,
        pixels: Pixels,
        done: Callable[[bool, list[str]], object],
        engine: str | None = None,
        work: str = "find",
    ) -> None:
        """Ask what an engine would send to find or (``work``) to remove, and where to: whether anything, and lines to
        read. Nothing is sent."""
        told = lambda result: done(bool(result["sends"]), list(map(translated, result["lines"])))  # noqa: E731
        self._errand("plan", told, [pixels], pixels=pixels, engine=engine, work=work)

    def thumbnail(self, id: int) -> tuple[int, int, Bytes] | None:  # noqa: A002
        """A small cut-out of an object: width, height, pixels in ``rgba8``; None while there is none."""
        return self._thumbnails.get(id)

    # Picking.

    def hovered(self) -> None:
        """To be called when ``picking`` has said that what is hovered changed."""
        self._tell(PICKS)

    def picked(self) -> None:
        """To be called when ``picking`` has said that what is picked changed."""
        self.area = None
        if self.edge == Edge():
            self.preview = None  # the objects' own outlines show sooner what has been picked
        self.shadows.look()
        self._tell(PICKS)
        self._ask_preview()

    def set_edge(self, edge: Edge) -> None:
        """Want another edge; a preview of it comes as soon as it can."""
        if edge != self.edge:
            self.edge = edge
            self._ask_preview()

    # What becomes of them.

    def cut(
        self,
        done: Callable[[list[Part]], object],
        each: bool = False,
        ids: list[int] | None = None,
        read: Callable[[], Pixels] | None = None,
    ) -> bool:
        """Cut out what is picked, or ``ids``: in one, or ``each`` for itself. A fine edge is found in what is read."""
        picking = self.picking
        if picking is None:
            return False
        objects = picking.ids if ids is None else tuple(ids)

        def cut(result: dict[str, Any]) -> None:
            data = taken(result["file"])
            parts = []
            for told in result["parts"]:
                box = Box(*told["box"])
                inside = data[told["at"] : told["at"] + box.width * box.height]
                id = told["id"] if each else objects[0] if len(objects) == 1 else None  # noqa: A001
                name = name_of(picking.file.masks[id]) if id is not None else names_of(picking, objects)
                parts.append(Part(id, name, box, inside))
            done(parts)

        # Each object for itself is a whole one, also where a part of it was taken away.
        pick = picking.steps if ids is None and not each else list(objects)
        seen = [read()] if self.edge.fine and read is not None else []
        about: dict[str, Any] = {"each": each, "edge": self._edge(bool(seen)), "pixels": seen[0] if seen else None}
        return self._act("cut", cut, seen, method="refine", masks=self._masks, pick=pick, **about)

    def layers(
        self,
        pixels: Pixels,
        done: Callable[[list[Node]], object],
        everything: bool = False,
        format: str | None = None,  # noqa: A002 - the word everybody knows
    ) -> bool:
        """Cut the picture into layers, bottom to top: what is picked, or everything.

        All the layers of everything, put together, show exactly the picture.
        """
        picking = self.picking
        if picking is None:
            pixels.release()
            return False

        def cut(result: dict[str, Any]) -> None:
            pixel = pixel_bytes(result["format"])
            data = taken(result["file"])

            def node(told: dict[str, Any], whole: int | None = None) -> Node:
                id = told["id"]  # noqa: A001
                known = id is not None and id in picking.file.masks
                name = name_of(picking.file.masks[id]) if known else translated(told["name"])
                if "nodes" in told:
                    return Node(name, id, Box(0, 0, 0, 0), None, tuple(node(one, id) for one in told["nodes"]))
                if known and id == whole:
                    name = _("Rest of {name}").format(name=name)
                box = Box(*told["box"])
                inside = data[told["at"] : told["at"] + box.width * box.height * pixel]
                return Node(name, id, box, inside, None)

            done([node(told) for told in result["nodes"]])

        about: dict[str, Any] = {} if everything else {"pick": picking.steps, "edge": self._edge(True)}
        return self._act("layers", cut, [pixels], masks=self._masks, pixels=pixels, format=format, **about)

    def remove(
        self,
        pixels: Pixels,
        done: Callable[[Filled], object],
        engine: str | None = None,
        coverage: Coverage | None = None,
        format: str | None = None,  # noqa: A002
        grow: float | None = None,
        with_shadow: bool = False,
    ) -> bool:
        """Fill the place of what is picked, or of ``coverage``, with what may lie behind it.

        ``grow`` is how many pixels around it are filled as well; by default as many as hide its edge. ``with_shadow``:
        so is the place of the shadows that can be told at its foot; `Filled.shadows` says whether there were any.
        """
        picking = self.picking
        picked = names_of(picking, picking.ids) if picking is not None else ""
        what = picked if coverage is None else _("selection")

        def filled(result: dict[str, Any]) -> None:
            shadows = result["shadows"]
            name = (_("Removed: {what}, with shadow") if shadows else _("Removed: {what}")).format(what=what)
            data, form = taken(result["file"]), result["format"]
            done(Filled(name, Box(*result["box"]), data, form, result["linear"], shadows))

        about: dict[str, Any] = {"engine": engine, "format": format, "grow": grow, "masks": self._masks or None}
        about.update({"coverage": coverage} if coverage is not None else {"pick": picking.steps if picking else []})
        handed = [pixels] if coverage is None else [pixels, coverage]
        return self._act("remove", filled, handed, pixels=pixels, with_shadow=with_shadow, **about)

    def cancel(self) -> None:
        """Stop the action under way; nothing of it remains."""
        if self._action is not None:
            self._action.cancel()

    def fail(self, error: WorkerError | None) -> None:
        """Show an error of the editor's own where the engine's are shown, or take away the one that is shown."""
        self.error = error
        self._tell(STATE)

    def close(self) -> None:
        """Let go of everything; no callback runs any more."""
        self._closed = True
        if self._action is not None:
            self._action.cancel()
        self._forget()

    # Requests.

    def _act(
        self,
        action: str,
        done: Callable[[Any], object],
        handed: list[Any] | None = None,
        keep: list[Any] | None = None,
        method: str = "",
        **params: Any,
    ) -> bool:
        """Begin an action. ``handed`` is let go of at its end, but for what a success needs further: ``keep``."""
        handed = handed or []
        if self.busy or self._closed:
            for one in handed:
                one.release()
            return False

        def ended(release: list[Any]) -> None:
            self.busy, self.stage, self.fraction, self._action = "", "", 0.0, None
            for one in release:
                one.release()

        def went_well(result: Any) -> None:
            ended([one for one in handed if one not in (keep or [])])
            if not self._closed:
                try:
                    done(result)
                except MaskFileError as error:
                    self.error = WorkerError("MaskFileError", str(error))
                self._tell(STATE)

        def failed(error: WorkerError) -> None:
            ended(handed)
            if not self._closed:
                self.error = None if error.cancelled else error
                self._tell(STATE)

        def reported(stage: str, fraction: float) -> None:
            if not self._closed:
                self.stage, self.fraction = translated(stage), fraction
                self._tell(STATE)

        self.busy, self.stage, self.fraction, self.error, self.notes = action, "", 0.0, None, []
        self._action = self.connection.request(method or action, went_well, failed, reported, **params)
        self._tell(STATE)
        return True

    def _errand(
        self, method: str, done: Callable[[Any], object], handed: list[Any] | None = None, **params: Any
    ) -> Request:
        """A request beside the action under way: what it fails with is shown, unless that shows something already."""

        def ended() -> None:
            self._errands.discard(request)
            for one in handed or []:
                one.release()

        def went_well(result: Any) -> None:
            ended()
            if not self._closed:
                done(result)

        def failed(error: WorkerError) -> None:
            ended()
            if not (self._closed or error.cancelled or self.error):
                self.error = error
                self._tell(STATE)

        request = self.connection.request(method, went_well, failed, **params)
        self._errands.add(request)
        return request

    # The objects.

    def _show(self, masks: str, pixels: Pixels) -> None:
        """Take up a new mask file. ``pixels`` are what the thumbnails are cut from."""
        file = MaskFile.open(masks)
        self._forget()
        self._masks, self._found, self.file, self.picking = masks, masks, file, Picking(file)
        if self._shows:
            self._errand("outlines", self._drawn, masks=masks)
            self.seen = pixels.shared()
            self.picture(pixels)
        else:
            pixels.release()
        self._tell(OBJECTS)

    def picture(self, pixels: Pixels, ids: list[int] | None = None) -> Request:
        """Ask for the small pictures of objects."""
        about = {"masks": self._masks, "ids": ids, "side": self.thumbnail_side}
        return self._errand("thumbnails", self._pictured, [pixels], pixels=pixels, **about)

    def _drawn(self, result: dict[str, Any]) -> None:
        self.outlines = Outlines(bytes(taken(result["file"])))
        self._tell(OBJECTS)

    def _pictured(self, result: dict[str, Any]) -> None:
        data = taken(result["file"])
        for told in result["thumbnails"]:
            width, height, at = told["width"], told["height"], told["at"]
            self._thumbnails[told["id"]] = (width, height, data[at : at + 4 * width * height])
        self._tell(OBJECTS)

    def _forget(self) -> None:
        self.clicks.end()
        self.shadows.forget()
        for request in tuple(self._errands):
            request.cancel()
        self._previewing.cancel()
        if self.file is not None:
            self.file.close()
        for path in {self._masks, self._found} - {""}:
            discard(path)
        if self.seen is not None:
            self.seen.release()
        self.seen = None
        self._masks, self._found, self.file, self.picking, self.outlines = "", "", None, None, None
        self.stale, self.preview, self.area = frozenset(), None, None
        self._thumbnails = {}

    def _edge(self, fine: bool) -> dict[str, Any] | None:
        edge = self.edge._replace(fine=self.edge.fine and fine)
        return None if edge == Edge() else edge._asdict()

    def _ask_preview(self) -> None:
        """Ask for the edge and the size of what is picked: a fine one is soft at first, for it takes a while."""
        self.preview_is_fine = False
        if not self._shows or self.picking is None or not self.picking:
            self._previewing.drop()
            self.preview, self.area = None, 0
            self._tell(PREVIEW)
            return
        steps, seen = self.picking.steps, self.seen

        def ask(fine: bool) -> None:
            edge = self._edge(fine)
            # Of what is left of an object, no outline is known before.
            unknown = edge is not None or any(step.operation != ADD for step in steps)

            def drawn(result: dict[str, Any]) -> None:
                discard(result["file"])
                outlines = Outlines(bytes(taken(result["outlines"]))) if unknown else None
                if not (self._closed or self._previewing.outdated):
                    self.area, self.preview = sum(part["area"] for part in result["parts"]), outlines
                    self.preview_is_fine = fine
                    if self.edge.fine and not fine and seen is not None:
                        ask(fine=True)
                    self._tell(PREVIEW)

            def failed(error: WorkerError) -> None:  # noqa: ARG001 - whoever uses the edge will be told
                if not self._closed:
                    if not fine:  # else the soft one is seen
                        self.preview, self.area = None, 0
                    self._tell(PREVIEW)

            about: dict[str, Any] = {"pixels": seen} if fine else {}
            wish = {"masks": self._masks, "pick": steps, "edge": edge, "outlines": unknown, **about}
            self._previewing.ask("refine", drawn, failed, slow=fine, **wish)

        ask(fine=False)
