"""How true soft edges are, and what they cost: plain, feathered, guided-filter and fine edges of known alpha.

    python benchmarks/edges.py [--json] [--rounds 4] [--sheet OUT.png] [--quality | --time]

The objects are made here and laid over photos (`_soft_truth.py`): those of the shared data where they are
(MASKPICK_DATA, or `shared` beside the repository), else the example photos. Each is cut out with four masks: exact
but hard, with the stairs of a mask at a quarter of the size, drawn by hand, and exact but without hair and leaves. All
figures are means over the band: the pixels within 8 of one that is half transparent, or where the mask is wrong.

alpha   the absolute error of the coverage, in percent
halo    the absolute error of the cut-out laid over black, white and green, in levels of 255: with the picture's own
        colours, but for fine edges, whose colours are cleaned of the background's

Feathered is the best of the radii 2, 4 and 8 for each kind of mask, guided (He, Sun and Tang 2010) the best of the
radii 2, 4, 8 and 16: what somebody who knows the truth would choose. Time is of an object of about 1 megapixel in 12,
CPU seconds of all threads, the better of two runs.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from _soft_truth import KINDS, Case, body, cases, strands
from maskpick import edges, matting
from maskpick.foreground import foreground_colours
from maskpick.masks import Box, Mask, Size
from maskpick.pictures import Picture
from maskpick.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))
INPUTS = ("hard", "jagged", "drawn", "shorn")
METHODS = ("plain", "feathered", "guided", "fine")
GROUNDS = {"black": (0, 0, 0), "white": (255, 255, 255), "green": (0, 177, 64)}
BAND = 8

Plane = NDArray[np.float32]
Figures = dict[str, float]


def photos() -> list[Path]:
    found = sorted((SHARED / "data" / "segmentation" / "dev").glob("*.jpg"))
    return found or sorted((REPOSITORY / "docs" / "photos").glob("*.jpg"))


def attempts(case: Case, hard: NDArray[np.uint8]) -> Iterator[tuple[str, Plane, Plane]]:
    """Every method's name, coverage (h, w) in 0..1, and colours (h, w, 3) in 0..255."""
    height, width = hard.shape
    size, rgb = Size(width, height), case.rgb
    mask, own = Mask(1, Box(0, 0, width, height), hard), rgb.astype(np.float32)
    yield "plain", hard / np.float32(255), own
    for radius in (2, 4, 8):
        yield f"feathered {radius}", edges.feather(mask, radius, size).canvas(size) / np.float32(255), own
    for radius in (2, 4, 8, 16):
        yield f"guided {radius}", guided(rgb / np.float32(255), hard / np.float32(255), radius), own
    fine = matting.matte(mask, Picture(rgb), Progress())
    yield "fine", fine.canvas(size) / np.float32(255), cleaned(rgb, fine)


def cleaned(rgb: NDArray[np.uint8], mask: Mask) -> Plane:
    colours = rgb.astype(np.float32)
    if not mask.empty:
        colours[mask.box.slices()] = foreground_colours(rgb[mask.box.slices()], mask.coverage)
    return colours


def guided(rgb: Plane, hard: Plane, radius: int, smoothness: float = 1e-4) -> Plane:
    """The guided filter with colours as the guide."""
    side = (2 * radius + 1, 2 * radius + 1)
    mean = cv2.blur(rgb, side)
    products = cv2.blur(np.einsum("yxi,yxj->yxij", rgb, rgb).reshape(*hard.shape, 9), side).reshape(*hard.shape, 3, 3)
    spread = products - np.einsum("yxi,yxj->yxij", mean, mean) + smoothness * np.eye(3, dtype=np.float32)
    level = cv2.blur(hard, side)
    along = cv2.blur(rgb * hard[:, :, None], side) - mean * level[:, :, None]
    slope = np.linalg.solve(spread, along[..., None])[..., 0]
    start = cv2.blur(level - (slope * mean).sum(axis=2), side)
    return np.clip((cv2.blur(slope, side) * rgb).sum(axis=2) + start, 0, 1).astype(np.float32)


def band_of(case: Case, hard: NDArray[np.uint8]) -> NDArray[np.bool_]:
    soft = (np.abs(case.alpha - hard / 255) > 1 / 255) | ((case.alpha > 0) & (case.alpha < 1))
    soft |= cv2.morphologyEx(hard, cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0
    return cv2.dilate(soft.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1,) * 2)) > 0


def over(colours: Plane, alpha: Plane, ground: tuple[int, int, int]) -> Plane:
    laid: Plane = alpha[:, :, None] * colours + (1 - alpha[:, :, None]) * np.array(ground, np.float32)
    return laid


def score(case: Case, hard: NDArray[np.uint8]) -> dict[str, Figures]:
    band = band_of(case, hard)
    figures = {}
    for name, alpha, colours in attempts(case, hard):
        halo = [
            np.abs(over(colours, alpha, ground) - over(case.foreground, case.alpha, ground))[band].mean()
            for ground in GROUNDS.values()
        ]
        wrong = np.abs(alpha - case.alpha)
        figures[name] = {"alpha": 100 * float(wrong[band].mean()), "halo": float(np.mean(halo))}
    return figures


