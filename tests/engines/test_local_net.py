"""The learned edge map, and the net it is made with."""

from __future__ import annotations

import logging
import os
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskpick.engines.local import LocalOptions, LocalSegmenter, net_edges
from maskpick.engines.local.edge_map import TensorEdges
from maskpick.engines.local.net_edges import NetEdges
from maskpick.errors import SettingsError
from maskpick.masks import INSIDE, MaskSet
from maskpick.pictures import Picture
from maskpick.progress import Progress

REPOSITORY = Path(__file__).resolve().parents[2]
HELD_OUT = (
    Path(os.environ.get("MASKPICK_DATA", REPOSITORY.parent / "shared")) / "data" / "segmentation" / "dev"
)  # never trained on


def two_tiles(height: int = 160, width: int = 224) -> np.ndarray:
    """A reddish half and a bluish one, with the same grain on both."""
    pixels = np.full((height, width, 3), (150, 90, 70), np.int16)
    pixels[:, width // 2 :] = (70, 100, 150)
    pixels += np.random.default_rng(5).integers(-6, 7, pixels.shape, np.int16)
    return pixels.astype(np.uint8)


def objects_of(pixels: np.ndarray) -> MaskSet:
    return LocalSegmenter(LocalOptions(edges="net")).segment(Picture(pixels), Progress())


def test_the_net_sees_a_border_and_no_grain() -> None:
    borders = NetEdges()(two_tiles())
    assert borders.dtype == np.float32
    assert borders.shape == (160, 224)
    assert 0 <= borders.min() <= borders.max() <= 1
    middle = borders[20:-20, 110:114].max(axis=1)
    assert middle.min() > 4 * np.median(borders[20:-20, 20:90])
    assert (np.abs(borders[20:-20, 20:-20].argmax(axis=1) + 20 - 111.5) <= 1.5).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 480), (480, 1), (33, 70), (128, 128), (321, 481)])
def test_pictures_of_any_size_always_get_the_same_answer(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype(np.uint8)
    borders = NetEdges()(pixels)
    assert borders.shape == size
    assert np.isfinite(borders).all()
    assert (NetEdges()(pixels) == borders).all()


def test_a_net_can_be_used_again_for_another_size() -> None:
    small, large = two_tiles(), two_tiles(256, 320)
    net = NetEdges()
    first = net(small)
    net(large)
    assert (net(small) == first).all()


def test_left_and_right_are_alike() -> None:
    pixels = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 256, (128, 160, 3)).astype(np.uint8), (0, 0), 3)
    net = NetEdges()
    assert net(pixels[:, ::-1].copy()) == pytest.approx(net(pixels)[:, ::-1], abs=1e-3)


def test_the_file_is_small() -> None:
    file = resources.files("maskpick.engines.local").joinpath("boundary.onnx").read_bytes()
    assert len(file) <= 1_000_000


def test_the_net_is_asked_unless_the_option_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    borders = NetEdges.__call__

    def ask(net: NetEdges, rgb: np.ndarray) -> np.ndarray:
        asked.append(rgb)
        return borders(net, rgb)

    monkeypatch.setattr(NetEdges, "__call__", ask)
    picture = Picture(two_tiles())
    LocalSegmenter(LocalOptions(edges="hand")).segment(picture, Progress())
    assert not asked
    LocalSegmenter().segment(picture, Progress())
    assert len(asked) == 1


def test_objects_found_with_the_net_have_the_right_shape() -> None:
    pixels = two_tiles()
    found = objects_of(pixels)
    truth = np.zeros(pixels.shape[:2], bool)
    truth[:, 112:] = True
    inside = [mask.canvas(found.size) >= INSIDE for mask in found]
    assert max((mask & truth).sum() / (mask | truth).sum() for mask in inside) > 0.97
    assert objects_of(pixels.copy()) == found


@pytest.mark.parametrize("content", [None, b"", b"no net"])
def test_without_a_net_that_works_edges_are_measured_by_hand(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if content is not None:
        (tmp_path / "boundary.onnx").write_bytes(content)
    monkeypatch.setattr(net_edges.resources, "files", lambda package: tmp_path)
    pixels = two_tiles()
    with caplog.at_level(logging.WARNING):
        found = objects_of(pixels)
    assert found == LocalSegmenter(LocalOptions(edges="hand")).segment(Picture(pixels), Progress())
    assert "by hand" in caplog.text


def test_edges_of_an_unknown_kind_are_refused() -> None:
    with pytest.raises(SettingsError, match="hand, net"):
        LocalOptions(edges="magic")  # type: ignore[arg-type]


@pytest.mark.skipif(not HELD_OUT.is_dir(), reason="there are no photos with partitions here")
def test_on_photos_it_never_saw_the_net_is_better_than_the_hand_made_measures() -> None:
    better = 0
    photos = sorted(HELD_OUT.glob("bsds_*.jpg"))[::7]
    for photo in photos:
        rgb = Picture.open(photo).rgb8
        drawn = np.mean([borders_of(labels) for labels in HELD_OUT.glob(f"{photo.stem}.gt*.png")], axis=0)
        better += precision(NetEdges()(rgb), drawn) > precision(TensorEdges()(rgb), drawn)
    assert better >= 0.8 * len(photos)


def borders_of(path: Path) -> np.ndarray:
    labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.int32)
    differ = np.zeros(labels.shape, np.uint8)
    differ[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    differ[1:] |= labels[1:] != labels[:-1]
    return cv2.dilate(differ, np.ones((3, 3), np.uint8))


def precision(edges: np.ndarray, drawn: np.ndarray) -> float:
    """What share of people agrees to the strongest twentieth of the pixels."""
    return float(drawn[edges > np.quantile(edges, 0.95)].mean())
