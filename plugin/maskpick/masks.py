"""Masks and sets of them: what every engine returns and every host consumes.

A mask is a box and the coverage bytes inside it, never a full canvas, so memory and time are the sum of
the boxes. Coordinates: x to the right, y down, pixel (0, 0) at the top left of the image; arrays are
[y, x]. Masks and mask sets do not change; operations return new ones.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import PickError
from maskpick.lookup import look_up

if TYPE_CHECKING:
    from maskpick.regions import RegionMap

Coverage = NDArray[np.uint8]
LabelMap = NDArray[np.uint16]

INSIDE = 128
"""A pixel belongs to a mask where its coverage is at least this (half of 255, rounded up)."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class Box(NamedTuple):
    """A rectangle of whole pixels: its left top pixel, its width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def contains(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def intersection(self, other: Box) -> Box:
        """The common rectangle; `NOWHERE` when there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        common = Box(x, y, min(self.right, other.right) - x, min(self.bottom, other.bottom) - y)
        return NOWHERE if common.empty else common

    def hull(self, other: Box) -> Box:
        """The smallest rectangle around both."""
        if self.empty:
            return other
        if other.empty:
            return self
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def grown(self, margin: int) -> Box:
        """The rectangle with ``margin`` more pixels on every side."""
        if self.empty:
            return self
        return Box(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def translated(self, dx: int, dy: int) -> Box:
        return self if self.empty else Box(self.x + dx, self.y + dy, self.width, self.height)

    def slices(self, origin: Box | None = None) -> tuple[slice, slice]:
        """Row and column slices of this box, in an array whose [0, 0] is the corner of ``origin``."""
        dx, dy = (origin.x, origin.y) if origin is not None else (0, 0)
        return slice(self.y - dy, self.bottom - dy), slice(self.x - dx, self.right - dx)


NOWHERE = Box(0, 0, 0, 0)


def _tight(coverage: Coverage) -> tuple[slice, slice]:
    """The slices of the smallest part of ``coverage`` that holds all that is not 0."""
    rows = np.flatnonzero(coverage.any(axis=1))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(coverage[top:bottom].any(axis=0))
    return slice(top, bottom), slice(int(columns[0]), int(columns[-1]) + 1)


def _is_tight(coverage: Coverage) -> bool:
    return bool(
        coverage.size and coverage[0].any() and coverage[-1].any() and coverage[:, 0].any() and coverage[:, -1].any()
    )


def _keeps_more_alive(coverage: Coverage) -> bool:
    """Whether this is a view of an array much larger than itself."""
    return isinstance(coverage.base, np.ndarray) and coverage.base.nbytes > 2 * coverage.nbytes


@dataclass(frozen=True, eq=False)
class Mask:
    """One object: where it is, and how much of each pixel it covers.

    ``coverage`` is uint8 of shape (box.height, box.width), 0 = not covered .. 255 = wholly covered. It is
    made read-only; box and coverage are trimmed to what is covered, so that equal masks are equal.
    ``confidence`` is in 0..1. ``parent`` is the id of the mask this one is a part of. ``alternate_of``
    is the id of a mask that shows nearly the same; lists show that one. ``background`` marks what lies behind
    the objects.
    """

    id: int
    box: Box
    coverage: Coverage
    confidence: float = 1.0
    name: str = ""
    parent: int | None = None
    alternate_of: int | None = None
    background: bool = False

    def __post_init__(self) -> None:
        if self.coverage.dtype != np.uint8:
            raise TypeError(f"coverage must be uint8, not {self.coverage.dtype}")
        if self.coverage.shape != (self.box.height, self.box.width):
            raise ValueError(f"coverage of shape {self.coverage.shape} does not fit {self.box}")
        if self.id < 1:
            raise ValueError(f"mask ids start at 1, not {self.id}")
        box, coverage = self.box, self.coverage
        if not _is_tight(coverage):
            rows, columns = _tight(coverage)
            coverage = coverage[rows, columns]
            box = Box(box.x + columns.start, box.y + rows.start, coverage.shape[1], coverage.shape[0])
            if box.empty:
                box, coverage = NOWHERE, np.zeros((0, 0), np.uint8)
        if coverage.flags.writeable or not coverage.flags.c_contiguous or _keeps_more_alive(coverage):
            coverage = np.array(coverage, order="C") if coverage.base is not None else coverage
            coverage = np.ascontiguousarray(coverage)
            coverage.flags.writeable = False
        object.__setattr__(self, "box", Box(*box))
        object.__setattr__(self, "coverage", coverage)

    @classmethod
    def from_array(cls, id: int, array: NDArray[Any], x: int = 0, y: int = 0, **fields: Any) -> Mask:  # noqa: A002
        """Make a mask from a bool or uint8 array (h, w) whose [0, 0] is image pixel (x, y)."""
        coverage = array.astype(np.uint8) * np.uint8(255) if array.dtype == np.bool_ else array
        return cls(id, Box(x, y, array.shape[1], array.shape[0]), coverage, **fields)

    @functools.cached_property
    def area(self) -> int:
        """How many pixels are at least half covered."""
        return int(np.count_nonzero(self.coverage >= INSIDE))

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which pixels of the box are at least half covered: bool (box.height, box.width)."""
        return self.coverage >= INSIDE

    @property
    def empty(self) -> bool:
        return self.box.empty

    def coverage_at(self, x: int, y: int) -> int:
        """The coverage of image pixel (x, y), 0..255; 0 outside the box."""
        if not self.box.contains(x, y):
            return 0
        return int(self.coverage[y - self.box.y, x - self.box.x])

    def contains(self, x: int, y: int) -> bool:
        return self.coverage_at(x, y) >= INSIDE

    def within(self, box: Box) -> Coverage:
        """The coverage as seen through ``box``: uint8 (box.height, box.width), 0 where the mask does not reach.

        A view where ``box`` lies inside the mask's own box, else a copy.
        """
        common = self.box.intersection(box)
        if common == box and not box.empty:
            return self.coverage[box.slices(self.box)]
        seen = np.zeros((max(0, box.height), max(0, box.width)), np.uint8)
        if not common.empty:
            seen[common.slices(box)] = self.coverage[common.slices(self.box)]
        return seen

    def canvas(self, size: Size) -> Coverage:
        """The mask on a full canvas: uint8 (height, width). Costs the whole canvas; avoid in loops."""
        return np.array(self.within(Box(0, 0, *size)))

    def replace(self, **fields: Any) -> Mask:
        """The same mask with some fields changed."""
        replaced = dataclasses.replace(self, **fields)
        if replaced.coverage is self.coverage and "area" in self.__dict__:
            replaced.__dict__["area"] = self.area  # spares counting again
        return replaced

    def __or__(self, other: Mask) -> Mask:
        """Union: the larger coverage of the two. Keeps the id and the fields of the left one, as all three do."""
        return self._combined(other, self.box.hull(other.box), np.maximum)

    def __and__(self, other: Mask) -> Mask:
        """Intersection: the smaller coverage of the two."""
        return self._combined(other, self.box.intersection(other.box), np.minimum)

    def __sub__(self, other: Mask) -> Mask:
        """What is left of this one without the other: the smaller of this and the other's inverse."""
        return self._combined(other, self.box, lambda mine, theirs: np.minimum(mine, 255 - theirs))

    def _combined(self, other: Mask, box: Box, rule: Callable[[Coverage, Coverage], Coverage]) -> Mask:
        return self.replace(box=box, coverage=rule(self.within(box), other.within(box)))

    def inverted(self, size: Size) -> Mask:
        """Everything of a canvas of ``size`` that this mask does not cover."""
        return self.replace(box=Box(0, 0, *size), coverage=255 - self.within(Box(0, 0, *size)))

    def translated(self, dx: int, dy: int) -> Mask:
        return self.replace(box=self.box.translated(dx, dy))

    def cropped(self, box: Box) -> Mask:
        """What lies inside ``box``, in the coordinates of ``box`` (its corner becomes pixel (0, 0))."""
        common = self.box.intersection(box)
        return self.replace(box=common, coverage=self.within(common)).translated(-box.x, -box.y)

    def resized(self, old: Size, new: Size) -> Mask:
        """The mask on a canvas scaled from ``old`` to ``new``; areas are averaged or interpolated."""
        from maskpick.resampling import resample

        if old == new or self.empty:
            return self
        box, coverage = resample(self.box, self.coverage, old, new)
        return self.replace(box=box, coverage=coverage)

    def has_pixels_of(self, other: Mask) -> bool:
        """Whether both cover the same pixels to the same degree; at once when they share their memory."""
        if self.box != other.box:
            return False
        return self.coverage is other.coverage or np.array_equal(self.coverage, other.coverage)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        mine, theirs = (
            (m.id, m.box, m.confidence, m.name, m.parent, m.alternate_of, m.background) for m in (self, other)
        )
        return mine == theirs and self.has_pixels_of(other)

    __hash__ = None  # type: ignore[assignment]  # equality looks at the pixels

    def __repr__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        return f"<Mask {self.id}{name} {self.box.width}x{self.box.height}+{self.box.x}+{self.box.y}>"


@dataclass(frozen=True, eq=False)
class MaskSet:
    """The objects of one picture.

    ``size`` is the picture's. ``masks`` stand best first, their ids differ. ``visual_id`` is the service's
    name for the picture (16 hex digits or a UUID). ``panoptic``, where an engine made one, is a label map:
    uint16 (height, width), each pixel the id of one mask that contains it, or 0.
    """

    size: Size
    masks: tuple[Mask, ...]
    visual_id: str = ""
    panoptic: LabelMap | None = None
    _by_id: dict[int, Mask] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", Size(*self.size))
        object.__setattr__(self, "masks", tuple(self.masks))
        by_id = {mask.id: mask for mask in self.masks}
        if len(by_id) != len(self.masks):
            raise ValueError("two masks of a set have the same id")
        canvas = self.canvas
        for mask in self.masks:
            if mask.box.intersection(canvas) != mask.box:
                raise ValueError(f"{mask!r} reaches outside the picture of {self.size}")
        if self.panoptic is not None and self.panoptic.dtype != np.uint16:
            raise TypeError(f"a panoptic map must be uint16, not {self.panoptic.dtype}")
        if self.panoptic is not None and self.panoptic.shape != (self.size.height, self.size.width):
            raise ValueError(f"panoptic map of shape {self.panoptic.shape} does not fit {self.size}")
        object.__setattr__(self, "_by_id", by_id)

    @property
    def canvas(self) -> Box:
        return Box(0, 0, *self.size)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(self._by_id)

    def __len__(self) -> int:
        return len(self.masks)

    def __iter__(self) -> Iterator[Mask]:
        return iter(self.masks)

    def __contains__(self, id: object) -> bool:  # noqa: A002
        return id in self._by_id

    def __getitem__(self, id: int) -> Mask:  # noqa: A002
        """The mask with this id. Raises `PickError` where there is none."""
        try:
            return self._by_id[id]
        except KeyError:
            raise PickError(f"There is no object number {id}.", self._which_exist()) from None

    def _which_exist(self) -> str:
        if not self.masks:
            return "No object was found in this picture."
        return f"The objects are numbered {min(self._by_id)} to {max(self._by_id)}."

    def children(self, id: int | None) -> tuple[Mask, ...]:  # noqa: A002
        """The masks whose parent is ``id``, in order; those without a parent for None."""
        return tuple(mask for mask in self.masks if mask.parent == id)

    @functools.cached_property
    def regions(self) -> RegionMap:
        """Which masks lie at each pixel, built once; see `maskpick.regions`."""
        from maskpick.regions import RegionMap

        return RegionMap.build(self.size, self.masks)

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The stack at a pixel: the ids of the masks that contain it, smallest first.

        Raises `PickError` when the point lies outside the picture.
        """
        self.check_point(x, y)
        return self.regions.at(x, y)

    def check_point(self, x: int, y: int) -> None:
        """Raise `PickError` when pixel (x, y) lies outside the picture."""
        if not self.canvas.contains(x, y):
            raise PickError(
                f"The point {x}, {y} lies outside the picture.",
                f"The picture is {self.size.width} x {self.size.height} pixels, counted from 0, 0 at the top left.",
            )

    def union(self, ids: Iterable[int], id: int = 1) -> Mask:  # noqa: A002
        """One mask that covers all of ``ids``. Raises `PickError` for an unknown id or none at all."""
        picked = [self[one] for one in ids]
        if not picked:
            raise PickError("Nothing is picked.", "Pick at least one object first.")
        box = functools.reduce(Box.hull, (mask.box for mask in picked))
        coverage = np.zeros((box.height, box.width), np.uint8)
        for mask in picked:
            if not mask.empty:
                part = coverage[mask.box.slices(box)]
                np.maximum(part, mask.coverage, out=part)
        return Mask(id, box, coverage)

    def replace(self, **fields: Any) -> MaskSet:
        """The same set with some fields changed."""
        return dataclasses.replace(self, **fields)

    def with_masks(self, masks: Iterable[Mask]) -> MaskSet:
        """The set with other masks; parents, alternates and labels of the panoptic map that are gone are forgotten."""
        kept = _without_lost_parents(tuple(masks))
        return self.replace(masks=kept, panoptic=_without_lost_labels(self.panoptic, kept))

    def redescribed(self, masks: Iterable[Mask]) -> MaskSet:
        """The same masks in another order or with other names, parents ...; the region map is kept.

        Raises `ValueError` when ids or pixels are not the same.
        """
        masks = tuple(masks)
        if {mask.id for mask in masks} != set(self.ids) or not all(mask.has_pixels_of(self[mask.id]) for mask in masks):
            raise ValueError("only the descriptions of the masks may change")
        redescribed = self.replace(masks=masks)
        if "regions" in self.__dict__:
            redescribed.__dict__["regions"] = self.regions
        return redescribed

    def cropped(self, box: Box) -> MaskSet:
        """The part inside ``box``, in its coordinates. Masks that leave nothing behind are dropped."""
        box = box.intersection(self.canvas)
        panoptic = None if self.panoptic is None else self.panoptic[box.slices()]
        return self._with_what_is_left((mask.cropped(box) for mask in self.masks), box, panoptic)

    def translated(self, dx: int, dy: int, size: Size | None = None) -> MaskSet:
        """Every mask moved by (dx, dy), on a canvas of ``size`` (default: the same); what leaves it is cut off."""
        canvas = Box(0, 0, *(size or self.size))
        panoptic = None
        if self.panoptic is not None:
            panoptic = np.zeros((canvas.height, canvas.width), np.uint16)
            seen = self.canvas.translated(dx, dy).intersection(canvas)
            if not seen.empty:
                panoptic[seen.slices()] = self.panoptic[seen.translated(-dx, -dy).slices()]
        moved = (mask.translated(dx, dy).cropped(canvas) for mask in self.masks)
        return self._with_what_is_left(moved, canvas, panoptic)

    def _with_what_is_left(self, masks: Iterable[Mask], canvas: Box, panoptic: LabelMap | None) -> MaskSet:
        kept = _without_lost_parents([mask for mask in masks if not mask.empty])
        if len(kept) < len(self.masks):
            panoptic = _without_lost_labels(panoptic, kept)
        return MaskSet(Size(canvas.width, canvas.height), kept, self.visual_id, panoptic)

    def resized(self, size: Size) -> MaskSet:
        """The set for the same picture at another size. Where labels no longer fit their masks, they are repaired."""
        from maskpick.panoptic import repaired
        from maskpick.resampling import nearest

        size = Size(*size)
        if size == self.size:
            return self
        masks = tuple(mask.resized(self.size, size) for mask in self.masks)
        resized = self.replace(size=size, masks=masks, panoptic=None)
        if self.panoptic is None:
            return resized
        return resized.replace(panoptic=repaired(nearest(self.panoptic, size), resized))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MaskSet):
            return NotImplemented
        if (self.size, self.visual_id, self.masks) != (other.size, other.visual_id, other.masks):
            return False
        if self.panoptic is None or other.panoptic is None:
            return self.panoptic is other.panoptic
        return np.array_equal(self.panoptic, other.panoptic)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<MaskSet {self.visual_id or '-'} {self.size.width}x{self.size.height}, {len(self)} masks>"


def _without_lost_parents(masks: Sequence[Mask]) -> tuple[Mask, ...]:
    """Masks whose parent or better alternate is gone stand on their own."""
    ids = {mask.id for mask in masks}
    return tuple(
        mask
        if (mask.parent is None or mask.parent in ids) and (mask.alternate_of is None or mask.alternate_of in ids)
        else mask.replace(
            parent=mask.parent if mask.parent in ids else None,
            alternate_of=mask.alternate_of if mask.alternate_of in ids else None,
        )
        for mask in masks
    )


def _without_lost_labels(panoptic: LabelMap | None, masks: Sequence[Mask]) -> LabelMap | None:
    """Labels whose mask is gone become 0."""
    if panoptic is None:
        return None
    known = np.zeros(int(panoptic.max(initial=0)) + 1, np.uint16)
    for mask in masks:
        if mask.id < len(known):
            known[mask.id] = mask.id
    return look_up(known, panoptic)
