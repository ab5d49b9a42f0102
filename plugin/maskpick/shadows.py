"""The shadow an object casts on what it stands on, so that it can go with the object.

A shadow darkens the ground and leaves its hue: against the lit ground round it, its logarithms of red, green and blue
all drop by nearly the same (Finlayson, Hordley, Drew, *Removing Shadows from Images*, ECCV 2002, build on the same).
What is looked for is such a patch, dark all over, that begins at the object's foot and has lit ground beyond it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from maskpick.masks import Box, Mask
from maskpick.pictures import Picture
from maskpick.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORK_SIDE = 320  # pixels: the surroundings are looked at at this size
_GRAIN = 0.03  # of the square root of the object's area: over how much colours are averaged
_REACH = 1.0  # of the object's longer side: how far a shadow is looked for
_FOOT = 0.35  # of the object's height, from below: where a shadow may begin
_LIT = 0.35  # natural logarithm: what differs by less from the middle of the ground may be lit ground
_DARKER, _DARKEST = 0.15, 2.3  # natural logarithm: how much darker than the lit ground a shadow is
_HUE = 0.2  # how much the logarithms may drift apart: shadows outdoors turn a little blue
_LEAST_AREA, _MOST_AREA = 0.015, 2.0  # of the object's area
_LEAST_TOUCH = 0.06  # of the object's width: how long a shadow and its foot meet
_LEAST_ROUND = 0.5  # of a shadow's outline that does not lie on the object has lit ground beyond it
_LEAST_STEP = 0.35  # natural logarithm: the darkness of the middle of a shadow that can be told from the ground's own
_NEARLY = 0.7  # as common as the commonest colour: it may be the lit ground
_GROUND_REACH = 0.8  # of the square root of its area: how far from its foot an object's ground is looked at
_LEAST_GROUND = 0.12  # of what lies round the foot is ground, or it cannot be said what is its shadow


@dataclass(frozen=True)
class _View:
    """The surroundings of an object at the working size. Colours are natural logarithms of light, (h, w, 3)."""

    colours: NDArray[np.float32]
    object: NDArray[np.bool_]
    foot: NDArray[np.bool_]
    size: float  # the square root of the object's area


@dataclass(frozen=True)
class _Ground:
    """What an object stands on.

    of_ground: (h, w) bool, what is of its hue; darkness: (h, w) float32, by how much that is darker than lit ground,
    as a natural logarithm, 0 elsewhere; unevenness: how much that varies where it is lit.
    """

    of_ground: NDArray[np.bool_]
    darkness: NDArray[np.float32]
    unevenness: float


def shadows_of(objects: Iterable[Mask], picture: Picture, progress: Progress | None = None) -> list[Mask]:
    """The shadows of several objects of the picture, each with its object's id; of a part whose whole is among them,
    none of its own. They may overlap the other objects. Raises `Cancelled`.
    """
    progress = progress or Progress()
    objects = list(objects)
    ids = {mask.id for mask in objects}
    wholes = [mask for mask in objects if mask.parent not in ids]
    found = []
    for number, mask in enumerate(wholes):
        progress.report("Looking for shadows", number, len(wholes))
        shadow = shadow_of(mask, picture)
        found += [] if shadow is None else [shadow]
    return found


def shadow_of(mask: Mask, picture: Picture) -> Mask | None:
    """The shadow that an object casts at its foot, with a soft edge; None where none can be told.

    It never covers the object. ``mask`` is one of the picture's objects. The result has the mask's id.
    """
    if mask.empty:
        return None
    box = _surroundings(mask, picture)
    view = _view(mask, picture, box)
    if view is None:
        return None
    ground = _ground(view)
    chosen = None if ground is None else _cast(view, ground)
    if ground is None or chosen is None:
        return None
    # Half as dark as its middle is half shadow: that is where the soft edge of a shadow lies.
    depth = float(np.median(ground.darkness[chosen]))
    soft = np.where(_grown(chosen, 2), np.clip(ground.darkness / (0.5 * depth), 0, 1), 0)
    closed = cv2.morphologyEx((chosen | view.object).astype(np.float32), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    soft = np.maximum(soft, np.where(_grown(chosen, 3), closed, 0))  # no gap, no speck, and none along the object
    full = cv2.resize(soft.astype(np.float32), (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    coverage = np.rint(255 * np.clip(full, 0, 1)).astype(np.uint8)
    shadow = Mask.from_array(mask.id, coverage, box.x, box.y, name="shadow") - mask
    return None if shadow.empty else shadow


def _surroundings(mask: Mask, picture: Picture) -> Box:
    margin = max(8, round(_REACH * max(mask.box.width, mask.box.height)))
    return mask.box.grown(margin).intersection(Box(0, 0, *picture.size))


def _view(mask: Mask, picture: Picture, box: Box) -> _View | None:
    scale = min(1.0, _WORK_SIDE / max(box.width, box.height))
    size = (max(1, round(scale * box.width)), max(1, round(scale * box.height)))
    small: NDArray[Any] = cv2.resize(picture.rgb8[box.slices()], size, interpolation=cv2.INTER_AREA)
    light = (small / np.float32(255)) ** np.float32(2.2)
    shown: NDArray[Any] = cv2.resize(mask.within(box), size, interpolation=cv2.INTER_AREA)
    covered = shown / np.float32(255)
    object_ = covered > 0.5
    if not object_.any():
        return None
    outside = (covered < 0.02).astype(np.float32)
    # Grain is not shadow: colours are means over a few pixels, of what is not the object.
    grain = max(1.5, _GRAIN * np.sqrt(np.count_nonzero(object_)))
    weight = cv2.GaussianBlur(outside, (0, 0), grain)
    mean = cv2.GaussianBlur(light * outside[..., None], (0, 0), grain) / np.maximum(weight, 1e-4)[..., None]
    rows = np.flatnonzero(object_.any(axis=1))
    low = rows[-1] - _FOOT * (rows[-1] - rows[0])
    foot = _grown(object_, 3) & ~object_ & (np.arange(size[1])[:, None] >= low)
    colours = np.log(np.maximum(mean, 2e-3)).astype(np.float32)
    return _View(colours, object_, foot, float(np.sqrt(np.count_nonzero(object_))))


def _ground(view: _View) -> _Ground | None:
    """What the object stands on; None where it cannot be told."""
    near = _near_foot(view)
    around = view.colours[near]
    if len(around) < 50:
        return None
    middle = _commonest(around)
    lit = near & _alike(view.colours - middle, _LIT)
    if np.count_nonzero(lit) < _LEAST_GROUND * len(around):
        return None
    # Light changes over the ground: each place is compared with the lit ground near it.
    for _ in range(2):
        sigma = 0.5 * view.size
        weight = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), sigma)[..., None]
        mean = cv2.GaussianBlur(view.colours * lit[..., None].astype(np.float32), (0, 0), sigma)
        step = view.colours - np.where(weight > 1e-3, mean / np.maximum(weight, 1e-3), middle)
        lit = near & _alike(step, _LIT)
        if not lit.any():
            return None
    bright = step.mean(axis=2)
    drift = _drift(step - bright[..., None])
    # The deeper a shadow, the more of the sky's blue is left; and what is nearly black has no hue to be sure of.
    of_ground = (drift < _HUE * (1 + np.maximum(-bright, 0))) & (np.abs(bright) < _DARKEST) & ~view.object
    return _Ground(of_ground, np.where(of_ground, -bright, 0).astype(np.float32), float(np.std(bright[lit])))


def _near_foot(view: _View) -> NDArray[np.bool_]:
    """What lies round the foot, not above it: where the ground is."""
    away = cv2.distanceTransform((~view.foot).astype(np.uint8), cv2.DIST_L2, 3)
    near = (away < _GROUND_REACH * view.size) & ~_grown(view.object, 1)
    rows = np.flatnonzero(view.foot.any(axis=1))
    near[: rows[0] if len(rows) else None] = False
    return np.asarray(near)


def _commonest(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colour most of the others resemble; of two about as common, the brighter, for the darker may be shadow."""
    some = colours[:: -(-len(colours) // 1200)]
    asked = some[:: -(-len(some) // 200)]
    like = np.array([int(np.count_nonzero(_alike(some - one, 0.6 * _LIT))) for one in asked])
    often = asked[like >= _NEARLY * like.max()]
    best = often[np.argmax(often.mean(axis=1))]
    return np.asarray(np.median(some[_alike(some - best, _LIT)], axis=0), np.float32)


def _alike(step: NDArray[np.float32], most: float) -> NDArray[np.bool_]:
    """Where colours (…, 3) that differ by so much are of one hue and differ in brightness by no more than `most`."""
    bright = step.mean(axis=-1)
    return np.asarray((np.abs(bright) < most) & (_drift(step - bright[..., None]) < _HUE))


def _drift(step: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the three values of a colour lie apart: (…,). As `numpy.ptp`, which is slow over so short an axis."""
    red, green, blue = step[..., 0], step[..., 1], step[..., 2]
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    return np.asarray(most - least)


def _cast(view: _View, ground: _Ground) -> NDArray[np.bool_] | None:
    """The dark patches that begin at the foot, look like shadows and have lit ground round them."""
    least = max(_DARKER, 1.2 * ground.unevenness)
    dark = cv2.morphologyEx((ground.darkness > least).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(dark, connectivity=4)
    width = float(np.ptp(np.flatnonzero(view.object.any(axis=0)))) + 1
    result = np.zeros(dark.shape, bool)
    for label in np.unique(labels[view.foot & (dark > 0)]):
        patch = labels == label
        touch = np.count_nonzero(np.any(patch & view.foot, axis=0))
        share = np.count_nonzero(patch) / view.size**2
        depth = float(np.median(ground.darkness[patch]))
        if touch < _LEAST_TOUCH * width or not _LEAST_AREA < share < _MOST_AREA:
            continue
        if depth >= max(_LEAST_STEP, 2 * ground.unevenness) and _lies_on_lit_ground(view, ground, patch, depth):
            result |= patch
    return result if result.any() else None


def _lies_on_lit_ground(view: _View, ground: _Ground, patch: NDArray[np.bool_], depth: float) -> bool:
    """Whether what is beyond the patch, the object aside, is lit ground; beyond the edge of the view nothing is."""
    padded = np.pad(patch, 8)
    beyond = _grown(padded, 6) & ~_grown(padded, 3) & ~np.pad(_grown(view.object, 3), 8)
    lit = np.pad(ground.of_ground & (ground.darkness < 0.4 * depth) & (ground.darkness > -_LIT), 8)
    return bool(np.count_nonzero(lit & beyond) >= _LEAST_ROUND * np.count_nonzero(beyond))


def _grown(area: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    side = 2 * radius + 1
    return np.asarray(cv2.dilate(area.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)
