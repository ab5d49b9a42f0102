"""Every object of a picture: points are asked, the good answers kept, what is nearly the same dropped.

As SAM's own automatic mask generation has it (Kirillov et al. 2023): an answer must be expected to be good, and must
hardly change when its threshold does. Points are first asked in the middles of what the embedded segmenter found, see
`maskpick.engines.onnx.seeds`, then on a grid where nothing was found; and, if wished, in parts of the picture, each
looked at for itself, for what is small. Answers are judged as they come, at 256 x 256; what is kept is brought to
full size together, along the borders the masks share.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.drawing import draw_masks
from maskpick.engines.local.partition import atoms
from maskpick.engines.onnx.sam import ANSWER, Candidates, Embedding, Logits, Sam, in_picture, tidied
from maskpick.engines.onnx.seeds import seeds
from maskpick.masks import Box, MaskSet
from maskpick.pictures import Picture
from maskpick.progress import Progress
from maskpick.refine import refine_labels

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.engines.onnx import SamOptions

GOOD = 0.8
"""The expected IoU an answer must have."""
STABLE = 0.85
"""How alike an answer is to be at a threshold of -1 and of +1 (IoU)."""
SAME = 0.8
"""The likeness (IoU) from which on the worse of two masks is dropped."""
SMALLEST, LARGEST = 0.0005, 0.95
"""Shares of what was looked at beyond which an answer is nobody's object."""
COMPARED, WORKING = 256, 512
"""The long side, in pixels, of the copies on which masks are compared, and laid over each other; the latter is for
each part along the picture's longer side."""
BACKGROUND, LARGE = 0.5, 0.02
"""A mask of this share of the picture says little of what lies in it; nor does, for what is small, the second."""
OVERLAP = 0.34
"""How far the parts of a picture lie over each other, as a share of a part."""
_WORKERS = 4


class _View(NamedTuple):
    """What was looked at at once: a part of the picture, or all of it."""

    box: Box
    embedding: Embedding


class _Found(NamedTuple):
    view: _View
    logits: Logits
    worth: float
    seen: NDArray[np.bool_]  # on the copy on which masks are compared
    share: float  # of the picture


def everything(sam: Sam, picture: Picture, options: SamOptions, progress: Progress) -> MaskSet:
    """The objects of ``picture``, nested, best first. Raises `EngineError`, `Cancelled`."""
    whole = _View(Box(0, 0, *picture.size), sam.look(picture, progress))
    parts = list(_parts(whole.box, options.crops))
    end = 1 / (1 + len(parts))
    first = seeds(picture, progress) if options.seeds == "regions" else list(_grid(picture, whole.box, options.points))
    kept = _added([], sam, whole, first, picture, options.most, progress, (0, end / 2))
    left = list(_grid(picture, whole.box, 2 * options.points, kept))
    kept = _added(kept, sam, whole, left, picture, options.most, progress, (end / 2, end))
    for number, box in enumerate(parts, 1):
        part = Picture(np.ascontiguousarray(picture.pixels[box.slices()]))
        view = _View(box, sam.look(part, progress, keep=False))
        points = list(_grid(picture, box, options.points, [one for one in kept if one.share < LARGE]))
        kept = _added(kept, sam, view, points, picture, options.most, progress, (number * end, (number + 1) * end))
    return _mask_set(kept, picture, options, progress)


def _parts(whole: Box, count: int) -> Iterator[Box]:
    """``count`` by ``count`` boxes that lie over each other and cover the picture; none for fewer than two."""
    if count < 2 or min(whole.width, whole.height) < count:
        return
    spans = []
    for length in (whole.width, whole.height):
        part = min(length, round(length / (count - (count - 1) * OVERLAP)))
        spans.append([(round(number * (length - part) / (count - 1)), part) for number in range(count)])
    for (x, width), (y, height) in itertools.product(*spans):
        yield Box(x, y, width, height)


