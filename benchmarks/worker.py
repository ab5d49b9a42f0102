"""What an editor waits for: the worker's first answer, its answers at 12 megapixels, and the bridge's own work.

    python benchmarks/worker.py [--json] [--rounds 5] [--width 4000] [--height 3000] [--masks 86]

Each line is the best of some rounds, in milliseconds by the clock. The first part is the worker's, as the editor
sees it through the bridge; the second is spent in the editor's own thread, where 16 ms would be seen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "adapters" / "bridge"))

import numpy as np

from maskpick.maskfile import write_mask_file
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.staleness import pixel_digests
from maskpick_bridge import Connection, MaskFile, Outlines, Picking, Pixels


def best(rounds: int, work: Callable[[], Any]) -> float:
    """The least time of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def scene(size: Size, count: int) -> tuple[Picture, MaskSet]:
    """A noisy picture, and ellipses of all sizes on it."""
    rng = np.random.default_rng(7)
    picture = Picture(rng.integers(0, 256, (size.height, size.width, 3), np.uint8))
    masks = []
    for id in range(1, count + 1):  # noqa: A001
        width, height = (int(side * share) for side, share in zip(size, rng.uniform(0.03, 0.25, 2), strict=True))
        x, y = int(rng.integers(0, size.width - width)), int(rng.integers(0, size.height - height))
        rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        masks.append(Mask.from_array(id, np.asarray(rows**2 + columns**2 <= 1), x, y))
    return picture, MaskSet(size, tuple(masks))


def measure(rounds: int, size: Size, count: int, folder: Path) -> dict[str, float]:
    (folder / "engine.json").write_text(json.dumps({"interpreter": sys.executable}))
    found: dict[str, float] = {}

    def first_answer() -> None:
        connection = Connection("a benchmark", folders=[folder])
        connection.wait(connection.request("engines"))
        connection.close()

    found["start to first answer"] = best(rounds, first_answer)
    picture, masks = scene(size, count)
    path = folder / "scene.maskpick"
    write_mask_file(masks, path, pixel_digests=pixel_digests(masks, picture))
    rgba = np.concatenate([picture.rgb8, np.full((*picture.rgb8.shape[:2], 1), 255, np.uint8)], axis=2).tobytes()
    connection = Connection("a benchmark", folders=[folder])
    handed = Pixels(rgba, size.width, size.height, "rgba8")
    told: dict[str, Any] = {}

    def ask(method: str, **params: Any) -> None:
        told[method] = connection.wait(connection.request(method, masks=str(path), **params))

    ask("thumbnails", pixels=handed)  # hands the pixels over, once
    one = masks.ids[0]
    found["refine one, with its outline"] = best(
        rounds, lambda: ask("refine", pick=[one], edge={"grow": 4, "feather": 3}, outlines=True)
    )
    found["outlines of all"] = best(rounds, lambda: ask("outlines"))
    found["thumbnails of all"] = best(rounds, lambda: ask("thumbnails", pixels=handed))
    found["shadows of one"] = best(rounds, lambda: ask("shadows", pixels=handed, pick=[one]))
    found["layers of all"] = best(rounds, lambda: ask("layers", pixels=handed, pick=list(masks.ids)))
    found["what is stale"] = best(rounds, lambda: ask("stale", pixels=handed))
    found["store"] = best(1, lambda: ask("store"))

    found["UI: make a request with pixels"] = best(
        rounds, lambda: connection.request("stale", masks=str(path), pixels=handed)
    )
    with MaskFile.open(path) as file:
        state = Picking(file)
        width, height = size
        points = [(x * 7919 % width, x * 104_729 % height) for x in range(1000)]
        found["UI: hover, a thousand times"] = best(rounds, lambda: [state.hover(*point) for point in points])
        found["UI: open the mask file"] = best(rounds, lambda: MaskFile.open(path).close())
        outlines = Outlines.open(told["outlines"]["file"])
        found["UI: polygons of one mask"] = best(rounds, lambda: outlines.polygons(one))
        corners = np.linspace(0, 2 * np.pi, 200, endpoint=False)
        for words, share in (("a quarter of the picture", 0.25), ("all of it", 1.0)):
            reach = share**0.5 / 2
            line = [(width * (0.5 + reach * np.cos(a)), height * (0.5 + reach * np.sin(a))) for a in corners]
            found[f"UI: lasso round {words}"] = best(rounds, lambda line=line: state.lasso(line))  # type: ignore[misc]
        state.pick([one])
        found["UI: take one away from a pick"] = best(rounds, lambda: state.pick(masks.ids[1:2], "subtract"))
    connection.close()
    connection.join(10)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--width", type=int, default=4000)
    parser.add_argument("--height", type=int, default=3000)
    parser.add_argument("--masks", type=int, default=86)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder  # leaves the user's own alone
        found = measure(flags.rounds, Size(flags.width, flags.height), flags.masks, Path(folder))
    if flags.json:
        print(json.dumps(found, indent=2))
        return
    for name, milliseconds in found.items():
        print(f"{name:<36}{milliseconds:>10.2f} ms")


if __name__ == "__main__":
    main()
