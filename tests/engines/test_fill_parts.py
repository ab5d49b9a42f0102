"""The parts of the remover, each against something simpler that gives the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from maskpick.engines.fill.descriptors import RADIUS, describe
from maskpick.engines.fill.levels import Level
from maskpick.engines.fill.patch_match import PatchField
from maskpick.engines.fill.regions import regions
from maskpick.engines.fill.smooth import membrane
from maskpick.engines.fill.springs import Springs
from maskpick.progress import Progress


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(50, 15, shape).astype(np.float32)


def level(image: np.ndarray, hole: np.ndarray) -> Level:
    return Level(image, hole, ~hole, ~hole)


def patch(image: np.ndarray, y: int, x: int) -> np.ndarray:
    return image[y - RADIUS : y + RADIUS + 1, x - RADIUS : x + RADIUS + 1]


def test_descriptors_never_overstate_the_distance_of_patches():
    image = noise(40, 50, 5)
    described = describe(image)
    rng = np.random.default_rng(3)
    for _ in range(200):
        ya, yb = rng.integers(RADIUS, 40 - RADIUS, 2)
        xa, xb = rng.integers(RADIUS, 50 - RADIUS, 2)
        true = float(((patch(image, ya, xa) - patch(image, yb, xb)) ** 2).sum())
        short = float(((described[ya, xa] - described[yb, xb]) ** 2).sum())
        assert short <= true * 1.001 + 1e-2


def test_descriptors_of_a_flat_patch_hold_all_of_it():
    flat = np.full((20, 20, 1), 30, np.float32)
    flat[:, 10:] = 40
    described = describe(flat)
    apart = float(((described[10, 4] - described[10, 15]) ** 2).sum())
    assert apart == pytest.approx((2 * RADIUS + 1) ** 2 * 10**2, rel=1e-3)


@pytest.mark.parametrize(("hole_side", "pairs"), [(12, "all"), (60, "some")])
def test_the_search_finds_an_exact_copy(hole_side, pairs):
    image = noise(200, 200, 1)
    hole = np.zeros((200, 200), bool)
    hole[20 : 20 + hole_side, 20 : 20 + hole_side] = True
    image[10:90, 10:90] = image[110:190, 100:180]
    field = PatchField(level(image, hole))
    field.search(image, 12, Progress())
    found = (field.source - field.targets == 100 * 200 + 90).mean()
    assert found == 1 if pairs == "all" else found > 0.9


def test_sources_are_whole_usable_patches():
    image = noise(60, 80, 3)
    hole = np.zeros((60, 80), bool)
    hole[20:35, 30:50] = True
    field = PatchField(level(image, hole))
    field.search(image, 2, Progress())
    for source in field.source:
        y, x = divmod(int(source), 80)
        assert RADIUS <= y < 60 - RADIUS
        assert RADIUS <= x < 80 - RADIUS
        assert not patch(hole, y, x).any()


def test_a_smaller_level_holds_only_what_is_known():
    image = np.full((21, 30, 1), 10, np.float32)
    hole = np.zeros((21, 30), bool)
    hole[4:9, 5:12] = True
    image[hole] = 999
    small = level(image, hole).reduced(4, keep_thin=True)
    assert small.hole.shape == (6, 8)
    assert small.image[small.known].max() == pytest.approx(10, abs=1e-3)
    assert small.hole[1:3, 1:3].all()
    assert not small.usable[5].any(), "the last row is not whole"
    assert not (small.usable & small.hole).any()


def test_a_membrane_between_straight_borders_is_a_ramp():
    truth = np.repeat(np.tile(np.linspace(0, 100, 70, dtype=np.float32), (50, 1))[..., None], 2, axis=2)
    known = np.ones((50, 70), bool)
    known[10:40, 20:60] = False
    closed = membrane(np.where(known[..., None], truth, 0), known, Progress())
    assert np.abs(closed - truth).max() < 1.5
    assert np.array_equal(closed[known], truth[known])


def test_springs_solve_the_least_squares_problem():
    rng = np.random.default_rng(5)
    height, width = 7, 9
    anchor = (rng.random((height, width)) < 0.3).astype(np.float32)
    right = rng.random((height, width)).astype(np.float32)
    down = rng.random((height, width)).astype(np.float32)
    right[:, -1] = 0
    down[-1] = 0
    pull = rng.normal(size=(height, width, 2)).astype(np.float32)
    matrix = np.diag(anchor.ravel())
    for y in range(height):
        for x in range(width):
            for weight, there in ((right[y, x], y * width + x + 1), (down[y, x], (y + 1) * width + x)):
                if weight:
                    here = y * width + x
                    matrix[[here, there], [here, there]] += weight
                    matrix[[here, there], [there, here]] -= weight
    expected = np.linalg.solve(matrix, pull.reshape(-1, 2)).reshape(pull.shape)
    assert Springs(anchor, right, down, pull).solve(Progress()) == pytest.approx(expected, abs=2e-2)


def test_every_hole_gets_a_crop_of_its_own():
    hole = np.zeros((1000, 2000), bool)
    places = [(50, 60), (500, 1000), (950, 1950)]
    for y, x in places:
        hole[y : y + 10, x : x + 12] = True
    found = list(regions(hole, ~hole))
    assert len(found) == len(places)
    total = np.zeros_like(hole)
    for region in found:
        assert region.hole.size < 200 * 200
        total[region.rows, region.columns] |= region.hole
    assert np.array_equal(total, hole)


def test_a_crop_grows_until_there_is_enough_to_copy():
    hole = np.zeros((600, 600), bool)
    hole[300:320, 300:320] = True
    usable = np.zeros_like(hole)
    usable[:, :60] = True
    (region,) = regions(hole, usable)
    assert usable[region.rows, region.columns].sum() >= 2 * 400
