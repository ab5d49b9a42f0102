"""Objects by clicks: how good they are after so many, and what a click costs.

    python benchmarks/clicks.py [--json] [--times] [--worker] [--quality] [--limit N] [--edges hand|net]

Quality: of a third of the photos of the shared development set (left out where that is not there: MASKPICK_DATA, or
`shared` beside the repository) the objects are found once, and clicks are simulated for every true segment of at least
0.5 % of it (of BSDS by its first annotator): the first at the segment's deepest point, each next one at the deepest
point of what is still missing or too much, whichever is deeper. Figures are mean IoU after 1, 2, 3 and 5 clicks;
`smallest` and `surest` are that of the smallest mask and of the one of the highest confidence at the first click,
`pointed` that of the one that an editor offers there, `any` that of the best mask there is; `anywhere` says the first
and the third for any places in the segment, not for its deepest; `box` is that of the segment's box alone; `70 %` the
share of segments of an IoU of .7 or more after 5 clicks.

Times: milliseconds of CPU time of one thread for each number of clicks, at points spread over an example photo
enlarged to each size; the worst of the rounds. The objects are found before.

Worker: what an editor waits for after a click, from asking to the answer (`by the clock`: the median and the worst of
the same twelve places, each one point inside and one outside, and of each the best of three rounds), and the worker's
CPU time for one of them, on average.
Then the same by its parts, milliseconds of CPU time, the median and the worst: what is done is what the worker does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "adapters" / "bridge"))

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.clicks import join, refine_by_clicks
from maskpick.engines.local import EdgeKind, LocalOptions, LocalSegmenter
from maskpick.maskfile import read_mask_file, write_leaning, write_mask_file
from maskpick.masks import INSIDE, Box, Mask, MaskSet
from maskpick.names import name_by_clicks
from maskpick.outlines import outline
from maskpick.pictures import Picture
from maskpick.progress import Progress
from maskpick.staleness import pixel_digests
from maskpick.tree import arrange
from maskpick_bridge import Connection, Pixels
from maskpick_bridge.picking import likeliest

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))
MEGAPIXELS = (0.3, 12.0)
LIMIT = 50
CLICKS = 5
ROUNDS = 3
SMALLEST = 0.005
GOOD = 0.7
ANYWHERE = 6
"""So many places are tried in a segment."""

Plane = NDArray[np.bool_]
Point = tuple[int, int]


def find(picture: Picture, edges: EdgeKind) -> MaskSet:
    return arrange(LocalSegmenter(LocalOptions(edges=edges)).segment(picture, Progress()), picture)


# Quality.


def truths(photo: Path) -> Iterator[tuple[str, Plane]]:
    """The true segments of a photo, each with the kinds it counts for."""
    labels = cv2.imread(str(photo.with_suffix(".gt0.png")), cv2.IMREAD_UNCHANGED).astype(np.int64)
    about = photo.with_suffix(".json")
    if about.exists():
        segments = [one for one in json.loads(about.read_text("utf-8")) if not one["iscrowd"]]
        wanted = [(one["id"], "COCO thing" if one["isthing"] else "COCO stuff") for one in segments]
    else:
        wanted = [(int(label), "BSDS") for label in np.unique(labels)]
    for label, kind in wanted:
        plane = labels == label
        if plane.mean() >= SMALLEST:
            yield kind, plane


def deepest(plane: Plane, taken: list[Point]) -> tuple[float, Point]:
    """The place farthest from the border, and how far, but for those taken already."""
    around = cv2.copyMakeBorder(plane.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(around, cv2.DIST_L2, 5)[1:-1, 1:-1]
    for x, y in taken:
        depth[y, x] = 0
    y, x = (int(place) for place in np.unravel_index(int(depth.argmax()), depth.shape))
    return float(depth[y, x]), (x, y)


def iou(mask: Mask | None, truth: Plane) -> float:
    if mask is None:
        return 0.0
    inside = mask.inside
    common = np.count_nonzero(truth[mask.box.slices()] & inside)
    return common / max(1, np.count_nonzero(truth) + mask.area - common)


def clicked(masks: MaskSet, picture: Picture, truth: Plane) -> list[float]:
    """The IoU after each click."""
    inside, outside = [deepest(truth, [])[1]], list[Point]()
    reached: list[float] = []
    while True:
        mask = refine_by_clicks(masks, picture, inside, outside)
        reached.append(iou(mask, truth))
        got = mask.canvas(masks.size) >= INSIDE
        missing, surplus = (deepest(plane, inside + outside) for plane in (truth & ~got, got & ~truth))
        if len(reached) == CLICKS or not (missing[0] or surplus[0]):
            return reached + reached[-1:] * (CLICKS - len(reached))
        if missing[0] >= surplus[0]:
            inside.append(missing[1])
        else:
            outside.append(surplus[1])


def offered(masks: MaskSet, place: Point, truth: Plane) -> tuple[float, float]:
    """The IoU of the smallest mask at a place, and of the one that an editor offers there."""
    stack = masks.at(*place)
    meant = likeliest(stack, {one: masks[one] for one in stack})
    return iou(masks[stack[0]] if stack else None, truth), iou(None if meant is None else masks[meant], truth)


def judged(masks: MaskSet, picture: Picture, truth: Plane) -> dict[str, float]:
    """The figures of one segment."""
    stack = [masks[one] for one in masks.at(*deepest(truth, [])[1])]
    rows, columns = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    box = Box(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)
    reached = clicked(masks, picture, truth)
    smallest, pointed = offered(masks, deepest(truth, [])[1], truth)
    places = np.argwhere(truth)[np.random.default_rng(1).integers(np.count_nonzero(truth), size=ANYWHERE)]
    anywhere = np.mean([offered(masks, (int(x), int(y)), truth) for y, x in places], axis=0)
    return {
        "smallest": smallest,
        "surest": iou(max(stack, key=lambda mask: mask.confidence, default=None), truth),
        "pointed": pointed,
        "anywhere": float(anywhere[0]),
        "(pointed)": float(anywhere[1]),
        **{f"{count} clicks" if count > 1 else "1 click": reached[count - 1] for count in (1, 2, 3, 5)},
        "70 %": float(reached[-1] >= GOOD),
        "any": max((iou(mask, truth) for mask in masks), default=0.0),
        "box": iou(refine_by_clicks(masks, picture, (), (), box), truth),
    }


def quality(limit: int, edges: EdgeKind) -> dict[str, dict[str, float]] | None:
    """Mean figures by kind; None where there are no photos."""
    photos = sorted((SHARED / "data" / "segmentation" / "dev").glob("*.jpg"))
    if not photos:
        return None
    if limit:
        photos = photos[:: max(1, len(photos) // limit)]
    rows: dict[str, list[dict[str, float]]] = {}
    for photo in photos:
        picture = Picture.open(photo)
        masks = find(picture, edges)
        for kind, truth in truths(photo):
            figures = judged(masks, picture, truth)
            for group in {kind, kind.split()[0]}:
                rows.setdefault(group, []).append(figures)
    return {
        kind: {"segments": len(many), **{name: float(np.mean([one[name] for one in many])) for name in many[0]}}
        for kind, many in sorted(rows.items())
    }


# Times.


def times(edges: EdgeKind) -> list[dict[str, float]]:
    """Milliseconds for each size."""
    rows = []
    for picture in enlarged():
        masks = find(picture, edges)
        assert masks.regions is not None  # made with the objects
        row = {"megapixels": round(picture.size.width * picture.size.height / 1e6, 2)}
        for count in (1, 2, 3, 5):
            rounds = []
            for clicks in places(picture):
                points = clicks[:count]
                inside, outside = points[::2], points[1::2]
                rounds.append(cpu_ms(lambda: refine_by_clicks(masks, picture, inside, outside)))  # noqa: B023
            row[f"{count} clicks" if count > 1 else "1 click"] = round(max(rounds), 1)
        rows.append(row)
    return rows


def enlarged() -> Iterator[Picture]:
    """An example photo at each size."""
    photo = Picture.open(sorted((REPOSITORY / "docs" / "photos").glob("*.jpg"))[0]).rgb8
    for wanted in MEGAPIXELS:
        scale = (wanted * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
        yield Picture(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def places(picture: Picture) -> list[list[Point]]:
    """Points all over a picture: twelve times `CLICKS`."""
    shares = np.random.default_rng(1).random((12, CLICKS, 2))
    return [[(x, y) for x, y in clicks] for clicks in (shares * picture.size).astype(int).tolist()]


# Through the worker.


def waits(folder: Path) -> list[dict[str, float]]:
    """Milliseconds for each size, by the clock of the editor's side, and of the worker's CPU time where it is told."""
    (folder / "engine.json").write_text(json.dumps({"interpreter": sys.executable}))
    rows = []
    for picture in enlarged():
        connection = Connection("a benchmark", folders=[folder])
        opaque = np.full((*picture.rgb8.shape[:2], 1), 255, np.uint8)
        data = np.concatenate([picture.rgb8, opaque], axis=2).tobytes()
        handed = Pixels(data, *picture.size, "rgba8")
        found = connection.wait(connection.request("find", pixels=handed))
        clock, before = [], cpu_seconds(connection.about["pid"])
        for first, second, *_ in places(picture):
            about = {"masks": found["masks"], "pixels": handed, "inside": [first], "outside": [second]}
            rounds = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                told = connection.wait(connection.request("clicks", **about))
                rounds.append(1000 * (time.perf_counter() - began))
                Path(told["masks"]).unlink()
            clock.append(min(rounds))
        spent = 1000 * (cpu_seconds(connection.about["pid"]) - before) / len(clock) / ROUNDS
        connection.close()
        connection.join(10)
        rows.append({**size_of(picture), **median_and_worst(clock, "by the clock"), "mean of CPU": spent})
    return rows


def cpu_seconds(pid: int) -> float:
    """What a process has used of all cores; not a number where the system does not tell (elsewhere than on Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def parts(edges: EdgeKind, folder: Path) -> list[dict[str, Any]]:
    """Milliseconds of CPU time for each step of a click, each size and part a row."""
    rows = []
    for picture in enlarged():
        masks, path = find(picture, edges), folder / "found.maskpick"
        write_mask_file(masks, path)
        taken: dict[str, list[float]] = {}
        for first, second, *_ in places(picture):
            laps = Laps()
            masks = read_mask_file(path)
            laps.end("read the mask file")
            mask = refine_by_clicks(masks, picture, [first], [second])
            laps.end("find the object")
            own = pixel_digests(MaskSet(masks.size, (mask,)), picture)
            laps.end("hash its pixels")
            name = name_by_clicks(mask, masks, picture)
            laps.end("name it")
            joined = join(masks, mask, name)
            laps.end("join it to the others")
            write_leaning(joined, path, folder / "out.maskpick", pixel_digests=own)
            laps.end("write the file")
            outline(mask)
            laps.end("draw its outline")
            for step, spent in {**laps.taken, "all of it": sum(laps.taken.values())}.items():
                taken.setdefault(step, []).append(spent)
        del masks, joined  # a mapped file cannot be replaced everywhere
        rows += [{**size_of(picture), **median_and_worst(spent, ""), "part": step} for step, spent in taken.items()]
    return rows


class Laps:
    """Milliseconds of CPU time of steps taken one after another."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._began = time.process_time()

    def end(self, step: str) -> None:
        self.taken[step] = 1000 * (time.process_time() - self._began)
        self._began = time.process_time()


def size_of(picture: Picture) -> dict[str, float]:
    return {"megapixels": round(picture.size.width * picture.size.height / 1e6, 2)}


def median_and_worst(many: list[float], what: str) -> dict[str, float]:
    return {f"{what} median".strip(): statistics.median(many), f"{what} worst".strip(): max(many)}


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--times", action="store_true", help="only the times")
    parser.add_argument("--worker", action="store_true", help="only what an editor waits for")
    parser.add_argument("--quality", action="store_true", help="only the quality")
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"judge about N photos (default {LIMIT}; 0: all)")
    parser.add_argument("--edges", choices=get_args(EdgeKind), default=LocalOptions().edges, help="what finds borders")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    asked = [name for name in ("times", "worker", "quality") if getattr(options, name)] or [
        "times",
        "worker",
        "quality",
    ]
    result: dict[str, Any] = {
        "times": times(options.edges) if "times" in asked else None,
        "worker": through_worker(options.edges) if "worker" in asked else None,
        "quality": quality(options.limit, options.edges) if "quality" in asked else None,
    }
    if options.json:
        print(json.dumps(result))
        return
    if result["times"]:
        print("milliseconds of CPU time, the worst of 12 places")
        show([{"": f"{row.pop('megapixels')} MP", **row} for row in result["times"]], "{:.1f}")
    if result["worker"]:
        for name, rows in result["worker"].items():
            print({"waits": "milliseconds of a click through the worker", "parts": "by its parts, of CPU time"}[name])
            show([{"": f"{row.pop('megapixels')} MP", **row} for row in rows], "{:.1f}")
    if result["quality"]:
        print("mean IoU")
        show([{"": kind, **figures} for kind, figures in result["quality"].items()], "{:.3f}")
    elif "quality" in asked:
        print("No development photos here: the quality was not measured.", file=sys.stderr)


def through_worker(edges: EdgeKind) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder  # leaves the user's own alone
        return {"waits": waits(Path(folder)), "parts": parts(edges, Path(folder))}


def show(rows: list[dict[str, Any]], form: str) -> None:
    wide = {name: max(10, len(name)) for name in rows[0]}
    print(" ".join(f"{name:>{wide[name]}}" for name in rows[0]))
    for row in rows:
        cells = {name: form.format(cell) if isinstance(cell, float) else str(cell) for name, cell in row.items()}
        print(" ".join(f"{cell:>{wide[name]}}" for name, cell in cells.items()))


if __name__ == "__main__":
    main()
