"""Coverage that follows the picture: within a few pixels, it is taken to be a linear function of colour.

Where the colours of an object and those behind it each lie on a line in a small window, coverage there is exactly such
a function (Levin, Lischinski and Weiss 2008, A Closed-Form Solution to Natural Image Matting). How far a plane of
coverage is from being one, summed over all windows of 3 x 3 pixels, is a quadratic form: the matting Laplacian. Its
product with a plane needs box filters only, never the matrix (He, Sun and Tang 2010, Fast Matting Using Large Kernel
Matting Laplacian Matrices).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SMOOTHNESS = 1e-5
"""How steep the functions may be: a variance of colours (of 0..1) that is always thought to be there."""
ENOUGH = 1e-6
"""The part of the first step's size at which steps are small enough."""

Plane = NDArray[np.float32]


class ColourLines:
    """The windows of one picture: ``rgb`` is float32 (h, w, 3) in 0..1. Planes are float32 (h, w)."""

    def __init__(self, rgb: Plane) -> None:
        self._channels: list[Plane] = [np.ascontiguousarray(rgb[:, :, one]) for one in range(3)]
        self._count = _sums(np.ones(rgb.shape[:2], np.float32))
        self._mean = [_sums(one) / self._count for one in self._channels]
        self._inverse = self._inverses()

    def _inverses(self) -> tuple[Plane, ...]:
        """The upper half of the inverse of each window's covariance of colours, row by row."""
        spread = [
            _sums(self._channels[one] * self._channels[two]) / self._count - self._mean[one] * self._mean[two]
            for one in range(3)
            for two in range(one, 3)
        ]
        for variance in (spread[0], spread[3], spread[5]):
            variance += np.float32(SMOOTHNESS)
        cofactors, determinant = cofactors_of(spread)
        return tuple(one / determinant for one in cofactors)

    def fitted(self, coverage: Plane) -> tuple[list[Plane], Plane]:
        """For each pixel, coverage as a function of colour: a slope for red, green and blue, and what is added.

        The mean of the windows that hold the pixel.
        """
        slopes, start = self._fitted(coverage)
        return [_sums(one) / self._count for one in slopes], _sums(start) / self._count

    def _fitted(self, coverage: Plane) -> tuple[list[Plane], Plane]:
        mean = _sums(coverage) / self._count
        red, green, blue = (
            _sums(channel * coverage) / self._count - centre * mean
            for channel, centre in zip(self._channels, self._mean, strict=True)
        )
        rr, rg, rb, gg, gb, bb = self._inverse
        slopes = [
            rr * red + rg * green + rb * blue,
            rg * red + gg * green + gb * blue,
            rb * red + gb * green + bb * blue,
        ]
        start = mean
        for slope, centre in zip(slopes, self._mean, strict=True):
            start = start - slope * centre
        return slopes, start

    def laplacian(self, coverage: Plane) -> Plane:
        """The product of the matting Laplacian with a plane, a ninth of it: the diagonal is then at most 1."""
        slopes, start = self._fitted(coverage)
        product = self._count * coverage - _sums(start)
        for slope, channel in zip(slopes, self._channels, strict=True):
            product -= _sums(slope) * channel
        product /= 9
        return product

    def solve(self, coverage: Plane, trust: Plane, free: NDArray[np.bool_], rounds: int) -> Plane:
        """The plane that follows the picture best without going far from ``coverage``, in 0..1.

        It minimises x'Lx + sum trust (x - coverage)^2 over the pixels that are ``free``; all others stay. At most
        ``rounds`` steps of conjugate gradients, with the diagonal as the preconditioner.
        """
        diagonal = trust + np.float32(1)
        solved = coverage.copy()
        rest = np.where(free, -self.laplacian(solved), np.float32(0))
        conditioned: Plane = rest / diagonal
        direction = conditioned.copy()
        size = first = _dot(rest, conditioned)
        for _ in range(rounds):
            if size <= ENOUGH * first:
                break
            ahead = np.where(free, self.laplacian(direction) + trust * direction, np.float32(0))
            curvature = _dot(direction, ahead)
            if curvature <= 0:  # only rounding can make it so, and then there is no more to be had
                break
            step = np.float32(size / curvature)
            solved += step * direction
            rest -= step * ahead
            conditioned = rest / diagonal
            before, size = size, _dot(rest, conditioned)
            direction *= np.float32(size / before)
            direction += conditioned
        return np.clip(solved, 0, 1, out=solved)


def cofactors_of(matrix: list[Plane]) -> tuple[tuple[Plane, ...], Plane]:
    """Cofactors and determinant of symmetric 3 x 3 matrices, given and returned as the six arrays of the upper half."""
    a, b, c, d, e, f = matrix
    cofactors = (d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b)
    return cofactors, a * cofactors[0] + b * cofactors[1] + c * cofactors[2]


def _dot(one: Plane, other: Plane) -> float:
    return float(np.einsum("yx,yx->", one, other, dtype=np.float64))


def _sums(plane: Plane) -> Plane:
    """The sum over the window round each pixel, of what lies on the picture."""
    summed = cv2.boxFilter(plane, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(summed, np.float32)
