"""Pictures whose soft edges are known: objects made here, laid over photos with an alpha that is kept.

Hair and fur are thousands of tapering strands, leaves are lens shapes with gaps between them, drawn at four times the
size and averaged down; a defocused object is a shape under a blur as wide as a lens makes it, a hard one an
antialiased polygon, and a mixed one is hard below and hairy above. Everything follows from the seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 480, 360
FINER = 4
"""How many times larger strands and leaves are drawn than they are seen."""
SHORN = 17
"""What is narrower, in pixels, is missing in a mask that leaves out hair."""
COLOURS = [(38, 26, 20), (92, 62, 38), (190, 152, 98), (60, 92, 40), (214, 208, 200), (150, 60, 30), (30, 32, 38)]
"""What hair, fur and leaves are like: black, brown, fair, green, white, red, dark."""

Plane = NDArray[np.float32]
Generator = np.random.Generator


@dataclass(frozen=True)
class Case:
    """``foreground`` and ``background`` are float32 (h, w, 3) in 0..255, ``alpha`` is float32 (h, w) in 0..1."""

    name: str
    kind: str
    foreground: Plane
    background: Plane
    alpha: Plane

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture: uint8 (h, w, 3)."""
        alpha = self.alpha[:, :, None]
        return np.rint(alpha * self.foreground + (1 - alpha) * self.background).astype(np.uint8)

    @property
    def inputs(self) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """Masks somebody might have of it, uint8 (h, w), 0 or 255: exact, a service's with stairs, drawn by hand, and
        exact but for hair and leaves, which are left out."""
        hard = np.where(self.alpha >= 0.5, np.uint8(255), np.uint8(0))
        yield "hard", hard
        small = cv2.resize(self.alpha, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) >= 0.5
        yield "jagged", np.repeat(np.repeat(small.astype(np.uint8) * np.uint8(255), 4, 0), 4, 1)
        yield "drawn", drawn_by_hand(hard, np.random.default_rng(len(self.name)))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SHORN, SHORN))
        yield "shorn", np.asarray(cv2.morphologyEx(hard, cv2.MORPH_OPEN, disc), np.uint8)


def cases(photos: list[Path], rounds: int, seed: int) -> Iterator[Case]:
    """``rounds`` objects of every kind, each over another of the ``photos``."""
    rng = np.random.default_rng(seed)
    order = [photos[int(one)] for one in rng.permutation(len(photos))]
    number = 0
    for _ in range(rounds):
        for kind, draw in KINDS.items():
            behind, texture = (crop(order[(number + step) % len(order)], rng) for step in (0, 1))
            alpha = np.rint(255 * draw(rng)) / np.float32(255)
            front = texture if kind in ("hard", "defocus") else coated(texture, rng)
            yield Case(f"{kind} {number}", kind, front, behind, alpha)
            number += 1


def crop(path: Path, rng: Generator) -> Plane:
    """A part of a photo, enlarged where it is smaller than a picture here."""
    with Image.open(path) as opened:
        photo = np.asarray(opened.convert("RGB"))
    scale = max(1.0, WIDTH / photo.shape[1], HEIGHT / photo.shape[0])
    if scale > 1:
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    top = int(rng.integers(photo.shape[0] - HEIGHT + 1))
    left = int(rng.integers(photo.shape[1] - WIDTH + 1))
    return photo[top : top + HEIGHT, left : left + WIDTH].astype(np.float32)


def coated(texture: Plane, rng: Generator) -> Plane:
    """A coat of one colour, in the light and shade of a photo, with grain."""
    shade = cv2.GaussianBlur(texture.mean(axis=2), (0, 0), 6) / 128
    grain = cv2.GaussianBlur(rng.normal(0, 40, texture.shape[:2]).astype(np.float32), (0, 0), 1)
    colour = np.array(COLOURS[int(rng.integers(len(COLOURS)))], np.float32)
    coat: Plane = np.clip(colour * (0.6 + 0.4 * shade[:, :, None]) + grain[:, :, None], 0, 255).astype(np.float32)
    return coat


