"""Makes the file the package carries of a trained net.

    python benchmarks/training/export.py [CHECKPOINT] [--target FILE]

The averaged weights, in half precision; the operators of ONNX that OpenCV has known for long; and a logistic function
at the end. OpenCV then runs the file on noise of several sizes, and must say what the net says in PyTorch.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from torch import Tensor, nn

from network import STEP, BoundaryNet

TARGET = Path(__file__).resolve().parents[2] / "plugin" / "maskpick" / "engines" / "local" / "boundary.onnx"
TOLERANCE = 2e-3
"""Of probabilities: half precision of the weights leaves 0.0005 or so."""
SIZES = ((128, 128), (320, 480), (480, 352), (160, 480))


class Probability(nn.Module):
    """The net with its logits made probabilities, 0..1."""

    def __init__(self, net: BoundaryNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, rgb: Tensor) -> Tensor:
        return torch.sigmoid(self.net(rgb))


def to_onnx(model: nn.Module) -> bytes:
    """An ONNX file of any height and width, without the exporter's notes on where each operator comes from."""
    steps = {axis: STEP * torch.export.Dim(name, min=4, max=64) for axis, name in ((2, "rows"), (3, "columns"))}
    example = torch.zeros(1, 3, 320, 480)
    exported = torch.onnx.export(
        model,
        (example,),
        dynamo=True,
        opset_version=18,
        input_names=["rgb"],
        output_names=["border"],
        dynamic_shapes={"rgb": steps},
        verbose=False,
    )
    assert exported is not None
    held = io.BytesIO()
    exported.save(held)
    proto = onnx.load_from_string(held.getvalue())
    for noted in (proto, proto.graph, *proto.graph.node, *proto.graph.input, *proto.graph.output):
        noted.doc_string = ""
        del noted.metadata_props[:]
    del proto.graph.value_info[:]
    for weights in proto.graph.initializer:
        if weights.data_type == TensorProto.FLOAT and len(weights.dims) > 1:
            weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), weights.name))
    return bytes(proto.SerializeToString())


def largest_difference(model: nn.Module, file: bytes) -> float:
    """Between PyTorch's answers and OpenCV's, over noise of all sizes."""
    net = cv2.dnn.readNetFromONNX(np.frombuffer(file, np.uint8))
    worst = 0.0
    for number, size in enumerate(SIZES):
        rgb: NDArray[Any] = np.random.default_rng(number).standard_normal((1, 3, *size)).astype(np.float32)
        net.setInput(rgb)
        with torch.no_grad():
            worst = max(worst, float(np.abs(net.forward() - model(torch.from_numpy(rgb)).numpy()).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    finished = Path.home() / ".cache" / "maskpick-net" / "finished.pt"
    parser.add_argument("checkpoint", type=Path, nargs="?", default=finished, help=f"default: {finished}")
    parser.add_argument("--target", type=Path, default=TARGET, help="default: the package's")
    options = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(options.checkpoint, weights_only=True)
    net = BoundaryNet()
    net.load_state_dict(state["averaged"])
    model = Probability(net).eval()
    file = to_onnx(model)
    difference = largest_difference(model, file)
    print(f"step {state['step']}: {len(file)} bytes, differs from PyTorch by {difference:.5f} at most")
    if difference > TOLERANCE:
        raise SystemExit("OpenCV does not say what PyTorch says: no file was written.")
    options.target.write_bytes(file)


if __name__ == "__main__":
    main()
