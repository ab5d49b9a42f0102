"""Small pictures whose soft edges are known, for the tests of edges and cut-outs."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Box, Mask, Size
from maskpick.pictures import Picture

SIDE = 160
SIZE = Size(SIDE, SIDE)


class SoftObject(NamedTuple):
    """``alpha`` is float32 (h, w) in 0..1; ``front`` and ``behind`` float32 (h, w, 3) in 0..255, what was mixed."""

    picture: Picture
    alpha: NDArray[np.float32]
    front: NDArray[np.float32]
    behind: NDArray[np.float32]

    @property
    def mask(self) -> Mask:
        """The object, every pixel wholly in or out."""
        hard = np.where(self.alpha >= 0.5, np.uint8(255), np.uint8(0))
        return Mask(1, Box(0, 0, SIDE, SIDE), hard)

    def wrong(self, mask: Mask) -> float:
        """The mean error of a mask's coverage, 0..1, over all the picture."""
        return float(np.abs(mask.canvas(SIZE) / 255 - self.alpha).mean())


def mixed(alpha: NDArray[Any]) -> SoftObject:
    """An object of this alpha, brown with grain, before a blue and green ground with grain."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE
    front = np.dstack([120 + 20 * y, 70 + 10 * x, 40 + 0 * x])
    behind = np.dstack([60 + 30 * x, 150 - 40 * y, 190 - 60 * x])
    front, behind = (np.clip(one + rng.normal(0, 4, one.shape), 0, 255).astype(np.float32) for one in (front, behind))
    alpha = (np.rint(alpha * 255) / 255).astype(np.float32)
    seen = alpha[:, :, None] * front + (1 - alpha[:, :, None]) * behind
    return SoftObject(Picture(np.rint(seen).astype(np.uint8)), alpha, front, behind)


def square() -> SoftObject:
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[50:110, 50:110] = 1
    return mixed(alpha)


def blurred(sigma: float = 5.0) -> SoftObject:
    """A disc out of focus."""
    disc = np.zeros((SIDE, SIDE), np.float32)
    cv2.circle(disc, (80, 80), 40, 1, -1)
    return mixed(cv2.GaussianBlur(disc, (0, 0), sigma))


def cluttered() -> SoftObject:
    """A crisp disc of blotches of all colours, before blotches of the same colours."""
    rng = np.random.default_rng(3)
    front, behind = (
        cv2.resize(rng.integers(0, 256, (14, 14, 3)).astype(np.float32), SIZE, interpolation=cv2.INTER_LINEAR)
        for _ in range(2)
    )
    large = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    cv2.circle(large, (320, 320), 170, 255, -1)
    alpha = cv2.resize(large, SIZE, interpolation=cv2.INTER_AREA) / np.float32(255)
    seen = alpha[:, :, None] * front + (1 - alpha[:, :, None]) * behind
    return SoftObject(Picture(np.rint(seen).astype(np.uint8)), alpha, front, behind)


def hairy() -> SoftObject:
    """A disc with strands all round, drawn at four times the size."""
    rng = np.random.default_rng(2)
    large = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    cv2.circle(large, (320, 320), 150, 255, -1)
    for angle in rng.uniform(0, 2 * np.pi, 160):
        length, lean = rng.uniform(170, 240), angle + rng.normal(0, 0.1)
        root, tip = ((320 + r * np.cos(a), 320 + r * np.sin(a)) for r, a in ((140, angle), (length, lean)))
        cv2.line(large, (round(root[0]), round(root[1])), (round(tip[0]), round(tip[1])), 255, 5, cv2.LINE_AA)
    return mixed(cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA) / 255)
