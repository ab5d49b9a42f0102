"""Fine edges: how much of each pixel is object where hair, fur, leaves or blur mix it with what is behind.

A mask says where an object is, not how its border fades. In a band along the border every pixel is explained as a
mixture of the object's colours near it and of the colours behind it, both a mean and a covariance (Chuang, Curless,
Salesin and Szeliski 2001, A Bayesian Approach to Digital Matting). What coverage is likely before its colour has been
looked at depends on how far the pixel is from the mask's border, on which side, and on what was found at the same
distance round about: a crisp edge stays crisp, and hair may reach out where there is hair. So the colours, the
coverage and what is likely are found in turn, a few times (expectation and maximisation). In the end neighbours are
made to agree, see `maskpick.colour_lines`.

A border that runs along an edge of the picture itself is right already, and clutter of the object's own colours behind
it is no hair: there little else is likely, and little is learned from afar.

Cost goes with the boxes of the masks; large objects are looked at in half the size first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.colour_lines import ColourLines, Plane, cofactors_of
from maskpick.errors import PictureError
from maskpick.masks import INSIDE, Box, Coverage, Mask
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.pictures import Picture

REACH_SHARE = 0.12
"""How far beyond the mask the band goes, as a share of the square root of the object's area ..."""
LEAST_REACH, MOST_REACH = 6, 48
"""... and in pixels, at the least and at the most."""
INWARDS = 0.6
"""How far it goes inwards, as a share of that."""
LARGE_REACH = 32
"""From here on half the size is looked at first."""
MARGIN = 8
"""Pixels beyond the band that are looked at for what is behind."""

LEVELS = 7
"""How many steps of coverage are asked about."""
PASSES = 5
ROUNDS = 24
NOISE = 0.015
"""The noise of a colour (of 0..1)."""
PURITY = 16
"""How sure of a pixel one must be to learn colours from it: its coverage counts to this power."""
BORDER = 2.0
"""Pixels on both sides of the mask's border from which no colours are learned at first."""
WINDOW, WIDE = 7.0, 24.0
"""How far colours are gathered (sigma, in pixels) ..."""
WIDE_SHARE = 0.05
"""... and how much those from further away count, for where there are none near by."""
SHRINK = 2
"""Colours are gathered in a picture so many times smaller: they change slowly."""
OTHERWISE, LEAST_OTHERWISE = 0.4, 0.02
"""How likely a pixel is not what the mask says, at its border, and far from it ..."""
FADE_OUT, FADE_IN = 6.0, 4.0
"""... and the distance at which that has fallen to a third: hair reaches out further than gaps reach in."""
WHOLE_SHARE = 0.6
"""If so, how likely it is wholly the other way round."""
DISTANCES = (1.2, 2.5, 4, 6, 9, 13, 18, 25, 34)
"""Where distances from the mask's border are told apart, in pixels."""
CELL, SPREAD = 4, 24.0
"""What is likely is learned in cells of so many pixels, from so far around (sigma, in pixels)."""
FIRST_THOUGHT = 0.1
"""How many pixels what was likely at first counts for."""
EXACT = 2.0, 3.0
"""How many times steeper the picture is to be along the mask's border than beside it, for the border to be thought
right a little, and altogether."""
WHOLE_BORDER = 0.5
"""How much the border as a whole counts besides what is round about: most where there is little to be seen."""
ALONG, BESIDE = 1.2, 4.0
"""What is along the border, and what beside it: up to so many pixels from it."""
EXACT_FADE, EXACT_OTHERWISE = 1.2, 0.002
"""`FADE_OUT` and `FADE_IN`, and `LEAST_OTHERWISE`, where the border is right ..."""
EXACT_THOUGHT, EXACT_FAR = 10.0, 8.0
"""... and how many pixels more what was likely at first counts for there, from how far from the border on."""
PULL = 0.005
"""How much a pixel's own colour counts against its neighbours, for a doubt (a variance of coverage) of 1."""
ALIKE = 4.0
"""The contrast (a squared distance over the variance) of the colours on both sides that tells as much as the mask."""
SLENDER, FAR = 9, 6
"""What is at least so wide, and so far from the mask's border (both in pixels), is as the mask says."""
HAZE = 0.02
"""Coverage so near to none or all is none or all."""

_UPPER_HALF = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))

Pixels = NDArray[np.intp]


