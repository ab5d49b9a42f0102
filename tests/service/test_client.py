"""The client against a real server over real HTTP."""

from __future__ import annotations

import contextlib
import functools
import http.server
import io
import json
import os
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

import maskpick
from maskpick.cli import main
from maskpick.engines.bria import BriaOptions, BriaSegmenter
from maskpick.engines.bria.usage import UsageCounter
from maskpick.errors import Cancelled, EngineError
from maskpick.masks import Mask
from maskpick.pictures import Picture
from maskpick.progress import Progress, Step
from processes import PATIENCE

from .conftest import SECRET, Live, found_here


def options(service: Live, **more: object) -> dict[str, object]:
    return {"address": service.address, "seconds": PATIENCE, **more}


def segment(service: Live, picture: Picture, progress: Progress | None = None, **more: object) -> maskpick.MaskSet:
    return BriaSegmenter(BriaOptions(**options(service, **more))).segment(picture, progress or Progress())


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("api", ["v1", "v2", "auto"])
def test_every_way_of_asking_gives_the_engine_s_own_masks(service: Live, scene: Picture, api: str, sync: bool) -> None:
    masks = segment(service, scene, api=api, sync=sync)
    direct = found_here(scene)
    assert masks.size == scene.size
    found = sorted(mask.coverage.tobytes() for mask in masks)
    assert found == sorted(mask.coverage.tobytes() for mask in direct)
    assert (masks.panoptic is not None) == (api != "v2")


def test_the_disc_is_found_where_it_is(service: Live, scene: Picture) -> None:
    masks = maskpick.find(scene, "bria", options=options(service))
    areas = [masks[one].area for one in masks.at(35, 45)]
    assert min(abs(area - np.pi * 20**2) for area in areas) < 60


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_picture_may_be_named_by_its_address(service: Live, scene: Picture, tmp_path: Path, api: str) -> None:
    scene.save(tmp_path / "scene.png")
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/scene.png"
        try:
            named = segment(service, scene, api=api, image_url=url)
            with pytest.raises(EngineError, match="could not download"):
                segment(service, scene, api=api, image_url=url.replace("scene", "nothing"))
        finally:
            server.shutdown()
    sent = segment(service, scene, api=api)
    assert [mask.coverage.tobytes() for mask in named] == [mask.coverage.tobytes() for mask in sent]


def test_progress_tells_every_stage_and_ends_each(service: Live, scene: Picture) -> None:
    steps: list[Step] = []
    segment(service, scene, Progress(steps.append))
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages[:2] == ["Preparing", "Uploading"]
    assert {"Waiting", "Downloading"} <= set(stages)


def test_a_picked_mask_is_removed_by_its_id_and_nothing_else_changes(service: Live, scene: Picture) -> None:
    masks = maskpick.find(scene, "bria", options=options(service, api="v1"))
    disc = masks.at(35, 45)[0]
    result = maskpick.remove(scene, masks, [disc], "bria", options=options(service, api="v1"))
    changed = (result.pixels != scene.pixels).any(axis=2)
    assert changed[45, 35]
    assert not changed[:, 70:].any()
    assert tuple(result.pixels[45, 35].astype(int) - (70, 150, 80)) < (40, 40, 40)


def test_an_answer_of_somebody_else_falls_back_to_sending_the_mask(service: Live, scene: Picture) -> None:
    masks = found_here(scene)
    disc = masks.at(35, 45)[0]
    result = maskpick.remove(scene, masks, [disc], "bria", options=options(service))
    assert (result.pixels[45, 35] != scene.pixels[45, 35]).any()


@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_erasing_keeps_depth_alpha_and_every_pixel_outside(
    service: Live, scene: Picture, api: str, depth: type
) -> None:
    alpha = np.full((*scene.pixels.shape[:2], 1), 255, np.uint8)
    alpha[:10] = 90
    pixels = np.dstack([scene.pixels, alpha]).astype(depth) * (257 if depth is np.uint16 else 1)
    picture = Picture(pixels)
    hole = Mask.from_array(1, np.ones((50, 50), bool), 10, 20)
    result = maskpick.remove(picture, None, hole, "bria", options=options(service, api=api))
    outside = np.ones(pixels.shape[:2], bool)
    outside[hole.box.slices()] = False
    assert result.pixels.dtype == depth
    assert np.array_equal(result.pixels[outside], pixels[outside])
    assert np.array_equal(result.pixels[:, :, 3], pixels[:, :, 3])
    assert not np.array_equal(result.pixels, pixels)


