"""The worker finds one more object by clicks, and it is one like all others from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskpick import api
from maskpick.maskfile import read_digest, read_mask_file, read_pixel_digests
from maskpick.pictures import Picture
from maskpick.settings import Settings
from worker_peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def found(peer: Peer, shapes: Picture) -> dict[str, Any]:
    result: dict[str, Any] = peer.result("find", pixels=peer.pixels(shapes))
    return result


def test_the_object_joins_the_others(peer: Peer, shapes: Picture, found: dict[str, Any]) -> None:
    points = {"inside": [[50, 60], [120, 60]], "outside": [[80, 10]]}
    told = peer.result("clicks", masks=found["masks"], pixels=peer.pixels(shapes), **points)
    before, after = read_mask_file(Path(found["masks"])), read_mask_file(Path(told["masks"]))
    assert set(after.ids) == {*before.ids, told["id"]}
    assert all(after[id].has_pixels_of(before[id]) for id in before.ids)
    mask = after[told["id"]]
    assert (list(mask.box), mask.area, mask.name) == (told["box"], told["area"], told["name"])
    assert mask.name.endswith(", by clicks")
    assert told["id"] in after.at(50, 60)
    assert told["id"] in after.at(120, 60)
    assert told["id"] not in after.at(80, 10)
    # It is the object that everybody else finds by these points.
    alone = api.find_by_clicks(shapes, before, [(50, 60), (120, 60)], [(80, 10)], settings=Settings())
    assert mask.has_pixels_of(alone)


def test_what_is_made_of_objects_is_made_of_it(peer: Peer, shapes: Picture, found: dict[str, Any]) -> None:
    pixels = peer.pixels(shapes)
    told = peer.result("clicks", masks=found["masks"], pixels=pixels, inside=[[50, 60]], outside=[[5, 5]])
    id = told["id"]
    cut = peer.result("refine", masks=told["masks"], pick=[id])
    assert (cut["parts"][0]["box"], cut["parts"][0]["area"]) == (told["box"], told["area"])
    layers = peer.result("layers", masks=told["masks"], pixels=pixels, pick=[id])
    assert [node["id"] for node in layers["nodes"]] == [id]
    removed = peer.result("remove", masks=told["masks"], pixels=pixels, pick=[id])
    assert removed["name"] == told["name"]
    kept = peer.result("store", masks=told["masks"])
    again = peer.result("load", file=kept["file"])
    assert id in read_mask_file(Path(again["masks"])).ids
    assert peer.result("stale", masks=told["masks"], pixels=pixels) == {"stale": [], "other_size": False}
    assert read_digest(Path(told["masks"])) == found["digest"]
    assert set(read_pixel_digests(Path(told["masks"]))) == set(read_mask_file(Path(told["masks"])).ids)


def test_the_same_clicks_are_answered_alike(peer: Peer, shapes: Picture, found: dict[str, Any]) -> None:
    one, other = (
        peer.result("clicks", masks=found["masks"], pixels=peer.pixels(shapes), inside=[[50, 60]], box=[10, 20, 80, 80])
        for _ in range(2)
    )
    assert Path(one["masks"]).read_bytes() == Path(other["masks"]).read_bytes()


def test_pixels_of_a_layer_have_their_place(peer: Peer, shapes: Picture, found: dict[str, Any]) -> None:
    part = peer.pixels(shapes.rgb8[30:100, 20:150], "part.raw", offset=[20, 30], canvas=[160, 120])
    told = peer.result("clicks", masks=found["masks"], pixels=part, inside=[[120, 60]], outside=[[50, 60], [5, 5]])
    assert told["box"][0] >= 90
    answer = peer.ask("clicks", masks=found["masks"], pixels=part, inside=[[5, 5]])
    assert answer["error"]["data"]["kind"] == "PickError"
    assert answer["error"]["data"]["happened"] == "There are no pixels at this point."


def test_what_cannot_be_is_said(peer: Peer, shapes: Picture, found: dict[str, Any]) -> None:
    about = {"masks": found["masks"], "pixels": peer.pixels(shapes)}
    assert peer.ask("clicks", **about)["error"]["data"]["happened"] == "No point says where the object is."
    for wrong in ([1, 2], [[1]], [["1", 2]], {"x": 1}):
        assert peer.ask("clicks", **about, inside=wrong)["error"]["code"] == -32602
    small = peer.pixels(np.zeros((9, 9, 3), np.uint8), "small.raw")
    assert "another size" in peer.ask("clicks", masks=found["masks"], pixels=small, inside=[[1, 1]])["error"]["message"]
