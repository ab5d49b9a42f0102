"""Makes of the package's file a net that can be trained further, where the checkpoint it was made from is gone.

The file holds each normalisation folded into the convolution before it. What a normalisation would see is measured on
some samples and put back, so that the net says the same as before. What only training needs begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from network import BoundaryNet

FOLDED = ".weight_bias"
"""What the name of a convolution's constant ends with that came of the normalisation after it."""


def unfolded(file: Path, samples: Iterable[Tensor]) -> BoundaryNet:
    """The net of an ONNX file that export.py wrote. ``samples`` are what it takes, float32 (n, 3, h, w)."""
    net = BoundaryNet().eval()
    kept = {each.name.removeprefix("net."): each for each in onnx.load(file).graph.initializer}
    state = net.state_dict()
    norms: dict[str, tuple[nn.BatchNorm2d, Tensor]] = {}
    for name, numbers in kept.items():
        values = torch.from_numpy(numpy_helper.to_array(numbers).copy()).float()
        if name.endswith(FOLDED):
            norm = net.get_submodule(_norm_after(name.removesuffix(FOLDED)))
            assert isinstance(norm, nn.BatchNorm2d)
            norms[name] = norm, values
        elif name in state:
            state[name].copy_(values)
    for norm, constant in norms.values():
        norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr,operator]
        norm.bias.data.copy_(constant)
    _measure(net, [norm for norm, _ in norms.values()], samples)
    return net


def _norm_after(convolution: str) -> str:
    parent, name = convolution.rsplit(".", 1)
    return f"{parent}.norm" if name == "pointwise" else f"{parent}.{int(name) + 1}"


def _measure(net: nn.Module, norms: list[nn.BatchNorm2d], samples: Iterable[Tensor]) -> None:
    """Let each normalisation know what it sees, and give back what it takes away."""
    sums: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}

    def see(norm: nn.Module, given: tuple[Tensor, ...], _result: Any) -> None:
        x = given[0].transpose(0, 1).flatten(1)
        sums[norm].append(torch.stack([x.mean(1), (x**2).mean(1)]))

    hooks = [norm.register_forward_hook(see) for norm in norms]
    with torch.no_grad():
        for sample in samples:
            net(sample)
        for hook in hooks:
            hook.remove()
        for norm in norms:
            mean, square = torch.stack(sums[norm]).mean(0)
            variance = square - mean**2
            norm.running_mean.copy_(mean)  # type: ignore[union-attr,operator]
            norm.running_var.copy_(variance)  # type: ignore[union-attr,operator]
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias += mean
