"""Fine edges and shadows in a real Krita, of things whose true coverage, colours and shadows are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hosts.editors import made
from hosts.hosts import HOSTS, INSIDE
from hosts.krita_driver import KRITAS, drive_krita
from maskpick.masks import Box, Mask
from shadow_scene import SIZE, laid_down, post, scene
from soft_objects import SIDE, hairy

pytestmark = pytest.mark.hosts

Drive = Callable[[str], dict[str, Any]]


@pytest.fixture(params=KRITAS.values(), ids=KRITAS)
def drive(request: pytest.FixtureRequest, tmp_path: Path) -> Drive:
    """Runs a scenario in one of the Kritas; the engine finds what is brown or red before something blue."""
    engine = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "brown"}
    return lambda scenario: drive_krita(made(HOSTS[request.param]), scenario, tmp_path, variables=engine)


def test_fine_edges_follow_the_hair_and_cut_outs_have_no_fringe(drive: Drive, tmp_path: Path) -> None:
    thing = hairy()
    Image.fromarray(thing.picture.rgb8).save(tmp_path / "hairy.png")
    told = drive("krita_docker_fine")

    def read(name: str, channels: int = 1) -> NDArray[np.uint8]:
        return np.fromfile(tmp_path / f"{name}.raw", np.uint8).reshape(SIDE, SIDE, channels)

    def wrong(coverage: NDArray[np.uint8]) -> float:
        return thing.wrong(Mask(1, Box(0, 0, SIDE, SIDE), np.ascontiguousarray(coverage)))

    hard, fine, layer = read("hard"), read("fine"), read("layer", 4)
    assert set(np.unique(hard)) == {0, 255}
    assert wrong(fine[:, :, 0]) < 0.6 * wrong(hard[:, :, 0])
    assert (read("mask") == fine).all()
    assert (layer[:, :, 3:] == fine).all()
    soft = (layer[:, :, 3] > 25) & (layer[:, :, 3] < 230)
    colours = layer[:, :, 2::-1].astype(float)
    fringe = np.abs(thing.picture.rgb8.astype(float) - thing.front)[soft].mean()
    assert np.abs(colours - thing.front)[soft].mean() < 0.5 * fringe
    assert told["edge at first"] == [0.0, 0.0, False, False]
    assert told["edge"] == [0.0, 0.0, False, True]
    assert (told["said of a hard edge"], told["said of a fine edge"]) == (False, True)
    assert told["pixels"] == (fine >= 128).sum()
    assert told["pixels"] != (hard >= 128).sum()
    assert told["said at the end"] == "For hair, fur, leaves, and blur."


def test_an_object_is_removed_with_its_shadow(drive: Drive, tmp_path: Path) -> None:
    for name, shade in (("shadow", 0.55), ("plain", 0.0)):
        Image.fromarray(scene(shade, (110, 130, 155))).save(tmp_path / f"{name}.png")
    told = drive("krita_docker_shadow")
    beside = (laid_down() > 0.9) & ~post()

    def filled(name: str) -> NDArray[np.bool_]:
        pixels = np.fromfile(tmp_path / f"{name}.raw", np.uint8).reshape(SIZE.height, SIZE.width, 4)
        return np.asarray(pixels[:, :, 3] > 0)

    assert told["alone"] == told["without any"] == "Removed: thing"
    assert told["with its shadow"] == "Removed: thing, with shadow"
    assert told["remembered"] == "yes"
    assert filled("alone")[post()].all()
    assert filled("alone")[beside].mean() < 0.3
    assert filled("with its shadow")[post()].all()
    assert filled("with its shadow")[beside].mean() > 0.9
    assert told["said"].startswith("No shadow could be made out")
