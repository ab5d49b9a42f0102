"""Engines that find objects with trained models, on tiny graphs that take and give what the real ones do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maskpick
from maskpick.engines import AtClicks
from maskpick.engines.onnx import (
    EfficientSamSegmenter,
    MobileSamSegmenter,
    Sam2Segmenter,
    SamOptions,
)
from maskpick.errors import Cancelled, EngineError, PickError, SettingsError
from maskpick.masks import Box, Mask, MaskSet
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.progress import Progress, Step
from maskpick.settings import Settings

pytest.importorskip("onnx", reason="onnx, which makes the tiny models, has no wheel here")
pytest.importorskip("onnxruntime", reason="onnxruntime, which runs the models, has no wheel here")


import tiny_models
from maskpick.engines.onnx import clicks, sam
from maskpick.engines.onnx.runtime import Net
from maskpick.engines.onnx.seeds import MOST, seeds

FORMS: dict[str, tuple[Any, Callable[[Path], tuple[Path, Path]]]] = {
    "EfficientSAM": (EfficientSamSegmenter, tiny_models.efficient_sam),
    "MobileSAM": (MobileSamSegmenter, tiny_models.mobile_sam),
    "MobileSAM of a fixed size": (
        MobileSamSegmenter,
        lambda folder: tiny_models.mobile_sam(folder, takes="684, 1024"),
    ),
    "SAM": (MobileSamSegmenter, lambda folder: tiny_models.mobile_sam(folder, takes=None)),
    "SAM 2": (Sam2Segmenter, tiny_models.sam2),
    "SAM 2, other names": (Sam2Segmenter, lambda folder: tiny_models.sam2(folder, "image_embed")),
}
DARK, MIDDLE, LIGHT = 20, 128, 235


@pytest.fixture(params=FORMS)
def finder(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A segmenter of each form, with files of the user's own."""
    engine, files = FORMS[request.param]
    encoder, decoder = files(tmp_path)
    return engine(SamOptions(encoder=encoder, decoder=decoder, points=6))


@pytest.fixture
def painting() -> Picture:
    """Two rectangles, a middling and a light one, on a dark ground; higher than it is wide."""
    pixels = np.full((600, 450, 3), DARK, np.uint8)
    pixels[100:250, 60:390] = MIDDLE
    pixels[350:530, 60:240] = LIGHT
    return Picture(pixels)


def likeness(mask: Mask, picture: Picture, *values: int) -> float:
    """Intersection over union of the mask and the pixels of these values."""
    wanted = np.isin(picture.pixels[:, :, 0], values)
    seen = mask.canvas(picture.size) >= 128
    return float(np.count_nonzero(seen & wanted) / np.count_nonzero(seen | wanted))


def test_a_click_finds_the_object_under_it(finder: Any, painting: Picture) -> None:
    assert isinstance(finder, AtClicks)
    light = finder.at_clicks(painting, [(150, 440)], [], Progress())
    assert likeness(light, painting, LIGHT) > 0.85
    middle = finder.at_clicks(painting, [(200, 200)], [], Progress())
    assert middle.contains(200, 200)
    assert not middle.contains(5, 5)


def test_more_clicks_say_more(finder: Any, painting: Picture) -> None:
    both = finder.at_clicks(painting, [(150, 440), (200, 200)], [], Progress())
    assert likeness(both, painting, LIGHT, MIDDLE) > 0.85
    without = finder.at_clicks(painting, [(150, 440)], [(200, 200), (5, 5)], Progress())
    assert likeness(without, painting, LIGHT) > 0.85


def test_a_box_says_where_an_object_ends(finder: Any, painting: Picture) -> None:
    around = finder.at_clicks(painting, [], [], Progress(), box=Box(40, 330, 220, 220))
    assert likeness(around, painting, LIGHT) > 0.85
    left = finder.at_clicks(painting, [(100, 180)], [], Progress(), box=Box(40, 80, 160, 190))
    assert left.contains(100, 180)
    assert left.box.right < 230  # the object itself goes on to 390
    with pytest.raises(PickError, match="outside the picture"):
        finder.at_clicks(painting, [], [], Progress(), box=Box(900, 0, 10, 10))


def test_a_box_stays_when_more_points_are_given_than_a_model_takes(finder: Any, painting: Picture) -> None:
    scribble = [(80 + 10 * number, 180) for number in range(10)]
    found = finder.at_clicks(painting, scribble, [], Progress(), box=Box(40, 80, 160, 190))
    assert found.box.right < 230


