"""Drawn scenes whose lines and patterns cross a hole: kerbs, a road, a fence, bricks, tiles in perspective, wires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

HEIGHT, WIDTH = 360, 480
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Scene:
    """name; truth, (h, w, 3) uint8; hole, (h, w) bool."""

    name: str
    truth: np.ndarray
    hole: np.ndarray

    @property
    def holed(self) -> np.ndarray:
        return np.where(self.hole[..., None], np.uint8(127), self.truth)


def scenes(seed: int = 5) -> Iterator[Scene]:
    """The scenes, each with grain, uneven light and a hole in the middle."""
    rng = np.random.default_rng(seed)
    drawn = {
        **{f"kerb at {degrees}": _kerb(degrees) for degrees in (12, -27, 63)},
        "road": _road(),
        "fence": _fence(),
        "bricks": _bricks(rng),
        "tiles": _tiles(),
        "horizon": _painted(_plain((165, 185, 215)), [(0, 210), (WIDTH, 196), (WIDTH, 360), (0, 360)], (60, 90, 110)),
        "wires": _wires(),
    }
    for turn, (name, picture) in enumerate(drawn.items()):
        light = cv2.GaussianBlur(rng.normal(0, 480, (HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 30)
        grain = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH, 1)).astype(np.float32), (0, 0), 0.8)[..., None]
        pixels = picture + light + 9 * grain / grain.std()
        hole = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.ellipse(hole, (WIDTH // 2 - 10, HEIGHT // 2 - 5), (42, 62), 15 * turn - 40, 0, 360, 1, -1)
        cv2.circle(hole, (WIDTH // 2 + 20, HEIGHT // 2 + 45), 26, 1, -1)
        yield Scene(name, np.clip(pixels + 0.5, 0, 255).astype(np.uint8), hole > 0)


def _plain(colour: Colour) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), colour, np.float32)


def _painted(picture: np.ndarray, corners: Sequence[tuple[float, float]], colour: Colour) -> np.ndarray:
    """The picture with a polygon of corners (x, y) on it, its edge smooth."""
    cover = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(cover, [np.rint(np.array(corners) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = cover[..., None] / np.float32(255)
    return picture * (1 - share) + np.array(colour, np.float32) * share


def _kerb(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])

    def band(first: float, last: float) -> list[tuple[float, float]]:
        corners = [(-900, first), (900, first), (900, last), (-900, last)]
        return [tuple(np.array([WIDTH / 2, HEIGHT / 2]) + u * along + v * across) for u, v in corners]

    lawn = _painted(_plain((110, 108, 105)), band(0, 900), (90, 125, 70))
    return _painted(lawn, band(-9, 9), (190, 186, 178))


def _road() -> np.ndarray:
    stripe = _painted(_plain((100, 100, 104)), [(150, 360), (260, 360), (300, 0), (285, 0)], (220, 220, 215))
    return _painted(stripe, [(420, 360), (480, 300), (480, 290), (340, 0), (333, 0)], (220, 220, 215))


def _fence() -> np.ndarray:
    picture = _plain((120, 150, 90))
    for x in range(-10, WIDTH + 30, 37):
        picture = _painted(picture, [(x, 60), (x + 14, 60), (x + 14, 300), (x, 300)], (205, 190, 165))
    for y in (110, 230):
        picture = _painted(picture, [(0, y), (WIDTH, y), (WIDTH, y + 16), (0, y + 16)], (190, 172, 148))
    return picture


def _bricks(rng: np.random.Generator) -> np.ndarray:
    picture = _plain((180, 175, 165))
    for row, y in enumerate(range(0, HEIGHT, 24)):
        for x in range(-60 + 30 * (row % 2), WIDTH, 60):
            red, green, blue = np.array([150, 80, 60]) + rng.normal(0, 9, 3)
            corners = [(x + 2, y + 2), (x + 57, y + 2), (x + 57, y + 21), (x + 2, y + 21)]
            picture = _painted(picture, corners, (red, green, blue))
    return picture


def _tiles() -> np.ndarray:
    floor = np.zeros((1200, 1200, 3), np.float32)
    for row in range(16):
        for column in range(16):
            colour = (200, 190, 170) if (row + column) % 2 else (90, 80, 75)
            floor[row * 75 : row * 75 + 71, column * 75 : column * 75 + 71] = colour
    corners = np.array([(0, 0), (1200, 0), (1200, 1200), (0, 1200)], np.float32)
    seen = np.array([(110, 60), (370, 60), (760, 400), (-280, 400)], np.float32)
    view = cv2.getPerspectiveTransform(corners, seen)
    laid = cv2.warpPerspective(floor, view, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    share = cv2.warpPerspective(np.ones((1200, 1200), np.float32), view, (WIDTH, HEIGHT))[..., None]
    return _plain((150, 160, 175)) * (1 - share) + laid * share


def _wires() -> np.ndarray:
    picture = _plain((185, 195, 215))
    for wire in range(5):
        left, right = 60 + 46 * wire, 110 + 30 * wire
        picture = _painted(picture, [(0, left), (WIDTH, right), (WIDTH, right + 4), (0, left + 4)], (50, 50, 55))
    return picture
