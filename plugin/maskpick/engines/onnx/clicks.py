"""One object by points inside and outside of it, and a box round it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from maskpick.engines.onnx.sam import ANSWER, Candidates, Embedding, Logits, Sam, in_picture, tidied
from maskpick.errors import PickError
from maskpick.masks import NOWHERE, Box, Mask
from maskpick.progress import Progress
from maskpick.refine import refine_mask

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.pictures import Picture


def at_clicks(
    sam: Sam,
    picture: Picture,
    inside: Sequence[Point],
    outside: Sequence[Point],
    box: Box | None,
    progress: Progress,
) -> Mask:
    """The object that holds the pixels ``inside`` and none of those ``outside``, and lies about in ``box``.

    Of the model's candidates the one that goes against the fewest points, then the one it thinks best of. Points it
    still goes against are asked by themselves: what lies there is put to it, or taken away. Raises `PickError` when
    nothing says where the object is, what does lies beyond the picture, or nothing is found in a box alone;
    `EngineError`, `Cancelled`.
    """
    if not inside and box is None:
        raise PickError("No point says where the object is.", "Click into the object first.")
    canvas = Box(0, 0, *picture.size)
    if box is not None:
        box = box.intersection(canvas)
        if box.empty:
            raise PickError("The box lies outside the picture.", "Draw it round the object.")
    for x, y in (*inside, *outside):
        if not canvas.contains(x, y):
            raise PickError(f"The point {x}, {y} lies outside the picture.", "Click into the picture.")
    embedding = sam.look(picture, progress)
    progress.report("Finding the object")
    logits = _best(sam.ask(embedding, inside, outside, box), embedding, inside, outside)
    for point in _against(logits, embedding, outside, is_inside=False):
        progress.check()
        logits = np.minimum(logits, -_alone(sam, embedding, point, inside))
    for point in _against(logits, embedding, inside, is_inside=True):
        progress.check()
        logits = np.maximum(logits, _alone(sam, embedding, point, outside))
    mask = as_mask(tidied(logits, embedding, inside, outside), embedding, picture, progress)
    if mask.empty and not inside:
        raise PickError("No object lies in this box.", "Draw it closely round the object, or click into the object.")
    return mask


def as_mask(logits: Logits, embedding: Embedding, picture: Picture, progress: Progress) -> Mask:
    """The mask, with the id 1, of where ``logits`` (256, 256) are above 0, its border moved to the picture's own.
    Costs the mask's box. Raises `Cancelled`."""
    width, height = picture.size
    steps = tuple(1 / (share * ANSWER) for share in embedding.share)  # pixels of the picture to one of the answer
    inside = np.argwhere(logits > 0)
    if not len(inside):
        return Mask(1, NOWHERE, np.zeros((0, 0), np.uint8))
    (top, left), (bottom, right) = inside.min(axis=0) - 1, inside.max(axis=0) + 2
    x, y = int(left * steps[0]), int(top * steps[1])
    around = Box(x, y, int(right * steps[0]) + 1 - x, int(bottom * steps[1]) + 1 - y)
    box = around.intersection(Box(0, 0, width, height))
    if box.empty:
        return Mask(1, NOWHERE, np.zeros((0, 0), np.uint8))
    hard = in_picture(logits, embedding, (box.x, box.y), (box.width, box.height), 1.0) > 0
    mask = Mask.from_array(1, hard, box.x, box.y)
    return refine_mask(mask, picture, round(min(steps)), progress)


def _best(candidates: Candidates, embedding: Embedding, inside: Sequence[Point], outside: Sequence[Point]) -> Logits:
    wrong = [
        len(_against(logits, embedding, inside, is_inside=True))
        + len(_against(logits, embedding, outside, is_inside=False))
        for logits in candidates.logits
    ]
    order = np.lexsort((-candidates.quality, np.array(wrong)))
    best: Logits = candidates.logits[order[0]]
    return best


def _alone(sam: Sam, embedding: Embedding, point: Point, others: Sequence[Point]) -> Logits:
    """What lies at one point and not at the others; nothing where every candidate holds one of them."""
    candidates = sam.ask(embedding, [point])
    fits = [
        not _against(logits, embedding, others, is_inside=False)
        and not _against(logits, embedding, [point], is_inside=True)
        for logits in candidates.logits
    ]
    if not any(fits):
        return np.full((ANSWER, ANSWER), -1, np.float32)
    alone: Logits = candidates.logits[int(np.where(fits, candidates.quality, -np.inf).argmax())]
    return alone


def _against(logits: Logits, embedding: Embedding, points: Sequence[Point], *, is_inside: bool) -> list[Point]:
    """The points the logits go against."""
    return [
        (x, y) for x, y in points if (float(in_picture(logits, embedding, (x, y), (1, 1), 1.0)[0, 0]) > 0) != is_inside
    ]
