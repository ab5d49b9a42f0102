"""What crosses a hole goes on: patterns at their period, lines straight."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskpick.engines.fill.fill import fill_array
from maskpick.engines.fill.levels import Level
from maskpick.engines.fill.offsets import candidates, covered
from maskpick.engines.fill.patch_match import PatchField
from maskpick.engines.fill.shift_map import shift_map
from maskpick.engines.fill.smooth import membrane
from maskpick.progress import Progress


def disc(height: int, width: int, y: int, x: int, radius: int) -> np.ndarray:
    rows, columns = np.ogrid[:height, :width]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def level_of(lightness: np.ndarray, hole: np.ndarray) -> Level:
    image = np.repeat(lightness.astype(np.float32)[..., None], 3, axis=2)
    image[hole] = 0
    return Level(image, hole, ~hole, ~hole)


def tiles(height: int, width: int, down: int, right: int) -> np.ndarray:
    """A pattern that repeats by (down, right) pixels and by nothing less, 0..100."""
    one = np.random.default_rng(4).uniform(0, 100, (down, right))
    return np.tile(one, (-(-height // down), -(-width // right)))[:height, :width]


def test_a_pattern_is_offered_at_its_period():
    level = level_of(tiles(80, 90, 11, 13), disc(80, 90, 40, 45, 9))
    offered = candidates(level, PatchField(level))
    assert np.count_nonzero((offered % (11, 13) == 0).all(axis=1)) >= 8


@pytest.mark.parametrize("degrees", [-40, 0, 25, 70])
def test_a_line_that_runs_into_the_hole_is_offered_along_itself(degrees):
    height, width = 90, 110
    rows, columns = np.mgrid[:height, :width]
    across = np.array([np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))])  # down, right
    side = (rows - 45) * across[0] + (columns - 55) * across[1]
    noise = np.random.default_rng(1).normal(0, 1, (height, width))
    level = level_of(np.where(side > 0, 70, 30) + noise, disc(height, width, 45, 55, 10))
    offered = candidates(level, PatchField(level))
    along = np.abs(offered @ across) < 0.5
    assert any(covered(level, (int(y), int(x))) > 0.9 for y, x in offered[along])


def test_a_pattern_goes_on_exactly_in_one_piece():
    truth = tiles(80, 90, 11, 13)
    hole = disc(80, 90, 40, 45, 9)
    level = level_of(truth, hole)
    offsets = np.array([(0, 13), (22, 0), (-22, 0), (5, 30), (0, 26), (-30, 7)])
    imagined = membrane(level.image, level.known, Progress())
    chosen = shift_map(level, offsets, imagined, Progress())
    assert chosen is not None
    y, x = (np.argwhere(level.area) + chosen).T
    assert np.allclose(truth[y, x], truth[level.area])


def test_pieces_are_cut_where_they_agree():
    # Left of a wall is to be copied from the left, what is right of it from the right; the cut must be the wall.
    truth = np.full((60, 80), 30.0)
    truth[:, 37:] = 50
    truth[:, 43:] = 80
    truth[:20] += np.linspace(0, 9, 20)[::-1, None]
    hole = disc(60, 80, 34, 40, 8)
    level = level_of(truth, hole)
    offsets = np.array([(0, -25), (0, 25), (17, 0)])
    chosen = shift_map(level, offsets, level_of(truth, np.zeros_like(hole)).image, Progress())
    assert chosen is not None
    y, x = (np.argwhere(level.area) + chosen).T
    assert np.array_equal(truth[y, x], truth[level.area])


def test_where_a_pixel_can_be_copied_from_nowhere_there_is_no_map():
    level = level_of(tiles(50, 50, 7, 7), disc(50, 50, 25, 25, 8))
    assert shift_map(level, np.array([(0, 4), (3, 0)]), level.image, Progress()) is None
    assert shift_map(level, np.zeros((0, 2), np.int64), level.image, Progress()) is None


@pytest.mark.parametrize("degrees", [-27, 3, 12])
def test_a_kerb_goes_on_straight_through_grain(degrees):
    height, width = 240, 320
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    angle = np.radians(degrees)
    side = (rows - 120) * np.cos(angle) - (columns - 160) * np.sin(angle)
    truth = np.select([side < -6, side < 6], [95.0, 200.0], 60.0)
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 22, truth.shape), (0, 0), 0.8)
    pixels = np.repeat(np.clip(truth + grain, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    hole = disc(height, width, 120, 160, 38)
    pixels[hole] = 127
    filled = cv2.GaussianBlur(fill_array(pixels, hole)[..., 0].astype(np.float32), (0, 0), 1.5)
    bright = hole & (filled > 150)
    assert np.abs(side[bright]).max() < 9  # nothing of the kerb beside it …
    assert bright.sum() > 0.75 * (hole & (np.abs(side) < 5)).sum()  # … and no gap in it


def test_a_horizon_that_slopes_a_little_goes_on_without_a_step():
    height, width = 300, 420
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    side = rows - 150 + 0.03 * (columns - 210)
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 9, side.shape), (0, 0), 0.8)
    pixels = np.repeat(np.clip(np.where(side < 0, 190, 90) + grain, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    hole = disc(height, width, 145, 205, 58)
    pixels[hole] = 127
    sky = cv2.GaussianBlur(fill_array(pixels, hole)[..., 0].astype(np.float32), (0, 0), 1.5) > 140
    wrong = sky != (side < 0)
    assert np.abs(side[hole & wrong]).max(initial=0) < 2.5
