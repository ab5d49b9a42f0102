"""Trains the boundary net, as long as you let it, and goes on where it stopped.

    python benchmarks/training/train.py [--minutes N] [--folder FOLDER] [--data DATA]
    python benchmarks/training/train.py --finish STEPS [...]
    python benchmarks/training/train.py --begin-with plugin/maskpick/engines/local/boundary.onnx --seed 7 [...]

The learning rate stays as it is after a short warm-up, so that training has no end to be planned: each call trains for
so many minutes and leaves a checkpoint and a log. With --finish a copy of that checkpoint is trained for so many steps
more while the rate falls to nothing, which is what makes a net good, and left as `finished.pt`; the checkpoint itself
stays, to be trained on another day (warm-up, stable, decay: Hu et al. 2024). Where the checkpoint is gone, training
goes on from the package's file with --begin-with; --seed then gives it samples that it has not seen. Samples and
weights come from a fixed seed; as many steps give the same net on the same machine.

It learns from the photos of DATA/train, and from those of COCO in DATA/dev that --coco names: all of them, none, or
every other one, so that what they are good for can be measured on the rest. The log's `held out` is the loss on
DATA/dev's photos of BSDS, `held out COCO` that on those of COCO that are left.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from network import STEP, BoundaryNet, size_of
from samples import COCO, Batch, Photo, Source, batches, divided, read_photos
from unfold import unfolded

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared"))

SEED = 6
BATCH, OF_COCO = 6, 2
"""Samples in a batch, and how many of these show photos of COCO."""
RATE, DECAY = 2e-3, 0.01
WARM_UP = 200
MEMORY = 0.999
"""How much of the averaged weights stays at each step."""
BORDER_WEIGHT = 4.0
"""How much more a missed border counts than one where there is none: without it, nothing is the best guess."""
SIDE_WEIGHT = 0.15
REPORT_EVERY = 250
SEEN = 20
"""Batches on which is measured what is not known of a net to begin with."""


def as_input(rgb: Any) -> Tensor:
    """uint8 (n, h, w, 3) as what the net takes: the same numbers as in `maskpick.engines.local.net_edges`."""
    x = (torch.from_numpy(rgb).float() - 114.75) / 63.75
    return x.permute(0, 3, 1, 2)  # a view: channels stay last in memory, which is twice as fast


def loss_of(logits: list[Tensor], batch: Batch) -> Tensor:
    """Cross entropy with the share of people who drew a border there, at each resolution."""
    border = torch.from_numpy(batch.border)[:, None].float() / 255
    known = torch.from_numpy(batch.known)[:, None].float() / 255
    total = _cross_entropy(logits[0], border, known, BORDER_WEIGHT)
    for number, side in enumerate(logits[1:], 1):
        cell = 2**number
        coarse, seen = functional.max_pool2d(border, cell), -functional.max_pool2d(-known, cell)
        total = total + SIDE_WEIGHT * _cross_entropy(side, coarse, seen, 1.0)
    return total


def _cross_entropy(logit: Tensor, border: Tensor, known: Tensor, border_weight: float) -> Tensor:
    logit = logit.float()
    each = border_weight * border * functional.softplus(-logit) + (1 - border) * functional.softplus(logit)
    return (each * known).sum() / ((border_weight * border + 1 - border) * known).sum().clamp(min=1)


def held_out_loss(net: BoundaryNet, photos: list[list[Photo]]) -> float:
    """The mean loss of whole photos, as they are."""
    net.eval()
    losses = []
    with torch.no_grad():
        for (photo,) in photos:
            height, width = (length - length % STEP for length in photo.border.shape)
            batch = Batch(*(plane[None, :height, :width] for plane in (photo.rgb, photo.border, photo.known)))
            losses.append(float(loss_of([net(as_input(batch.rgb))], batch)))
    return float(np.mean(losses))


class Training:
    """A net, the average of its last thousand states, and where its training stands."""

    def __init__(self, seed: int = SEED) -> None:
        torch.manual_seed(seed)
        self.net = BoundaryNet().to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.net).requires_grad_(False)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), RATE, weight_decay=DECAY)
        self.step = 0

    def begin_with(self, net: BoundaryNet) -> None:
        """Go on with a net of which no more is known."""
        self.net.load_state_dict(net.state_dict())
        self.averaged.load_state_dict(net.state_dict())

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]

    def save(self, path: Path) -> None:
        """Written beside and renamed, so that a stopped run leaves the older one."""
        staged = path.with_suffix(".part")
        state = {name: getattr(self, name).state_dict() for name in ("net", "averaged", "optimiser")}
        torch.save({**state, "step": self.step}, staged)
        staged.replace(path)

    def learn(self, batch: Batch, rate: float) -> float:
        """One step. Returns the loss before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate * min(1.0, (self.step + 1) / WARM_UP)
        self.net.train()
        # bfloat16 halves the time where the processor has it; sums and weights stay float32.
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.net(as_input(batch.rgb))
        loss = loss_of(logits, batch)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.step += 1
        self._average(min(MEMORY, self.step / (self.step + 10)))
        return float(loss.detach())

    def _average(self, memory: float) -> None:
        with torch.no_grad():
            pairs = zip(self.averaged.state_dict().values(), self.net.state_dict().values(), strict=True)
            for average, now in pairs:
                if average.is_floating_point():
                    average.lerp_(now, 1 - memory)
                else:
                    average.copy_(now)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="train for so long (default: 60)")
    parser.add_argument("--finish", type=int, metavar="STEPS", help="end a copy of the checkpoint in so many steps")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "maskpick-net", help="checkpoints, log")
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "segmentation", help="photos: train/ and dev/")
    parser.add_argument("--coco", choices=COCO, default="all", help="photos of COCO to learn from (default: all)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another one gives another net (default: {SEED})")
    parser.add_argument(
        "--begin-with", type=Path, metavar="ONNX", help="where there is no checkpoint: the package's file"
    )
    parser.add_argument("--threads", type=int, default=1, help="of the processor (default: 1)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = options.folder / "checkpoint.pt"
    training = Training(options.seed)
    if checkpoint.exists():
        training.load(checkpoint)
    elif options.begin_with:
        photos = read_photos(sorted((options.data / "train").glob("*.jpg"))[::4])
        samples = itertools.islice(batches([(photos, BATCH)], options.seed, 0), SEEN)
        training.begin_with(unfolded(options.begin_with, (as_input(batch.rgb) for batch in samples)))
    elif options.finish:
        parser.error(f"there is no {checkpoint} to finish: train one first")
    run(training, options, options.folder / "finished.pt" if options.finish else checkpoint)


def run(training: Training, options: argparse.Namespace, target: Path) -> None:
    """Train until the time is up or the steps are done, with a line in the log now and then."""
    bsds = sorted((options.data / "train").glob("*.jpg"))
    coco, unseen = divided(sorted((options.data / "dev").glob("coco_*.jpg")), options.coco)
    sources: list[Source] = [(read_photos(bsds), BATCH - OF_COCO if coco else BATCH)]
    if coco:
        sources.append((read_photos(coco), OF_COCO))
    held_out = {"held out": read_photos(sorted((options.data / "dev").glob("bsds_*.jpg")), (1.0,))}
    if unseen:
        held_out["held out COCO"] = read_photos(unseen, (1.0,))
    print(f"{size_of(training.net)} parameters, {len(bsds)} + {len(coco)} photos, at step {training.step}", flush=True)
    began, cpu, first = time.monotonic(), time.process_time(), training.step
    losses: list[float] = []
    for batch in batches(sources, options.seed, first):
        done = (training.step - first) / options.finish if options.finish else 0.0
        losses.append(training.learn(batch, RATE * (1 - done)))
        last = training.step - first == options.finish if options.finish else False
        last = last or (not options.finish and time.monotonic() - began > 60 * options.minutes)
        if last or training.step % REPORT_EVERY == 0:
            row = {
                "step": training.step,
                "rate": round(RATE * (1 - done), 6),
                "loss": round(float(np.mean(losses)), 4),
                **{name: round(held_out_loss(training.averaged, photos), 4) for name, photos in held_out.items()},
                "cpu seconds": round(time.process_time() - cpu),
            }
            losses.clear()
            print(json.dumps(row), flush=True)
            with target.with_suffix(".jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
            training.save(target)
        if last:
            return


if __name__ == "__main__":
    main()
