"""Pixels that say more than 8 bits on sRGB's curve can: what is cut from them is them, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maskpick import api
from maskpick.maskfile import read_mask_file
from maskpick.pictures import Picture
from maskpick.settings import Settings
from worker_peer import Peer

DTYPES = {"8": "<u1", "16": "<u2", "16f": "<f2", "32f": "<f4"}


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


def stored(shapes: Picture, depth: str, linear: bool, alpha: bool) -> NDArray[Any]:
    """The shapes as an editor may hold them, with noise in the last digits and, in floats, light beyond white."""
    seen = shapes.rgb8 / 255
    light = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4) if linear else seen
    light = light * (1 + np.random.default_rng(5).uniform(-1e-3, 1e-3, light.shape))
    if depth.endswith("f"):
        light[60, 50] = (4.5, 1.0, -0.25)
    if alpha:
        sheer = np.ones(light.shape[:2])
        sheer[55:65, 105:135] = 0.3
        sheer[:8] = 0
        light = np.dstack([light, sheer])
    dtype = np.dtype(DTYPES[depth])
    scaled = light if dtype.kind == "f" else np.rint(np.clip(light, 0, 1) * np.iinfo(dtype).max)
    return scaled.astype(dtype)


def layers_of(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        if "nodes" in node:
            yield from layers_of(node["nodes"])
        else:
            yield node


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("depth", "linear"), [("8", True), ("16", True), ("16f", False), ("16f", True), ("32f", False), ("32f", True)]
)
def test_layers_have_the_very_pixels(peer: Peer, shapes: Picture, depth: str, linear: bool, alpha: bool) -> None:
    pixels = stored(shapes, depth, linear, alpha)
    (peer.folder / "f.raw").write_bytes(pixels.tobytes())
    form = ("rgba" if alpha else "rgb") + depth
    about = {"file": "f.raw", "width": 160, "height": 120, "format": form, "linear": linear}
    found = peer.result("find", pixels=about)
    assert found["count"] >= 2
    told = peer.result("layers", masks=found["masks"], pixels=about)
    assert (told["format"], told["linear"]) == (f"rgba{depth}", linear)
    data = np.fromfile(told["file"], pixels.dtype)
    opaque = 1.0 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    whole = np.zeros(pixels.shape[:2], bool)
    for layer in layers_of(told["nodes"]):
        x, y, width, height = layer["box"]
        at = layer["at"] // pixels.itemsize
        cut = data[at : at + width * height * 4].reshape(height, width, 4)
        here = pixels[y : y + height, x : x + width]
        shown = cut[:, :, 3] > 0
        assert np.array_equal(cut[shown][:, :3], here[shown][:, :3])
        alone = cut[:, :, 3] == (here[:, :, 3] if alpha else opaque)
        whole[y : y + height, x : x + width] |= alone
        if width < 160:
            assert not cut[~shown & ~alone].any()
    assert whole.all()  # every pixel is whole on some layer: together they show the picture


def test_linear_whole_numbers_are_seen_as_the_artist_sees_them(peer: Peer, shapes: Picture) -> None:
    seen = shapes.rgb8 / 255
    light = np.rint(np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4) * 65535)
    (peer.folder / "f.raw").write_bytes(light.astype("<u2").tobytes())
    about = {"file": "f.raw", "width": 160, "height": 120, "format": "rgb16", "linear": True}
    back = light / 65535
    curved = np.where(back <= 0.0031308, 12.92 * back, 1.055 * back ** (1 / 2.4) - 0.055)
    wanted = api.find(Picture(np.rint(curved * 65535).astype(np.uint16)), settings=Settings())
    assert read_mask_file(Path(peer.result("find", pixels=about)["masks"])) == wanted


@pytest.mark.parametrize("depth", DTYPES)
def test_layers_are_cut_from_colours_that_only_their_profile_explains(peer: Peer, shapes: Picture, depth: str) -> None:
    seen = stored(shapes, depth, linear=False, alpha=True)
    inks = np.concatenate([seen[:, :, :3], seen[:, :, 1:2], seen[:, :, 3:]], axis=2)
    (peer.folder / "seen.raw").write_bytes(seen.tobytes())
    (peer.folder / "inks.raw").write_bytes(inks.tobytes())
    about = {"file": "seen.raw", "width": 160, "height": 120, "format": f"rgba{depth}"}
    found = peer.result("find", pixels=about)
    told = peer.result("layers", masks=found["masks"], pixels={**about, "file": "inks.raw", "format": f"cmyka{depth}"})
    plain = peer.result("layers", masks=found["masks"], pixels=about)
    assert told["format"] == f"cmyka{depth}"
    cut, wanted = (np.fromfile(one["file"], seen.dtype) for one in (told, plain))
    cut, wanted = cut.reshape(-1, 5), wanted.reshape(-1, 4)
    assert cut.any()
    assert np.array_equal(cut[:, [0, 1, 2, 4]], wanted)
    assert np.array_equal(cut[:, 3], wanted[:, 1])