def test_a_gone_route_is_followed_by_its_successor_in_auto_only(
    service: Live, scene: Picture, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "maskpick")
    segment(service, scene)
    assert "version 1 of the contract is used, which the service still offers" in caplog.text
    service.misbehave("status", 410, times=1)
    assert len(segment(service, scene))
    assert "answers 410 to version 1 of its contract: version 2 is used" in caplog.text
    service.misbehave("status", 410, times=1)
    with pytest.raises(EngineError, match="does not offer this any more"):
        segment(service, scene, api="v1")


def test_a_wrong_token_is_told_as_such(service: Live, scene: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIA_API_TOKEN", "another-one")
    with pytest.raises(EngineError, match="does not accept the token") as raised:
        segment(service, scene)
    assert "another-one" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "did not understand"),
        (401, "does not accept the token"),
        (402, "no credit"),
        (412, "too small"),
        (413, "too large"),
        (415, "kind of picture"),
        (422, "unsuitable: broken on purpose"),
        (460, "could not download"),
        (500, "fault of its own"),
        (503, "down or too busy"),
        (506, "cannot work with this picture"),
    ],
)
def test_every_status_says_what_it_means_and_is_asked_once(
    service: Live, scene: Picture, status: int, words: str
) -> None:
    service.misbehave("status", status)
    with pytest.raises(EngineError, match=words) as raised:
        segment(service, scene, api="v1")
    assert raised.value.advice
    assert service.fault.shown == 1


def test_being_told_to_wait_is_obeyed(service: Live, scene: Picture) -> None:
    service.misbehave("status", 429, times=2)
    began = time.monotonic()
    assert len(segment(service, scene))
    assert time.monotonic() - began >= 2
    assert service.fault.shown == 2


@pytest.mark.parametrize("kind", ["cut", "wrong-type"])
def test_work_whose_answer_was_lost_is_not_sent_again(service: Live, scene: Picture, kind: str) -> None:
    service.misbehave(kind)
    with pytest.raises(EngineError, match=r"broke before the answer came|not a mask service"):
        segment(service, scene, sync=True)
    assert service.fault.shown == 1


def test_a_download_that_breaks_off_is_fetched_again(service: Live, scene: Picture) -> None:
    service.misbehave("cut-download", times=2)
    assert len(segment(service, scene))
    assert service.fault.shown == 2


@pytest.mark.parametrize("kind", ["truncated-zip", "corrupt-zip", "not-a-zip"])
def test_an_answer_that_is_no_zip_is_told_as_such(service: Live, scene: Picture, kind: str) -> None:
    service.misbehave(kind)
    with pytest.raises(EngineError, match="answer cannot be used"):
        segment(service, scene, api="v1")


def test_an_expired_link_is_asked_for_once_more(service: Live, scene: Picture) -> None:
    service.misbehave("expired-link", times=1)
    assert len(segment(service, scene, api="v1"))
    service.misbehave("expired-link")
    with pytest.raises(EngineError, match="expired before"):
        segment(service, scene, api="v1")
    assert service.fault.shown == 2


@pytest.mark.parametrize(("kind", "seconds"), [("slow-drip", 0.02), ("delay", 0.3)])
def test_a_slow_download_still_arrives(service: Live, scene: Picture, kind: str, seconds: float) -> None:
    service.misbehave(kind, seconds)
    assert len(segment(service, scene, api="v1"))


@pytest.mark.parametrize("kind", ["interpolated", "sixteen-bit"])
def test_a_map_as_bad_as_real_ones_is_repaired(service: Live, scene: Picture, kind: str) -> None:
    service.misbehave(kind)
    masks = segment(service, scene, api="v1", sync=True)
    assert masks.panoptic is not None
    for label in np.unique(masks.panoptic[masks.panoptic > 0]):
        seen = masks[int(label)].canvas(masks.size)[masks.panoptic == label]
        assert (seen >= 128).all()