def test_a_box_in_which_nothing_lies_is_told_in_words() -> None:
    class Blind(_Stub):
        def ask(self, *_: Any) -> sam.Candidates:
            return sam.Candidates(np.full((1, 256, 256), -5, np.float32), np.array([0.9], np.float32))

    stub: Any = Blind()
    with pytest.raises(PickError, match="No object lies in this box"):
        clicks.at_clicks(stub, Picture(np.zeros((9, 9, 3), np.uint8)), [], [], Box(1, 1, 5, 5), Progress())


def test_a_picture_is_looked_at_once(finder: Any, painting: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    usual = Net.run_patiently
    monkeypatch.setattr(Net, "run_patiently", lambda *given: (looked.append(1), usual(*given))[1])
    for x in (100, 150, 200):
        finder.at_clicks(painting, [(x, 440)], [], Progress())
    assert len(looked) == 1
    finder.at_clicks(Picture(painting.pixels[::-1]), [(100, 100)], [], Progress())
    assert len(looked) == 2


def test_every_object_is_found(finder: Any, painting: Picture) -> None:
    plugins = Plugins()
    plugins.segmenters[finder.name] = type(finder)
    told = {"encoder": finder.options.encoder, "decoder": finder.options.decoder, "points": 6}
    masks = maskpick.find(painting, finder.name, options=told, plugins=plugins, settings=Settings())
    for value in (LIGHT, DARK):
        assert max(likeness(mask, painting, value) for mask in masks) > 0.85
    confidences = [mask.confidence for mask in finder.segment(painting, Progress())]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 < one <= 1 for one in confidences)
    assert len(confidences) < 12  # what many points find is one object


def test_points_are_asked_in_the_middles_of_what_was_found(painting: Picture) -> None:
    points = seeds(painting, Progress())
    assert len(points) <= MOST
    assert len(set(points)) == len(points)
    assert min(math.dist((150, 440), point) for point in points) < 12
    # Of the long rectangle a whole line lies equally far inside.
    assert min(math.dist((min(max(x, 135), 315), 175), (x, y)) for x, y in points) < 12
    hidden = np.zeros(painting.pixels.shape[:2], np.uint8)
    hidden[:300] = 255
    shown = seeds(Picture(np.dstack([painting.pixels, hidden])), Progress())
    assert shown
    assert all(y < 300 for _, y in shown)
    nothing = Picture(np.dstack([painting.pixels, np.zeros_like(hidden)]))
    assert seeds(nothing, Progress()) == []


def test_a_grid_finds_what_is_asked_for_without_seeds(finder: Any, painting: Picture) -> None:
    masks = type(finder)(replace(finder.options, seeds="grid")).segment(painting, Progress())
    assert max(likeness(mask, painting, LIGHT) for mask in masks) > 0.85


def test_what_is_too_small_for_the_whole_picture_is_found_in_a_part_of_it(tmp_path: Path) -> None:
    pixels = np.full((1200, 1800, 3), DARK, np.uint8)
    pixels[145:170, 206:243] = LIGHT
    pixels[500:700, 200:1700] = MIDDLE  # no part holds it: it is found in the whole picture alone
    picture = Picture(pixels)
    encoder, decoder = tiny_models.sam2(tmp_path)
    options = SamOptions(encoder=encoder, decoder=decoder, seeds="grid", points=12)
    found = {crops: Sam2Segmenter(replace(options, crops=crops)).segment(picture, Progress()) for crops in (0, 3)}
    best = {crops: max(likeness(mask, picture, LIGHT) for mask in masks) for crops, masks in found.items()}
    assert best[0] < 0.1
    assert best[3] > 0.6
    wide = [mask for mask in found[3] if likeness(mask, picture, MIDDLE) > 0.85]
    assert len(wide) == 1
    assert not any(0.2 < likeness(mask, picture, MIDDLE) < 0.8 for mask in found[3])


def test_what_is_hidden_is_in_no_object(finder: Any, painting: Picture) -> None:
    alpha = np.full(painting.pixels.shape[:2], 255, np.uint8)
    alpha[300:] = 0
    masks = finder.segment(Picture(np.dstack([painting.pixels, alpha])), Progress())
    assert len(masks)
    assert all(mask.box.bottom <= 300 for mask in masks)


def test_a_picture_of_one_colour_has_one_object_at_most(finder: Any) -> None:
    for size in ((1, 1, 3), (3, 900, 3), (700, 20, 1)):
        assert len(finder.segment(Picture(np.full(size, 90, np.uint8)), Progress())) <= 1


def test_a_click_beside_the_picture_or_none_inside_is_refused(finder: Any, painting: Picture) -> None:
    with pytest.raises(PickError, match="Click into the object"):
        finder.at_clicks(painting, [], [(3, 3)], Progress())
    with pytest.raises(PickError, match="450, 3 lies outside"):
        finder.at_clicks(painting, [(10, 10)], [(450, 3)], Progress())


