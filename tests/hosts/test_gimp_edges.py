"""Fine edges and shadows in a real GIMP, of things whose true coverage, colours and shadows are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hosts.editors import made
from hosts.gimp_driver import GIMPS, drive_gimp
from hosts.hosts import HOSTS, INSIDE
from maskpick.masks import Box, Mask
from shadow_scene import SIZE, laid_down, post, scene
from soft_objects import SIDE, hairy

pytestmark = [pytest.mark.hosts, pytest.mark.parametrize("gimp", GIMPS)]

BROWN = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "brown"}
WHOLE = [0, 0, SIDE, SIDE]


def read(path: Path, box: list[int], channels: int = 1) -> NDArray[Any]:
    _x, _y, width, height = box
    return np.fromfile(path, np.uint8).reshape(height, width, channels)


def test_fine_edges_follow_the_hair_and_cut_outs_have_no_fringe(gimp: str, tmp_path: Path) -> None:
    thing = hairy()
    Image.fromarray(thing.picture.rgb8).save(tmp_path / "hairy.png")
    host, picture = made(HOSTS[GIMPS[gimp]]), Path("/out/hairy.png")
    records = drive_gimp(host, "gimp_gui_fine", tmp_path, picture=picture, variables=BROWN)

    def wrong(name: str, box: list[int]) -> float:
        return thing.wrong(Mask(1, Box(*box), read(tmp_path / f"{name}.raw", box)[:, :, 0]))

    hard, fine = wrong("hard", WHOLE), wrong("fine", WHOLE)
    assert fine < 0.6 * hard
    assert records["pixels"] == (read(tmp_path / "fine.raw", WHOLE) >= 128).sum()
    assert wrong("mask", records["mask"]) == fine
    box = Box(*records["layer"])
    layer = read(tmp_path / "layer.raw", records["layer"], 4)
    assert thing.wrong(Mask(1, box, np.ascontiguousarray(layer[:, :, 3]))) == fine
    seen, front = (one[box.slices()].astype(float) for one in (thing.picture.rgb8, thing.front))
    soft = (layer[:, :, 3] > 25) & (layer[:, :, 3] < 230)
    fringe = np.abs(seen - front)[soft].mean()
    assert np.abs(layer[:, :, :3] - front)[soft].mean() < 0.5 * fringe
    assert records["edge"] == [0.0, 0.0, False, True]


@pytest.mark.parametrize("shade", [0.55, 0.0], ids=["a shadow", "none"])
def test_an_object_is_removed_with_its_shadow(gimp: str, tmp_path: Path, shade: float) -> None:
    Image.fromarray(scene(shade, (110, 130, 155))).save(tmp_path / "post.png")
    host, picture = made(HOSTS[GIMPS[gimp]]), Path("/out/post.png")
    records = drive_gimp(host, "gimp_gui_shadow", tmp_path, picture=picture, variables=BROWN)
    beside = (laid_down() > 0.9) & ~post()

    def filled(name: str) -> NDArray[np.bool_]:
        _name, box = records[name]
        alpha = np.ascontiguousarray(read(tmp_path / f"{name}.raw", box, 4)[:, :, 3])
        return np.asarray(Mask(1, Box(*box), alpha).canvas(SIZE) > 0)

    casts = shade > 0
    assert records["alone"][0] == "Removed: thing"
    assert filled("alone")[post()].all()
    assert filled("alone")[beside].mean() < 0.3
    assert records["shown"] == casts
    assert records["with its shadow"][0] == ("Removed: thing, with shadow" if casts else "Removed: thing")
    assert filled("with its shadow")[post()].all()
    assert filled("with its shadow")[beside].mean() > 0.9 if casts else filled("with its shadow")[beside].mean() < 0.3
    assert records["said"].startswith("" if casts else "No shadow could be made out")
