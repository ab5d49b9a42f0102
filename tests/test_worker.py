"""What the worker answers, over the real pipes of a real process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskpick import api, edges
from maskpick.maskfile import read_mask_file, to_bytes
from maskpick.masks import Box, Mask, MaskSet
from maskpick.pictures import Picture
from maskpick.settings import Settings
from worker_peer import Peer, install_engines


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    for name, value in install_engines(tmp_path).items():
        monkeypatch.setenv(name, value)
    with Peer() as peer:
        yield peer


def masks_of(result: dict[str, Any]) -> MaskSet:
    return read_mask_file(Path(result["masks"]))


def part(result: dict[str, Any], box: list[int], channels: int, at: int = 0) -> np.ndarray:
    _, _, width, height = box
    data = Path(result["file"]).read_bytes()[at : at + width * height * channels]
    return np.frombuffer(data, np.uint8).reshape(height, width, channels)


# Greeting.


def test_hello_tells_versions_folder_and_engines(peer: Peer) -> None:
    about = peer.about
    assert about["protocol"] == 1
    assert {one["name"]: one["offline"] for one in about["segmenters"]}["local"] is True
    assert {one["name"]: one["offline"] for one in about["segmenters"]}["bria"] is False
    assert "fill" in {one["name"] for one in about["removers"]}
    assert peer.folder.is_dir()


def test_another_protocol_is_refused_with_words_for_the_artist() -> None:
    with Peer(hello=False) as peer:
        error = peer.ask("hello", protocol=99, version="9.0.0")["error"]
        assert "9.0.0" in error["message"]
        assert "the engine is the older one" in error["data"]["happened"]
        assert "install.py" in error["data"]["advice"]
        assert peer.ask("engines")["error"]["code"] == -32600


def test_settings_nobody_can_read_do_not_keep_the_worker_from_talking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKPICK_JOBS", "many")
    with Peer() as peer:
        assert "MASKPICK_JOBS" in peer.about["problem"]
        assert peer.ask("settings_get")["error"]["code"] == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage", -32700),
        (b"\xff\xfe\x00", -32700),
        (b'{"jsonrpc": "2.0", "id": NaN, "method": "engines"}', -32700),
        (b"[" * 100_000, -32700),
        (b'"x' + b"x" * (1 << 22) + b'"', -32700),
        (b"[]", -32600),
        (b'{"id": 7, "method": "engines"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 7}', -32600),
        (b'{"jsonrpc": "2.0", "id": [7], "method": "engines"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "nonsense"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "engines", "params": [1]}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "engines", "params": {"wrong": 1}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "find", "params": {"pixels": 3}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "find", "params": {"pixels": {"file": "no", "format": "x"}}}', -32602),
    ],
)
def test_a_bad_line_is_answered_and_does_not_end_the_worker(peer: Peer, line: bytes, code: int) -> None:
    peer.say(line)
    answer = peer.hear()
    assert answer["error"]["code"] == code
    assert answer["id"] == (7 if b'"id": 7' in line else None)
    assert "segmenters" in peer.result("engines")


def test_a_pixel_file_of_another_size_than_it_is_said_to_have_is_refused(peer: Peer, shapes: Picture) -> None:
    about = {**peer.pixels(shapes), "width": 161}
    assert "bytes" in peer.ask("find", pixels=about)["error"]["message"]


def test_notifications_nobody_knows_are_passed_over(peer: Peer) -> None:
    peer.say(b'{"jsonrpc": "2.0", "method": "whatever"}')
    peer.cancel(12345)
    assert "segmenters" in peer.result("engines")
    assert len(peer.heard) == 2


# Finding.


def test_find_gives_the_masks_the_core_gives_and_the_second_time_from_the_cache(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    first, second = peer.result("find", pixels=about), peer.result("find", pixels=about)
    assert masks_of(first) == masks_of(second) == api.find(shapes, settings=Settings(), plugins=None)
    assert (first["cached"], second["cached"]) == (False, True)
    assert not peer.result("find", pixels=about, fresh=True)["cached"]
    stages = [message["params"]["stage"] for message in peer.heard if message.get("method") == "progress"]
    assert stages


def test_a_layer_with_an_offset_gets_its_masks_where_it_lies(peer: Peer, shapes: Picture) -> None:
    plain = masks_of(peer.result("find", pixels=peer.pixels(shapes)))
    moved = peer.result("find", pixels=peer.pixels(shapes, offset=[30, 20], canvas=[300, 200]))
    assert moved["size"] == [300, 200]
    assert masks_of(moved) == plain.translated(30, 20, moved["size"])


def test_what_lies_beside_the_canvas_is_not_looked_at(peer: Peer, shapes: Picture) -> None:
    beside = peer.result("find", pixels=peer.pixels(shapes, offset=[-20, -10], canvas=[100, 90]))
    cut = Picture(shapes.pixels[10:100, 20:120])
    assert masks_of(beside) == masks_of(peer.result("find", pixels=peer.pixels(cut, "b.raw")))
    outside = peer.ask("find", pixels=peer.pixels(shapes, offset=[500, 0], canvas=[100, 90]))["error"]
    assert outside["data"]["kind"] == "PictureError"


def test_an_area_limits_where_objects_are_found(peer: Peer, shapes: Picture) -> None:
    inside = peer.result("find", pixels=peer.pixels(shapes), area={"box": [90, 30, 60, 70]})
    assert inside["size"] == [160, 120]
    assert all(mask.box.intersection(Box(90, 30, 60, 70)) == mask.box for mask in masks_of(inside))
    triangle = np.tri(70, 60, dtype=np.uint8) * np.uint8(255)
    (peer.folder / "area.raw").write_bytes(triangle.tobytes())
    cut = peer.result("find", pixels=peer.pixels(shapes), area={"box": [90, 30, 60, 70], "file": "area.raw"})
    area = Mask(1, Box(90, 30, 60, 70), triangle)
    assert cut["count"]
    assert all((mask - area).area == 0 for mask in masks_of(cut))


@pytest.mark.parametrize("form", ["rgb8", "bgra16", "rgba32f", "rgba16f", "grey8", "greya16"])
def test_every_pixel_format_gives_the_same_objects(peer: Peer, shapes: Picture, form: str) -> None:
    red = shapes.rgb8.astype(np.float64) / 255
    grey = form.startswith("grey")
    channels = [red[:, :, 0]] if grey else [red[:, :, at] for at in ((2, 1, 0) if "bgr" in form else (0, 1, 2))]
    if "a" in form:
        channels.append(np.ones(red.shape[:2]))
    stacked = np.stack(channels, axis=2)
    depth = form.lstrip("abegry")
    stored = {"8": np.rint(stacked * 255).astype("<u1"), "16": np.rint(stacked * 65535).astype("<u2")}
    stored |= {"32f": stacked.astype("<f4"), "16f": stacked.astype("<f2")}
    (peer.folder / "f.raw").write_bytes(stored[depth].tobytes())
    about = {"file": "f.raw", "width": 160, "height": 120, "format": form}
    found = peer.result("find", pixels=about, fresh=True)
    picture = Picture(shapes.pixels[:, :, :1]) if grey else shapes
    if depth != "16f":  # half floats have too few digits for the very same colours
        assert masks_of(found) == api.find(picture, settings=Settings())
    filled = peer.result("remove", pixels=about, coverage={"box": [110, 50, 12, 9]})
    assert filled["box"] == [110, 50, 12, 9]
    assert filled["format"] == (form if "a" in form else form.replace("grey", "greya").replace("rgb", "rgba"))
    size = Path(filled["file"]).stat().st_size
    assert size == 12 * 9 * (2 if grey else 4) * stored[depth].itemsize


def test_linear_light_is_seen_as_the_artist_sees_it(peer: Peer, shapes: Picture) -> None:
    seen = shapes.rgb8 / 255
    light = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
    (peer.folder / "f.raw").write_bytes(light.astype("<f4").tobytes())
    about = {"file": "f.raw", "width": 160, "height": 120, "format": "rgb32f", "linear": True}
    assert masks_of(peer.result("find", pixels=about)) == api.find(shapes, settings=Settings())


# What becomes of them.


def test_layers_show_exactly_the_picture(peer: Peer, photos: Path) -> None:
    picture = Picture(api.open_picture(photos / "coffee.jpg").pixels[::3, ::3])
    about = peer.pixels(picture)
    found = peer.result("find", pixels=about)
    layers = peer.result("layers", masks=found["masks"], pixels=about)
    shown = np.zeros((*picture.pixels.shape[:2], 4), np.float64)

    def lay(nodes: list[dict[str, Any]]) -> None:
        for node in nodes:
            if "nodes" in node:
                lay(node["nodes"])
                continue
            x, y, width, height = node["box"]
            over = part(layers, node["box"], 4, node["at"]).astype(np.float64)
            under = shown[y : y + height, x : x + width]
            share = over[:, :, 3:] / 255
            under[:, :, :3] = over[:, :, :3] * share + under[:, :, :3] * (1 - share)
            under[:, :, 3:] = np.maximum(under[:, :, 3:], over[:, :, 3:])

    lay(layers["nodes"])
    assert (shown[:, :, 3] == 255).all()
    assert np.array_equal(np.rint(shown[:, :, 2::-1]), picture.rgb8)
    one = found["count"] and masks_of(found).masks[0]
    [node] = peer.result("layers", masks=found["masks"], pixels=about, pick=[one.id])["nodes"]
    assert node["box"] == list(one.box)


def test_remove_gives_only_the_filled_box_and_the_pixels_the_core_gives(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    masks = masks_of(found)
    id = masks.at(120, 60)[0]
    removed = peer.result("remove", masks=found["masks"], pixels=about, pick=[id])
    filled, hole = api.fill(shapes, masks, [id], settings=Settings())
    assert removed["box"] == list(hole.box)
    got = part(removed, removed["box"], 4)
    covered = hole.coverage > 0
    assert np.array_equal(got[:, :, 3], np.where(covered, 255, 0))
    assert np.array_equal(got[covered][:, 2::-1], filled.rgb8[hole.box.slices()][covered])
    assert removed["name"]


def test_refine_grows_feathers_and_combines(peer: Peer, shapes: Picture) -> None:
    found = peer.result("find", pixels=peer.pixels(shapes))
    masks = masks_of(found)
    disc, square = masks.at(50, 60)[0], masks.at(120, 60)[0]
    edge = {"grow": 3, "feather": 2.5}
    refined = peer.result("refine", masks=found["masks"], pick=[disc, square], edge=edge)
    wanted = edges.feather(edges.grow(masks.union([disc, square]), 3, masks.size), 2.5, masks.size)
    [only] = refined["parts"]
    assert (only["box"], only["area"]) == (list(wanted.box), wanted.area)
    assert np.array_equal(part(refined, only["box"], 1)[:, :, 0], wanted.coverage)
    each = peer.result("refine", masks=found["masks"], pick=[disc, square], each=True, edge={"hard": True})
    assert [one["id"] for one in each["parts"]] == [disc, square]
    second = part(each, each["parts"][1]["box"], 1, each["parts"][1]["at"])[:, :, 0]
    assert np.array_equal(second, edges.harden(masks[square]).coverage)
    whole = [["add", [disc, square]], ["subtract", [disc]]]
    assert peer.result("refine", masks=found["masks"], pick=whole)["parts"][0]["area"] == masks[square].area
    nothing = peer.ask("refine", masks=found["masks"], pick=[["add", [disc]], ["intersect", [square]]])["error"]
    assert nothing["data"]["kind"] == "PickError"


def test_thumbnails_are_small_and_in_the_masks_proportions(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    told = peer.result("thumbnails", masks=found["masks"], pixels=about, side=20)
    assert [one["id"] for one in told["thumbnails"]] == list(masks_of(found).ids)
    assert all(max(one["width"], one["height"]) <= 20 for one in told["thumbnails"])
    disc = masks_of(found).at(50, 60)[0]
    [one] = [one for one in told["thumbnails"] if one["id"] == disc]
    small = part(told, [0, 0, one["width"], one["height"]], 4, one["at"])
    assert tuple(small[one["height"] // 2, one["width"] // 2]) == (200, 40, 40, 255)
    assert small[0, 0, 3] < 128


# Kept with the document.


def test_painting_makes_stale_what_lies_there_and_nothing_else(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    masks = masks_of(found)
    assert peer.result("stale", masks=found["masks"], pixels=about)["stale"] == []
    painted = shapes.pixels.copy()
    painted[60, 120] = 0
    stale = peer.result("stale", masks=found["masks"], pixels=peer.pixels(painted, "b.raw"))["stale"]
    assert set(stale) == set(masks.at(120, 60))
    other = peer.result("stale", masks=found["masks"], pixels=peer.pixels(painted[:50], "c.raw"))
    assert other == {"stale": list(masks.ids), "other_size": True}


def test_what_a_document_keeps_comes_back_whole(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    kept = peer.result("store", masks=found["masks"])
    assert kept["bytes"] == Path(kept["file"]).stat().st_size < Path(found["masks"]).stat().st_size
    back = peer.result("load", file=kept["file"])
    assert masks_of(back) == masks_of(found)
    assert back["digest"] == found["digest"]
    assert peer.result("stale", masks=back["masks"], pixels=about)["stale"] == []
    (peer.folder / "torn").write_bytes(to_bytes(masks_of(found))[:-9])
    assert peer.ask("load", file="torn")["error"]["data"]["kind"] == "ArchiveError"


# Settings, secrets, and libraries that talk.


def test_settings_are_read_and_written(peer: Peer) -> None:
    assert peer.result("settings_set", key="engines.local.most", value=7)["value"] == 7
    told = peer.result("settings_get")["settings"]
    assert told["engines.local.most"]["value"] == 7
    assert peer.ask("settings_set", key="jobs", value=-1)["error"]["data"]["kind"] == "SettingsError"
    peer.result("settings_set", key="engines.local.most", value=None)
    assert "engines.local.most" not in peer.result("settings_get")["settings"]


def test_the_token_is_kept_and_never_told(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "t0ken-of-the-test"
    assert peer.result("token_set", token=secret)["place"]
    assert peer.result("token_state")["place"]
    peer.result("settings_get")
    peer.ask("token_set", token=f"{secret} with a blank")
    said = json.dumps(peer.heard)
    log = Path(peer.about["log"]).read_text("utf-8")
    assert "token_set" in log
    assert secret not in said + log
    peer.result("token_set", token=None)
    assert peer.result("token_state") == {"place": None}


def test_plan_says_what_would_be_sent(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    assert peer.result("plan", pixels=about)["sends"] is False
    planned = peer.result("plan", pixels=about, engine="bria")
    assert planned["sends"] is True
    assert any("160 x 120" in line for line in planned["lines"])
    assert not any("and the mask" in line for line in planned["lines"])
    planned = peer.result("plan", pixels=about, engine="bria", work="remove")
    assert any("and the mask" in line for line in planned["lines"])


def test_the_doctor_examines() -> None:
    with Peer() as peer:  # without the engines of the tests: the doctor tries every one
        findings = peer.result("doctor")["findings"]
        assert {"subject", "state", "found", "advice"} == set(findings[0])


def test_what_libraries_print_does_not_reach_the_protocol(peer: Peer, shapes: Picture) -> None:
    found = peer.result("find", pixels=peer.pixels(shapes), engine="loud")
    assert found["count"] == 1
    log = Path(peer.about["log"]).read_text("utf-8")
    assert "a warning of a C library" in log


def test_a_fault_of_an_engine_is_told_in_words_and_the_worker_goes_on(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    error = peer.ask("find", pixels=about, engine="broken")["error"]
    assert error["code"] == 1
    assert "by the test" in error["message"]
    assert "faults.log" in error["data"]["advice"]
    assert peer.result("find", pixels=about, engine="loud")["count"] == 1
