"""maskpick for scripts inside Krita: in the Scripter, in kritarunner, in other plug-ins; `docs/krita-scripting.md`.

    import maskpick_krita

    objects = maskpick_krita.find()
    objects.pick(objects.at(420, 310)[0])
    objects.to_layers()

Nothing asks, nothing shows a window. Every call returns when it is done; Krita stands still meanwhile.
"""

from __future__ import annotations

import atexit
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple, Union

from krita import Krita

from maskpick_bridge import Connection, MaskInfo, Picking, WorkerError
from maskpick_bridge.session import Edge, Filled, Session
from maskpick_bridge.words import _
from maskpick_krita import kept, placing
from maskpick_krita.documents import LAYER, SELECTION, VISIBLE, Reading, read, read_original

__all__ = ["Error", "Objects", "find", "open_kept"]

Error = WorkerError
"""What every call raises when it cannot do what it is asked: ``happened`` and ``advice``, in plain words."""

Point = Tuple[int, int]

_connection: Optional[Connection] = None


def find(
    document: Any = None,
    source: Any = VISIBLE,
    engine: Optional[str] = None,
    options: Optional[Mapping[str, Any]] = None,
    fresh: bool = False,
) -> Objects:
    """Find the objects of a document, by default the active one, and keep them with it.

    ``source``: ``"visible"``, all that is seen; ``"layer"``, the current layer; ``"selection"``, what is seen of the
    selected area; or a layer, a `Node` of Krita's. ``engine`` and ``options``: others than those of the settings.
    ``fresh``: ask the engine again, also for a picture that it has answered for before. Raises `Error`.
    """
    document = _document(document)
    if not isinstance(source, str):
        reading = read(document, LAYER, source.uniqueId())
    elif source in (VISIBLE, LAYER, SELECTION):
        reading = read(document, source)
    else:
        raise ValueError(f'source must be "{VISIBLE}", "{LAYER}", "{SELECTION}" or a layer, not {source!r}')
    objects = Objects(document, reading.layer)
    objects._do(
        lambda session: session.find(reading.pixels, engine, dict(options or {}), area=reading.area, fresh=fresh)
    )
    objects._keep()
    return objects


def open_kept(document: Any = None) -> Optional[Objects]:
    """The objects that a document has kept, or None. ``stale`` are those that were painted over since. Raises `Error`.

    Nothing is computed for it, and nothing is sent.
    """
    document = _document(document)
    data = kept.read(document)
    if data is None:
        return None
    layer = kept.layer(document)
    reading = read(document, VISIBLE if layer is None else LAYER, layer)
    objects = Objects(document, reading.layer)
    objects._do(lambda session: session.open_kept(data, reading.pixels))
    return objects


