"""Every object of a picture: points on a grid are asked, the good answers kept, what is nearly the same dropped.

As SAM's own automatic mask generation has it (Kirillov et al. 2023): an answer must be expected to be good, and must
hardly change when its threshold does. A second, finer grid is asked only where the first found nothing. The masks
that are kept are brought to full size together, along the borders they share.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.partition import atoms, distinct, extent, parents, soft_masks
from maskpick.engines.onnx.sam import ANSWER, Candidates, Embedding, Logits, Sam, in_picture, tidied
from maskpick.masks import Mask, MaskSet
from maskpick.progress import Progress
from maskpick.refine import refine_labels

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.engines.onnx import SamOptions
    from maskpick.pictures import Picture

GOOD = 0.8
"""The expected IoU an answer must have."""
STABLE = 0.85
"""How alike an answer is to be at a threshold of -1 and of +1 (IoU)."""
SAME = 0.8
"""The likeness (IoU) from which on the worse of two masks is dropped."""
SMALLEST, LARGEST = 0.0005, 0.95
"""Shares of the picture beyond which an answer is nobody's object."""
WORKING = 512
"""The long side, in pixels, of the copy on which the masks are laid over each other."""
_BACKGROUND = 0.5  # a mask of this share of the picture says little of what lies in it
_WORKERS = 4


class _Found(NamedTuple):
    logits: Logits
    worth: float
    seen: NDArray[np.bool_]  # on half the answer's grid, within the picture
    share: float


def everything(sam: Sam, picture: Picture, options: SamOptions, progress: Progress) -> MaskSet:
    """The objects of ``picture``, nested, best first. Raises `EngineError`, `Cancelled`."""
    embedding = sam.look(picture, progress)
    kept: list[_Found] = []
    for number, count in enumerate((options.points, 2 * options.points)):
        points = list(_grid(picture, count, kept))
        asked = _ask_all(sam, embedding, points, progress, 0.5 * number)
        found = [one for candidates in asked for one in _good(candidates, embedding, picture)]
        kept = _best(kept + found, options.most)
    return _mask_set(kept, embedding, picture, options.softness, progress)


def _grid(picture: Picture, count: int, kept: Sequence[_Found]) -> Iterator[Point]:
    """The middles of about ``count`` cells along the longer side, but for those that are hidden or found already."""
    width, height = picture.size
    cell = max(width, height) / count
    columns, rows = max(1, round(width / cell)), max(1, round(height / cell))
    small = [one.seen for one in kept if one.share < _BACKGROUND]
    taken = np.logical_or.reduce(small) if small else np.zeros((1, 1), bool)
    for row, column in itertools.product(range(rows), range(columns)):
        x, y = int((column + 0.5) * width / columns), int((row + 0.5) * height / rows)
        hidden = picture.alpha8 is not None and picture.alpha8[y, x] == 0
        if not hidden and not taken[y * taken.shape[0] // height, x * taken.shape[1] // width]:
            yield x, y


def _ask_all(
    sam: Sam, embedding: Embedding, points: Sequence[Point], progress: Progress, start: float
) -> Iterator[Candidates]:
    """The answers to each point, in order; several are asked at once where the processor does the work."""
    workers = min(_WORKERS, os.cpu_count() or 1) if sam.decoder.device == "cpu" else 1
    with ThreadPoolExecutor(workers) as pool:
        left = iter(points)
        running: list[Future[Candidates]] = []
        for number in range(len(points)):
            room = 2 * workers - len(running)
            running.extend(pool.submit(sam.ask, embedding, [point]) for point in itertools.islice(left, room))
            progress.report("Finding objects", start + 0.5 * number / len(points))
            yield running.pop(0).result()


def _good(candidates: Candidates, embedding: Embedding, picture: Picture) -> Iterator[_Found]:
    """The candidates worth keeping."""
    width, height = picture.size
    across, down = embedding.share
    columns, rows = max(1, round(width * across * ANSWER)), max(1, round(height * down * ANSWER))
    for logits, quality in zip(candidates.logits, candidates.quality, strict=True):
        if quality < GOOD:
            continue
        within = logits[:rows, :columns]
        sure, likely = int(np.count_nonzero(within > 1)), int(np.count_nonzero(within > -1))
        stability = sure / max(1, likely)
        share = float(np.mean(within > 0))
        if stability >= STABLE and SMALLEST <= share <= LARGEST:
            logits = tidied(logits, embedding)
            within = logits[:rows, :columns]
            yield _Found(logits, float(min(1.0, quality) * stability), within[::2, ::2] > 0, share)


def _best(found: Sequence[_Found], most: int) -> list[_Found]:
    """The best of each few that are nearly the same, best first, at most so many."""
    order = sorted(found, key=lambda one: -one.worth)
    if not order:
        return []
    flat = np.stack([one.seen.ravel() for one in order]).astype(np.float32)
    common = flat @ flat.T
    area = common.diagonal()
    likeness = common / np.maximum(1, area[:, None] + area - common)
    kept: list[int] = []
    for number in range(len(order)):
        if len(kept) < most and not (likeness[number, kept] > SAME).any():
            kept.append(number)
    return [order[number] for number in kept]


def _mask_set(
    found: Sequence[_Found], embedding: Embedding, picture: Picture, softness: float, progress: Progress
) -> MaskSet:
    """The masks at the picture's size."""
    if not found:
        return MaskSet(picture.size, ())
    width, height = picture.size
    step = max(1.0, max(width, height) / WORKING)
    size = (max(1, round(width / step)), max(1, round(height / step)))
    members = np.stack([in_picture(one.logits, embedding, (0, 0), size, step) > 0 for one in found])
    atom, made_of = atoms(members.reshape(len(found), -1))
    labels = refine_labels(atom.reshape(size[1], size[0]), picture.rgb8, progress)
    if picture.alpha8 is not None:
        labels[picture.alpha8 == 0] = 0
    measured = extent(labels, made_of.shape[1])
    kept = distinct(made_of, measured.area)
    chosen = made_of[kept]
    above = parents(chosen, measured.area)
    masks = []
    for index, (box, coverage) in enumerate(soft_masks(labels, chosen, measured, softness)):
        progress.report("Drawing masks", index, len(chosen))
        parent = int(above[index]) + 1 if above[index] >= 0 else None
        masks.append(Mask(index + 1, box, coverage, found[kept[index]].worth, parent=parent))
    return MaskSet(picture.size, tuple(masks))
