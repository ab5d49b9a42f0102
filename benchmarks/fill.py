"""What the embedded remover does to a picture, and what it costs.

    python benchmarks/fill.py [--json] [--sheet OUT.png] [--quality | --time]

Quality: 24 holes shaped like objects, cut into photos whose truth is known, filled and scored by `score_fill.py` of the
shared data (left out where that is not there: MASKPICK_DATA, or `shared` beside the repository). psnr and low are in
dB, low after a blur; texture is how far the sharpness is off (log2, 0 = right); outside counts changed pixels.

Drawn: scenes whose lines and patterns cross the hole, see `_drawn_structure.py`; psnr and low as above.

Time: an elliptic hole in noise of many scales, as in a photo. Wall clock and CPU seconds (all threads), the better of
two runs; pause is the longest stretch (CPU seconds of the working thread) between two looks at whether to go on,
which is how late a cancel can take effect.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from _drawn_structure import scenes
from maskpick.engines.fill.fill import fill_array
from maskpick.progress import Progress

SHARED = Path(os.environ.get("MASKPICK_DATA", Path(__file__).resolve().parents[2] / "shared"))
SCORER = SHARED / "tools" / "score_fill.py"
PHOTOS = SHARED / "data" / "segmentation" / "dev"
TIMED = [  # width, height, pixels of hole
    (640, 480, 7_000),
    (1152, 864, 33_000),
    (4000, 3000, 33_000),
    (4000, 3000, 392_000),
    (4000, 3000, 3_000_000),
]


def drawn() -> dict[str, float]:
    rows = []
    for scene in scenes():
        filled = fill_array(scene.holed, scene.hole).astype(np.float32)
        truth = scene.truth.astype(np.float32)
        blurred, wanted = (np.asarray(cv2.GaussianBlur(one, (0, 0), 4)) for one in (filled, truth))
        rows.append([_psnr(filled, truth, scene.hole), _psnr(blurred, wanted, scene.hole)])
    psnr, low = np.mean(rows, axis=0)
    return {"psnr": float(psnr), "low": float(low), "scenes": len(rows)}


def _psnr(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-3, float(np.mean((one - other)[where] ** 2)))))


def scorer(*words: str | Path) -> str:
    return subprocess.run([sys.executable, SCORER, *words], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def quality(sheet: Path | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        cases, results = Path(folder, "cases"), Path(folder, "results")
        scorer("make", PHOTOS, cases)
        results.mkdir()
        for truth in sorted(cases.glob("*.truth.png")):
            name = truth.name.removesuffix(".truth.png")
            pixels = np.asarray(Image.open(cases / f"{name}.png").convert("RGB"))
            hole = np.asarray(Image.open(cases / f"{name}.mask.png")) > 127
            Image.fromarray(fill_array(pixels, hole)).save(results / f"{name}.png")
        if sheet is not None:
            scorer("sheet", cases, results, sheet)
        figures: dict[str, float] = json.loads(scorer("score", cases, results, "--json"))
        return figures


class Watched(Progress):
    """Notes the longest time between two looks."""

    def __init__(self) -> None:
        super().__init__()
        self.last = time.thread_time()
        self.pause = 0.0

    def check(self) -> None:
        now = time.thread_time()
        self.pause, self.last = max(self.pause, now - self.last), now
        super().check()


def timing(width: int, height: int, area: int) -> dict[str, float]:
    pixels = photo_like(width, height)
    hole = np.zeros((height, width), np.uint8)
    axes = (np.sqrt(area / np.pi) * np.array([1.2, 1 / 1.2])).round().astype(int)
    cv2.ellipse(hole, (width // 2, height // 2), (int(axes[0]), int(axes[1])), 20, 0, 360, 1, -1)
    runs = []
    for _ in range(2):
        progress = Watched()
        wall, cpu = time.perf_counter(), time.process_time()
        fill_array(pixels, hole > 0, progress=progress)
        runs.append((time.perf_counter() - wall, time.process_time() - cpu, progress.pause))
    wall, cpu, pause = (min(figures) for figures in zip(*runs, strict=True))
    return {"megapixels": width * height / 1e6, "hole": int(hole.sum()), "wall": wall, "cpu": cpu, "pause": pause}


def photo_like(width: int, height: int) -> np.ndarray:
    """RGB noise whose energy falls with frequency, (h, w, 3) uint8."""
    rng = np.random.default_rng(3)
    image = np.full((height, width, 3), 128, np.float32)
    for step in (256, 128, 64, 32, 16, 8, 4, 2, 1):
        grid = rng.normal(0, 3 + 3 * np.log2(step), (height // step + 2, width // step + 2, 3)).astype(np.float32)
        image += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(image, 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sheet", type=Path, help="write hole, truth and result of every case side by side")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--quality", action="store_true", help="leave out the times")
    only.add_argument("--time", action="store_true", help="leave out the quality")
    options = parser.parse_args()
    figures: dict[str, dict[str, float] | list[dict[str, float]]] = {}
    if not options.time and SCORER.is_file():
        figures["quality"] = quality(options.sheet)
    if not options.time:
        figures["drawn"] = drawn()
    if not options.quality:
        figures["times"] = [timing(*case) for case in TIMED]
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        for row in value if isinstance(value, list) else [value]:
            print(f"{name}:", ", ".join(f"{k} {round(v, 3)}" for k, v in row.items()))


if __name__ == "__main__":
    main()
