"""A folder of PNGs: one for each layer, as large as its box, and ``layers.json``, which says where each lies.

``layers.json`` holds ``width`` and ``height`` of the canvas and ``layers``, bottom to top. Each layer has ``name``,
``file``, ``x``, ``y``, ``width``, ``height`` and ``mask``, the number of its object or null. A group has ``name``,
``mask`` and ``layers`` of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from maskpick.exporters.naming import file_name, one_line
from maskpick.exporters.png import encode_png
from maskpick.exporters.threads import in_threads
from maskpick.layers import Group, Node, Stack
from maskpick.progress import Progress

LIST = "layers.json"


def write_folder(stack: Stack, target: Path, progress: Progress) -> None:
    """Write a stack as a folder of PNGs, in the picture's own colours and depth. Raises `OSError`."""
    target.mkdir()
    layers = stack.layers
    files = {id(layer): file_name(number, layer.name, ".png") for number, layer in enumerate(layers, 1)}
    pngs = in_threads(lambda layer: encode_png(layer.pixels, stack.picture.icc), layers, progress)
    for name, png in zip(files.values(), pngs, strict=True):
        (target / name).write_bytes(png)
    width, height = stack.picture.size
    content = {
        "format": "maskpick layers",
        "version": 1,
        "width": width,
        "height": height,
        "layers": [_described(node, files) for node in stack.nodes],
    }
    (target / LIST).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _described(node: Node, files: dict[int, str]) -> dict[str, Any]:
    shared = {"name": one_line(node.name), "mask": node.mask_id}
    if isinstance(node, Group):
        parts = [_described(part, files) for part in node.nodes]
        return shared | {"layers": parts}
    return shared | {"file": files[id(node)], **node.box._asdict()}
