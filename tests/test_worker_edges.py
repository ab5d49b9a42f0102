"""Fine edges, as an editor asks the worker for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maskpick.edges import Edge
from maskpick.layers import Stack
from maskpick.maskfile import to_bytes
from maskpick.masks import Box, MaskSet
from soft_objects import SIDE, SIZE, SoftObject, hairy
from worker_peer import Peer, install_engines


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    for name, value in install_engines(tmp_path).items():
        monkeypatch.setenv(name, value)
    with Peer() as peer:
        yield peer


@pytest.fixture
def hair(peer: Peer) -> SoftObject:
    """Its mask is in the room as m.maskpick, with the id 1."""
    object_ = hairy()
    (peer.folder / "m.maskpick").write_bytes(to_bytes(MaskSet(SIZE, (object_.mask,))))
    return object_


def coverage(told: dict[str, Any]) -> NDArray[np.uint8]:
    x, y, width, height = told["parts"][0]["box"]
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    data = np.fromfile(told["file"], np.uint8)
    canvas[y : y + height, x : x + width] = data.reshape(height, width)
    return canvas


def test_the_coverage_of_a_fine_edge_is_what_the_core_finds(peer: Peer, hair: SoftObject) -> None:
    told = peer.result("refine", masks="m.maskpick", pick=[1], edge={"fine": True}, pixels=peer.pixels(hair.picture))
    assert np.array_equal(coverage(told), Edge(fine=True).of(hair.mask, SIZE, hair.picture).canvas(SIZE))


def test_what_lies_beside_the_layer_keeps_its_coverage(peer: Peer, hair: SoftObject) -> None:
    left = hair.picture.replace(pixels=hair.picture.pixels[:, : SIDE // 2])
    about = peer.pixels(left, canvas=[SIDE, SIDE])
    told = coverage(peer.result("refine", masks="m.maskpick", pick=[1], edge={"fine": True}, pixels=about))
    mask = hair.mask.canvas(SIZE)
    assert np.array_equal(told[:, SIDE // 2 :], mask[:, SIDE // 2 :])
    assert (told[:, : SIDE // 2] != mask[:, : SIDE // 2]).any()


def test_a_fine_edge_without_pixels_is_refused(peer: Peer, hair: SoftObject) -> None:
    assert "pixels" in peer.ask("refine", masks="m.maskpick", pick=[1], edge={"fine": True})["error"]["message"]


@pytest.mark.parametrize("form", ["rgb8", "rgba32f"])
def test_a_cut_out_has_colours_without_the_background(peer: Peer, hair: SoftObject, form: str) -> None:
    stored = hair.picture.pixels
    if form == "rgba32f":
        stored = np.concatenate([stored / 255, np.ones((SIDE, SIDE, 1))], axis=2).astype("<f4")
    (peer.folder / "p.raw").write_bytes(stored.tobytes())
    about = {"file": "p.raw", "width": SIDE, "height": SIDE, "format": form}
    told = peer.result("layers", masks="m.maskpick", pick=[1], edge={"fine": True}, pixels=about)
    [node] = told["nodes"]
    box = Box(*node["box"])
    pixels = np.fromfile(told["file"], "<f4" if form == "rgba32f" else np.uint8).reshape(box.height, box.width, 4)
    colours = pixels[:, :, :3] * (255 if form == "rgba32f" else 1)
    seen, front = (one[box.slices()].astype(float) for one in (hair.picture.pixels, hair.front))
    alpha = pixels[:, :, 3] / (1 if form == "rgba32f" else 255)
    soft = (alpha > 0.1) & (alpha < 0.9)
    assert np.abs(colours - front)[soft].mean() < 0.5 * np.abs(seen - front)[soft].mean()
    assert np.abs(colours - seen)[alpha == 1].max() < 1e-4


def test_all_objects_together_are_the_very_picture_also_with_fine_edges(peer: Peer, hair: SoftObject) -> None:
    about = peer.pixels(hair.picture)
    told = peer.result("layers", masks="m.maskpick", edge={"fine": True}, pixels=about)
    fine = Edge(fine=True).of_all(MaskSet(SIZE, (hair.mask,)), hair.picture)
    data = b"".join(
        np.ascontiguousarray(layer.pixels[:, :, [2, 1, 0, 3]]) for layer in Stack(hair.picture, fine).layers
    )
    assert Path(told["file"]).read_bytes() == data