class Objects:
    """The objects of one document. What is picked, `pick`, is what becomes layers, masks, a selection, or nothing.

    ``edge`` is how the edges of what is picked are wanted: ``objects.edge = Edge(grow=2, feather=1.5)``, in pixels, a
    negative ``grow`` shrinks; ``hard=True`` for steps instead of soft borders, ``fine=True`` for hair, fur and leaves.
    """

    def __init__(self, document: Any, layer: Any) -> None:
        self._document = document
        self._layer = layer
        self._session = Session(_connected(), lambda _what: None, shows=False)

    @property
    def all(self) -> Mapping[int, MaskInfo]:
        """What is known of each object, by its id: ``name``, ``box``, ``area``, ``parent`` ..."""
        return self._picking.file.masks

    @property
    def picked(self) -> Tuple[int, ...]:
        """The ids of what is picked."""
        return self._picking.ids

    @property
    def stale(self) -> frozenset[int]:
        """The ids of objects whose pixels have changed since they were found."""
        return self._session.stale

    @property
    def edge(self) -> Edge:
        return self._session.edge

    @edge.setter
    def edge(self, edge: Edge) -> None:
        self._session.edge = edge

    def at(self, x: int, y: int) -> Tuple[int, ...]:
        """The ids of the objects at a pixel of the image, the smallest first."""
        return self._picking.file.at(x, y)

    def pick(self, ids: Union[int, Iterable[int]], operation: str = "replace") -> None:
        """Pick objects; ``operation``: ``"replace"``, ``"add"``, ``"subtract"`` or ``"intersect"``."""
        wanted = (ids,) if isinstance(ids, int) else tuple(ids)
        unknown = [id for id in wanted if id not in self.all]  # noqa: A001
        if unknown:
            raise KeyError(f"there is no object {unknown[0]}")
        self._picking.pick(wanted, operation)

    def pick_at(self, at: Iterable[Point], not_at: Iterable[Point] = ()) -> int:
        """Pick the one object that has all the pixels ``at``, (x, y), and none of the pixels ``not_at``. Its id.

        It joins the others as an object of its own, and is kept with them. Raises `Error`.
        """
        inside, outside = list(at), list(not_at)
        if not inside:
            raise ValueError("pick_at wants at least one pixel of the object")
        pixels = self._read(read).pixels
        self._do(lambda session: session.clicks.find(inside, outside, pixels))
        found = self.picked[-1]
        self._session.clicks.end()
        self.pick(found)
        self._keep()
        return found

    def to_layers(self, everything: bool = False) -> None:
        """Add cut-outs of what is picked, one a layer; or of ``everything``: they show exactly the picture again."""
        reading = self._read(read_original)
        place = lambda nodes: placing.add_layers(self._document, nodes, self._layer)  # noqa: E731
        self._do(lambda session: session.layers(reading.pixels, place, everything))

    def to_layer_masks(self) -> None:
        """Add a duplicate of the layer for each object that is picked, with a transparency mask."""
        self._cut(lambda parts: placing.add_layer_masks(self._document, parts, self._layer), each=True)

    def to_selection_masks(self) -> None:
        """Keep what is picked as selection masks."""
        self._cut(lambda parts: placing.add_selection_masks(self._document, parts, self._layer), each=True)

    def to_selection(self, way: str = "replace") -> None:
        """Select what is picked; ``way``: ``"replace"``, ``"add"``, ``"subtract"`` or ``"intersect"``."""
        self._cut(lambda parts: placing.select(self._document, parts[0], way))

    def mask_layer(self) -> None:
        """Let the layer, or for the visible image the current one, show only what is picked, by a transparency mask."""
        self._cut(lambda parts: placing.mask_layer(self._document, parts[0], self._layer))

    def remove(self, engine: Optional[str] = None, with_shadow: bool = False) -> int:
        """Add a layer that shows what may lie behind what is picked. How many shadows went with it."""
        reading = self._read(read)
        shadows: List[int] = []

        def place(filled: Filled) -> None:
            placing.add_filled(self._document, filled, self._layer)
            shadows.append(filled.shadows)

        self._do(lambda session: session.remove(reading.pixels, place, engine, with_shadow=with_shadow))
        return shadows[0]

    def close(self) -> None:
        """Let go of the document. Krita wants that before it is closed."""
        self._session.close()
        self._document = None

    def __len__(self) -> int:
        return len(self.all)

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _picking(self) -> Picking:
        if self._session.picking is None:
            raise WorkerError("NotFound", _("These objects are not there any more."), _("Find them again."))
        return self._session.picking

    def _read(self, how: Callable[..., Reading]) -> Reading:
        return how(self._document, VISIBLE if self._layer is None else LAYER, self._layer)

    def _cut(self, place: Callable[[Any], None], each: bool = False) -> None:
        if not self._picking:
            raise _nothing_picked()
        self._do(lambda session: session.cut(place, each=each, read=lambda: self._read(read).pixels))

    def _do(self, begin: Callable[[Session], object]) -> None:
        """Begin an action, and wait until it has ended."""
        self._session.error = None
        begin(self._session)
        _connected().wait_until(lambda: self._session.idle, self._session.busy)
        if self._session.error is not None:
            raise self._session.error

    def _keep(self) -> None:
        self._do(lambda session: session.store(lambda data: kept.write(self._document, data, self._layer)))


def _connected() -> Connection:
    """The connection that all scripts share."""
    global _connection
    if _connection is None:
        _connection = Connection(f"a script in Krita {Krita.instance().version()}")
        atexit.register(_connection.close)
    return _connection


def _nothing_picked() -> WorkerError:
    return WorkerError("PickError", _("Nothing is picked."), _("Pick at least one object first."))


def _document(document: Any) -> Any:
    document = Krita.instance().activeDocument() if document is None else document
    if document is None:
        raise WorkerError("Unfit", _("There is no picture."), _("Open one, or make a new one."))
    return document
