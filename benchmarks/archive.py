"""Open, read and write a zip of 86 masks at 12 megapixels, beside Pillow.

    python benchmarks/archive.py [--json] [--masks 86] [--size 4000x3000]

The masks are made here, the same each time: blobs from 0.03 % to 40 % of the picture, some inside others, every second
one with a soft edge, and a panoptic map with interpolated borders, as the service sends. They are written to two zips,
one by Pillow and one by OpenCV, each with its defaults.

What is compared, each in a process of its own, on the same zip, right after each other:

* maskpick: open the zip and ask what lies at a point (first answer), then everything (masks as boxes, map repaired);
* Pillow, keep: `np.asarray(Image.open(...))` of one file after another, all arrays kept, as a simple program would. Its
  first answer is the map and the one mask it names, and does not count into the rest;
* Pillow, drop: the same, each array dropped before the next. It answers nothing; it is what decoding alone costs;
* writing the same masks: with `write_archive`, and canvas by canvas with Pillow's defaults.

Time is wall clock; CPU is user and system time of all threads. Memory is the growth of the process' peak over what it
held after its imports (not known on Windows).
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

VISUAL_ID = "3f1c9c4e-5b0a-4f52-9f6e-0d5a4c1b7a86"


def make(folder: Path, count: int, width: int, height: int) -> None:
    """Write pillow.zip and opencv.zip."""
    import cv2
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(86)
    cv2.setRNGSeed(86)
    labels = np.zeros((height // 4, width // 4), np.float32)
    files: dict[str, list[bytes]] = {"pillow": [], "opencv": []}

    def add(array: Any) -> None:
        buffer = io.BytesIO()
        Image.fromarray(array).save(buffer, "png")
        files["pillow"].append(buffer.getvalue())
        files["opencv"].append(cv2.imencode(".png", array)[1].tobytes())

    shares = np.geomspace(0.4, 0.0003, count)
    for index, share in enumerate(shares, 1):
        radius = np.sqrt(share * width * height / np.pi)
        angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        wobble = sum(
            random.normal(0, 0.12 / wave) * np.cos(wave * angles + random.uniform(0, 6.3)) for wave in range(1, 12)
        )
        x, y = random.uniform(0.05, 0.95, 2) * (width, height)
        stretch = random.uniform(0.7, 1.4)
        outline = np.stack(
            [
                x + radius * stretch * (1 + wobble) * np.cos(angles),
                y + radius / stretch * (1 + wobble) * np.sin(angles),
            ],
            1,
        )
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 255)
        if index % 2:
            mask = cv2.GaussianBlur(mask, (0, 0), 1.5)
        add(mask)
        labels[mask[2::4, 2::4][: len(labels), : labels.shape[1]] >= 128] = index
    add(np.rint(cv2.resize(labels, (width, height), interpolation=cv2.INTER_LINEAR)).astype(np.uint8))
    for name, pictures in files.items():
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for index, data in enumerate(pictures, 1):
                what = index if index <= count else "panoptic"
                archive.writestr(f"{VISUAL_ID}/{VISUAL_ID}_{what}.png", data)


def peak() -> float | None:
    """The most memory this process ever held, in megabytes."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measured_maskpick(path: Path) -> dict[str, Any]:
    import cv2
    import PIL.PngImagePlugin  # noqa: F401 - imported before the clock starts, as for the others

    from maskpick.archive import Archive
    from maskpick.masks import Mask  # noqa: F401

    cv2.setNumThreads(1)
    before, start, busy = peak(), time.perf_counter(), time.process_time()
    with Archive(path) as archive:
        archive.at(archive.size.width // 2, archive.size.height // 2)
        first = time.perf_counter() - start
        masks = archive.load()
    result = {"first": first, "all": time.perf_counter() - start, "cpu": time.process_time() - busy}
    boxes = sum(mask.coverage.size for mask in masks) / 1e6
    return result | {"memory": _growth(before), "boxes": boxes}


def measured_pillow(path: Path, keep: bool) -> dict[str, Any]:
    import numpy as np
    from PIL import Image

    before, start = peak(), time.perf_counter()
    with zipfile.ZipFile(path) as archive:

        def decode(name: str) -> Any:
            return np.asarray(Image.open(io.BytesIO(archive.read(name))))

        *names, map_name = archive.namelist()
        labels = decode(map_name)
        label = int(labels[labels.shape[0] // 2, labels.shape[1] // 2])
        decode(names[max(0, label - 1)])
        first = time.perf_counter() - start
        del labels
        kept = []
        start, busy = time.perf_counter(), time.process_time()
        for name in (*names, map_name):
            array = decode(name)
            if keep:
                kept.append(array)
        result = {"first": first, "all": time.perf_counter() - start, "cpu": time.process_time() - busy}
    return result | {"memory": _growth(before)}


def measured_writing(path: Path, by_pillow: bool) -> dict[str, Any]:
    from maskpick.archive import read_archive, write_archive
    from maskpick.masks import MaskSet

    masks: MaskSet = read_archive(path)
    target = path.with_name("written.zip")
    start, busy = time.perf_counter(), time.process_time()
    if by_pillow:
        import numpy as np
        from PIL import Image

        assert masks.panoptic is not None
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for mask in masks:
                with archive.open(f"{VISUAL_ID}_{mask.id}.png", "w") as file:
                    Image.fromarray(mask.canvas(masks.size)).save(file, "png")
            with archive.open(f"{VISUAL_ID}_panoptic.png", "w") as file:
                Image.fromarray(masks.panoptic.astype(np.uint8)).save(file, "png")
    else:
        write_archive(masks, target)
    result = {"all": time.perf_counter() - start, "cpu": time.process_time() - busy}
    return result | {"megabytes": target.stat().st_size / 1e6}


def _growth(before: float | None) -> float | None:
    now = peak()
    return None if before is None or now is None else now - before


MEASURES = {
    "maskpick": measured_maskpick,
    "Pillow, keep": lambda path: measured_pillow(path, keep=True),
    "Pillow, drop": lambda path: measured_pillow(path, keep=False),
    "write: maskpick": lambda path: measured_writing(path, by_pillow=False),
    "write: Pillow": lambda path: measured_writing(path, by_pillow=True),
}


def in_own_process(*arguments: str) -> str:
    command = [sys.executable, str(Path(__file__).resolve()), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def run(count: int, size: str) -> dict[str, Any]:
    """Every measure on both zips: {zip: {measure: figures}}; seconds and megabytes."""
    results: dict[str, Any] = {"masks": count, "size": size}
    with tempfile.TemporaryDirectory() as folder:
        in_own_process("--make", folder, "--masks", str(count), "--size", size)
        for name in ("pillow", "opencv"):
            path = str(Path(folder) / f"{name}.zip")
            results[name] = {
                measure: json.loads(in_own_process("--measure", measure, "--zip", path)) for measure in MEASURES
            }
    return results


def table(results: dict[str, Any]) -> str:
    lines = [f"{results['masks']} masks, {results['size']} pixels", ""]
    for name in ("pillow", "opencv"):
        lines += [f"zip written by {name}", f"  {'':16} {'first at':>9} {'all':>8} {'CPU':>8} {'memory':>9}"]
        rows = results[name]
        for measure, row in rows.items():
            first = f"{row['first']:7.3f} s" if "first" in row else " " * 9
            memory = "" if row.get("memory") is None else f"{row['memory']:6.0f} MB"
            extra = f"  {row['megabytes']:.1f} MB file" if "megabytes" in row else ""
            lines.append(f"  {measure:16} {first} {row['all']:6.2f} s {row['cpu']:6.2f} s {memory:>9}{extra}")
        ours, keep = rows["maskpick"], rows["Pillow, keep"]
        memory = "" if ours["memory"] is None else f", {ours['memory'] / keep['memory']:.2f} of its memory"
        lines += [
            f"  maskpick takes {ours['all'] / keep['all']:.2f} of Pillow's time{memory}; "
            f"the boxes alone are {ours['boxes']:.0f} MB",
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print figures instead of the table")
    parser.add_argument("--masks", type=int, default=86)
    parser.add_argument("--size", default="4000x3000", metavar="WxH")
    for inner in ("--make", "--measure", "--zip"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make:
        width, height = map(int, chosen.size.split("x"))
        make(Path(chosen.make), chosen.masks, width, height)
    elif chosen.measure:
        print(json.dumps(MEASURES[chosen.measure](Path(chosen.zip))))
    else:
        results = run(chosen.masks, chosen.size)
        print(json.dumps(results, indent=1) if chosen.json else table(results))


if __name__ == "__main__":
    main()
