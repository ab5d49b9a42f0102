"""Whether the embedded segmenter's confidences mean something: the true overlap of masks by how sure it was of them.

    python benchmarks/confidence.py [--edges hand|net] [--limit N] [--json]

Photos are those of the shared development set (see benchmarks/segment.py), none of them learned from. The true overlap
of a mask is its best IoU with a true segment of any of the people who divided the photo, or of COCO.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local import EdgeKind, LocalOptions, LocalSegmenter
from maskpick.masks import INSIDE, MaskSet
from maskpick.pictures import Picture
from maskpick.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))
BINS = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0])


def overlaps(masks: MaskSet, truths: list[NDArray[Any]], unlabelled: bool) -> NDArray[np.float64]:
    """The best IoU of each mask with a segment, (k,). Where ``unlabelled``, label 0 is none."""
    best = np.zeros(len(masks))
    for truth in truths:
        areas = np.bincount(truth.ravel())
        for number, mask in enumerate(masks):
            inside = mask.coverage >= INSIDE
            common = np.bincount(truth[mask.box.slices()][inside], minlength=len(areas))
            iou = common / (areas + inside.sum() - common)
            best[number] = max(best[number], iou[1:].max() if unlabelled else iou.max())
    return best


def curve(options: LocalOptions, photos: list[Path]) -> list[dict[str, float]]:
    """A row for each bin of confidence: masks, mean confidence, mean overlap, and how many overlap by a half."""
    sure, right = [], []
    for photo in photos:
        masks = LocalSegmenter(options).segment(Picture.open(photo), Progress())
        truths = [
            cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(photo.parent.glob(f"{photo.stem}.gt*"))
        ]
        found = [truth.astype(np.intp) for truth in truths if truth is not None]
        sure.append([mask.confidence for mask in masks])
        right.append(overlaps(masks, found, photo.with_suffix(".json").exists()))
    confidence, overlap = np.concatenate(sure), np.concatenate(right)
    place = np.digitize(confidence, BINS[1:-1])
    return [
        {
            "from": float(BINS[number]),
            "to": float(BINS[number + 1]),
            "masks": int(here.sum()),
            "confidence": round(float(confidence[here].mean()), 3),
            "overlap": round(float(overlap[here].mean()), 3),
            "half": round(float((overlap[here] >= 0.5).mean()), 3),
        }
        for number in range(len(BINS) - 1)
        if (here := place == number).any()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", choices=get_args(EdgeKind), default=LocalOptions().edges, help="what finds borders")
    parser.add_argument("--limit", type=int, default=0, help="look at about N photos of each kind, not all")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    result = {}
    for kind in ("bsds", "coco"):
        photos = sorted((SHARED / "data" / "segmentation" / "dev").glob(f"{kind}_*.jpg"))
        photos = photos[:: max(1, len(photos) // options.limit)] if options.limit else photos
        if photos:
            result[kind] = curve(LocalOptions(edges=options.edges), photos)
    if options.json:
        print(json.dumps(result))
        return
    for kind, rows in result.items():
        print(kind)
        for row in rows:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
    if not result:
        print("No development photos here: nothing was measured.")


if __name__ == "__main__":
    main()
