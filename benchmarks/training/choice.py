"""Learns which nodes of the merge trees are good masks, and writes what was learned into the package.

    python benchmarks/training/choice.py [--edges hand|net] [--photos N] [--coco all|none|even|odd] [--data DATA]

In each photo of DATA/train, and in those of COCO in DATA/dev that --coco names, cut and merged as the engine does it,
masks are chosen one after another, and now and then is noted what each mask that is left would add: how much of the
true segments, as all the people who divided the photo see them, it shows better than those chosen before. A Poisson
regression foretells that from the candidate's measures and its company. A logistic one foretells, for the masks then
chosen, the overlap (IoU) with the most alike true segment: that is the confidence. It is learned only from photos that
were divided into all their parts: what COCO's people left out is not wrong. Both are convex: the same photos always
give the same weights.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local import EdgeKind
from maskpick.engines.local import segmentation as engine
from maskpick.engines.local.candidates import MEASURES, Candidates
from maskpick.engines.local.choose import Company, Taste, choose
from maskpick.pictures import Picture
from maskpick.progress import Progress
from samples import COCO, divided

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))
TARGET = REPOSITORY / "plugin" / "maskpick" / "engines" / "local" / "tastes.py"

Numbers = NDArray[Any]

SMALLEST_SEGMENT = 0.002
"""Share of the photo below which a true segment does not count."""
LOOK_AFTER = (0, 3, 8, 16, 28, 45)
"""After so many masks beyond the flat map it is noted what each other one would add."""
NOTED = 150
"""So many of them."""
RIDGE = 20.0
"""How strongly weights are held near 0, in samples."""
MOST, FLAT = 100, 40
SEED = 6


@dataclass(frozen=True)
class Example:
    """The candidates of a photo, and how well each shows each true segment: ``overlap`` (k, segments), IoU."""

    nodes: Candidates
    area: Numbers
    measures: Numbers
    overlap: Numbers
    people: int
    whole: bool
    """Whether these people divided all of the photo."""


def example(path: Path, recipe: engine.Recipe, edge_map: Any, most: int) -> Example:
    rgb = Picture.open(path).rgb8
    working, visible = engine.working_copy(rgb, None, 480)
    found = engine.find(working, visible, recipe, edge_map, most, FLAT, Progress())
    height, width = found.regions.shape
    count = len(found.graph)
    shared = []
    drawn = sorted(path.parent.glob(f"{path.stem}.gt*.png"))
    notes = path.with_suffix(".json")
    named = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else []
    nothing = [0, *(segment["id"] for segment in named if segment["iscrowd"])] if notes.exists() else []
    for file in drawn:
        labels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        assert labels is not None
        labels = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.intp)
        segments = int(labels.max()) + 1
        cells = np.bincount((found.regions * segments + labels).ravel(), minlength=count * segments)
        cells = cells.reshape(count, segments)
        counts = cells.sum(axis=0) >= SMALLEST_SEGMENT * height * width
        counts[[label for label in nothing if label < segments]] = False
        shared.append(cells[:, counts])
    cells = np.hstack(shared).astype(np.float32)
    common = found.nodes.members.astype(np.float32) @ cells
    area = (found.nodes.members @ found.graph.area)[:, None]
    overlap = common / (area + cells.sum(axis=0) - common)
    return Example(found.nodes, found.graph.area, found.measures, overlap, len(drawn), not notes.exists())


def use_of(overlap: Numbers) -> Numbers:
    """What a mask of such an overlap is worth: half for the overlap, half for being close enough to be used."""
    use: Numbers = (overlap + np.clip((overlap - 0.45) / 0.5, 0, 1)) / 2
    return use


def look(one: Example, taste: Taste, random: np.random.Generator) -> tuple[Numbers, Numbers]:
    """What was known of candidates at some time of the choosing, and what each would have added then."""
    known, added = [], []
    use = use_of(one.overlap)
    reached = np.zeros(use.shape[1])
    company = Company(one.nodes.members, one.area)
    standard = taste.standard(one.measures)
    worth = one.measures[:, MEASURES.index("worth")]
    for taken in range(MOST):
        beyond = taken - one.nodes.flat
        left = np.flatnonzero(company.left)
        if not len(left):
            break
        if beyond in LOOK_AFTER:
            some = random.choice(left, min(NOTED, len(left)), replace=False)
            known.append(np.hstack([standard[some], company.measure()[some]]))
            added.append(np.maximum(use[some] - reached, 0).sum(axis=1) / one.people)
        number = taken if beyond < 0 else int(left[(worth * (1 - 0.7 * company.seen**2))[left].argmax()])
        company.take(number)
        reached = np.maximum(reached, use[number])
    return np.vstack(known), np.concatenate(added)


Link = Callable[[Numbers], tuple[Numbers, Numbers]]
"""From the linear predictor the expected value, and its derivative."""


def poisson(linear: Numbers) -> tuple[Numbers, Numbers]:
    mean = np.exp(np.clip(linear, -15, 3))
    return mean, mean


def logistic(linear: Numbers) -> tuple[Numbers, Numbers]:
    mean = 1 / (1 + np.exp(-linear))
    return mean, mean * (1 - mean)


def regression(known: Numbers, wanted: Numbers, link: Link, start: float) -> tuple[Numbers, float]:
    """Weights and constant of a generalised linear model with its canonical link, by Newton's method."""
    middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-9
    design = np.hstack([(known - middle) / spread, np.ones((len(known), 1))])
    ridge = np.full(design.shape[1], RIDGE)
    ridge[-1] = 0
    weights = np.zeros(design.shape[1])
    weights[-1] = start
    for _ in range(50):
        mean, slope = link(design @ weights)
        downhill = design.T @ (wanted - mean) - ridge * weights
        step = np.linalg.solve((design.T * slope) @ design + np.diag(ridge), downhill)
        weights += step * min(1.0, 2 / np.abs(step).max())
        if np.abs(step).max() < 1e-6:
            break
    slopes = weights[:-1] / spread
    return slopes, float(weights[-1] - slopes @ middle)


