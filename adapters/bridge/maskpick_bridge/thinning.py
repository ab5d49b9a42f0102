"""Outlines thinned out to what can be seen of them when the picture is zoomed out, in bits, so that no editor waits."""

from __future__ import annotations

import array
import collections
import math
from collections.abc import Sequence
from typing import Generator, TypeVar

SEEN = 0.5
"""How far a line may lie beside the true one, in device pixels: nobody sees less."""
SPECK = 6
"""What has so few corners may be too small to be seen."""
BIT, EACH = 4000, 20
"""So many numbers are thinned out in one go, a millisecond or two, and each polygon counts for so many more."""

R = TypeVar("R")
Bits = Generator[None, None, R]
"""Work in bits, each of which takes a millisecond or two."""


def at_once(bits: Bits[R]) -> R:
    """What work in bits gives, done in one go."""
    given: list[R] = []

    def kept() -> Bits[None]:
        given.append((yield from bits))

    collections.deque(kept(), maxlen=0)
    return given[0]


def level_of(scale: float) -> int:
    """How much is thinned out where a pixel of the picture takes ``scale`` of the screen's.

    Two levels have half the detail of those before, and only what is zoomed out has any.
    """
    return max(0, math.ceil(-2 * math.log2(scale))) if scale > 0 else 0


def thinned(lines: Sequence[array.array[float]], level: int) -> Bits[list[array.array[float]]]:
    """Closed polygons, x, y, x, y ... of each, without the corners that cannot be seen, and without specks.

    Something is left of what is nothing but specks.
    """
    if not level:
        return list(lines)
    tolerance = SEEN * 2 ** ((level - 1) / 2)
    kept, since = [], 0
    for line in lines:
        if len(line) > 2 * SPECK or not _is_speck(line, 2 * tolerance):
            kept.append(_line(line, tolerance))
        since += len(line) + EACH
        if since > BIT:
            since = 0
            yield
    return kept or sorted(lines, key=len)[-1:]


def box_of(line: array.array[float]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what corners lie in."""
    xs, ys = line[::2], line[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _is_speck(line: array.array[float], side: float) -> bool:
    """Whether a polygon is smaller than a square with this side."""
    left, top, right, bottom = box_of(line)
    return right - left < side and bottom - top < side


def _line(corners: array.array[float], tolerance: float) -> array.array[float]:
    """The corners without those that lie within ``tolerance`` of the line that is left (Williams 1978: from each corner
    that is kept all that follow must be seen in a cone, and the cone becomes narrower with every one of them).

    Numbers in arrays, no pairs: Python would look through thousands of pairs for what can be let go of, and that takes
    as long as everything else here.
    """
    if len(corners) <= 8:
        return corners
    xs, ys = corners[::2] + corners[:1], corners[1::2] + corners[1:2]
    kept = corners[:2]
    x, y, before_x, before_y = xs[0], ys[0], xs[0], ys[0]
    near = tolerance * tolerance
    left_x = left_y = right_x = right_y = farthest = 0.0
    for next_x, next_y in zip(xs[1:], ys[1:]):
        along_x, along_y = next_x - x, next_y - y
        distance = along_x * along_x + along_y * along_y
        if farthest and (
            distance <= near
            or right_x * along_y < right_y * along_x
            or left_x * along_y > left_y * along_x
            or math.sqrt(distance - near) < farthest - tolerance  # on the way back: a spike
        ):
            kept.append(before_x)
            kept.append(before_y)
            x, y, farthest = before_x, before_y, 0.0
            along_x, along_y = next_x - x, next_y - y
            distance = along_x * along_x + along_y * along_y
        before_x, before_y = next_x, next_y
        if distance > near:
            # The cone's sides touch the circle of what is near enough to this corner.
            reach = math.sqrt(distance - near)
            side_x, side_y = along_x * reach - along_y * tolerance, along_y * reach + along_x * tolerance
            if not farthest or left_x * side_y < left_y * side_x:
                left_x, left_y = side_x, side_y
            side_x, side_y = along_x * reach + along_y * tolerance, along_y * reach - along_x * tolerance
            if not farthest or right_x * side_y > right_y * side_x:
                right_x, right_y = side_x, side_y
            farthest = max(farthest, reach)
    return kept if len(kept) >= 6 else corners
