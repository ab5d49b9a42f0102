"""Photos with the borders several people drew in them, and endless variations of them to train on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]  # uint8 (h, w), or (h, w, 3) for colours

CROP = 320
"""Height and width of a sample."""
ZOOMS = (0.75, 1.0, 1.35)
"""The sizes each photo is kept in, so that a sample is never far from one of them and its lines stay thin."""


@dataclass(frozen=True)
class Photo:
    """``rgb`` (h, w, 3) and ``border`` (h, w), both uint8: 0 is where nobody drew a border, about 230 where all did.

    A line is about two pixels wide, with a soft rim: people do not hit the same pixel.
    """

    rgb: Plane
    border: Plane


def read_photos(folder: Path, pattern: str = "*.jpg", zooms: Sequence[float] = ZOOMS) -> list[list[Photo]]:
    """All photos of a folder that have partitions, each in each of the sizes.

    A photo ``<id>.jpg`` has label maps ``<id>.gtN.png``, one for each person. Raises `FileNotFoundError` where there
    are none.
    """
    found = []
    for path in sorted(folder.glob(pattern)):
        bgr = cv2.imread(str(path))
        drawn = [
            cv2.imread(str(labels), cv2.IMREAD_UNCHANGED) for labels in sorted(folder.glob(f"{path.stem}.gt*.png"))
        ]
        if bgr is not None and drawn:
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            found.append([_resized(rgb, [labels for labels in drawn if labels is not None], zoom) for zoom in zooms])
    if not found:
        raise FileNotFoundError(f"There are no photos with partitions in {folder}.")
    return found


def _resized(rgb: Plane, drawn: Sequence[Plane], zoom: float) -> Photo:
    size = (round(rgb.shape[1] * zoom), round(rgb.shape[0] * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    lines = [soft_lines(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)) for labels in drawn]
    border = np.rint(255 * np.mean(lines, axis=0)).astype(np.uint8)
    return Photo(rgb if zoom == 1 else cv2.resize(rgb, size, interpolation=how), border)


def soft_lines(labels: Plane) -> Plane:
    """The borders of a label map as float32 (h, w): about 0.9 on both sides of one, a third a pixel further."""
    lines = np.zeros(labels.shape, np.float32)
    for before, after in (((..., slice(None, -1)), (..., slice(1, None))), (slice(None, -1), slice(1, None))):
        differ = labels[before] != labels[after]
        lines[before][differ] = lines[after][differ] = 1
    soft: Plane = np.minimum(1, 1.25 * cv2.GaussianBlur(lines, (0, 0), 0.8))
    return soft


@dataclass(frozen=True)
class Batch:
    """``rgb`` (n, CROP, CROP, 3), ``border`` and ``known`` (n, CROP, CROP), all uint8; known is 255 or 0."""

    rgb: Plane
    border: Plane
    known: Plane


def batches(photos: Sequence[Sequence[Photo]], count: int, seed: int, first: int) -> Iterator[Batch]:
    """Endless batches of ``count`` samples; number ``first`` is the same whether or not those before it were made."""
    number = first
    while True:
        random = np.random.default_rng([seed, number])
        chosen = [photos[i] for i in random.integers(len(photos), size=count)]
        samples = [_sample(zooms[random.integers(len(zooms))], random) for zooms in chosen]
        yield Batch(*(np.stack(planes) for planes in zip(*samples, strict=True)))
        number += 1


def _sample(photo: Photo, random: np.random.Generator) -> tuple[Plane, Plane, Plane]:
    """A crop somewhere in the photo: turned, mirrored, a little larger or smaller, in another light."""
    height, width = photo.border.shape
    turn = random.choice([0.0, random.uniform(-20, 20), random.uniform(-180, 180)], p=[0.5, 0.3, 0.2])
    zoom = np.exp(random.uniform(-0.13, 0.13))
    # Where the middle of the crop lies: anywhere, as long as little of the crop is outside.
    middle = [_middle(length, CROP / zoom, random) for length in (width, height)]
    matrix = cv2.getRotationMatrix2D(middle, turn, zoom)
    matrix[:, 2] += CROP / 2 - np.array(middle)
    if random.random() < 0.5:
        matrix[0] = [0, 0, CROP - 1] - matrix[0]
    rgb = cv2.warpAffine(photo.rgb, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    border = cv2.warpAffine(photo.border, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR)
    known = cv2.warpAffine(np.full((height, width), 255, np.uint8), matrix, (CROP, CROP), flags=cv2.INTER_NEAREST)
    return _relit(rgb, random), border, known


def _middle(length: int, crop: float, random: np.random.Generator) -> float:
    low, high = sorted((crop / 2, length - crop / 2))
    return float(random.uniform(low, high))


def _relit(rgb: Plane, random: np.random.Generator) -> Plane:
    """Another exposure, contrast, gamma and white; sometimes grey, unsharp or with noise, as photos are."""
    level = np.linspace(0, 1, 256)[:, None]
    curve = np.clip((level - 0.5) * random.uniform(0.7, 1.3) + 0.5 + random.uniform(-0.1, 0.1), 0, 1)
    curve = curve ** random.uniform(0.7, 1.4) * random.uniform(0.87, 1.0, 3)
    lit = cv2.LUT(rgb, np.rint(255 * curve).astype(np.uint8)[:, None, :])
    if random.random() < 0.1:
        lit = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if random.random() < 0.2:
        lit = cv2.GaussianBlur(lit, (0, 0), random.uniform(0.4, 1.2))
    if random.random() < 0.2:
        noise = random.normal(0, random.uniform(2, 10), lit.shape)
        lit = np.clip(lit + noise, 0, 255).astype(np.uint8)
    return lit
