"""The objects as layers of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import PickError
from maskpick.layers import WHOLE, Group, Layer, Node, Stack
from maskpick.maskfile import read_mask_file
from maskpick.masks import Box, MaskSet
from maskpick.worker.methods.finding import visible
from maskpick.worker.methods.shapes import check_size, read_edge
from maskpick.worker.params import Params
from maskpick.worker.picks import combined, plain_ids, read_steps
from maskpick.worker.pixels import Format, Placed, alpha_of, encode, read_placed
from maskpick.worker.session import Call


def layers(call: Call) -> dict[str, Any]:
    """Cut the picture into layers: all of it, so that they show exactly the picture again, or what is picked."""
    params = call.params
    masks = read_mask_file(call.room.path / params.text("masks"))
    placed = visible(read_placed(params, call.room.path))
    steps = read_steps(params) if "pick" in params else None
    edge, form = read_edge(params), result_format(params, placed)
    params.done()
    shown = on(placed, masks)
    if steps is not None:
        ids = plain_ids(steps)
        if ids is not None:
            masks.union(ids)  # says in words what is wrong with them, if anything is
            shown = shown.with_masks(mask for mask in shown if mask.id in ids)
        else:
            whole = combined(steps, masks).cropped(placed.box)
            shown = MaskSet(shown.size, (whole.replace(name=names(steps[0][1], masks)),) if not whole.empty else ())
        if not shown.masks:
            raise PickError("What is picked lies beside the layer.", "Pick something on it, or use the visible image.")
    shown = edge.of_all(shown, placed.picture, call.progress)
    nodes = Stack(placed.picture, shown, clean=edge.fine and steps is not None).nodes
    if steps is not None:
        nodes = tuple(node for node in nodes if isinstance(node, Group) or node.mask_id is not None)
    target = call.new_file(".pixels")
    with target.open("wb") as file:
        told = _Writer(file, placed, form, call).write(nodes)
    return {"file": str(target), "format": form.name, "linear": form.linear, "nodes": told}


class _Writer:
    """Writes layers one behind the other, and tells of each where it lies."""

    def __init__(self, file: BinaryIO, placed: Placed, form: Format, call: Call) -> None:
        self._file = file
        self._placed = placed
        self._form = form
        self._call = call
        self._at = 0

    def write(self, nodes: Iterable[Node]) -> list[dict[str, Any]]:
        """The nodes, bottom to top; a group has ``nodes`` of its own, a layer a ``box`` and where its pixels begin."""
        return [self._group(node) if isinstance(node, Group) else self._layer(node) for node in nodes]

    def _group(self, group: Group) -> dict[str, Any]:
        return {"name": group.name, "id": group.mask_id, "nodes": self.write(group.nodes)}

    def _layer(self, layer: Layer) -> dict[str, Any]:
        self._call.progress.report("Cutting layers")
        at = self._at
        self._at += self._file.write(np.ascontiguousarray(self._pixels(layer)).data)
        return {"name": layer.name, "id": layer.mask_id, "box": moved(layer.box, self._placed), "at": at}

    def _pixels(self, layer: Layer) -> NDArray[Any]:
        """A layer's pixels: to the last bit those that were handed over, wherever the formats allow."""
        raw, form = self._placed.raw, self._form
        if raw is None or form != self._placed.format.with_alpha:
            return encode(layer.pixels, form)
        seen = raw[layer.box.slices()]
        exact = np.zeros((*layer.share.shape, form.channels), raw.dtype)
        exact[:, :, -1] = alpha_of(form, layer.share)
        np.copyto(exact[:, :, : seen.shape[2]], seen, where=(layer.share == WHOLE)[:, :, None])
        np.copyto(exact[:, :, :-1], layer.colours(raw[:, :, : form.colours]), where=(layer.share > 0)[:, :, None])
        return exact


def on(placed: Placed, masks: MaskSet) -> MaskSet:
    """The masks as the placed picture sees them."""
    check_size(placed, masks)
    return masks if placed.box == masks.canvas else masks.cropped(placed.box)


def result_format(params: Params, placed: Placed) -> Format:
    """The format results are wanted in: by default that of the pixels, with alpha."""
    if "format" in params:
        return Format.named(params.text("format"), placed.format.linear).with_alpha
    return placed.format.with_alpha


def moved(box: Box, placed: Placed) -> list[int]:
    """A box of the picture on its canvas, as JSON has it."""
    return [int(side) for side in box.translated(placed.box.x, placed.box.y)]


def names(ids: Iterable[int], masks: MaskSet) -> str:
    """What is picked, for the name of a layer."""
    return ", ".join(masks[id].name or f"object {id}" for id in ids)  # noqa: A001
