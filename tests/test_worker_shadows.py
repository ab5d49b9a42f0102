"""The worker shows the shadows of what is picked, and removes them with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskpick.maskfile import to_bytes
from maskpick.masks import Mask, MaskSet
from maskpick.shadows import shadow_of
from shadow_scene import POST, SIZE, posted
from worker_peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


def scene(peer: Peer, shade: float = 0.6, **about: Any) -> dict[str, Any]:
    """The post, its mask in the room."""
    picture, masks = posted(shade)
    (peer.folder / "m.maskpick").write_bytes(to_bytes(masks))
    return {"masks": "m.maskpick", "pixels": peer.pixels(picture), **about}


def cast() -> Mask:
    picture, masks = posted(0.6)
    shadow = shadow_of(masks[POST], picture)
    assert shadow is not None
    return shadow


def test_the_shadow_is_the_one_the_core_tells(peer: Peer) -> None:
    told = peer.result("shadows", **scene(peer), pick=[POST])
    assert (told["count"], told["box"], told["area"]) == (1, list(cast().box), cast().area)
    assert Path(told["outlines"]).stat().st_size > 0


def test_where_none_can_be_told_that_is_the_answer(peer: Peer) -> None:
    nothing = {"count": 0, "box": None, "area": 0, "outlines": None}
    assert peer.result("shadows", **scene(peer, 0), pick=[POST]) == nothing
    assert peer.result("remove", **scene(peer, 0), pick=[POST], with_shadow=True)["shadows"] == 0


def test_an_object_goes_with_its_shadow_only_where_that_is_wished(peer: Peer) -> None:
    about = scene(peer)
    alone = peer.result("remove", **about, pick=[POST])
    both = peer.result("remove", **about, pick=[POST], with_shadow=True)
    assert (alone["shadows"], both["shadows"]) == (0, 1)
    alpha = canvas(both)[:, :, 3] > 0
    assert alpha[cast().canvas(SIZE) > 0].all()
    assert not (canvas(alone)[:, :, 3] > 0)[cast().canvas(SIZE) > 0].all()
    ground = posted(0)[0].rgb8[120]
    found = canvas(both)[:, :, 2::-1][cast().canvas(SIZE) >= 128]
    assert np.abs(found.mean(axis=0) - ground[:80].mean(axis=0)).max() < 12, "lit ground is where the shadow was"


def test_so_does_what_is_left_of_an_object_and_what_the_artist_selected(peer: Peer) -> None:
    picture, masks = posted(0.6)
    post = masks[POST]
    top = Mask.from_array(9, np.ones((12, 60), bool), 110, 55)
    (peer.folder / "n.maskpick").write_bytes(to_bytes(MaskSet(SIZE, (post, top))))
    (peer.folder / "s.coverage").write_bytes(post.coverage.tobytes())
    pixels = peer.pixels(picture)
    steps = [["add", [POST]], ["subtract", [9]]]
    assert peer.result("shadows", masks="n.maskpick", pixels=pixels, pick=steps)["count"] == 1
    assert peer.result("remove", masks="n.maskpick", pixels=pixels, pick=steps, with_shadow=True)["shadows"] == 1
    selected = {"box": list(post.box), "file": "s.coverage"}
    assert peer.result("remove", pixels=pixels, coverage=selected, with_shadow=True)["shadows"] == 1


def test_a_layer_has_the_shadow_where_it_lies(peer: Peer) -> None:
    picture, masks = posted(0.6)
    (peer.folder / "m.maskpick").write_bytes(to_bytes(masks))
    part = peer.pixels(picture.rgb8[20:, 30:], "part.raw", offset=[30, 20], canvas=list(SIZE))
    told = peer.result("shadows", masks="m.maskpick", pixels=part, pick=[POST])
    assert told["count"] == 1
    assert np.abs(np.array(told["box"]) - np.array(cast().box)).max() <= 6
    assert peer.result("remove", masks="m.maskpick", pixels=part, pick=[POST], with_shadow=True)["shadows"] == 1


def test_what_cannot_be_is_said(peer: Peer) -> None:
    about = scene(peer)
    assert peer.ask("shadows", **about, pick=[])["error"]["data"]["happened"] == "Nothing is picked."
    assert peer.ask("shadows", **about, pick=[99])["error"]["data"]["kind"] == "PickError"


def canvas(told: dict[str, Any]) -> np.ndarray[Any, Any]:
    x, y, width, height = told["box"]
    plane = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
    plane[y : y + height, x : x + width] = np.fromfile(told["file"], np.uint8).reshape(height, width, 4)
    return plane
