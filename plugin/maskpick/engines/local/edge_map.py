"""How strongly each pixel looks like the border of something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]  # float32 (h, w), or (h, w, 3) for Lab
Colours = NDArray[Any]  # uint8 (h, w, 3)


class EdgeMap(Protocol):
    """Anything that finds borders: the hand-made measure below, or a learned one."""

    def __call__(self, rgb: Colours) -> Plane:
        """Take uint8 (h, w, 3), return float32 (h, w), 0 = surely no border; about 1 = surely one."""
        ...


class TensorEdges:
    """Structure tensors of soft-binned colour and texture, at several scales.

    Each channel of Lab is spread over overlapping bins, so that a border between two colours shows in the bins of
    both whatever their distance, as in histogram gradients (Martin, Fowlkes, Malik 2004). Over all bins one
    structure tensor (Di Zenzo 1986) is summed; what counts is the difference of its eigenvalues, for a texture
    has gradients in all directions and a border in one.
    """

    # (sigma of the derivative, sigma of the tensor, shrink factor, weight): from sweeps over a third of the
    # development photos, as all constants here; `benchmarks/segment.py` measures what they come to.
    COLOUR_SCALES = ((1.2, 0.8, 1, 1.2), (2.5, 1.0, 1, 1.0), (5.0, 1.5, 2, 1.0))
    TEXTURE_SCALE = (5.0, 2.0, 2, 1.2)
    LIGHTNESS_WEIGHT = 0.8
    GRADIENT_WEIGHT = 0.035

    def __call__(self, rgb: Colours) -> Plane:
        lab = to_lab(cv2.bilateralFilter(rgb, 5, 25, 3))
        lightness, a, b = (np.ascontiguousarray(lab[:, :, channel]) for channel in range(3))
        colour = [self.LIGHTNESS_WEIGHT * plane for plane in soft_bins(lightness, 0, 100, 10)]
        colour += [*soft_bins(a, -40, 40, 10), *soft_bins(b, -40, 40, 10)]
        texture = [
            plane
            for measure, top in zip(_texture(to_lab(rgb)[:, :, 0]), (2.0, 3.2, 1.7, 1.7), strict=True)
            for plane in soft_bins(measure, 0, top, 6)
        ]
        edges = np.zeros(rgb.shape[:2], np.float32)
        for scale, smoothing, shrink, weight in self.COLOUR_SCALES:
            edges += weight * _anisotropy(colour, scale, smoothing, shrink)
        scale, smoothing, shrink, weight = self.TEXTURE_SCALE
        edges += weight * _anisotropy(texture, scale, smoothing, shrink)
        edges += self.GRADIENT_WEIGHT * _gradient(lab, 1.2)
        return edges / 2


def to_lab(rgb: Colours) -> Plane:
    """CIE Lab, float32 (h, w, 3): lightness 0..100, a and b about -100..100."""
    lab: Plane = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    return lab


def soft_bins(values: Plane, low: float, high: float, count: int) -> Iterator[Plane]:
    """Spread ``values`` over ``count`` bins between ``low`` and ``high``; each value adds 1 in all, to two neighbours.

    Yields one plane for each bin that is not empty.
    """
    place = np.clip((values - low) * (count / (high - low)) - 0.5, 0, count - 1)
    for number in range(count):
        share = np.maximum(0, 1 - np.abs(place - number))
        if share.any():
            yield share


def _texture(lightness: Plane) -> list[Plane]:
    """How busy the surroundings are: roughness at two scales, and horizontal and vertical grain."""
    lightness = np.ascontiguousarray(lightness)
    measures = []
    for sigma in (1.0, 4.0):
        rough = np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), sigma))
        measures.append(np.sqrt(cv2.GaussianBlur(rough, (0, 0), 2.5 * sigma) + 1e-3))
    for dx, dy in ((1, 0), (0, 1)):
        grain = np.abs(cv2.Sobel(lightness, cv2.CV_32F, dx, dy, scale=1 / 8))
        measures.append(np.sqrt(cv2.GaussianBlur(grain, (0, 0), 3.0) + 1e-3))
    return measures


def _anisotropy(planes: Sequence[Plane], scale: float, smoothing: float, shrink: int) -> Plane:
    """The square root of the difference of the eigenvalues of the summed structure tensor.

    Large scales are computed on planes ``shrink`` times smaller.
    """
    height, width = planes[0].shape
    small = (-(-width // shrink), -(-height // shrink))
    scale /= shrink
    xx, yy, xy = (np.zeros(small[::-1], np.float32) for _ in range(3))
    for plane in planes:
        if shrink > 1:
            plane = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        smooth = cv2.GaussianBlur(plane, (0, 0), scale)
        x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=scale / 8)
        y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=scale / 8)
        xx += x * x
        yy += y * y
        xy += x * y
    xx, yy, xy = (cv2.GaussianBlur(product, (0, 0), smoothing / shrink) for product in (xx, yy, xy))
    strength = np.sqrt(np.sqrt((xx - yy) ** 2 + 4 * xy * xy))
    if shrink > 1:
        strength = cv2.resize(strength, (width, height), interpolation=cv2.INTER_LINEAR)
    return strength


def _gradient(lab: Plane, sigma: float) -> Plane:
    """The length of the gradient, over all channels."""
    smooth = cv2.GaussianBlur(lab, (0, 0), sigma)
    x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    length: Plane = np.sqrt((x * x + y * y).sum(axis=2))
    return length