def drawn_by_hand(hard: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """The outline as a hand follows it: smoothed, and now too wide, now too narrow, by some pixels."""
    apart = cv2.distanceTransform(hard, cv2.DIST_L2, 5) - cv2.distanceTransform(255 - hard, cv2.DIST_L2, 5)
    apart = cv2.GaussianBlur(np.clip(apart, -30, 30), (0, 0), 4)
    wobble = rng.normal(0, 1, (HEIGHT // 30 + 2, WIDTH // 30 + 2)).astype(np.float32)
    slips = 2.5 * cv2.resize(wobble, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.where(apart + slips > 0, np.uint8(255), np.uint8(0))


def body(rng: Generator, size: float = 1.0) -> NDArray[Any]:
    """The corners of a blob in the middle of the picture, (n, 2) float64, in order round it."""
    angles = np.linspace(0, 2 * math.pi, 240, endpoint=False)
    radius = np.full_like(angles, 0.27 * HEIGHT * size)
    for wave in range(2, 6):
        radius *= 1 + rng.uniform(0, 0.14) / (wave - 1) * np.cos(wave * angles + rng.uniform(0, 2 * math.pi))
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    return centre + np.stack([1.15 * radius * np.cos(angles), radius * np.sin(angles)], axis=1)


def polygons(shapes: list[NDArray[Any]]) -> Plane:
    """What polygons cover together, each pixel to the part that it is covered."""
    large = np.zeros((HEIGHT * FINER, WIDTH * FINER), np.uint8)
    for shape in shapes:
        cv2.fillPoly(large, [np.rint(shape * FINER * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32) / 255


def strands(rng: Generator, roots: NDArray[Any], length: float, width: float, count: int) -> list[NDArray[Any]]:
    """Tapering, curved strands that grow outwards from among ``roots``, a closed line."""
    outwards = np.roll(roots, -1, 0) - np.roll(roots, 1, 0)
    outwards = np.stack([outwards[:, 1], -outwards[:, 0]], axis=1)
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    along = np.linspace(0, 1, 14)[:, None]
    sweep = rng.uniform(-0.9, 0.9)
    shapes = []
    for _ in range(count):
        start = int(rng.integers(len(roots)))
        ahead = outwards[start]
        aside = np.array([-ahead[1], ahead[0]])
        reach = length * rng.uniform(0.3, 1) * (1.6 if rng.random() < 0.06 else 1)
        bend, lean = rng.normal(0, 0.25), sweep + rng.normal(0, 0.3)
        path = roots[start] - 4 * ahead + reach * (along * ahead + (lean * along + bend * along**2) * aside)
        half = 0.5 * width * rng.uniform(0.5, 1.2) * (1 - along**2) * aside
        shapes.append(np.concatenate([path + half, (path - half)[::-1]]))
    return shapes


def hair(rng: Generator) -> Plane:
    core = body(rng, 0.85)
    return polygons([core, *strands(rng, core, 48, 1.6, int(rng.integers(900, 1600)))])


def fur(rng: Generator) -> Plane:
    core = body(rng)
    return polygons([core, *strands(rng, core, 14, 1.8, 1800)])


def leaves(rng: Generator) -> Plane:
    core = body(rng, 0.75)
    along = np.linspace(0, 1, 12)[:, None]
    shapes = [core]
    for _ in range(150):
        start = core[int(rng.integers(len(core)))] + rng.normal(0, 14, 2)
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(12, 26)
        ahead = np.array([math.cos(angle), math.sin(angle)])
        path = start + length * along * ahead
        half = 0.17 * length * np.sin(math.pi * along) * np.array([-ahead[1], ahead[0]])
        shapes.append(np.concatenate([path + half, (path - half)[::-1]]))
    return polygons(shapes)


def defocus(rng: Generator) -> Plane:
    radius = int(rng.integers(3, 13))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.clip(cv2.filter2D(polygons([body(rng)]), -1, disc / disc.sum()), 0, 1).astype(np.float32)


def hard(rng: Generator) -> Plane:
    if rng.random() < 0.5:
        return polygons([body(rng)])
    points = int(rng.integers(4, 9))
    angles = np.sort(rng.uniform(0, 2 * math.pi, points) * 0.3 + np.linspace(0, 2 * math.pi, points, endpoint=False))
    radius = rng.uniform(0.22, 0.42, points) * HEIGHT
    corners = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    return polygons([np.array([WIDTH / 2, HEIGHT / 2]) + corners])


def mixed(rng: Generator) -> Plane:
    core = body(rng, 0.9)
    above = np.roll(core, -int(np.argmax(core[:, 0])), 0)  # from the rightmost corner, clockwise on the screen
    grown = [one for one in strands(rng, above, 40, 1.6, 1400) if one[0, 1] < HEIGHT / 2 - 10]
    return polygons([core, *grown])


KINDS: dict[str, Callable[[Generator], Plane]] = {
    "hard": hard,
    "mixed": mixed,
    "defocus": defocus,
    "leaves": leaves,
    "fur": fur,
    "hair": hair,
}
