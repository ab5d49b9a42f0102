"""A picture of what was found: every object tinted, outlined in its colour and numbered.

The numbers are the mask ids. Of nested masks those are drawn that the eye can tell apart: what the panoptic map
shows, or every mask where there is no map, and the objects at the top of the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.lookup import count, look_up
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.preview_labels import INK, Label, Places
from maskpick.tree import region_areas, walk

MOST = 48
"""At most so many objects are drawn: more numbers than these nobody reads."""
WORTH_DRAWING = 0.0008
"""An object is drawn from this part of the picture on."""
SEEN = 0.12
"""A part that is itself nothing but smaller parts is left out: this much of it must show between them."""
TINT = 0.06
"""How much of an object's colour lies over the picture in its midst ..."""
GLOW = 0.38
"""... and at its border."""
GLOW_REACH = 0.016
"""How far the glow reaches inwards, in parts of the longer side."""
SHADE = 0.55
"""How much darker the picture gets beside a line."""
LOOKED_AT = 640
"""Colours and places of labels are chosen on a copy with this longer side."""

RGB = tuple[int, int, int]
Pixels8 = NDArray[np.uint8]

COLOURS: tuple[RGB, ...] = (
    (255, 82, 82), (64, 140, 255), (255, 214, 10), (48, 209, 88), (255, 92, 205), (0, 214, 200), (255, 149, 5),
    (150, 110, 255), (164, 232, 60), (100, 205, 255), (255, 150, 140), (215, 130, 255),
)  # fmt: skip
"""Bright, and far from each other; see `_choose_colours`."""
BACKGROUND_COLOUR: RGB = (242, 242, 242)


@dataclass(frozen=True)
class Drawn:
    """One object of the preview. ``depth`` is 0 for an object of its own, more for parts."""

    mask: Mask
    depth: int
    colour: RGB


class Style(NamedTuple):
    """Sizes in pixels of the picture, so that the preview looks the same at any size."""

    line: float
    """Width of the outline of a whole object; parts have thinner ones."""
    text: int
    """Height of the numbers of whole objects."""

    @classmethod
    def of(cls, size: Size) -> Style:
        longer = max(size)
        return cls(max(1.5, longer / 400), max(9, round(longer / 40)))


