"""Random masks and mask sets for property-based tests, and the slow way to draw them: on full canvases."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from maskpick.masks import Box, Mask, MaskSet, Size

COVERAGES = st.sampled_from([0, 1, 64, 127, 128, 200, 255])


@st.composite
def masks(draw: st.DrawFn, size: Size, id: int = 1) -> Mask:
    """A mask somewhere on a canvas of ``size``, soft or hard, sometimes empty."""
    x, y = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
    box = Box(x, y, draw(st.integers(1, size.width - x)), draw(st.integers(1, size.height - y)))
    fill = draw(st.sampled_from([0, 255]))
    values = st.just(255 - fill) if draw(st.booleans()) else COVERAGES
    coverage = draw(hnp.arrays(np.uint8, (box.height, box.width), elements=values, fill=st.just(fill)))
    return Mask(id, box, coverage)


@st.composite
def sizes(draw: st.DrawFn, largest: int = 24) -> Size:
    return Size(draw(st.integers(1, largest)), draw(st.integers(1, largest)))


@st.composite
def mask_sets(draw: st.DrawFn, largest: int = 24, most: int = 6, highest_id: int = 65535) -> MaskSet:
    """Up to ``most`` masks with ids in disorder and with gaps."""
    size = draw(sizes(largest))
    ids = draw(st.lists(st.integers(1, highest_id), max_size=most, unique=True))
    return MaskSet(size, tuple(draw(masks(size, id)) for id in ids))


def slow_stacks(masks: MaskSet) -> dict[tuple[int, int], tuple[int, ...]]:
    """What `MaskSet.at` must answer at each (x, y): every mask, on its own canvas, asked in turn, smallest first."""
    inside = {mask.id: mask.canvas(masks.size) >= 128 for mask in masks}
    order = sorted(inside, key=lambda one: (np.count_nonzero(inside[one]), one))
    return {(x, y): tuple(id for id in order if inside[id][y, x]) for y, x in np.ndindex(masks.size[::-1])}


def disc(size: Size, x: float, y: float, radius: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[: size.height, : size.width]
    inside: NDArray[np.bool_] = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    return inside


@st.composite
def named_mask_sets(draw: st.DrawFn) -> MaskSet:
    """Mask sets with every field in use: names in any script, a tree, a panoptic map."""
    found = draw(mask_sets())
    kept: list[Mask] = []
    for mask in found:
        earlier = st.sampled_from([None, *(other.id for other in kept)])
        kept.append(
            mask.replace(
                confidence=draw(st.floats(0, 1)),
                name=draw(st.text(max_size=8)),
                parent=draw(earlier),
                alternate_of=draw(earlier),
                background=draw(st.booleans()),
            )
        )
    labels = hnp.arrays(np.uint16, (found.size.height, found.size.width), elements=st.sampled_from([0, *found.ids]))
    panoptic = draw(st.none() | labels)
    return found.replace(masks=tuple(kept), visual_id=draw(st.text(max_size=36)), panoptic=panoptic)
