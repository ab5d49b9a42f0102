"""Makes the picture of docs/removal.md, good cases and bad ones: python docs/pictures/removals.py"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import maskpick
from maskpick.masks import Mask
from maskpick.pictures import Picture

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "benchmarks"))

from _drawn_structure import scenes  # noqa: E402

SIDE, GAP = 240, 8
DRAWN = ("kerb at -27", "fence", "horizon", "tiles")
PHOTOS = {  # of docs/photos: the middle of the hole, its half axes, how far it is turned
    "coffee": ((130, 330), (44, 28), 30),
    "rocket": ((322, 300), (30, 44), 0),
    "chelsea": ((270, 118), (40, 30), -20),
}


def cases() -> list[tuple[np.ndarray, np.ndarray]]:
    """Pictures (h, w, 3) uint8 and holes (h, w) bool."""
    drawn = {scene.name: (scene.truth, scene.hole) for scene in scenes()}
    chosen = [drawn[name] for name in DRAWN] + [backdrop()]
    for name, (middle, axes, turned) in PHOTOS.items():
        pixels = maskpick.open_picture(HERE.parent / "photos" / f"{name}.jpg").rgb8
        hole = np.zeros(pixels.shape[:2], np.uint8)
        cv2.ellipse(hole, middle, axes, turned, 0, 360, 1, -1)
        chosen.append((pixels, hole > 0))
    return chosen


def backdrop() -> tuple[np.ndarray, np.ndarray]:
    """A lit wall with grain, and a hole in the light."""
    y, x = np.mgrid[:360, :480].astype(np.float32)
    light = 225 - 0.0022 * ((y - 170) ** 2 + (x - 240) ** 2)
    grain = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 6, light.shape).astype(np.float32), (0, 0), 0.8)
    hole = cv2.ellipse(np.zeros(light.shape, np.uint8), (250, 180), (75, 50), 20, 0, 360, 1, -1)
    lit = (light + grain)[..., None] * np.array([1, 0.95, 0.86])
    return np.clip(lit, 0, 255).astype(np.uint8), hole > 0


def shown(truth: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Hole, result, truth, side by side."""
    holed = np.where(hole[..., None], np.uint8(127), truth)
    filled = maskpick.remove(Picture(holed), None, Mask.from_array(1, hole)).rgb8
    rows, columns = np.nonzero(hole)
    y, x = (int(places.min() + places.max()) // 2 for places in (rows, columns))
    half = int(0.85 * max(np.ptp(rows), np.ptp(columns)))
    y, x = (int(np.clip(place, half, side - half)) for place, side in zip((y, x), hole.shape, strict=True))
    around = np.s_[y - half : y + half, x - half : x + half]
    parts = [cv2.resize(one[around], (SIDE, SIDE), interpolation=cv2.INTER_AREA) for one in (holed, filled, truth)]
    return np.hstack(parts)


def main() -> None:
    strips = [shown(*case) for case in cases()]
    strips += [np.full_like(strips[0], 255)] * (len(strips) % 2)
    gap = np.full((GAP, strips[0].shape[1], 3), 255, np.uint8)
    half = len(strips) // 2
    columns = [
        np.vstack([part for strip in some for part in (strip, gap)][:-1]) for some in (strips[:half], strips[half:])
    ]
    between = np.full((columns[0].shape[0], 3 * GAP, 3), 255, np.uint8)
    Image.fromarray(np.hstack([columns[0], between, columns[1]])).save(HERE / "removals.jpg", quality=88)


if __name__ == "__main__":
    main()