def quality(rounds: int, sheet: Path | None) -> dict[str, Any]:
    """By input mask, kind and method: the figures."""
    gathered: dict[tuple[str, str], list[dict[str, Figures]]] = defaultdict(list)
    seen: list[tuple[float, Case, NDArray[np.uint8]]] = []
    for case in cases(photos(), rounds, seed=6):
        for name, hard in case.inputs:
            figures = score(case, hard)
            gathered[name, case.kind].append(figures)
            seen.append((figures["fine"]["alpha"], case, hard))
    if sheet is not None:
        worst = sorted(seen, key=lambda one: -one[0])[:10]
        Image.fromarray(np.vstack([before_and_after(case, hard) for _, case, hard in worst])).save(sheet)
    return {name: by_kind(name, gathered) for name in INPUTS}


def by_kind(name: str, gathered: dict[tuple[str, str], list[dict[str, Figures]]]) -> dict[str, Any]:
    attempted = list(gathered[name, "hard"][0])
    every = [figures for kind in KINDS for figures in gathered[name, kind]]

    def mean(figures: list[dict[str, Figures]], method: str, what: str) -> float:
        return float(np.mean([one[method][what] for one in figures]))

    def best(method: str) -> str:
        return min((one for one in attempted if one.startswith(method)), key=lambda one: mean(every, one, "alpha"))

    groups = {kind: gathered[name, kind] for kind in KINDS} | {"all": every}
    return {
        kind: {method: {what: mean(figures, best(method), what) for what in ("alpha", "halo")} for method in METHODS}
        for kind, figures in groups.items()
    }


def before_and_after(case: Case, hard: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Picture, mask, truth and fine coverage, then plain, true and fine cut-outs over black, white, green."""
    tried = {name: (alpha, colours) for name, alpha, colours in attempts(case, hard)}
    tried["truth"] = case.alpha, case.foreground
    planes = [hard / 255, case.alpha, tried["fine"][0]]
    shown = [case.rgb, *(np.repeat(np.uint8(255 * one)[:, :, None], 3, axis=2) for one in planes)]
    shown += [
        np.rint(over(tried[name][1], tried[name][0], ground)).astype(np.uint8)
        for ground in GROUNDS.values()
        for name in ("plain", "fine", "truth")
    ]
    return np.hstack([one[20:-20, 60:-60] for one in shown])


def timing() -> Figures:
    """A hairy object of 1 megapixel in the middle of 12."""
    rng = np.random.default_rng(6)
    width, height, scale = 4000, 3000, 5.4
    core = body(rng)
    shapes = [core, *strands(rng, core, 30, 0.6, 2500)]
    middle = np.array([width, height]) / 2 - np.array([480, 360]) / 2 * scale
    large = np.zeros((height, width), np.uint8)
    for shape in shapes:
        cv2.fillPoly(large, [np.rint((shape * scale + middle) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    rgb = cv2.resize(rng.integers(0, 256, (30, 40, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0, 4, rgb.shape[:2]).astype(np.float32)[:, :, None]
    alpha = large.astype(np.float32)[:, :, None] / 255
    picture = Picture(np.clip(alpha * (70, 50, 40) + (1 - alpha) * rgb + grain, 0, 255).astype(np.uint8))
    mask = Mask(1, Box(0, 0, width, height), np.where(large > 127, np.uint8(255), np.uint8(0)))
    runs = []
    for _ in range(2):
        start = time.process_time()
        fine = matting.matte(mask, picture, Progress())
        between = time.process_time()
        foreground_colours(picture.rgb8[fine.box.slices()], fine.coverage)
        runs.append((between - start, time.process_time() - between))
    coverage, colours = (min(one) for one in zip(*runs, strict=True))
    return {"megapixels": 12, "object": mask.area / 1e6, "coverage": coverage, "colours": colours}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=4, help="objects of each kind")
    parser.add_argument("--sheet", type=Path, help="draw the ten worst fine edges, before and after")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--quality", action="store_true", help="leave out the times")
    only.add_argument("--time", action="store_true", help="leave out the quality")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    if not options.time:
        figures["quality"] = quality(options.rounds, options.sheet)
    if not options.quality:
        figures["time"] = timing()
    if options.json:
        print(json.dumps(figures))
        return
    for name, kinds in figures.get("quality", {}).items():
        print(f"{name + ' mask':<14}" + "".join(f"{method:>16}" for method in METHODS) + "      (alpha %, halo)")
        for kind, methods in kinds.items():
            told = (f"{methods[method]['alpha']:10.2f} {methods[method]['halo']:5.1f}" for method in METHODS)
            print(f"  {kind:<12}" + "".join(told))
    if "time" in figures:
        print("time: " + ", ".join(f"{name} {round(value, 2)}" for name, value in figures["time"].items()))


if __name__ == "__main__":
    main()
