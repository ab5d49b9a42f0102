"""Fine edges in a real GIMP, of a thing with hair whose true coverage and colours are known."""

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
    assert wrong("mask", records["mask"]) == fine
    box = Box(*records["layer"])
    layer = read(tmp_path / "layer.raw", records["layer"], 4)
    assert thing.wrong(Mask(1, box, np.ascontiguousarray(layer[:, :, 3]))) == fine
    seen, front = (one[box.slices()].astype(float) for one in (thing.picture.rgb8, thing.front))
    soft = (layer[:, :, 3] > 25) & (layer[:, :, 3] < 230)
    fringe = np.abs(seen - front)[soft].mean()
    assert np.abs(layer[:, :, :3] - front)[soft].mean() < 0.5 * fringe
    assert records["edge"] == [0.0, 0.0, False, True]
