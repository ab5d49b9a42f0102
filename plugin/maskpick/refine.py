"""A coarse partition of a picture, brought to full resolution along the picture's own edges.

Coarse to fine: the labels are doubled in size step by step; at each step only the pixels next to a border
are looked at again, and each takes the label that its surroundings vote for. A neighbour's vote weighs
more the nearer it lies and the more its colour resembles the pixel's own: joint bilateral upsampling
(Kopf, Cohen, Lischinski, Uyttendaele 2007), with labels in place of values. Where colours tell nothing, the
vote rounds off the corners, so that no stair of the coarse partition is left.

Cost goes with the length of the borders; memory is the result and a strip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import INSIDE, Box, Coverage, LabelMap, Mask
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.pictures import Picture

REACH = 2
"""How far a vote is heard, in pixels of the step at hand."""
ROUNDS = 2
"""How often the band is asked at each step: a border can move a pixel in each."""
LIKENESS = 24.0
"""The difference of colour, summed over R, G and B (0..765), at which a vote has lost 40 % of its weight."""
STRIP = 1 << 21
"""Pixels handled at once."""
SOFTNESS = 0.8
"""Sigma, in pixels, of the border of a refined mask."""

Colours = NDArray[Any]  # uint8 (h, w, 3)


def refine_labels(labels: LabelMap, rgb: Colours, progress: Progress) -> LabelMap:
    """Bring ``labels`` to the size of ``rgb``, its borders moved to the edges of the picture.

    ``labels`` is uint16 (h, w), the partition at any smaller size, or at the same; ``rgb`` is uint8 (H, W, 3).
    Returns uint16 (H, W); no label appears where it was not near. Raises `Cancelled`.
    """
    steps = _halvings(rgb, labels.shape)
    for number, picture in enumerate(steps):
        progress.report("Refining borders", number, len(steps))
        labels = _refine_step(labels, picture, progress)
    return labels


def refine_mask(mask: Mask, picture: Picture, stair: int, progress: Progress) -> Mask:
    """Move the border of a jagged mask to the edges of the picture, and make it soft.

    ``stair`` is how many pixels wide the mask's stairs are: it is taken for one of ``stair`` times fewer pixels each
    way. Costs the mask's box. Raises `Cancelled`.
    """
    if mask.empty:
        return mask
    stair = max(1, stair)
    box = mask.box.grown(2 * stair + REACH).intersection(Box(0, 0, *picture.size))
    inside = mask.within(box)
    small = (max(1, round(box.width / stair)), max(1, round(box.height / stair)))
    coarse = cv2.resize(inside, small, interpolation=cv2.INTER_AREA) >= INSIDE
    fine = refine_labels(coarse.astype(np.uint16) + np.uint16(1), picture.rgb8[box.slices()], progress)
    hard = np.where(fine == 2, np.uint8(255), np.uint8(0))
    return mask.replace(box=box, coverage=soften(hard, SOFTNESS))


def soften(hard: Coverage, sigma: float) -> Coverage:
    """Make the border of a mask of 0 and 255, uint8 (h, w), ``sigma`` pixels soft (a Gaussian's).

    What was inside stays at least half covered, and what was outside less. At the rim the mask goes on as it is.
    """
    reach = soft_reach(sigma)
    if not reach:
        return hard
    side = 2 * reach + 1
    softened: NDArray[Any] = cv2.GaussianBlur(hard, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
    # 255 | 127 = 255 and 0 | 127 = 127: outside at most 127; 255 & 128 = 128: inside at least that. In place, for
    # fresh memory costs more than the sums.
    limit = hard | 127
    np.minimum(softened, limit, out=softened)
    np.bitwise_and(hard, 128, out=limit)
    np.maximum(softened, limit, out=softened)
    return softened


def soft_reach(sigma: float) -> int:
    """How many pixels beyond the border `soften` changes."""
    return 0 if sigma <= 0 else max(1, int(np.ceil(2 * sigma)))


def _halvings(rgb: Colours, smallest: tuple[int, ...]) -> list[Colours]:
    """The picture and its halves, quarters ... that are not smaller than ``smallest`` (h, w), smallest first."""
    steps = [rgb]
    while True:
        height, width = ((side + 1) // 2 for side in steps[0].shape[:2])
        if max(height, width) < max(smallest) or (height, width) == steps[0].shape[:2]:
            return steps
        steps.insert(
            0, cv2.resize(steps[0], (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        )


def _refine_step(coarse: LabelMap, rgb: Colours, progress: Progress) -> LabelMap:
    """One step: ``coarse`` enlarged to the size of ``rgb``, its borders voted on, strip by strip."""
    height, width = rgb.shape[:2]
    rows = np.arange(height) * coarse.shape[0] // height
    columns = np.arange(width) * coarse.shape[1] // width
    fine = np.empty((height, width), np.uint16)
    strip = max(1, STRIP // width)
    # A strip sees enough of its surroundings that the result does not depend on where strips end.
    margin = ROUNDS * REACH
    for top in range(0, height, strip):
        progress.check()
        bottom = min(height, top + strip)
        first, last = max(0, top - margin), min(height, bottom + margin)
        seen = coarse[rows[first:last]][:, columns] if coarse.shape != fine.shape else coarse[first:last]
        voted = _vote_on_borders(seen, rgb[first:last])
        fine[top:bottom] = voted[top - first : bottom - first]
    return fine


def _vote_on_borders(labels: LabelMap, rgb: Colours) -> NDArray[Any]:
    """Ask the pixels next to a border `ROUNDS` times which label they belong to."""
    around = (REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    padded = cv2.copyMakeBorder(labels, *around)
    colours = cv2.copyMakeBorder(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA), *around)
    # One 32-bit word a pixel: a neighbour's colour is then fetched in one go.
    words = colours.reshape(-1, 4).view(np.uint32).ravel()
    flat = padded.ravel()
    pitch = padded.shape[1]
    kernel = np.ones((3, 3), np.uint8)
    inner = np.s_[REACH:-REACH, REACH:-REACH]
    for _ in range(ROUNDS):
        lowest, highest = cv2.erode(padded, kernel), cv2.dilate(padded, kernel)
        band = np.zeros(padded.shape, bool)
        band[inner] = lowest[inner] != highest[inner]
        pixels = np.flatnonzero(band)
        if not len(pixels):
            break
        # At most places two labels meet, the lowest and the highest around; own is a third where three meet.
        candidates = (flat[pixels], lowest.ravel()[pixels], highest.ravel()[pixels])
        flat[pixels] = _elect(flat, words, pixels, pitch, candidates)
    return padded[inner]


def _elect(
    labels: NDArray[Any],
    words: NDArray[Any],
    pixels: NDArray[np.intp],
    pitch: int,
    candidates: tuple[NDArray[Any], ...],
) -> NDArray[Any]:
    """For each of ``pixels`` (indices into the flat arrays) the candidate with the most votes.

    In a tie it is the first, its own.
    """
    own = words[pixels].view(np.uint8).reshape(-1, 1, 4)
    votes = np.zeros((len(candidates), len(pixels)), np.float32)
    for dy, dx, likeness in _BALLOT:
        there = pixels + (dy * pitch + dx)
        difference = cv2.absdiff(words[there].view(np.uint8).reshape(-1, 1, 4), own)
        weight = likeness[cv2.transform(difference, _SUM).ravel()]
        voted = labels[there]
        for tally, candidate in zip(votes, candidates, strict=True):
            tally += weight * (voted == candidate)
    elected: NDArray[Any] = np.choose(votes.argmax(axis=0), candidates)
    return elected


def _ballot() -> list[tuple[int, int, NDArray[np.float32]]]:
    """The neighbours that vote: row and column offset, and their weight for each difference of colour (0..255)."""
    difference = np.arange(256, dtype=np.float32)
    likeness = np.exp(-0.5 * (difference / LIKENESS) ** 2) + 0.02
    reach = range(-REACH, REACH + 1)
    return [
        (dy, dx, (likeness * np.exp(-(dy * dy + dx * dx) / (REACH * REACH))).astype(np.float32))
        for dy in reach
        for dx in reach
        if dy or dx
    ]


_SUM = np.array([[1, 1, 1, 0]], np.float32)
_BALLOT = _ballot()