@pytest.mark.parametrize("kind", ["crash", "hang"])
def test_work_that_dies_in_the_service_is_told(
    service: Live, scene: Picture, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.misbehave(kind, times=1)
    with monkeypatch.context() as hurried:
        hurried.setattr(service.app.state.desk.jobs, "_seconds", 2)
        with pytest.raises(EngineError, match=r"fault of its own|too slow|ended unexpectedly|longer than"):
            segment(service, scene, api="v2")
    assert len(segment(service, scene, api="v2"))


@pytest.mark.parametrize("stage", ["Waiting", "Downloading"])
def test_a_cancel_takes_effect_at_once_and_leaves_nothing(
    service: Live, scene: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    reached = threading.Event()
    progress = Progress(lambda step: reached.set() if step.stage == stage else None)
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            segment(service, scene, progress, api="v1", sync=True)
        except (EngineError, Cancelled) as error:
            outcome.append(error)

    with contextlib.ExitStack() as endless:  # the answer never comes, so that only the cancel can end it
        if stage == "Waiting":
            endless.enter_context(service.held())
        else:
            service.misbehave("slow-drip", 100 * PATIENCE)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        assert reached.wait(PATIENCE)
        progress.cancel()
        thread.join(PATIENCE)
        assert isinstance(outcome[0], Cancelled)
        assert not list(tmp_path.glob("maskpick-*"))


def test_without_a_service_nothing_is_sent_and_it_is_said(scene: Picture, service: Live) -> None:
    with pytest.raises(EngineError, match="cannot be reached, so nothing was sent"):
        segment(service, scene, address="http://127.0.0.1:9")


def test_paid_calls_are_counted_and_stop_at_the_cap(service: Live, scene: Picture) -> None:
    counter = UsageCounter()
    segment(service, scene)
    service.misbehave("status", 422)
    with pytest.raises(EngineError):
        segment(service, scene)
    assert counter.this_month(service.address) == 1
    service.misbehave("")
    with pytest.raises(EngineError, match="limit of 1 paid calls"):
        segment(service, scene, cap=1)
    assert counter.this_month(service.address) == 1


def test_the_plan_says_what_would_be_sent_and_sends_nothing(service: Live, scene: Picture) -> None:
    before = service.get("/metrics").text
    plan = BriaSegmenter(BriaOptions(address=service.address)).plan(scene, Progress())
    text = "\n".join(plan.lines)
    assert service.address in text
    assert "120 x 90 pixels, PNG without loss" in text
    assert SECRET not in text
    assert [line for line in service.get("/metrics").text.splitlines() if "objects" in line] == [
        line for line in before.splitlines() if "objects" in line
    ]


def test_the_token_is_in_no_file_and_no_message(
    service: Live,
    scene: Picture,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.chdir(tmp_path)
    scene.save(tmp_path / "scene.png")
    command = ["--engine", "bria", "-O", f"address={service.address}", "-vv", "--json"]
    for form in ("ora", "psd", "folder", "zip"):  # the first is asked for, the others come from the cache
        assert main(["layers", "scene.png", "--format", form, *command]) == 0
    assert main(["masks", "scene.png", "-o", "scene.maskpick", *command]) == 0
    assert main(["remove", "scene.png", "--ids", "1", "--remover", "bria", *command]) == 0
    assert main(["batch", "scene.png", "-o", "made", "--format", "preview", *command]) == 0
    assert UsageCounter().this_month(service.address) == 2
    said = "".join(capfd.readouterr())
    assert "sending to" in said
    masks = maskpick.find(scene, "bria", options=options(service))
    maskpick.export(scene, masks, tmp_path / "out.zip")
    maskpick.export(scene, masks, tmp_path / "out.ora")
    service.misbehave("status", 500)
    with pytest.raises(EngineError) as raised:
        segment(service, scene)
    assert SECRET not in said + caplog.text + str(raised.value) + repr(raised.value) + json.dumps(masks.visual_id)
    home = Path(os.environ["XDG_CONFIG_HOME"]).parent
    written = [path for folder in (tmp_path, home, service.folder) for path in folder.rglob("*") if path.is_file()]
    assert {".ora", ".psd", ".zip", ".maskpick", ".masks"} <= {path.suffix for path in written}
    for path in written:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # the service tidies up behind itself
            continue
        assert SECRET.encode() not in data, path
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    assert SECRET.encode() not in archive.read(name), (path, name)
