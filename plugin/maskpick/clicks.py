"""One object by clicks: interactive segmentation from the masks that were found once.

Points inside of what is meant and outside of it choose masks, to be put together and taken away from each other (see
`maskpick.click_nodes`). Where no mask tells the points apart, what looks like the point's surroundings is added or
taken away around it, and its border moved to the picture's edges. Any engine's masks will do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.click_nodes import Nodes, put_together
from maskpick.errors import PickError
from maskpick.masks import INSIDE, NOWHERE, Box, Coverage, Mask, MaskSet, Size
from maskpick.progress import Progress
from maskpick.refine import SOFTNESS, refine_labels, soften
from maskpick.tree import arrange, region_areas

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.pictures import Picture

REACH = 0.2
"""How far what looks alike is followed from a point, as a share of the picture's longer side."""
NEARER = 0.7
"""Nor further than this share of the way to the next point of the other kind."""
ALIKE = 15
"""How much its colour may differ from the point's, in each of OpenCV's 8-bit L, a and b. All three were fitted with
`maskpick.click_nodes`."""
SIDE = 200
"""What looks alike is looked for on a copy of its surroundings of at most so many pixels a side."""
SPOT = 0.004
"""At the least, a spot of this radius around a point is as the point says; a share of the picture's longer side."""
BESIDE = 0.4
"""But no larger than this share of the way to the next point of the other kind."""


def refine_by_clicks(
    masks: MaskSet,
    picture: Picture,
    inside: Sequence[Point],
    outside: Sequence[Point] = (),
    box: Box | None = None,
    progress: Progress | None = None,
    *,
    start: int | None = None,
) -> Mask:
    """The object that holds the pixels ``inside`` and none of those ``outside``, and lies about in ``box``.

    ``masks`` are those of ``picture``. The first point is taken for the middle of the object, each further one for the
    middle of what was missing or too much. A scribble is the points along it. A box alone will do as well, and so will
    ``start``, the id of the mask that is to be corrected. The same clicks give the same mask, with the id 1. Raises
    `PickError` where nothing says where the object is, for a point beside the picture, and for one that is to be both
    inside and outside; `Cancelled`.
    """
    progress = progress or Progress()
    inside, outside = tuple(dict.fromkeys(inside)), tuple(dict.fromkeys(outside))
    if start is not None:
        masks[start]  # says in words when there is none
    elif not inside and box is None:
        raise PickError("No point says where the object is.", "Click into the object first.")
    _check(masks, picture, inside, outside, box)
    progress.report("Finding the object")
    nodes = Nodes(masks)
    made = put_together(nodes.choose(inside, outside, box, start), masks)
    if made is None and not inside:
        raise PickError("No object lies in this box.", "Draw it closely round the object, or click into the object.")
    drawing = _Drawing(made or Mask(1, NOWHERE, np.zeros((0, 0), np.uint8)), masks, picture, progress)
    for point in inside:
        drawing.follow(point, outside, adds=True)
    for point in outside:
        drawing.follow(point, inside, adds=False)
    for point in inside:
        drawing.spot(point, outside, adds=True)
    for point in outside:
        drawing.spot(point, inside, adds=False)
    return drawing.mask.replace(id=1, name="", confidence=1.0, parent=None, alternate_of=None, background=False)


def along(corners: Sequence[Point], most: int = 8) -> tuple[Point, ...]:
    """At most so many points, evenly spread, of the scribble through ``corners``, a line; its first comes first."""
    if len(corners) < 2:
        return tuple(corners)
    line = np.array(corners, np.float64)
    run = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    places = np.linspace(0, run[-1], most)
    x, y = (np.rint(np.interp(places, run, one)).astype(int) for one in line.T)
    return tuple(dict.fromkeys((int(column), int(row)) for column, row in zip(x, y, strict=True)))


def join(masks: MaskSet, mask: Mask, name: str) -> MaskSet:
    """The set with one more mask: under the next free id, with a name, and at its place in the tree.

    The others keep ids, pixels and names; one that shows the same becomes its alternate. Raises `PickError` for an
    empty mask.
    """
    if not mask.area:
        raise PickError("Nothing is left of the object.", "Take the last point back, or click into the object.")
    fresh = mask.replace(id=max(masks.ids, default=0) + 1, name=name, confidence=1.0)
    joined = masks.replace(masks=(*masks.masks, fresh))
    # Of the map only what is new is drawn; the areas it tells are the masks' own.
    areas = region_areas(masks)
    known = dict.fromkeys(masks.ids, 0)
    for row, ids in enumerate(masks.regions.table):
        for id in ids:  # noqa: A001
            known[id] += int(areas[row])
    vars(joined)["regions"] = masks.regions.with_mask(fresh, known)
    return arrange(joined)


