"""Borders brought to full resolution."""

from __future__ import annotations

import numpy as np
import pytest

from maskpick import refine
from maskpick.errors import Cancelled
from maskpick.masks import INSIDE, Mask
from maskpick.pictures import Picture
from maskpick.progress import Progress
from maskpick.refine import refine_labels, refine_mask


def disc(size: int, radius: float) -> np.ndarray:
    y, x = np.mgrid[:size, :size] + 0.5
    return np.hypot(y - size / 2 + 0.3, x - size / 2 - 0.7) < radius


def painted(inside: np.ndarray) -> np.ndarray:
    rgb = np.where(inside[..., None], (190, 120, 60), (90, 110, 130))
    return np.clip(rgb + np.random.default_rng(0).integers(-12, 13, rgb.shape), 0, 255).astype(np.uint8)


def test_stairs_become_the_true_border() -> None:
    truth = disc(400, 130)
    coarse = np.where(disc(50, 130 / 8), 2, 1).astype(np.uint16)
    stairs = np.kron(coarse, np.ones((8, 8), np.uint16)) == 2
    refined = refine_labels(coarse, painted(truth), Progress()) == 2
    assert (stairs ^ truth).sum() > 1500
    assert (refined ^ truth).sum() < 100


def test_without_colour_corners_are_rounded() -> None:
    coarse = np.where(disc(50, 16), 2, 1).astype(np.uint16)
    refined = refine_labels(coarse, np.full((400, 400, 3), 128, np.uint8), Progress()) == 2
    stairs = np.kron(coarse, np.ones((8, 8), np.uint16)) == 2

    def longest_straight(inside: np.ndarray) -> int:
        """The longest run of border that goes straight down."""
        border = inside[:, 1:] != inside[:, :-1]
        longest, current = 0, np.zeros(border.shape[1], int)
        for row in border:
            current = np.where(row, current + 1, 0)
            longest = max(longest, int(current.max()))
        return longest

    truth = disc(400, 128)
    assert (refined ^ truth).sum() < (stairs ^ truth).sum()
    assert longest_straight(refined) < longest_straight(stairs)


def test_no_label_is_invented_and_far_pixels_keep_theirs() -> None:
    rng = np.random.default_rng(1)
    coarse = np.kron(rng.integers(1, 900, (5, 7)), np.ones((12, 12), int)).astype(np.uint16)
    rgb = rng.integers(0, 255, (240, 336, 3)).astype(np.uint8)
    refined = refine_labels(coarse, rgb, Progress())
    assert set(np.unique(refined)) <= set(np.unique(coarse))
    centres = (slice(24, None, 48), slice(24, None, 48))
    assert (refined[centres] == coarse[6::12, 6::12]).all()


def test_strips_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = disc(300, 100)
    coarse = np.where(disc(60, 20), 2, 1).astype(np.uint16)
    whole = refine_labels(coarse, painted(truth), Progress())
    monkeypatch.setattr(refine, "STRIP", 300 * 17)
    assert (refine_labels(coarse, painted(truth), Progress()) == whole).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 1), (7, 5)])
def test_tiny_pictures(size: tuple[int, int]) -> None:
    labels = np.ones(size, np.uint16)
    assert (refine_labels(labels, np.zeros((*size, 3), np.uint8), Progress()) == 1).all()


def test_a_jagged_mask_is_smoothed_in_place() -> None:
    truth = disc(400, 90)
    stairs = np.kron(disc(50, 90 / 8), np.ones((8, 8), bool))
    picture = Picture(painted(truth))
    mask = Mask.from_array(3, stairs, name="disc", confidence=0.5)
    refined = refine_mask(mask, picture, 8, Progress())
    assert (refined.id, refined.name, refined.confidence) == (3, "disc", 0.5)
    assert ((refined.canvas(picture.size) >= INSIDE) ^ truth).sum() < 100
    assert len(np.unique(refined.coverage)) > 3


def test_an_empty_mask_stays_empty() -> None:
    mask = Mask.from_array(1, np.zeros((10, 10), bool))
    assert refine_mask(mask, Picture(np.zeros((10, 10, 3), np.uint8)), 4, Progress()).empty


def test_it_can_be_stopped() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        refine_labels(np.ones((4, 4), np.uint16), np.zeros((8, 8, 3), np.uint8), progress)
