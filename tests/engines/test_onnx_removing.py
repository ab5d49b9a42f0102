"""Engines that remove objects with trained models, on tiny graphs that take and give what the real ones do.

Also what all such engines compute on, and what they say while they are not set up.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maskpick
from maskpick.engines import NeedsSetup, is_ready
from maskpick.engines.onnx import (
    FillingOptions,
    LamaRemover,
    MiganRemover,
    MobileSamSegmenter,
)
from maskpick.errors import Cancelled, EngineError
from maskpick.masks import Mask
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.progress import Progress
from maskpick.settings import Settings
from maskpick.setup.environment import Environment
from maskpick.worker.kit import _shelves

pytest.importorskip("onnx", reason="onnx, which makes the tiny models, has no wheel here")
pytest.importorskip("onnxruntime", reason="onnxruntime, which runs the models, has no wheel here")

import onnxruntime

import tiny_models
from maskpick.engines.onnx import runtime
from maskpick.engines.onnx.painter import Painter
from maskpick.engines.onnx.runtime import Net
from processes import PATIENCE

# Removers.

REMOVERS: dict[str, tuple[Any, Callable[[Path], Path]]] = {
    "LaMa": (LamaRemover, tiny_models.lama),
    "LaMa of any size": (LamaRemover, lambda path: tiny_models.lama(path, None)),
    "LaMa in 0..1": (LamaRemover, lambda path: tiny_models.lama(path, white=1.0)),
    "MI-GAN": (MiganRemover, tiny_models.migan),
}


@pytest.fixture(params=REMOVERS)
def remover(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    engine, make = REMOVERS[request.param]
    return engine(FillingOptions(model=make(tmp_path / "remover.onnx")))


@pytest.mark.parametrize("size", [(60, 90), (700, 1000)], ids=str)
def test_a_model_sees_what_is_shown_to_it_and_nothing_else(remover: Any, size: tuple[int, int]) -> None:
    colours = np.zeros((*size, 3), np.float32)
    colours[:] = (200, 100, 50)
    unseen = np.zeros(size, bool)
    unseen[20:40, 30:60] = True
    colours[unseen] = (0, 255, 255)
    painted = Painter.open(remover.options.model, "cpu").paint(colours, unseen, Progress())
    assert np.abs(painted - (200, 100, 50)).max() <= 1


def slope(height: int, width: int) -> np.ndarray[Any, Any]:
    """A picture that grows lighter from left to right: the mean is right nowhere, but the border tells."""
    line = np.linspace(60, 180, width).astype(np.uint8)
    return np.repeat(np.tile(line, (height, 1))[:, :, None], 3, axis=2)


def hole_in(pixels: np.ndarray[Any, Any], rows: slice, columns: slice) -> tuple[Picture, Mask]:
    """The picture with a glaring thing in it, and the thing."""
    spoilt = pixels.copy()
    spoilt[rows, columns] = np.iinfo(pixels.dtype).max
    thing = np.zeros(pixels.shape[:2], bool)
    thing[rows, columns] = True
    return Picture(spoilt), Mask.from_array(1, thing)


@pytest.mark.parametrize("size", [(90, 70), (300, 700), (1300, 900)], ids=str)
def test_a_hole_is_filled_so_that_it_meets_the_picture(remover: Any, size: tuple[int, int]) -> None:
    clean = slope(*size)
    middle = slice(size[0] // 3, size[0] // 2), slice(size[1] // 3, size[1] // 2)
    picture, hole = hole_in(clean, *middle)
    filled = remover.remove(picture, hole, (), Progress())
    inside = hole.canvas(picture.size) > 0
    assert (filled.pixels[~inside] == picture.pixels[~inside]).all()
    assert np.abs(filled.pixels[inside].astype(int) - clean[inside]).max() <= 6


def test_a_hole_wider_than_the_models_square_is_filled(remover: Any) -> None:
    clean = slope(900, 1600)
    picture, hole = hole_in(clean, slice(100, 800), slice(300, 1200))
    filled = remover.remove(picture, hole, (), Progress())
    inside = hole.canvas(picture.size) > 0
    assert (filled.pixels[~inside] == picture.pixels[~inside]).all()
    assert np.abs(filled.pixels[inside].astype(int) - clean[inside]).mean() <= 6


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_depth_channels_and_alpha_stay_as_they_are(remover: Any, channels: int, dtype: Any) -> None:
    white = int(np.iinfo(dtype).max)
    clean = (slope(120, 160)[:, :, :1].astype(float) / 255 * white).astype(dtype).repeat(channels, axis=2)
    if channels in (2, 4):
        clean[..., -1] = np.arange(160, dtype=dtype)[None] + 60
    picture, hole = hole_in(clean, slice(40, 70), slice(60, 100))
    pixels = picture.pixels.copy()
    if channels in (2, 4):
        pixels[..., -1] = clean[..., -1]
    picture = Picture(pixels, icc=b"a profile")
    filled = remover.remove(picture, hole, (), Progress())
    assert (filled.pixels.shape, filled.pixels.dtype, filled.icc) == (pixels.shape, dtype, b"a profile")
    assert np.abs(filled.pixels.astype(float) - clean).max() / white <= 0.03
    if channels in (2, 4):
        assert (filled.pixels[..., -1] == clean[..., -1]).all()


def test_a_soft_edge_is_mixed_and_what_is_not_covered_is_exact(remover: Any) -> None:
    clean = slope(120, 160)
    picture, hard = hole_in(clean, slice(40, 70), slice(60, 100))
    soft = hard.coverage.copy()
    soft[:, :5] = 64
    filled = remover.remove(picture, hard.replace(coverage=soft), (), Progress())
    faint = filled.pixels[50, 61].astype(int)
    assert (faint < 255).all()
    assert (faint > clean[50, 61]).all()
    assert (filled.pixels[50, 59] == picture.pixels[50, 59]).all()


def test_objects_to_be_kept_out_are_hidden_from_the_model(remover: Any) -> None:
    pixels = np.full((200, 300, 3), 100, np.uint8)
    pixels[20:80, 150:290] = (255, 0, 0)
    kept_out = Mask.from_array(2, np.ones((60, 140), bool), 150, 20)
    picture, hole = hole_in(pixels, slice(100, 140), slice(60, 120))
    filled = remover.remove(picture, hole, [kept_out], Progress())
    assert np.abs(filled.pixels[100:140, 60:120].astype(int) - 100).max() <= 1
    assert (filled.pixels[20:80, 150:290] == (255, 0, 0)).all()


def test_several_holes_are_filled_each_once(remover: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = slope(300, 2400)
    pixels, thing = clean.copy(), np.zeros((300, 2400), bool)
    for x in (100, 160, 1200, 2200):
        thing[100:130, x : x + 30] = True
    pixels[thing] = 255
    asked = []
    usual = Net.run_patiently
    monkeypatch.setattr(Net, "run_patiently", lambda *given: (asked.append(1), usual(*given))[1])
    filled = remover.remove(Picture(pixels), Mask.from_array(1, thing), (), Progress())
    assert len(asked) == 3  # two are near enough to be filled in one window
    assert np.abs(filled.pixels.astype(int) - clean).max() <= 6


def test_a_picture_that_is_all_hole_is_filled_or_refused_in_words(remover: Any) -> None:
    picture = Picture(np.full((40, 40, 3), 200, np.uint8))
    everything = Mask.from_array(1, np.ones((40, 40), bool))
    if isinstance(remover, MiganRemover):
        assert remover.remove(picture, everything, (), Progress()).size == picture.size
    else:  # the mean of nothing is no colour
        with pytest.raises(EngineError, match="could not make anything of this picture"):
            remover.remove(picture, everything, (), Progress())


def test_a_segmenter_s_file_is_no_remover(tmp_path: Path) -> None:
    encoder, _ = tiny_models.efficient_sam(tmp_path)
    picture, hole = hole_in(slope(40, 40), slice(5, 9), slice(5, 9))
    with pytest.raises(EngineError, match="is no model that removes objects"):
        LamaRemover(FillingOptions(model=encoder)).remove(picture, hole, (), Progress())


# Devices.


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    return tiny_models.lama(tmp_path / "graph.onnx", None)


def run(net: Net) -> float:
    image, mask = np.full((1, 3, 8, 8), 0.5, np.float32), np.zeros((1, 1, 8, 8), np.float32)
    return float(net.run({"image": image, "mask": mask}, ["output"])[0].mean())


def test_a_device_that_is_not_there_is_said_and_the_processor_taken(
    graph: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    net = Net(graph, "cuda")
    assert (net.device, run(net)) == ("cpu", 127.5)
    assert "cannot use the graphics card (CUDA), so the processor does it" in caplog.text


def test_a_device_that_does_not_start_is_said_and_the_processor_taken(
    graph: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    there = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    if "CUDAExecutionProvider" in onnxruntime.capi._pybind_state.get_available_providers():
        pytest.skip("there is such a device here")
    net = Net(graph, "auto")
    assert (net.device, run(net)) == ("cpu", 127.5)
    assert len(caplog.records) == 1
    assert "graph.onnx does not work with the graphics card (CUDA), so the processor does it" in caplog.text


def test_a_device_that_fails_at_work_is_said_once_and_the_processor_goes_on(
    graph: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing:
        def __init__(self, real: Any) -> None:
            self.get_inputs, self.get_outputs = real.get_inputs, real.get_outputs

        def run(self, *_: Any) -> Any:
            raise RuntimeError("CUDA failure 2: out of memory\nand a long tail")

    usual = Net._session_on
    monkeypatch.setattr(runtime, "_chosen", lambda _: "cuda")
    monkeypatch.setattr(
        Net,
        "_session_on",
        lambda net, device: usual(net, "cpu") if device == "cpu" else Failing(usual(net, "cpu")),
    )
    net = Net(graph, "auto")
    assert net.device == "cuda"
    assert (run(net), run(net), net.device) == (127.5, 127.5, "cpu")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.messages[0].endswith("CUDA failure 2: out of memory")


def test_a_cancel_ends_a_graph_that_would_run_for_ever(tmp_path: Path) -> None:
    net = Net(tiny_models.endless(tmp_path / "endless.onnx"), "cpu")
    progress = Progress()
    threading.Timer(0.3, progress.cancel).start()
    with pytest.raises(Cancelled):
        net.run_patiently({"start": np.zeros(1, np.float32)}, ["end"], progress)
    for thread in threading.enumerate():
        if thread.name == "maskpick-waited-for":
            thread.join(PATIENCE)
            assert not thread.is_alive()


# Not set up.


def test_an_engine_without_its_files_says_what_to_fetch() -> None:
    engine = MobileSamSegmenter()
    assert isinstance(engine, NeedsSetup)
    assert not is_ready(MobileSamSegmenter, Settings())
    with pytest.raises(EngineError) as told:
        engine.segment(Picture(slope(9, 9)), Progress())
    assert str(told.value) == "MobileSAM has not been fetched yet. Fetch it: maskpick models get mobilesam"


@pytest.mark.parametrize(
    ("stamped", "line"), [(False, "-m pip install onnxruntime"), (True, "install.py setup --models")]
)
def test_an_engine_without_onnxruntime_says_how_to_get_it(
    stamped: bool, line: str, remover: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remover.obstacle() is None
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    if stamped:
        Environment(tmp_path).write_stamp()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="needs onnxruntime, which is not installed") as told:
        remover.remove(Picture(slope(9, 9)), Mask.from_array(1, np.ones((4, 4), bool)), (), Progress())
    assert line in told.value.advice


def test_a_file_of_one_s_own_that_is_gone_is_named(tmp_path: Path) -> None:
    engine = LamaRemover(FillingOptions(model=tmp_path / "gone.onnx"))
    obstacle = engine.obstacle()
    assert obstacle is not None
    assert "gone.onnx" in obstacle.happened
    assert "engines.lama.model" in obstacle.advice


def test_a_file_of_one_s_own_is_named_in_the_settings(tmp_path: Path) -> None:
    model = tiny_models.lama(tmp_path / "mine.onnx")
    config = tmp_path / "config.toml"
    config.write_text(f"remover = 'lama'\n[engines.lama]\nmodel = '{model}'\n")
    picture, hole = hole_in(slope(60, 60), slice(20, 30), slice(20, 30))
    settings = Settings.load(config, {})
    filled = maskpick.remove(picture, None, hole, settings=settings, plugins=Plugins.load())
    assert (filled.pixels != picture.pixels).any()


def test_editors_are_offered_what_can_be_used(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    model = tiny_models.lama(tmp_path / "mine.onnx")
    config.write_text(f"engine = 'sam2'\n[engines.lama]\nmodel = '{model}'\n")
    told = _shelves(Plugins.load(), Settings.load(config, {}))
    offered = {one["name"] for shelf in ("segmenters", "removers") for one in told[shelf]}
    assert {"local", "fill", "bria", "lama", "sam2"} <= offered  # sam2 is in the settings, and will say what it lacks
    assert not {"mobilesam", "efficientsam", "migan"} & offered
