"""The same photo and the same picks, on the command line, in Krita and in GIMP: the same masks, layers, and filling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hosts.editors import krita, made
from hosts.engine import FOLDER
from hosts.gimp_batch import gimp_batch
from hosts.hosts import HOSTS, Host
from maskpick.maskfile import from_bytes, read_mask_file
from maskpick.masks import MaskSet

pytestmark = pytest.mark.hosts

SCENARIO: dict[str, Any] = json.loads((Path(__file__).with_name("inside") / "scenario.json").read_text("utf-8"))
PHOTO = Path(__file__).parents[2] / "docs" / "photos" / SCENARIO["photo"]
LIMIT = 300
Layer = tuple[str, tuple[int, ...], str]
"""Its name, the box of what is seen of it, and the hash of the pixels seen."""


@dataclass(frozen=True)
class Outcome:
    """What became of the scenario in one host."""

    masks: MaskSet
    picked: list[int]
    layers: list[Layer]
    removed: list[Layer] | None
    seen: str


def layer(name: str, x: int, y: int, rgba: NDArray[np.uint8]) -> Layer:
    """Layers have edges of their own in GIMP, and none in Krita: only what is seen counts."""
    shown = rgba[:, :, 3] > 0
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    here = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    part = np.where(shown[here][:, :, None], rgba[here], np.uint8(0))
    place = (x + int(columns[0]), y + int(rows[0]), part.shape[1], part.shape[0])
    return name, place, hashlib.sha256(np.ascontiguousarray(part).tobytes()).hexdigest()


def read_layers(folder: Path, what: str) -> list[Layer]:
    read = []
    for told in json.loads((folder / f"{what}.json").read_text("utf-8")):
        x, y, width, height = told["box"]
        pixels = np.fromfile(folder / told["file"], np.uint8).reshape(height, width, 4)
        read.append(layer(told["name"], x, y, pixels[:, :, [told["order"].index(one) for one in "RGBA"]]))
    return read


def in_krita(host: Host, folder: Path) -> Outcome:
    krita(host, "scenario_in_krita", folder)
    return read_outcome(folder, from_bytes((folder / "masks.maskpick").read_bytes()))


def in_gimp(host: Host, folder: Path) -> Outcome:
    gimp_batch(host, "scenario_in_gimp", folder)
    return read_outcome(folder, read_mask_file(folder / "masks.maskpick"))


def read_outcome(folder: Path, masks: MaskSet) -> Outcome:
    picked = json.loads((folder / "picked.json").read_text("utf-8"))
    ((_, _, seen),) = read_layers(folder, "seen")
    return Outcome(masks, picked, read_layers(folder, "layers"), read_layers(folder, "removed"), seen)


def on_the_command_line(host: Host, folder: Path) -> Outcome:
    """With the engine of the host: its Python, and its numpy, are what the editors' engine runs with."""

    def maskpick_(*arguments: str) -> str:
        command = [FOLDER / "bin/python", "-m", "maskpick", *arguments]
        return host.run(command, out=folder, limit=LIMIT)

    maskpick_("masks", "/out/photo.png", "--engine", "local", "-o", "/out/masks.maskpick")
    picked = []
    for pick in SCENARIO["picks"]:
        at = maskpick_("at", "/out/masks.maskpick", *map(str, pick["point"]), "--json")
        picked.append(ids_of(json.loads(at))[pick["larger"]])
    maskpick_("layers", "/out/photo.png", "--engine", "local", "-o", "/out/layers", "--format", "folder")
    ids = ",".join(str(picked[place]) for place in SCENARIO["removed"])
    maskpick_("remove", "/out/photo.png", "--ids", ids, "--remover", "fill", "-o", "/out/removed.png")
    ((_, _, seen),) = [layer("", 0, 0, rgba(folder / "removed.png"))]
    return Outcome(read_mask_file(folder / "masks.maskpick"), picked, folder_of_layers(folder / "layers"), None, seen)


def rgba(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))


def ids_of(answer: dict[str, Any]) -> list[int]:
    return [told["id"] for told in answer["stack"]]


def folder_of_layers(folder: Path) -> list[Layer]:
    (about,) = folder.glob("*.json")

    def leaves(nodes: list[dict[str, Any]]) -> list[Layer]:
        read = []
        for node in nodes:
            if "layers" in node:
                read += leaves(node["layers"])
            else:
                read.append(layer(node["name"], node["x"], node["y"], rgba(folder / node["file"])))
        return read

    return leaves(json.loads(about.read_text("utf-8"))["layers"])


Way = Callable[[Host, Path], Outcome]
WAYS: dict[str, Sequence[tuple[str, Way]]] = {
    "trixie": (("GIMP 3.0", in_gimp), ("Krita 5.2", in_krita)),
    "forky": (("GIMP 3.2", in_gimp), ("Krita 5.3", in_krita)),
    "experimental": (("Krita 6", in_krita),),
}


@pytest.mark.parametrize("suite", WAYS)
def test_the_command_line_krita_and_gimp_make_the_same(suite: str, tmp_path: Path) -> None:
    host = made(HOSTS[suite])

    def outcome(name: str, way: Way) -> Outcome:
        folder = tmp_path / name
        folder.mkdir()
        with Image.open(PHOTO) as image:  # editors read JPEG each in its own way
            image.convert("RGB").save(folder / "photo.png")
        return way(host, folder)

    expected = outcome("command line", on_the_command_line)
    assert len(set(expected.picked)) == len(SCENARIO["picks"])
    assert len(expected.layers) > len(SCENARIO["picks"])
    with Image.open(PHOTO) as image:
        assert expected.seen != layer("", 0, 0, np.asarray(image.convert("RGBA")))[2], "something was removed"
    removed = []
    for name, way in WAYS[suite]:
        found = outcome(name, way)
        assert found.masks == expected.masks, name
        assert found.picked == expected.picked, name
        assert found.layers == expected.layers, name
        assert found.seen == expected.seen, name
        removed.append(found.removed)
    assert all(one == removed[0] for one in removed)