def _grid(picture: Picture, box: Box, count: int, kept: Sequence[_Found] = ()) -> Iterator[Point]:
    """The middles of about ``count`` cells along the box's longer side, but for those that are hidden or found."""
    cell = max(box.width, box.height) / count
    columns, rows = max(1, round(box.width / cell)), max(1, round(box.height / cell))
    small = [one.seen for one in kept if one.share < BACKGROUND]
    taken = np.logical_or.reduce(small) if small else np.zeros((1, 1), bool)
    width, height = picture.size
    for row, column in itertools.product(range(rows), range(columns)):
        x = box.x + int((column + 0.5) * box.width / columns)
        y = box.y + int((row + 0.5) * box.height / rows)
        hidden = picture.alpha8 is not None and picture.alpha8[y, x] == 0
        if not hidden and not taken[y * taken.shape[0] // height, x * taken.shape[1] // width]:
            yield x, y


def _added(
    kept: Sequence[_Found],
    sam: Sam,
    view: _View,
    points: Sequence[Point],
    picture: Picture,
    most: int,
    progress: Progress,
    span: tuple[float, float],
) -> list[_Found]:
    """The best of what was ``kept`` and of what is found at ``points`` in the view; ``span`` is the progress's."""
    here = [(x - view.box.x, y - view.box.y) for x, y in points]
    asked = _ask_all(sam, view.embedding, here, progress, *span)
    return _best([*kept, *(one for candidates in asked for one in _good(candidates, view, picture))], most)


def _ask_all(
    sam: Sam, embedding: Embedding, points: Sequence[Point], progress: Progress, start: float, end: float
) -> Iterator[Candidates]:
    """The answers to points of what was looked at, in order; several are asked at once on the processor."""
    workers = min(_WORKERS, os.cpu_count() or 1) if sam.decoder.device == "cpu" else 1
    with ThreadPoolExecutor(workers) as pool:
        left = iter(points)
        running: list[Future[Candidates]] = []
        for number in range(len(points)):
            room = 2 * workers - len(running)
            running.extend(pool.submit(sam.ask, embedding, [point]) for point in itertools.islice(left, room))
            progress.report("Finding objects", start + (end - start) * number / len(points))
            yield running.pop(0).result()


def _good(candidates: Candidates, view: _View, picture: Picture) -> Iterator[_Found]:
    """The candidates worth keeping."""
    across, down = view.embedding.share
    columns = max(1, round(view.box.width * across * ANSWER))
    rows = max(1, round(view.box.height * down * ANSWER))
    of_picture = view.box.width * view.box.height / (picture.size.width * picture.size.height)
    for logits, quality in zip(candidates.logits, candidates.quality, strict=True):
        if quality < GOOD:
            continue
        within = logits[:rows, :columns]
        sure, likely = int(np.count_nonzero(within > 1)), int(np.count_nonzero(within > -1))
        stability = sure / max(1, likely)
        share = float(np.mean(within > 0))
        if stability < STABLE or not SMALLEST <= share <= LARGEST or _is_cut(within > 0, view.box, picture):
            continue
        logits = tidied(logits, view.embedding)
        seen = _seen(logits, view, picture, COMPARED)
        yield _Found(view, logits, float(min(1.0, quality) * stability), seen, share * of_picture)


def _is_cut(inside: NDArray[np.bool_], box: Box, picture: Picture) -> bool:
    """Whether an object goes on beyond what was looked at: it reaches a border that is not the picture's own."""
    sides = (
        (box.x > 0, inside[:, 0]),
        (box.y > 0, inside[0]),
        (box.right < picture.size.width, inside[:, -1]),
        (box.bottom < picture.size.height, inside[-1]),
    )
    return any(goes_on and bool(side.any()) for goes_on, side in sides)


def _seen(logits: Logits, view: _View, picture: Picture, longest: int) -> NDArray[np.bool_]:
    """Where the object is, on a copy of the picture no longer than that."""
    width, height = picture.size
    step = max(1.0, max(width, height) / longest)
    size = (max(1, round(width / step)), max(1, round(height / step)))
    seen = in_picture(logits, view.embedding, (-view.box.x, -view.box.y), size, step) > 0
    x, y = ((np.arange(length) + 0.5) * step for length in size)
    seen &= (x >= view.box.x) & (x < view.box.right) & ((y >= view.box.y) & (y < view.box.bottom))[:, None]
    return seen


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


def _mask_set(found: Sequence[_Found], picture: Picture, options: SamOptions, progress: Progress) -> MaskSet:
    """The masks at the picture's size."""
    if not found:
        return MaskSet(picture.size, ())
    longest = WORKING * max(1, options.crops)
    members = np.stack([_seen(one.logits, one.view, picture, longest) for one in found])
    atom, made_of = atoms(members.reshape(len(found), -1))
    labels = refine_labels(atom.reshape(members.shape[1:]), picture.rgb8, progress)
    if picture.alpha8 is not None:
        labels[picture.alpha8 == 0] = 0
    worth = np.array([one.worth for one in found])
    return MaskSet(picture.size, draw_masks(labels, made_of, worth, options.softness, progress).masks)
