from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from layered import NAMES, objects, photo
from maskpick.exporters import Folder
from maskpick.exporters.naming import file_name, one_line
from maskpick.layers import Stack
from maskpick.masks import MaskSet
from maskpick.pictures import Picture, Pixels
from maskpick.progress import Progress


def written(path: Path, picture: Picture, masks: MaskSet) -> dict[str, Any]:
    Folder().export(Stack(picture, masks), path / "photo", Progress())
    listed: dict[str, Any] = json.loads((path / "photo" / "layers.json").read_text(encoding="utf-8"))
    return listed


def leaves(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [leaf for node in nodes for leaf in (leaves(node["layers"]) if "layers" in node else [node])]


def names(nodes: list[dict[str, Any]]) -> list[object]:
    return [{node["name"]: names(node["layers"])} if "layers" in node else node["name"] for node in nodes]


def decoded(path: Path) -> Pixels:
    """Read by OpenCV, which tells grey with alpha as BGRA."""
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_each_layer_is_a_png_as_large_as_its_box(tmp_path: Path, channels: int, dtype: type) -> None:
    picture = photo(channels, dtype)
    listed = written(tmp_path, picture, objects())
    expected = Stack(picture, objects()).layers
    assert (listed["width"], listed["height"]) == picture.size
    for leaf, layer in zip(leaves(listed["layers"]), expected, strict=True):
        assert (leaf["x"], leaf["y"], leaf["width"], leaf["height"]) == layer.box
        assert leaf["mask"] == layer.mask_id
        seen = decoded(tmp_path / "photo" / leaf["file"])
        colour = layer.pixels[:, :, -2::-1] if channels > 2 else np.repeat(layer.pixels[:, :, :1], 3, axis=2)
        assert np.array_equal(seen, np.dstack([colour, layer.pixels[:, :, -1]]))


def test_the_list_tells_the_tree_and_names_every_file(tmp_path: Path) -> None:
    listed = written(tmp_path, photo(), objects())
    assert names(listed["layers"]) == NAMES
    files = [leaf["file"] for leaf in leaves(listed["layers"])]
    assert sorted(path.name for path in (tmp_path / "photo").iterdir()) == sorted([*files, "layers.json"])
    assert files[3] == "004 mouth_ __wide__ &_open.png"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("con", "007 con"),
        ("a/b\\c:d*e?f", "007 a_b_c_d_e_f"),
        ("ends in dots...", "007 ends in dots"),
        ("", "007"),
        ("..", "007"),
        ("line\nbreak\x00and\ud800half", "007 line break and half"),
        ("u\u0308ber", "007 über"),
        ("帽" * 200, "007 " + "帽" * 60),
    ],
)
def test_file_names_suit_every_file_system(name: str, safe: str) -> None:
    assert file_name(7, name) == safe
    assert len(f"{safe}.png".encode()) <= 255


def test_one_line_keeps_what_can_be_printed() -> None:
    assert one_line("  größer\t als\r\n帽子 ") == "größer als 帽子"
