"""Holes in plain surfaces: the light goes on, and so does the grain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskpick.engines.fill.fill import fill_array
from maskpick.engines.fill.shading import shading_of

HEIGHT, WIDTH = 200, 260


def backdrop(grain: float, y: float = 90, x: float = 130) -> np.ndarray:
    """Brightest at (y, x), darker towards the corners."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    light = 215 - 0.004 * ((rows - y) ** 2 + (columns - x) ** 2)
    noise = cv2.GaussianBlur(np.random.default_rng(4).normal(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 0.7)
    return np.asarray(light[..., None] * np.array([1, 0.97, 0.9]) + grain * noise / noise.std(), np.float32)


def hole_at(y: int, x: int, radius: int = 32) -> np.ndarray:
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    return np.asarray((rows - y) ** 2 + (columns - x) ** 2 <= radius**2)


@pytest.mark.parametrize("grain", [0.5, 3, 6])
@pytest.mark.parametrize("place", [(90, 130), (100, 60), (0, 128)])
def test_light_and_grain_go_on(grain: float, place: tuple[int, int]) -> None:
    hole, light = hole_at(*place), backdrop(0)
    picture = np.clip(backdrop(grain) + 0.5, 0, 255).astype(np.uint8)
    filled = fill_array(np.where(hole[..., None], np.uint8(0), picture), hole).astype(np.float32)
    off = cv2.GaussianBlur(filled - light, (0, 0), 5)[hole]
    assert off.std() < 0.3 + 0.3 * grain
    assert 0.7 < (filled - light)[hole].std() / (picture - light)[~hole].std() < 1.3


def test_sixteen_bits_are_filled_alike() -> None:
    hole = hole_at(90, 130)
    picture = np.clip(257 * backdrop(2), 0, 65535).astype(np.uint16)
    filled = fill_array(np.where(hole[..., None], np.uint16(0), picture), hole) / 257.0
    assert np.abs(cv2.GaussianBlur(filled - backdrop(0), (0, 0), 5)[hole]).max() < 2.5


def test_a_picture_with_something_in_it_is_no_surface() -> None:
    hole, picture = hole_at(90, 130), backdrop(2)
    assert shading_of(picture, hole, ~hole, 255) is not None
    picture[100:, :] -= 12
    assert shading_of(picture, hole, ~hole, 255) is None


def test_a_texture_is_no_surface() -> None:
    hole = hole_at(90, 130)
    assert shading_of(backdrop(14), hole, ~hole, 255) is None


def test_where_too_little_is_known_there_is_no_surface() -> None:
    hole = hole_at(90, 130)
    usable = np.zeros_like(hole)
    usable[88:92, 165:190] = True
    assert shading_of(backdrop(2), hole, usable, 255) is None