def test_a_cancel_ends_the_search_and_is_no_fault(finder: Any, painting: Picture) -> None:
    def listen(step: Step) -> None:
        if step.stage == "Finding objects":
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        finder.segment(painting, progress)


def test_clicks_go_to_the_engine_that_can_answer_them(finder: Any, painting: Picture) -> None:
    plugins = Plugins()
    plugins.segmenters[finder.name] = type(finder)
    told = {"encoder": finder.options.encoder, "decoder": finder.options.decoder}
    nothing = MaskSet(painting.size, ())
    found = maskpick.find_by_clicks(
        painting, nothing, [(150, 440)], engine=finder.name, options=told, plugins=plugins, settings=Settings()
    )
    assert likeness(found, painting, LIGHT) > 0.85


class _Stub:
    """A model with prepared answers: a blob that holds both rectangles, and for one point the rectangle there."""

    knows_no_outside = True

    def look(self, picture: Picture, progress: Progress) -> sam.Embedding:
        return sam.Embedding({}, (1 / 256, 1 / 256))

    def ask(self, embedding: sam.Embedding, inside: Any, outside: Any = (), box: Any = None) -> sam.Candidates:
        logits = np.full((2, 256, 256), -5, np.float32)
        logits[0, 20:60, 20:200] = 5
        x = inside[0][0]
        if len(inside) == 1 and x >= 120:
            logits[1, 20:60, 120:200] = 5
        return sam.Candidates(logits, np.array([0.9, 0.8], np.float32))


def test_what_a_model_goes_on_to_include_is_taken_away_by_itself() -> None:
    picture = Picture(np.zeros((256, 256, 3), np.uint8))
    stub: Any = _Stub()
    whole = clicks.at_clicks(stub, picture, [(40, 40)], [], None, Progress())
    assert whole.contains(150, 40)
    cut = clicks.at_clicks(stub, picture, [(40, 40)], [(150, 40)], None, Progress())
    assert cut.contains(40, 40)
    assert not cut.contains(150, 40)


def test_a_point_the_model_leaves_out_is_brought_in_by_itself() -> None:
    class Choosy(_Stub):
        def ask(self, embedding: sam.Embedding, inside: Any, outside: Any = (), box: Any = None) -> sam.Candidates:
            logits = np.full((1, 256, 256), -5, np.float32)
            x = inside[0][0] // 64 * 64
            logits[0, 20:60, x : x + 64] = 5
            return sam.Candidates(logits, np.array([0.9], np.float32))

    picture = Picture(np.zeros((256, 256, 3), np.uint8))
    stub: Any = Choosy()
    both = clicks.at_clicks(stub, picture, [(40, 40), (200, 40)], [], None, Progress())
    assert both.contains(40, 40)
    assert both.contains(200, 40)
    assert not both.contains(100, 40)


def test_specks_and_pinholes_are_tidied_away_but_for_those_that_were_meant() -> None:
    logits = np.full((256, 256), -5, np.float32)
    logits[50:150, 50:150] = 5
    logits[100:103, 100:103] = -5
    logits[80:83, 80:83] = -5
    logits[200:204, 200:204] = 5
    logits[220:224, 20:24] = 5
    embedding = sam.Embedding({}, (1 / 512, 1 / 512))
    tidy = sam.tidied(logits, embedding, [(120, 120), (402, 402)], [(162, 162)]) > 0
    assert tidy[201, 201]
    assert not tidy[222, 22]
    assert not tidy[81, 81]
    assert tidy[101, 101]
    assert np.count_nonzero(tidy) == 100 * 100 - 9 + 16
    leaves = np.tile(np.pad(np.full((4, 4), 5, np.float32), 2, constant_values=-5), (32, 32))
    assert (sam.tidied(leaves, embedding) == leaves).all()


@pytest.mark.parametrize("fault", ["removers", "nonsense"])
def test_a_wrong_file_is_told_in_words(tmp_path: Path, painting: Picture, fault: str) -> None:
    path = tmp_path / "wrong.onnx"
    if fault == "nonsense":
        path.write_bytes(b"no graph at all")
    else:
        tiny_models.lama(path)
    with pytest.raises(EngineError, match=r"docs/models\.md") as told:
        MobileSamSegmenter(SamOptions(encoder=path, decoder=path)).segment(painting, Progress())
    assert "wrong.onnx" in told.value.happened


@pytest.mark.parametrize(
    "options", [{"most": 0}, {"points": 100}, {"crops": 9}, {"seeds": "grass"}, {"softness": -1}, {"device": "abacus"}]
)
def test_a_senseless_option_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        SamOptions(**options)
