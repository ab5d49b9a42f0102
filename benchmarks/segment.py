"""The embedded segmenter: how long it takes by size of picture, and how good its masks are.

    python benchmarks/segment.py [--edges hand|net] [--json] [--times] [--quality] [--limit N] [--keep FOLDER]

Times: one example photo, enlarged to each size, segmented by a fresh engine; the best of three runs, the first not
counted; masks and map included, reading and writing files left out. CPU is user and system time of all threads,
memory the peak of the process so far (not known on Windows).

Quality: each photo of the shared development set (left out where that is not there: MASKPICK_DATA, or `shared` beside
the repository) is segmented and written as a zip; its scoring tool then judges the zips. `best` is the mean over true
segments of the best IoU among the masks, `AR` recall averaged over IoU 0.5 to 0.95, `flat` is `best` of the flat map
alone, `bF` its boundary F.
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
from typing import Any, get_args

import cv2

from maskpick.archive_writing import write_archive
from maskpick.engines.local import EdgeKind, LocalOptions, LocalSegmenter
from maskpick.pictures import Picture
from maskpick.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))
MEGAPIXELS = (0.3, 1.0, 12.0)


def times(options: LocalOptions) -> list[dict[str, float]]:
    """Seconds for each size."""
    photo = Picture.open(sorted((REPOSITORY / "docs" / "photos").glob("*.jpg"))[0]).rgb8
    rows = []
    for wanted in MEGAPIXELS:
        scale = (wanted * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
        picture = Picture(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
        runs = []
        for _ in range(4):
            wall, cpu = time.perf_counter(), time.process_time()
            masks = LocalSegmenter(options).segment(picture, Progress())
            runs.append((time.perf_counter() - wall, time.process_time() - cpu))
        seconds, cpu_seconds = min(runs[1:])
        pixels = picture.size.width * picture.size.height
        rows.append(
            {
                "megapixels": round(pixels / 1e6, 2),
                "seconds": round(seconds, 3),
                "cpu_seconds": round(cpu_seconds, 3),
                "masks": len(masks),
                "sum_of_boxes": round(sum(mask.coverage.size for mask in masks) / pixels, 1),
                "peak_mb": _peak(),
            }
        )
    return rows


def _peak() -> float:
    """The largest amount of memory the process has held so far, in MB; 0 where that is not known."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


def quality(options: LocalOptions, limit: int, keep: Path | None) -> dict[str, Any] | None:
    """The scoring tool's figures for the development photos; None where they are not there."""
    data, tool = SHARED / "data" / "segmentation" / "dev", SHARED / "tools" / "score_masks.py"
    photos = sorted(data.glob("*.jpg"))
    if not photos or not tool.exists():
        return None
    if limit:
        photos = photos[:: max(1, len(photos) // limit)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for photo in photos:
            masks = LocalSegmenter(options).segment(Picture.open(photo), Progress())
            write_archive(masks, folder / f"{photo.stem}.zip")
        scored = subprocess.run(
            [sys.executable, str(tool), str(data), str(folder), "--json"], check=True, capture_output=True, text=True
        )
    figures: dict[str, Any] = json.loads(scored.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", choices=get_args(EdgeKind), default=LocalOptions().edges, help="what finds borders")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--times", action="store_true", help="only the times")
    parser.add_argument("--quality", action="store_true", help="only the quality")
    parser.add_argument("--limit", type=int, default=0, help="judge about N photos, not all")
    parser.add_argument("--keep", type=Path, help="keep the zips in this folder")
    options = parser.parse_args()
    engine = LocalOptions(edges=options.edges)
    both = options.times == options.quality
    result = {
        "times": times(engine) if both or options.times else None,
        "quality": quality(engine, options.limit, options.keep) if both or options.quality else None,
    }
    if options.json:
        print(json.dumps(result))
        return
    for row in result["times"] or []:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    for kind, figures in (result["quality"] or {}).items():
        print(kind, " ".join(f"{name}={value:.3f}" for name, value in figures.items() if value is not None))
    if result["quality"] is None and (both or options.quality):
        print("No development photos here: the quality was not measured.")


if __name__ == "__main__":
    main()
