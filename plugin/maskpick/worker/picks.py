"""What was picked: ids, a recipe of them, or coverage of the artist's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from maskpick.errors import PickError
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.worker.params import Params
from maskpick.worker.wire import INVALID_PARAMS, BadMessage

Steps = tuple[tuple[str, tuple[int, ...]], ...]
"""("add", "subtract" or "intersect", ids), one after another."""

_OPERATIONS = ("add", "subtract", "intersect")


def read_steps(params: Params) -> Steps:
    """The parameter ``pick``: a list of ids, or of steps ``["add", [3, 5]], ["subtract", [7]] ...``."""
    given = params.raw("pick")
    wrong = BadMessage(INVALID_PARAMS, 'The parameter pick must be a list of ids, or of steps like ["add", [3]].')
    if not isinstance(given, list):
        raise wrong
    if all(type(one) is int for one in given):
        return (("add", tuple(given)),)
    steps = []
    for one in given:
        if not (isinstance(one, list) and len(one) == 2 and one[0] in _OPERATIONS and isinstance(one[1], list)):
            raise wrong
        if not all(type(id) is int for id in one[1]):  # noqa: A001
            raise wrong
        steps.append((one[0], tuple(one[1])))
    return tuple(steps)


def plain_ids(steps: Steps) -> tuple[int, ...] | None:
    """The ids, each once, of steps that only add; None for others."""
    if any(operation != "add" for operation, _ in steps):
        return None
    return tuple(dict.fromkeys(id for _, ids in steps for id in ids))  # noqa: A001


def combined(steps: Steps, masks: MaskSet) -> Mask:
    """One mask: the steps, one after another. Raises `PickError` for an unknown id, or when nothing is left."""
    picked: Mask | None = None
    for operation, ids in steps:
        if not ids and operation != "intersect":
            continue
        other = masks.union(ids) if ids else None
        if operation == "add":
            picked = other if picked is None or other is None else picked | other
        elif picked is not None:
            picked = picked & (other or _nothing()) if operation == "intersect" else picked - (other or _nothing())
    if picked is None or picked.empty:
        raise PickError("Nothing is picked.", "Pick at least one object first.")
    return picked


def read_coverage(params: Params, name: str, room: Path, canvas: Size) -> Mask | None:
    """A mask of the artist's own: ``{"box": [x, y, w, h], "file": ...}``, one byte a pixel; without a file, all of it.

    None where it is not given. What lies beside the canvas is cut off.
    """
    if name not in params:
        return None
    about = params.inner(name)
    box = about.box("box")
    if box is None:
        raise BadMessage(INVALID_PARAMS, f"The parameter {name}.box is missing.")
    common = box.intersection(Box(0, 0, *canvas))
    if "file" not in about:
        about.done()
        return Mask(1, common, np.full((common.height, common.width), 255, np.uint8))
    path = room / about.text("file")
    about.done()
    try:
        if path.stat().st_size != box.width * box.height:
            raise BadMessage(INVALID_PARAMS, f"{path.name} does not have one byte for each pixel of its box.")
        coverage = np.fromfile(path, np.uint8).reshape(box.height, box.width)
    except OSError as error:
        raise BadMessage(INVALID_PARAMS, f"The coverage {path.name} cannot be read: {error}.") from error
    return Mask(1, common, coverage[common.slices(box)])


def _nothing() -> Mask:
    return Mask(1, Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
