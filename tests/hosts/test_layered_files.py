"""The layered files in the real editors: what opens is the picture, in the layers that were made."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maskpick
from hosts.editors import Editor, gimp, krita, made
from hosts.hosts import HOSTS
from layered import objects, photo
from maskpick.exporters.naming import one_line
from maskpick.layers import Group, Layer, Node, Stack
from maskpick.masks import Mask
from maskpick.pictures import Picture, Pixels
from maskpick.plugins import Plugins
from maskpick.settings import Settings

pytestmark = pytest.mark.hosts

EDITORS: dict[str, tuple[str, Editor]] = {
    "GIMP-3.0": ("trixie", gimp),
    "Krita-5.2": ("trixie", krita),
    "GIMP-3.2": ("forky", gimp),
    "Krita-5.3": ("forky", krita),
    "Krita-6": ("experimental", krita),
}
KINDS = {"grey": 1, "grey+alpha": 2, "RGB": 3, "RGBA": 4}
PICTURES = [*(f"{kind}-{depth}" for kind in KINDS for depth in (8, 16)), "coffee"]
FILES = [f"{picture}.{suffix}" for picture in PICTURES for suffix in ("ora", "psd")]


@functools.cache
def stack(name: str) -> Stack:
    """The layers of a picture: of a photo with all that is found in it, or of noise with a few objects."""
    if name == "coffee":
        coffee = maskpick.open_picture(Path(__file__).parents[2] / "docs" / "photos" / "coffee.jpg")
        return Stack(coffee, maskpick.find(coffee, "local", settings=Settings(), plugins=Plugins.load()))
    kind, depth = name.rsplit("-", 1)
    return Stack(photo(KINDS[kind], np.uint16 if depth == "16" else np.uint8), objects())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file."""
    folder = tmp_path_factory.mktemp("layered")
    for name in FILES:
        one = stack(name.rpartition(".")[0])
        maskpick.export(one.base, one.masks, folder / name, plugins=Plugins.load())
    return folder


class Opened:
    """What an editor made of the files."""

    def __init__(self, editor: Editor, folder: Path) -> None:
        self._folder = folder
        self.place: Callable[[Layer], Sequence[int]] = box if editor is gimp else box_of_pixels

    def read(self, name: str) -> dict[str, Any]:
        """The document: its size, depth and layers."""
        seen: dict[str, Any] = json.loads((self._folder / f"{name}.json").read_text("utf-8"))
        return seen

    def pixels(self, name: str) -> Pixels:
        """What is seen: RGBA, uint8 or uint16."""
        document = self.read(name)
        width, height = document["size"]
        order = [max(document["channels"].find(one), 0) for one in "RGBA"]  # grey is the first of its two
        pixels = np.fromfile(self._folder / f"{name}.pixels", np.uint8 if document["depth"] == 8 else np.uint16)
        ordered: Pixels = pixels.reshape(height, width, -1)[:, :, order]
        return ordered


@pytest.fixture(scope="module", params=EDITORS)
def opened(request: pytest.FixtureRequest, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """An editor that opened every file, one after the other."""
    suite, editor = EDITORS[request.param]
    host = made(HOSTS[suite])
    folder = tmp_path_factory.mktemp("opened")
    shutil.copytree(files, folder, dirs_exist_ok=True)
    editor(host, "read_in_gimp" if editor is gimp else "read_in_krita", folder)
    return Opened(editor, folder)


def box(layer: Layer) -> Sequence[int]:
    return tuple(layer.box)


def box_of_pixels(layer: Layer) -> Sequence[int]:
    """The smallest box around what the layer shows."""
    shows = np.where(layer.pixels.any(axis=2), np.uint8(255), np.uint8(0))
    return tuple(Mask(1, layer.box, shows).box)


def tree(nodes: Sequence[Node], place: Callable[[Layer], Sequence[int]]) -> list[object]:
    """The layers and groups as the programs in the editors write them down."""
    return [
        [one_line(node.name), *([tree(node.nodes, place)] if isinstance(node, Group) else place(node))]
        for node in nodes
    ]


def rgba(picture: Picture) -> Pixels:
    colour = np.repeat(picture.colour, 3, axis=2) if picture.colour.shape[2] == 1 else picture.colour
    alpha = np.full(colour.shape[:2], picture.full, colour.dtype) if picture.alpha is None else picture.alpha
    return np.dstack([colour, alpha])


@pytest.mark.parametrize("name", FILES)
def test_the_layers_are_those_that_were_made(opened: Opened, name: str) -> None:
    made = stack(name.rpartition(".")[0])
    document = opened.read(name)
    assert document["size"] == list(made.base.size)
    assert document["layers"] == tree(made.nodes, opened.place)


@pytest.mark.parametrize("name", FILES)
def test_all_layers_together_show_exactly_the_picture(opened: Opened, name: str) -> None:
    wanted, seen = rgba(stack(name.rpartition(".")[0]).base), opened.pixels(name)
    assert seen.shape == wanted.shape
    if wanted.dtype == np.uint16 and name.endswith(".ora"):
        # Both editors open OpenRaster as 8-bit documents, and round in their own ways.
        assert seen.dtype == np.uint8
        seen, step = seen * np.uint16(257), 257
    else:
        assert seen.dtype == wanted.dtype
        step = 0
    clear = wanted[:, :, 3] == 0
    np.testing.assert_array_equal(seen[clear][:, 3], 0)
    difference = np.abs(seen[~clear].astype(np.int32) - wanted[~clear])
    assert difference.max() <= step
