"""What picking costs at 12 megapixels: maps, mask files, look-ups, lassos, edges.

    python benchmarks/masks.py [--json] [--masks 86] [--size 4000x3000]

The masks are discs made here, the same each time, from 20 to 900 pixels in radius (scaled with the picture). Each
line is the best of some rounds, in milliseconds of CPU time (user and system) of this process with one thread, so
that other work on the machine does not count. Files lie in the system's temporary folder and have been written just
before: what is measured is reading them from the system's cache. Look-ups are at points all over the picture.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from maskpick import edges, panoptic, picking
from maskpick.maskfile import read_mask_file, write_mask_file
from maskpick.masks import Box, Mask, MaskSet, Size

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "adapters" / "bridge"))
from maskpick_bridge import MaskFile

LOOK_UPS = 100_000


def make(count: int, size: Size) -> MaskSet:
    rng = np.random.default_rng(1)
    masks = []
    for number in range(1, count + 1):
        radius = max(2, int(rng.integers(20, 900 if number < 0.7 * count else 150)) * size.width // 4000)
        x, y = int(rng.integers(size.width)), int(rng.integers(size.height))
        disc = np.zeros((2 * radius + 1, 2 * radius + 1), np.uint8)
        cv2.circle(disc, (radius, radius), radius, 255, -1)
        masks.append(Mask(number, Box(x - radius, y - radius, *disc.shape), disc).cropped(Box(0, 0, *size)))
    return MaskSet(size, tuple(masks))


def cpu_ms(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def measure(masks: MaskSet, folder: Path) -> dict[str, float]:
    width, height = masks.size
    labels = panoptic.build(masks)
    torn = np.where(np.arange(width) % 50 < 2, 0, labels).astype(np.uint16)
    raw, small = folder / "raw.maskpick", folder / "small.maskpick"
    middle = (width / 2, height / 2)

    def lasso(share: float) -> list[tuple[float, float]]:
        turns = (2 * math.pi * step / 500 for step in range(500))
        return [(middle[0] * (1 + share * math.cos(a)), middle[1] * (1 + share * math.sin(a))) for a in turns]

    def at_many(at: Callable[[int, int], object]) -> Callable[[], None]:
        def look() -> None:
            for number in range(LOOK_UPS):
                at(number % width, number % height)

        return look

    def open_and_ask(path: Path) -> None:
        with MaskFile.open(path) as file:
            file.at(5, 5)

    lines: list[tuple[str, Callable[[], object], int]] = [
        ("region map: build", lambda: masks.replace().regions, 3),
        ("panoptic map: build", lambda: panoptic.build(masks), 3),
        ("panoptic map: verify", lambda: panoptic.verify(torn, masks), 3),
        ("panoptic map: repair", lambda: panoptic.repaired(torn, masks), 3),
        ("mask file: write", lambda: write_mask_file(masks, raw), 3),
        ("mask file: write compressed", lambda: write_mask_file(masks, small, compressed=True), 2),
        ("mask file: open", lambda: read_mask_file(raw), 5),
        ("mask file: open compressed", lambda: read_mask_file(small), 3),
        ("mask file: open and first look-up, bridge", lambda: open_and_ask(raw), 5),
        ("mask file: the same, compressed", lambda: open_and_ask(small), 3),
        (f"{LOOK_UPS:,} look-ups", at_many(masks.at), 3),
        ("nearest mask within 50 pixels", lambda: picking.nearest(masks, left, top, 50), 5),
        ("masks inside a box of the whole picture", lambda: picking.inside_box(masks, masks.canvas), 3),
        ("masks inside a lasso round most of the picture", lambda: picking.inside_lasso(masks, lasso(0.9)), 3),
        ("masks inside a lasso of a tenth of that", lambda: picking.inside_lasso(masks, lasso(0.09)), 3),
        ("grow the largest mask by 10", lambda: edges.grow(largest, 10, masks.size), 3),
        ("feather the largest mask by 10", lambda: edges.feather(largest, 10, masks.size), 3),
        ("resize all masks to half", lambda: masks.resized(Size(width // 2, height // 2)), 1),
    ]
    # A place where no mask is; region 0 is the empty one.
    top, left = (int(place) for place in np.unravel_index(masks.regions.index.argmin(), masks.regions.index.shape))
    largest = max(masks, key=lambda mask: mask.coverage.size)
    figures = {name: cpu_ms(work, rounds) for name, work, rounds in lines}
    with MaskFile.open(raw) as file:
        figures[f"{LOOK_UPS:,} look-ups, bridge"] = cpu_ms(at_many(file.at), 3)
    figures["mask file: MB"] = raw.stat().st_size / 1e6
    figures["mask file: MB compressed"] = small.stat().st_size / 1e6
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--masks", type=int, default=86, help="how many (default 86)")
    parser.add_argument("--size", default="4000x3000", help="of the picture (default 4000x3000)")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    masks = make(arguments.masks, Size(*map(int, arguments.size.split("x"))))
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(masks, Path(folder))
    if arguments.json:
        print(json.dumps(figures))
        return
    boxes = sum(mask.coverage.size for mask in masks) / 1e6
    print(f"{len(masks)} masks, {arguments.size}, boxes {boxes:.1f} megapixels; milliseconds of CPU time")
    for name, figure in figures.items():
        print(f"{name:48} {figure:9.2f}")


if __name__ == "__main__":
    main()
