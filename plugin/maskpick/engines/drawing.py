"""From atoms to a set of masks: what every engine does that lays its masks over each other and moves their borders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.partition import distinct, extent, parents, soft_masks
from maskpick.masks import LabelMap, Mask
from maskpick.progress import Progress


class Drawn(NamedTuple):
    """The ``masks``, with ids from 1; of which atoms each is ``made_of``, bool (masks, atoms + 1), those that are left
    only; and which atoms are left: ``present``, bool (atoms + 1,)."""

    masks: tuple[Mask, ...]
    made_of: NDArray[np.bool_]
    present: NDArray[np.bool_]


def draw_masks(
    labels: LabelMap,
    made_of: NDArray[np.bool_],
    confidence: NDArray[np.floating],
    softness: float,
    progress: Progress,
) -> Drawn:
    """The masks of a map of atoms at the picture's size, each in the smallest one that holds it.

    ``made_of``, bool (masks, atoms + 1), says of which atoms each is made, ``confidence`` (masks,) how sure it is. What
    is empty or the same as one before it is left out. Raises `Cancelled`.
    """
    measured = extent(labels, made_of.shape[1])
    kept = distinct(made_of, measured.area)
    chosen = made_of[kept]
    above = parents(chosen, measured.area)
    masks = []
    for index, (box, coverage) in enumerate(soft_masks(labels, chosen, measured, softness)):
        progress.report("Drawing masks", index, len(chosen))
        parent = int(above[index]) + 1 if above[index] >= 0 else None
        masks.append(Mask(index + 1, box, coverage, float(confidence[kept[index]]), parent=parent))
    present = measured.area > 0
    return Drawn(tuple(masks), chosen & present, present)
