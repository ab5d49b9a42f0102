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
LONGEST = 481
"""Larger photos are first made so long: the engine looks at no more."""
ZOOMS = (0.75, 1.1, 1.6)
"""The sizes each photo is kept in, so that a sample is never far from one of them and its lines stay thin."""
DOUBT = 4
"""So many pixels beside a border that COCO's people drew are neither border nor none: their lines are off by that."""


COCO = ("all", "none", "even", "odd")
"""Which of COCO's photos are learned from: half of them can be kept to measure on."""


def divided(photos: list[Path], which: str) -> tuple[list[Path], list[Path]]:
    """Those of the sorted photos to learn from, and the others, by one of the words of `COCO`."""
    taken = {"all": slice(None), "none": slice(0), "even": slice(0, None, 2), "odd": slice(1, None, 2)}[which]
    learned = photos[taken]
    return learned, [photo for photo in photos if photo not in learned]


@dataclass(frozen=True)
class Photo:
    """``rgb`` (h, w, 3), ``border`` and ``known`` (h, w), all uint8: border is 0 where nobody drew one, about 230 where
    all did; known is 255, or 0 where nobody can say.

    A line is about two pixels wide, with a soft rim: people do not hit the same pixel.
    """

    rgb: Plane
    border: Plane
    known: Plane


def read_photos(paths: Sequence[Path], zooms: Sequence[float] = ZOOMS) -> list[list[Photo]]:
    """Each of these photos in each of the sizes.

    A photo ``<id>.jpg`` has label maps ``<id>.gtN.png``, one for each person. Where there is an ``<id>.json`` it is of
    COCO, whose label 0 says nothing. Raises `FileNotFoundError` for a photo without labels, or if there are no photos.
    """
    if not paths:
        raise FileNotFoundError("There are no photos to learn from.")
    return [_read(path, zooms) for path in paths]


def _read(path: Path, zooms: Sequence[float]) -> list[Photo]:
    bgr = cv2.imread(str(path))
    drawn = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in sorted(path.parent.glob(f"{path.stem}.gt*.png"))]
    labels = [each for each in drawn if each is not None]
    if bgr is None or not labels:
        raise FileNotFoundError(f"{path} is no photo that somebody divided into its parts.")
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    scale = min(1.0, LONGEST / max(rgb.shape))
    if scale < 1:
        rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    doubtful = path.with_suffix(".json").exists()
    return [_resized(rgb, labels, zoom, doubtful) for zoom in zooms]


def _resized(rgb: Plane, drawn: Sequence[Plane], zoom: float, doubtful: bool) -> Photo:
    size = (round(rgb.shape[1] * zoom), round(rgb.shape[0] * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    resized = [cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST) for labels in drawn]
    lines = [soft_lines(labels) for labels in resized]
    border = np.rint(255 * np.mean(lines, axis=0)).astype(np.uint8)
    known = np.full(border.shape, 255, np.uint8)
    if doubtful:
        reach = 2 * round(DOUBT * zoom) + 1
        known[(resized[0] == 0) | (cv2.dilate(border, np.ones((reach, reach), np.uint8)) > 64)] = 0
        known[border > 64] = 255
    return Photo(rgb if zoom == 1 else cv2.resize(rgb, size, interpolation=how), border, known)


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


Source = tuple[Sequence[Sequence[Photo]], int]
"""Photos, each in its sizes, and how many samples of a batch are taken from them."""


def batches(sources: Sequence[Source], seed: int, first: int) -> Iterator[Batch]:
    """Endless batches; number ``first`` is the same whether or not those before it were made."""
    number = first
    while True:
        random = np.random.default_rng([seed, number])
        chosen = [photos[i] for photos, count in sources for i in random.integers(len(photos), size=count)]
        samples = [_sample(zooms[random.integers(len(zooms))], random) for zooms in chosen]
        yield Batch(*(np.stack(planes) for planes in zip(*samples, strict=True)))
        number += 1


def _sample(photo: Photo, random: np.random.Generator) -> tuple[Plane, Plane, Plane]:
    """A crop somewhere in the photo: turned, mirrored, a little larger or smaller, in another light."""
    height, width = photo.border.shape
    turn = random.choice([0.0, random.uniform(-20, 20), random.uniform(-180, 180)], p=[0.5, 0.3, 0.2])
    zoom = np.exp(random.uniform(-0.19, 0.19))
    # Where the middle of the crop lies: anywhere, as long as little of the crop is outside.
    middle = [_middle(length, CROP / zoom, random) for length in (width, height)]
    matrix = cv2.getRotationMatrix2D(middle, turn, zoom)
    matrix[:, 2] += CROP / 2 - np.array(middle)
    if random.random() < 0.5:
        matrix[0] = [0, 0, CROP - 1] - matrix[0]
    rgb = cv2.warpAffine(photo.rgb, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    border = cv2.warpAffine(photo.border, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR)
    known = cv2.warpAffine(photo.known, matrix, (CROP, CROP), flags=cv2.INTER_NEAREST)
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