def draw_preview(picture: Picture, masks: MaskSet) -> Picture:
    """Return ``picture`` as 8-bit RGB of its own size, with the objects of ``masks`` drawn in.

    Transparent pixels lie over a checkerboard. Costs some passes over the picture and the boxes of what is drawn.
    Raises `ValueError` when the sizes differ.
    """
    if picture.size != masks.size:
        raise ValueError(f"masks for {masks.size} do not fit a picture of {picture.size}")
    chosen = _choose(masks)
    labels = _label_map(masks, chosen)
    step = max(1, -(-max(masks.size) // LOOKED_AT))
    drawn = _choose_colours(chosen, picture.rgb8[::step, ::step], labels[::step, ::step], step)
    canvas = _tinted(picture, labels, drawn, step)
    style = Style.of(masks.size)
    _draw_outlines(canvas, drawn, style)
    _draw_labels(canvas, drawn, labels[::step, ::step], step, style)
    return Picture(canvas)


def _choose(masks: MaskSet) -> list[tuple[int, Mask]]:
    """The masks to draw with their depths, parents before their parts."""
    least = WORTH_DRAWING * masks.size.width * masks.size.height
    flat = (
        None
        if masks.panoptic is None
        else set(np.flatnonzero(count(masks.panoptic, int(masks.panoptic.max()) + 1)).tolist())
    )
    tree = [
        (depth, mask)
        for depth, mask in walk(masks)
        if mask.area >= max(1, least) and (depth == 0 or mask.background or flat is None or mask.id in flat)
    ]
    seen = _visible_areas(masks, tree)
    tree = [
        (depth, mask)
        for depth, mask in tree
        if (depth == 0 and not mask.background) or seen[mask.id] >= SEEN * mask.area
    ]
    largest = sorted(tree, key=lambda one: (-one[1].area, one[1].id))[:MOST]
    kept = {mask.id for _, mask in largest}
    return [(depth, mask) for depth, mask in tree if mask.id in kept]


def _visible_areas(masks: MaskSet, tree: Sequence[tuple[int, Mask]]) -> dict[int, int]:
    """How many pixels of each mask no smaller one of ``tree`` covers."""
    ids = [0] + [mask.id for _, mask in tree]
    areas = np.bincount(_top(masks, ids), weights=region_areas(masks), minlength=len(ids))
    return {one: int(area) for one, area in zip(ids, areas, strict=True)}


def _top(masks: MaskSet, ids: Sequence[int]) -> NDArray[np.intp]:
    """For each row of the region map the place in ``ids`` of the smallest mask that is there; else 0."""
    places = {one: place for place, one in enumerate(ids)}
    return np.array([next((places[one] for one in row if one in places), 0) for row in masks.regions.table], np.intp)


def _label_map(masks: MaskSet, chosen: Sequence[tuple[int, Mask]]) -> Pixels8:
    """Which of the chosen is seen at each pixel: its place, counted from 1, or 0; the smallest is on top."""
    top = _top(masks, [0, *(mask.id for _, mask in chosen)])
    return look_up(top.astype(np.uint8), masks.regions.index)  # `MOST` is far below 255


def _choose_colours(chosen: Sequence[tuple[int, Mask]], rgb: Pixels8, labels: Pixels8, step: int) -> list[Drawn]:
    """Give each object the colour that differs most from its neighbours' and from its own, and is least used.

    ``rgb`` and ``labels`` are reduced copies, by ``step``. Largest objects choose first.
    """
    lab = cv2.cvtColor(np.array([COLOURS], np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    near = round(0.03 * max(labels.shape) * step)
    used = np.zeros(len(COLOURS))
    taken: list[tuple[Box, int]] = []
    colours: dict[int, RGB] = {}
    for place, (_, mask) in sorted(enumerate(chosen, 1), key=lambda one: (-one[1][1].area, one[0])):
        if mask.background:
            colours[mask.id] = BACKGROUND_COLOUR
            continue
        around = mask.box.grown(near)
        neighbours = [colour for box, colour in taken if not around.intersection(box).empty]
        score = 30 - 12 * used
        if neighbours:
            score += np.minimum(apart[neighbours].min(axis=0), 60)
        own = rgb[labels == place]
        if len(own):
            mean = cv2.cvtColor(own.mean(axis=0, dtype=np.float32)[None, None] / 255, cv2.COLOR_RGB2LAB)[0, 0]
            score += 0.3 * np.minimum(np.linalg.norm(lab - mean, axis=1), 80)
        best = int(score.argmax())
        used[best] += 1
        taken.append((mask.box, best))
        colours[mask.id] = COLOURS[best]
    return [Drawn(mask, depth, colours[mask.id]) for depth, mask in chosen]


def _tinted(picture: Picture, labels: Pixels8, drawn: Sequence[Drawn], step: int) -> Pixels8:
    """The objects in a glow of their colours, from the border inwards; background stays as it is."""
    film = np.zeros((256, 1, 3), np.uint8)
    most = np.zeros(256, np.uint8)
    for place, one in enumerate(drawn, 1):
        if not one.mask.background:
            film[place, 0], most[place] = one.colour, 255
    # The glow is soft, so it is computed small; where it ends is decided at full size.
    small = labels[::step, ::step]
    depth = np.minimum(cv2.distanceTransform(_inner(small), cv2.DIST_L2, 3), sum(small.shape))
    glow = 255 * (TINT + (GLOW - TINT) * np.exp(-depth / (GLOW_REACH * max(small.shape))))
    height, width = labels.shape
    weight = np.asarray(cv2.resize(glow.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    tinted = np.empty((height, width, 3), np.uint8)
    for rows in _strips(height):
        colour = np.asarray(cv2.applyColorMap(labels[rows], film), np.uint8)
        over = np.minimum(weight[rows], cv2.LUT(labels[rows], most))
        tinted[rows] = _mixed(colour, _opaque(picture, rows), over)
    return tinted


def _opaque(picture: Picture, rows: slice) -> Pixels8:
    """Some rows of the picture as RGB, over a checkerboard where it is transparent."""
    if picture.alpha8 is None:
        return picture.rgb8[rows]
    square = max(4, max(picture.size) // 80)
    down, across = (np.arange(side) // square % 2 for side in picture.rgb8.shape[:2])
    board = np.where(down[rows, None] ^ across[None, :], np.uint8(214), np.uint8(242))
    return _mixed(picture.rgb8[rows], np.repeat(board[:, :, None], 3, axis=2), picture.alpha8[rows])


def _mixed(upper: Pixels8, lower: Pixels8, weight: Pixels8) -> Pixels8:
    """``upper`` over ``lower``, (h, w, 3) each, with ``weight`` (h, w)."""
    weights = cv2.merge([weight] * 3)
    above = cv2.multiply(upper, weights, scale=1 / 255)
    return np.asarray(cv2.add(above, cv2.multiply(lower, cv2.bitwise_not(weights), scale=1 / 255)), np.uint8)


def _strips(height: int) -> Iterator[slice]:
    """Rows to work on at once: few enough to stay in the processor's cache."""
    return (slice(top, top + 64) for top in range(0, height, 64))


def _inner(labels: Pixels8) -> Pixels8:
    """1 where a pixel's neighbours have its label, 0 at borders."""
    kernel = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.erode(labels, kernel) == cv2.dilate(labels, kernel), np.uint8)


def _draw_outlines(canvas: Pixels8, drawn: Sequence[Drawn], style: Style) -> None:
    """Draw a coloured line just inside each border, with a shade on both sides that keeps neighbours apart."""
    lines: list[tuple[Drawn, float, list[NDArray[np.int32]]]] = []
    shade = np.zeros(canvas.shape[:2], np.uint8)
    for one in sorted(drawn, key=lambda one: (-one.mask.area, one.mask.id)):
        width = style.line * (0.45 if one.mask.background else 0.6 if one.depth else 1)
        paths = list(_outlines(one.mask, Size(canvas.shape[1], canvas.shape[0]), width))
        lines.append((one, width, paths))
        _stroke(shade, paths, 255, width + 0.9 * style.line)
    _darken(canvas, shade)
    for one, width, paths in lines:
        _stroke(canvas, paths, one.colour, width)


FRACTION_BITS = 4
"""Lines are drawn at sixteenths of a pixel."""


def _outlines(mask: Mask, size: Size, width: float) -> Iterator[NDArray[np.int32]]:
    """The borders of a mask as paths for `_stroke`, (n, 1, 2), half a line's width inside; not along the frame."""
    padded = np.zeros((mask.box.height + 2, mask.box.width + 2), np.uint8)
    padded[1:-1, 1:-1] = mask.inside
    contours, _ = cv2.findContours(padded, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    last = np.array([size.width - 1, size.height - 1])
    for contour in contours:
        points = contour[:, 0].astype(np.float64) + np.array(mask.box[:2]) - 1
        if len(points) < 8 * width:
            continue  # a speck
        at_frame = ((points <= 0) | (points >= last)).any(axis=1)
        smooth = _inset(_rounded(points, width), width / 2)
        for path in _without(smooth, at_frame):
            thinned = path[:: max(1, int(width))]
            yield np.rint(thinned * (1 << FRACTION_BITS)).astype(np.int32)[:, None]


def _rounded(points: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """A closed path without the stairs of its pixels: each point the mean of about 2 widths along the path."""
    reach = max(2, round(width))
    around = np.concatenate([points[-reach:], points, points[:reach]])
    total = np.concatenate([np.zeros((1, 2)), np.cumsum(around, axis=0)])
    span = 2 * reach + 1
    means: NDArray[np.float64] = (total[span:] - total[:-span]) / span
    return means


def _inset(points: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """A closed path moved to its left, where findContours has the inside."""
    along = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    direction = np.divide(along, length, out=np.zeros_like(along), where=length > 0)
    return points + by * np.stack([direction[:, 1], -direction[:, 0]], axis=1)


def _without(points: NDArray[np.float64], left_out: NDArray[np.bool_]) -> Iterator[NDArray[np.float64]]:
    """The stretches of a closed path between the points left out, or the whole, closed."""
    if not left_out.any():
        yield np.concatenate([points, points[:1]])
        return
    start = int(left_out.argmax())
    points, left_out = np.roll(points, -start, axis=0), np.roll(left_out, -start)
    ends = np.flatnonzero(np.diff(left_out.astype(np.int8), append=1))
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        if last - first > 2:
            yield points[first + 1 : last + 1]


def _stroke(canvas: Pixels8, paths: Sequence[NDArray[np.int32]], colour: RGB | int, width: float) -> None:
    thickness = max(1, round(width))
    cv2.polylines(canvas, paths, False, colour, thickness, cv2.LINE_AA, FRACTION_BITS)


def _darken(canvas: Pixels8, shade: Pixels8) -> None:
    """Darken ``canvas`` where ``shade`` is, by the part `SHADE` at 255."""
    kept = np.rint(255 - SHADE * np.arange(256)).astype(np.uint8)
    for rows in _strips(len(canvas)):
        if shade[rows].any():
            cv2.multiply(canvas[rows], cv2.merge([cv2.LUT(shade[rows], kept)] * 3), canvas[rows], scale=1 / 255)


def _draw_labels(canvas: Pixels8, drawn: Sequence[Drawn], labels: Pixels8, step: int, style: Style) -> None:
    """Number the objects, smallest first: they have the least choice of places. ``labels`` is reduced by ``step``."""
    places = Places(labels, step)
    for number, one in sorted(enumerate(drawn, 1), key=lambda each: (each[1].mask.area, each[0])):
        label = Label.draw(str(one.mask.id), style.text if one.depth == 0 else round(0.85 * style.text), one.colour)
        place = places.find(number, one.mask, label)
        if place.points_at is not None:
            for colour, width in ((INK, 1.6 * style.line), (one.colour, 0.7 * style.line)):
                cv2.line(canvas, (place.x, place.y), place.points_at, colour, max(1, round(width)), cv2.LINE_AA)
        label.paste(canvas, place.x, place.y)
