"""Outlines that are thinned out to what can be seen of them."""

from __future__ import annotations

import array
import math
from random import Random

import pytest

from maskpick_bridge.thinning import BIT, SEEN, at_once, level_of, thinned


def circle(corners: int, radius: float, x: float = 0.0, y: float = 0.0) -> array.array[float]:
    angles = [math.tau * step / corners for step in range(corners)]
    return array.array("f", [value for a in angles for value in (x + radius * math.cos(a), y + radius * math.sin(a))])


def off(line: array.array[float], kept: array.array[float]) -> float:
    """How far the farthest corner of a line lies beside what was kept of it."""
    corners = list(zip(kept[::2], kept[1::2], strict=True))
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    return max(min(distance(x, y, *side) for side in sides) for x, y in zip(line[::2], line[1::2], strict=True))


def distance(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    """From a point to a side."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x**2 + along_y**2
    share = max(0.0, min(1.0, ((x - start[0]) * along_x + (y - start[1]) * along_y) / length)) if length else 0.0
    return math.hypot(start[0] + share * along_x - x, start[1] + share * along_y - y)


def test_only_what_is_zoomed_out_is_thinned_out() -> None:
    assert [level_of(scale) for scale in (8.0, 1.0, 0.75, 0.5, 0.25, 0.0)] == [0, 0, 1, 2, 4, 0]
    lines = [circle(200, 50.0)]
    assert at_once(thinned(lines, 0)) == lines


@pytest.mark.parametrize("scale", [0.7, 0.5, 0.25, 0.1])
def test_nobody_sees_the_difference(scale: float) -> None:
    line = circle(1000, 300.0)
    [kept] = at_once(thinned([line], level_of(scale)))
    assert len(kept) < len(line) / 4
    assert off(line, kept) * scale <= 2 * SEEN


@pytest.mark.parametrize("seed", range(20))
def test_however_a_line_goes_what_is_left_lies_beside_it(seed: int) -> None:
    random = Random(seed)
    x = y = angle = 0.0
    line = array.array("f")
    for _ in range(200):
        angle += random.gauss(0, 0.1 + seed / 10)
        x, y = x + math.cos(angle), y + math.sin(angle)
        line.extend((x, y))
    for scale in (0.7, 0.4, 0.2):
        [kept] = at_once(thinned([line], level_of(scale)))
        assert off(line, kept) * scale <= 1.5 * SEEN


def test_a_spike_stays() -> None:
    line = array.array("f", [0, 0, 50, 0, 50, 90, 50.2, 0, 100, 0, 100, 60, 50, 60.1, 0, 60])
    [kept] = at_once(thinned([line], level_of(0.25)))
    assert 90 in kept
    assert len(kept) < len(line)


def test_specks_go_but_something_is_left_of_what_is_nothing_else() -> None:
    large, small, smaller = circle(60, 40.0), circle(6, 0.9, 90), circle(4, 0.9, 95)
    level = level_of(0.25)
    assert len(at_once(thinned([small, large, smaller], level))) == 1
    assert at_once(thinned([smaller, small], level)) == [small]
    assert len(at_once(thinned([small, large, smaller], 0))) == 3
    assert at_once(thinned([], level)) == []


def test_thousands_of_polygons_are_thinned_out_in_bits() -> None:
    lines = [circle(12, 5.0, 20.0 * number) for number in range(2000)]
    bits = sum(1 for _ in thinned(lines, level_of(0.5)))
    assert bits > sum(map(len, lines)) / BIT