def _check(
    masks: MaskSet, picture: Picture, inside: Sequence[Point], outside: Sequence[Point], box: Box | None
) -> None:
    if masks.size != picture.size:
        raise PickError("The masks are for a picture of another size.", "Find the objects again.")
    for x, y in (*inside, *outside):
        masks.check_point(x, y)
    for x, y in set(inside) & set(outside):
        raise PickError(
            f"The point {x}, {y} is said to lie both in the object and beside it.", "Take one of the two back."
        )
    if box is not None and box.intersection(masks.canvas).empty:
        raise PickError("The box lies outside the picture.", "Draw it round the object.")


class _Drawing:
    """A mask in the making."""

    def __init__(self, mask: Mask, masks: MaskSet, picture: Picture, progress: Progress) -> None:
        self.mask = mask
        self._index = masks.regions.index
        self._picture = picture
        self._progress = progress
        self._side = max(picture.size)

    def follow(self, point: Point, others: Iterable[Point], *, adds: bool) -> None:
        """Put what looks like the surroundings of a point to the mask, or take it away, unless it is as it should be.

        What looks alike lies in the same region of the map, and hangs together.
        """
        if self.mask.contains(*point) == adds:
            return
        reach = round(min(REACH * self._side, NEARER * _distance(point, others)))
        if reach < 2:
            return
        x, y = point
        window = Box(x - reach, y - reach, 2 * reach + 1, 2 * reach + 1).intersection(_canvas(self._picture.size))
        step = max(1, math.ceil(max(window.width, window.height) / SIDE))
        small = (math.ceil(window.width / step), math.ceil(window.height / step))
        rgb = self._picture.rgb8[window.slices()]
        here = self.mask.within(window)
        seed = (min(small[0] - 1, (x - window.x) // step), min(small[1] - 1, (y - window.y) // step))
        colours: NDArray[Any] = cv2.resize(rgb, small, interpolation=cv2.INTER_AREA)
        wrong = _fitted((here >= INSIDE) != adds, small)
        region = _fitted(self._index[window.slices()] == self._index[y, x], small)
        rows, columns = np.ogrid[: small[1], : small[0]]
        near = (rows - seed[1]) ** 2 + (columns - seed[0]) ** 2 <= (reach / step) ** 2
        alike = _alike(colours, seed, wrong & region & near)
        # Over the border of the mask a little: there nothing can be changed, and no sliver is left.
        alike |= (cv2.dilate(alike.view(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~wrong
        labels = alike.astype(np.uint16) + np.uint16(1)
        fine = refine_labels(labels, rgb, self._progress) if step > 1 else labels
        self._change(window, soften(np.where(fine == 2, np.uint8(255), np.uint8(0)), SOFTNESS), adds=adds)

    def spot(self, point: Point, others: Iterable[Point], *, adds: bool) -> None:
        """See to it that a point is as it should be: make a spot around it so where it is not."""
        if self.mask.contains(*point) == adds:
            return
        radius = int(min(max(1.0, SPOT * self._side), BESIDE * _distance(point, others)))
        box = Box(point[0], point[1], 1, 1).grown(radius).intersection(_canvas(self._picture.size))
        disc = np.zeros((box.height, box.width), np.uint8)
        cv2.circle(disc, (point[0] - box.x, point[1] - box.y), radius, 255, -1)
        self._change(box, disc, adds=adds)

    def _change(self, box: Box, coverage: Coverage, *, adds: bool) -> None:
        change = Mask(1, box, coverage)
        self.mask = self.mask | change if adds else self.mask - change


def _alike(colours: NDArray[Any], seed: Point, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What hangs together with ``seed`` within ``allowed`` and is about of its colour: bool (h, w)."""
    lab = cv2.cvtColor(cv2.GaussianBlur(colours, (0, 0), 1.2), cv2.COLOR_RGB2LAB)
    # In the flood's plane 0 is free, what is not 0 is a wall; what was flooded becomes 2.
    plane = np.ones((lab.shape[0] + 2, lab.shape[1] + 2), np.uint8)
    plane[1:-1, 1:-1] = ~allowed
    plane[seed[1] + 1, seed[0] + 1] = 0
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (2 << 8)
    cv2.floodFill(lab, plane, seed, 0, (ALIKE,) * 3, (ALIKE,) * 3, flags)
    flooded = (plane[1:-1, 1:-1] == 2).view(np.uint8)
    side = 2 * max(1, max(allowed.shape) // 20) + 1
    closed = cv2.morphologyEx(flooded, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)) > 0
    found: NDArray[np.bool_] = closed & allowed
    return found


def _fitted(plane: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The plane at a smaller size (width, height), each pixel one of those it stands for."""
    fitted: NDArray[Any] = cv2.resize(plane.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return fitted > 0


def _distance(point: Point, others: Iterable[Point]) -> float:
    """How far the nearest of the others is, in pixels; infinite where there is none."""
    return min((math.dist(point, other) for other in others), default=math.inf)


def _canvas(size: Size) -> Box:
    return Box(0, 0, *size)
