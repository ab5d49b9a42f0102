"""How well the shadow at an object's foot is told.

    python benchmarks/shadows.py [--json] [--sheet OUT.png]

Things cut out of photos are set on ground of other photos (COCO, of the shared data: MASKPICK_DATA, or `shared` beside
the repository), once with a shadow that is known and once without. The shadow is the thing's outline laid down from its
foot, softer the farther it reaches, 30 to 65 % as bright as the ground and a little bluer. found: the share of shadows
told at all; precision and recall: of their pixels, where told; false: how often one is told where there is none.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from maskpick.masks import INSIDE, Mask
from maskpick.pictures import Picture
from maskpick.shadows import shadow_of

SHARED = Path(os.environ.get("MASKPICK_DATA", Path(__file__).resolve().parents[2] / "shared"))
PHOTOS = SHARED / "data" / "segmentation" / "dev"
GROUND = (
    "grass",
    "pavement",
    "road",
    "floor",
    "dirt",
    "sand",
    "snow",
    "playingfield",
    "rug",
    "table",
    "counter",
    "gravel",
)
CASES = 40


@dataclass(frozen=True)
class Case:
    """A picture without and with a shadow, both (h, w, 3) uint8; thing and shadow, (h, w) bool."""

    plain: np.ndarray
    shaded: np.ndarray
    thing: np.ndarray
    shadow: np.ndarray


def cases(count: int, seed: int = 1) -> Iterator[Case]:
    """Composites, no two on the same photo as far as there are enough."""
    rng = np.random.default_rng(seed)
    things, grounds = _things_and_grounds()
    made = 0
    for turn in range(20 * count):
        if made == count:
            return
        photo, ground = grounds[turn % len(grounds)]
        colours, shape = things[rng.integers(len(things))]
        case = _composite(photo, ground, colours, shape, rng)
        if case is not None:
            made += 1
            yield case


def _things_and_grounds() -> tuple[list[tuple[np.ndarray, np.ndarray]], list[tuple[np.ndarray, np.ndarray]]]:
    things, grounds = [], []
    for path in sorted(PHOTOS.glob("coco*.jpg")):
        pixels = np.asarray(Image.open(path).convert("RGB"))
        labels = np.asarray(Image.open(path.with_suffix(".gt0.png")))
        told = json.loads(path.with_suffix(".json").read_text())
        ground = np.isin(labels, [one["id"] for one in told if one["name"].startswith(GROUND)])
        if ground.mean() > 0.15:
            grounds.append((pixels, ground))
        for one in told:
            if not one["isthing"] or one["iscrowd"] or not 0.01 < one["area"] / labels.size < 0.08:
                continue
            shape = labels == one["id"]
            rows, columns = np.nonzero(shape)
            box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            if shape[box].mean() > 0.4:
                things.append((pixels[box], shape[box]))
    return things, grounds


def _composite(
    photo: np.ndarray, ground: np.ndarray, colours: np.ndarray, shape: np.ndarray, rng: np.random.Generator
) -> Case | None:
    """The thing on the ground, or None where there is no room for it and its shadow."""
    height, width = ground.shape
    lean, length = rng.uniform(-1.6, 1.6), rng.uniform(0.15, 0.6) * rng.choice([1, -1])
    brightness = rng.uniform(0.3, 0.65) * np.array([0.96, 1.0, 1.05], np.float32)
    for _ in range(60):
        x, y = (
            int(rng.integers(0, max(1, side - size)))
            for side, size in ((width, shape.shape[1]), (height, shape.shape[0]))
        )
        thing = np.zeros((height, width), np.uint8)
        part = thing[y : y + shape.shape[0], x : x + shape.shape[1]]
        part[:] = shape[: part.shape[0], : part.shape[1]]
        foot = y + shape.shape[0] - 1
        laid = np.array([[1, lean, -lean * foot], [0, length, foot * (1 - length)]], np.float32)
        cast = cv2.warpAffine(thing.astype(np.float32), laid, (width, height))
        rows = np.arange(height, dtype=np.float32)[:, None]
        far = np.clip(np.abs(rows - foot) / max(1, shape.shape[0]), 0, 1)
        soft = cv2.GaussianBlur(cast, (0, 0), 1.0) * (1 - far) + cv2.GaussianBlur(cast, (0, 0), 4.0) * far
        shadow = (soft > 0.25) & (thing == 0)
        around = cv2.dilate((shadow | (thing > 0)).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
        around[: foot - shape.shape[0] // 3] = False
        if ground[around].mean() < 0.97 or shadow.sum() < 0.04 * shape.sum() or foot > height - 12:
            continue
        plain = photo.copy()
        edge = cv2.GaussianBlur(thing.astype(np.float32), (0, 0), 0.7)[..., None]
        moved = np.zeros_like(photo)
        moved[y : y + shape.shape[0], x : x + shape.shape[1]] = colours
        light = (photo / np.float32(255)) ** 2.2
        shaded = light * (1 - soft[..., None] * (1 - brightness))
        with_thing = [
            np.clip(255 * (edge * (moved / np.float32(255)) + (1 - edge) * scene ** (1 / 2.2)) + 0.5, 0, 255)
            for scene in (light, shaded)
        ]
        plain, dark = (one.astype(np.uint8) for one in with_thing)
        return Case(plain, dark, thing > 0, shadow)
    return None


def told(pixels: np.ndarray, thing: np.ndarray) -> np.ndarray:
    """The shadow that is told, (h, w) bool."""
    shadow = shadow_of(Mask.from_array(1, thing), Picture(pixels))
    if shadow is None:
        return np.zeros(thing.shape, bool)
    return shadow.canvas(Picture(pixels).size) >= INSIDE


def measure(sheet: Path | None) -> dict[str, float]:
    figures: dict[str, list[float]] = {"found": [], "precision": [], "recall": [], "false": []}
    rows: list[list[np.ndarray]] = []
    for case in cases(CASES):
        with_shadow, without = told(case.shaded, case.thing), told(case.plain, case.thing)
        common = int(np.count_nonzero(with_shadow & case.shadow))
        figures["found"].append(common > 0)
        figures["false"].append(bool(without.any()))
        if common:
            figures["precision"].append(common / int(np.count_nonzero(with_shadow)))
            figures["recall"].append(common / int(np.count_nonzero(case.shadow)))
        rows.append([drawn(case.shaded, case.shadow), drawn(case.shaded, with_shadow), drawn(case.plain, without)])
    if sheet is not None:
        height = 200
        strips = [np.hstack([cv2.resize(one, (height * 4 // 3, height)) for one in row]) for row in rows]
        half = (len(strips) + 1) // 2
        strips += [np.zeros_like(strips[0])] * (2 * half - len(strips))
        Image.fromarray(np.hstack([np.vstack(strips[:half]), np.vstack(strips[half:])])).save(sheet)
    return {name: float(np.mean(values)) if values else 0.0 for name, values in figures.items()} | {"cases": len(rows)}


def drawn(pixels: np.ndarray, shadow: np.ndarray) -> np.ndarray:
    """The picture with the shadow in red."""
    result = pixels.copy()
    result[shadow] = result[shadow] // 2 + np.array([127, 0, 0], np.uint8)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sheet", type=Path, help="write truth, told, and told without a shadow, of every case")
    options = parser.parse_args()
    if not PHOTOS.is_dir():
        parser.exit(2, f"The photos are missing: {PHOTOS}\n")
    figures = measure(options.sheet)
    print(json.dumps(figures) if options.json else " ".join(f"{name}={value:.3g}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
