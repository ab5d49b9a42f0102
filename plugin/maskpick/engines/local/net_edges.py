"""A learned edge map: a small net of the project's own, run by OpenCV."""

from __future__ import annotations

from importlib import resources

import cv2
import numpy as np

from maskpick.engines.local.edge_map import Colours, Plane, TensorEdges

STEP = 32
"""The net takes heights and widths that are multiples of this ..."""
SMALLEST = 128
"""... and at least so large: OpenCV 5.0 reads beyond planes of a single pixel, which the coarsest level then has."""
MEAN, SPREAD = 114.75, 63.75
"""What is taken from the bytes of a picture, and what they are then divided by: so it was trained."""

ZOOM = 1.8
"""The net looks at the picture so much enlarged: it then places lines more exactly, and finds thinner ones."""
HAND_SHARE = 0.15
"""How much of the hand-made edges is added to the net's. Both: sweeps over a quarter of the development photos."""


class NetEdges:
    """The net's answer to the picture enlarged, averaged with its answer to the mirrored one.

    How it was trained, on what, and what it is good for: docs/boundary-net.md. The net is read and tried when this is
    made; ``onnx`` is its file's content, the package's own if None. Raises `OSError` where that is not there and
    `cv2.error` where OpenCV will not have it. One object serves one thread.
    """

    def __init__(self, onnx: bytes | None = None) -> None:
        if onnx is None:
            onnx = resources.files("maskpick.engines.local").joinpath("boundary.onnx").read_bytes()
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
        self._borders(np.zeros((SMALLEST, SMALLEST, 3), np.uint8))

    def __call__(self, rgb: Colours) -> Plane:
        height, width = rgb.shape[:2]
        large = cv2.resize(rgb, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
        rows, columns = large.shape[:2]
        down, right = (max(SMALLEST, length + -length % STEP) - length for length in (rows, columns))
        padded = cv2.copyMakeBorder(large, 0, down, 0, right, cv2.BORDER_REPLICATE)
        seen = (self._borders(padded) + self._borders(padded[:, ::-1])[:, ::-1]) / 2
        borders: Plane = cv2.resize(seen[:rows, :columns], (width, height), interpolation=cv2.INTER_LINEAR)
        return borders

    def _borders(self, rgb: Colours) -> Plane:
        blob = cv2.dnn.blobFromImage(np.ascontiguousarray(rgb), 1 / SPREAD, mean=(MEAN, MEAN, MEAN))
        self._net.setInput(blob)
        borders: Plane = self._net.forward()[0, 0]
        return borders


class LearnedEdges:
    """The net's edges and a little of the hand-made ones."""

    def __init__(self) -> None:
        self._net, self._by_hand = NetEdges(), TensorEdges()

    def __call__(self, rgb: Colours) -> Plane:
        edges: Plane = self._net(rgb) + np.float32(HAND_SHARE) * self._by_hand(rgb)
        return edges