def learn(examples: Sequence[Example]) -> Taste:
    """Weights from examples."""
    random = np.random.default_rng(SEED)
    measures = np.concatenate([one.measures for one in examples])
    size = len(MEASURES)
    nothing = np.zeros((2, size))
    taste = Taste(measures.mean(axis=0), measures.std(axis=0) + 1e-6, nothing, np.zeros(6), nothing, 0.0)
    known, added = (
        np.concatenate(parts) for parts in zip(*(look(one, taste, random) for one in examples), strict=True)
    )
    weights, _ = regression(known, added, poisson, float(np.log(added.mean())))
    taste = replace(taste, gain=weights[: 2 * size].reshape(2, size), company=weights[2 * size :])
    chosen = [(one, picked(one, taste)) for one in examples if one.whole]
    known = np.concatenate([taste.standard(one.measures[order]) for one, order in chosen])
    overlap = np.concatenate([one.overlap[order].max(axis=1) for one, order in chosen])
    weights, surely = regression(known, overlap, logistic, 0.0)
    return replace(taste, sure=weights.reshape(2, size), surely=surely)


def picked(one: Example, taste: Taste) -> NDArray[np.intp]:
    """The numbers of the candidates that are chosen."""
    choice = choose(one.nodes, one.area, one.measures, taste, MOST)
    return choice.numbers


def figures(examples: Sequence[Example], taste: Taste) -> str:
    """How well the chosen masks show the true segments: the mean over photos of the best overlap, and of AR."""
    best = [one.overlap[picked(one, taste)].max(axis=0) for one in examples]
    recall = [(each[:, None] >= np.arange(0.5, 0.96, 0.05)).mean() for each in best]
    return f"best {np.mean([each.mean() for each in best]):.3f}  AR {np.mean(recall):.3f}"


def written(tastes: dict[EdgeKind, Taste]) -> str:
    """The module that holds what was learned."""
    lines = [HEAD]
    for kind, taste in tastes.items():
        rows = np.vstack([taste.mean, taste.spread, taste.gain, taste.sure]).T
        lines.append(f'    "{kind}": _taste(')
        lines.append("        {")
        for name, row in zip(MEASURES, rows, strict=True):
            numbers = ", ".join(f"{value:.4g}" for value in row)
            lines.append(f'            "{name}": ({numbers}),')
        lines.append("        },")
        lines.append("        company=(" + ", ".join(f"{value:.4g}" for value in taste.company) + "),")
        lines.append(f"        surely={taste.surely:.4g},")
        lines.append("    ),")
    return "\n".join(lines) + "\n}\n"


HEAD = '''"""What was learned about good masks. Written by benchmarks/training/choice.py; not to be changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maskpick.engines.local.candidates import MEASURES
from maskpick.engines.local.choose import Taste

if TYPE_CHECKING:
    from maskpick.engines.local import EdgeKind


def _taste(
    measures: dict[str, tuple[float, float, float, float, float, float]], company: tuple[float, ...], surely: float
) -> Taste:
    """``measures``: of each the mean, the spread, the two weights of its gain and the two of the confidence."""
    mean, spread, *weights = np.array([measures[name] for name in MEASURES]).T
    return Taste(mean, spread, np.array(weights[:2]), np.array(company), np.array(weights[2:]), surely)


TASTES: dict[EdgeKind, Taste] = {'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", choices=get_args(EdgeKind), help="learn only for these (default: for both)")
    parser.add_argument("--photos", type=int, default=200, help="learn from about so many (default: all 200)")
    parser.add_argument("--coco", choices=COCO, default="none", help="photos of COCO to learn from (default: none)")
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "segmentation", help="photos: train/ and dev/")
    options = parser.parse_args()
    tastes = dict(engine.TASTES)
    for kind in [options.edges] if options.edges else get_args(EdgeKind):
        recipe, edge_map = engine.recipe_of(kind)
        paths = sorted((options.data / "train").glob("*.jpg"))
        paths = paths[:: max(1, len(paths) // options.photos)]
        paths += divided(sorted((options.data / "dev").glob("coco_*.jpg")), options.coco)[0]
        examples = [example(path, recipe, edge_map, MOST) for path in paths]
        examples = [one for one in examples if one.overlap.shape[1]]
        tastes[kind] = learn(examples)
        held_out = [learn(examples[::2]), learn(examples[1::2])]
        print(
            f"{kind}: {len(examples)} photos, {figures(examples, tastes[kind])}; by weights of the other half: "
            f"{figures(examples[1::2], held_out[0])} and {figures(examples[::2], held_out[1])}"
        )
    TARGET.write_text(written(tastes), encoding="utf-8")


if __name__ == "__main__":
    main()