def matte(mask: Mask, picture: Picture, progress: Progress) -> Mask:
    """The mask with the coverage that the picture shows in a band along its border.

    Outside the band, which is at most `MOST_REACH` pixels wide to each side, coverage stays as it is; so it does where
    the mask covers all of the picture, or nothing. The same input gives the same result. Raises `PictureError` when
    the mask reaches outside the picture, and `Cancelled`.
    """
    canvas = Box(0, 0, *picture.size)
    if mask.box.intersection(canvas) != mask.box:
        raise PictureError("The object lies outside the picture.", "Find the objects of this picture first.")
    if mask.empty:
        return mask
    reach = int(np.clip(round(REACH_SHARE * mask.area**0.5), LEAST_REACH, MOST_REACH))
    step = 2 if reach >= LARGE_REACH else 1
    box = mask.box.grown(reach + MARGIN * step).intersection(canvas)
    coverage, rgb = mask.within(box), picture.rgb8[box.slices()]
    if (coverage >= INSIDE).all() or not (coverage >= INSIDE).any():
        return mask
    if step == 1:
        fine, band = _estimate(_unit(rgb), coverage, reach, progress)
    else:
        small = (-(-box.width // step), -(-box.height // step))
        fewer, thin = (cv2.resize(one, small, interpolation=cv2.INTER_AREA) for one in (rgb, coverage))
        fine, band = _estimate(_unit(fewer), np.asarray(thin, np.uint8), reach // step, progress)
        progress.check()
        fine, band = _enlarged(fine, band, _unit(fewer), _unit(rgb))
    stretched = np.clip((fine - HAZE) / (1 - 2 * HAZE), 0, 1)
    return mask.replace(box=box, coverage=np.where(band, np.rint(255 * stretched).astype(np.uint8), coverage))


class _Band(NamedTuple):
    """The pixels along the border, as indices into the flat picture, and of each what is asked often.

    ``distance`` is to the mask's border, below 0 inside. ``ring`` numbers side and distance, ``cell`` the cell of
    ``cells`` (rows, columns).
    """

    pixels: Pixels
    distance: Plane
    ring: Pixels
    cell: Pixels
    cells: tuple[int, int]


def _estimate(rgb: Plane, mask: Coverage, reach: int, progress: Progress) -> tuple[Plane, NDArray[np.bool_]]:
    """Coverage (h, w), 0..1, of a picture (h, w, 3), 0..1; and where it was asked for. Elsewhere it is 0 or 1."""
    inside = (mask >= INSIDE).astype(np.uint8)
    depth, away = (_distance(one) for one in (inside, 1 - inside))
    within = (away <= reach) & (depth <= max(reach * INWARDS, BORDER))
    band = _band(within, away - depth)
    coverage = inside.astype(np.float32)
    exact = _exactness(rgb, away - depth, band)
    first = _first_thought(band.distance, exact)
    thought = FIRST_THOUGHT + EXACT_THOUGHT * exact * np.minimum(1, (band.distance / EXACT_FAR) ** 2)
    unsure = np.maximum(depth, away) <= BORDER
    levels = np.linspace(0, 1, LEVELS, dtype=np.float32)[:, None]
    shares = first
    for number in range(PASSES):
        progress.check()
        front, behind = coverage**PURITY, (1 - coverage) ** PURITY
        if number == 0:
            front[unsure] = behind[unsure] = 0
        likely = _learned(shares, first, thought, band) if number else first
        shares, contrast = _explained(rgb, band.pixels, front, behind, likely)
        coverage.ravel()[band.pixels] = (shares * levels).sum(axis=0)
        back = _strange(coverage, inside, np.maximum(depth, away)).ravel()[band.pixels]
        shares[:, back] = levels == inside.ravel()[band.pixels][back]
        mean = (shares * levels).sum(axis=0)
        coverage.ravel()[band.pixels] = mean
    # Where both sides look the same their colours tell nothing, and the mask knows better.
    told = contrast**2 / (contrast**2 + np.float32(ALIKE**2))
    doubt = told * (shares * (levels - mean) ** 2).sum(axis=0)
    coverage.ravel()[band.pixels] = told * mean + (1 - told) * inside.ravel()[band.pixels]
    trust = np.zeros_like(coverage)
    trust.ravel()[band.pixels] = PULL / (doubt + np.float32(1e-3))
    return ColourLines(rgb).solve(coverage, trust, within, ROUNDS), within


def _strange(coverage: Plane, inside: NDArray[np.uint8], distance: Plane) -> NDArray[np.bool_]:
    """Where coverage differs from the mask far from its border and over a wide area.

    Hair, leaves and gaps are slender; this is a thing behind that has the object's colours, or a part of the object
    that has those behind.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SLENDER, SLENDER))
    differs = ((coverage >= 0.5) != (inside > 0)).astype(np.uint8)
    wide = cv2.morphologyEx(differs, cv2.MORPH_OPEN, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return (wide > 0) & (distance > FAR)


def _band(within: NDArray[np.bool_], distance: Plane) -> _Band:
    height, width = within.shape
    pixels = np.flatnonzero(within)
    rows, columns = np.divmod(pixels, width)
    cells = (height // CELL + 1, width // CELL + 1)
    apart = distance.ravel()[pixels]
    ring = 2 * np.searchsorted(DISTANCES, np.abs(apart)) + (apart > 0)
    return _Band(pixels, apart, ring, (rows // CELL) * cells[1] + columns // CELL, cells)


def _exactness(rgb: Plane, distance: Plane, band: _Band) -> Plane:
    """How far the mask's border round about is one of the picture's own: (n,), 0..1.

    The picture changes across such a border much more than across lines beside it. A border that was drawn by hand,
    has stairs, cuts through hair, or lies where the picture is out of focus is none.
    """
    across, down = (_slope(distance, *one) for one in ((1, 0), (0, 1)))
    steep = np.zeros_like(distance)
    for channel in cv2.split(rgb):
        steep += np.abs(across * _slope(channel, 1, 0) + down * _slope(channel, 0, 1))
    length: Plane = np.hypot(across, down) + np.float32(1e-3)
    change = (steep / length).ravel()[band.pixels]
    apart = np.abs(band.distance)
    along, beside = (
        _about(change, here.astype(np.float32), band) for here in (apart <= ALONG, (apart > ALONG) & (apart <= BESIDE))
    )
    exact = np.clip((along / (beside + np.float32(1e-3)) - EXACT[0]) / (EXACT[1] - EXACT[0]), 0, 1)
    return exact.astype(np.float32)


def _about(values: Plane, weight: Plane, band: _Band) -> Plane:
    """The mean of the values round about each, and of all of them."""
    near = _gathered(values * weight, band.cell, band.cells)
    near /= _gathered(weight, band.cell, band.cells) + np.float32(1e-6)
    return near + np.float32(WHOLE_BORDER * (values @ weight) / max(1.0, float(weight.sum())))


def _slope(plane: NDArray[Any], across: int, down: int) -> Plane:
    slope = cv2.Sobel(plane, -1, across, down, ksize=3) / 8
    return slope.astype(np.float32, copy=False)


def _first_thought(distance: Plane, exact: Plane) -> Plane:
    """How likely each level of coverage is by the distance from the mask's border: (LEVELS, n), the sum is 1."""
    outside = distance > 0
    fade = np.where(outside, np.float32(FADE_OUT), np.float32(FADE_IN)) ** (1 - exact) * EXACT_FADE**exact
    least = LEAST_OTHERWISE ** (1 - exact) * EXACT_OTHERWISE**exact
    otherwise = np.maximum(OTHERWISE * np.exp((1 - np.abs(distance)) / fade), least)
    likely = np.empty((LEVELS, len(distance)), np.float32)
    likely[:] = (1 - WHOLE_SHARE) * otherwise / (LEVELS - 2)
    likely[0] = np.where(outside, 1 - otherwise, WHOLE_SHARE * otherwise)
    likely[-1] = np.where(outside, WHOLE_SHARE * otherwise, 1 - otherwise)
    return likely


def _learned(shares: Plane, first: Plane, thought: Plane, band: _Band) -> Plane:
    """How likely that is by what was found round about at the same distance from the border.

    ``thought`` (n,) is how many pixels what was likely at ``first`` counts for.
    """
    found = shares.copy()
    # What lies between none and all fades into its neighbours, for there are few of each.
    found[1:-1] = cv2.blur(shares[1:-1], (1, 3), borderType=cv2.BORDER_REPLICATE)
    likely = np.empty_like(first)
    for ring in np.unique(band.ring):
        here = np.flatnonzero(band.ring == ring)
        cell = band.cell[here]
        count = _gathered(np.ones(len(here), np.float32), cell, band.cells) + thought[here]
        for level in range(LEVELS):
            told = _gathered(found[level, here], cell, band.cells)
            likely[level, here] = (told + thought[here] * first[level, here]) / count
    return likely


def _gathered(values: Plane, cell: Pixels, cells: tuple[int, int]) -> Plane:
    """The sum of what is said in the cells round about each value's own, the nearer ones counting more."""
    plane = np.bincount(cell, values, minlength=cells[0] * cells[1]).astype(np.float32).reshape(cells)
    spread = cv2.GaussianBlur(plane, (0, 0), SPREAD / CELL, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(spread, np.float32).ravel()[cell]


def _explained(rgb: Plane, pixels: Pixels, front: Plane, behind: Plane, likely: Plane) -> tuple[Plane, Plane]:
    """How much speaks for each level of coverage of the pixels: (LEVELS, n), 0..1, the sum is 1.

    ``front`` and ``behind`` (h, w) say how far a pixel's colour is the object's, or what is behind it. Returns also how
    far those two colours are apart: (n,), the squared distance over their variance.
    """
    own = np.ascontiguousarray(rgb.reshape(-1, 3)[pixels].T)
    front_mean, front_spread = _colours(rgb, front, pixels)
    behind_mean, behind_spread = _colours(rgb, behind, pixels)
    prior = np.log(likely + np.float32(1e-5))
    scores = np.empty((LEVELS, len(pixels)), np.float32)
    for number in range(LEVELS):
        level = np.float32(number / (LEVELS - 1))
        miss = own - level * front_mean - (1 - level) * behind_mean
        spread = list(level**2 * front_spread + (1 - level) ** 2 * behind_spread)
        for variance in (0, 3, 5):
            spread[variance] += np.float32(NOISE**2)
        cofactors, determinant = cofactors_of(spread)
        determinant = np.maximum(determinant, np.float32(1e-15))
        scores[number] = prior[number] - 0.5 * (_form(cofactors, miss) / determinant + np.log(determinant))
        if number == LEVELS // 2:
            contrast = _form(cofactors, front_mean - behind_mean) / determinant
    scores -= scores.max(axis=0)
    shares: Plane = np.exp(scores)
    shares /= shares.sum(axis=0)
    return shares, contrast


def _form(matrix: tuple[Plane, ...], vector: Plane) -> Plane:
    """The quadratic form of symmetric matrices, given by their upper half, with vectors (3, n)."""
    xx, xy, xz, yy, yz, zz = matrix
    x, y, z = vector
    form: Plane = xx * x * x + yy * y * y + zz * z * z + 2 * (xy * x * y + xz * x * z + yz * y * z)
    return form


def _colours(rgb: Plane, weight: Plane, pixels: Pixels) -> tuple[Plane, Plane]:
    """Mean (3, n) and covariance (6, n: its upper half) of the colours round the pixels, by ``weight`` (h, w)."""
    height, width = weight.shape
    small = (max(1, width // SHRINK), max(1, height // SHRINK))
    channels = cv2.split(rgb)
    weighted = [channel * weight for channel in channels]
    planes = [weight, *weighted]
    planes += [weighted[one] * channels[two] for one, two in _UPPER_HALF]
    moments = np.empty((len(planes), len(pixels)), np.float32)
    for number, plane in enumerate(planes):
        fewer = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        near, far = (
            cv2.GaussianBlur(fewer, (0, 0), sigma / SHRINK, borderType=cv2.BORDER_REPLICATE) for sigma in (WINDOW, WIDE)
        )
        moments[number] = cv2.resize(near + WIDE_SHARE * far, (width, height)).ravel()[pixels]
    moments[1:] /= np.maximum(moments[0], np.float32(1e-6))
    mean, spread = moments[1:4], moments[4:]
    for number, (one, two) in enumerate(_UPPER_HALF):
        spread[number] -= mean[one] * mean[two]
        if one == two:
            np.maximum(spread[number], np.float32(1e-5), out=spread[number])
    return mean, spread


def _enlarged(small: Plane, band: NDArray[np.bool_], fewer: Plane, rgb: Plane) -> tuple[Plane, NDArray[np.bool_]]:
    """Coverage and band of a smaller picture, ``fewer``, at the size of the picture itself.

    Coverage is made of the picture's own colours, so that fine hair is as fine as there: the fast guided filter (He
    and Sun 2015).
    """
    height, width = rgb.shape[:2]
    slopes, start = ColourLines(fewer).fitted(small)
    coverage = np.asarray(cv2.resize(start, (width, height)), np.float32)
    for slope, channel in zip(slopes, cv2.split(rgb), strict=True):
        coverage += cv2.resize(slope, (width, height)) * channel
    wide = cv2.resize(band.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return coverage, wide


def _distance(inside: NDArray[np.uint8]) -> Plane:
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)


def _unit(rgb: NDArray[Any]) -> Plane:
    return rgb.astype(np.float32) / np.float32(255)
