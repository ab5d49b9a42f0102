from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from psd_tools import PSDImage
from psd_tools.api.layers import Group as PsdGroup
from psd_tools.constants import Resource

from compositing import composite
from layered import NAMES, SIZE, objects, photo
from maskpick.errors import Cancelled, OutputError
from maskpick.exporters import Photoshop
from maskpick.exporters import psd as psd_exporter
from maskpick.layers import Stack
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.progress import Progress

LEAVES_GREY_ON_WHITE = tuple(map(int, version("psd-tools").split(".")[:2])) < (1, 25)
"""The last psd-tools for Python 3.10 takes the white off colours only."""


def written(path: Path, picture: Picture, masks: MaskSet) -> PSDImage:
    Photoshop().export(Stack(picture, masks), path / "photo.psd", Progress())
    return PSDImage.open(path / "photo.psd")


def names(group: PSDImage | PsdGroup) -> list[object]:
    return [{one.name: names(one)} if isinstance(one, PsdGroup) else one.name for one in group]


def leaves(psd: PSDImage) -> list[object]:
    return [layer for layer in psd.descendants() if not layer.is_group()]


def in_steps(values: np.ndarray, picture: Picture) -> np.ndarray:
    """psd-tools tells values in 0..1; the file holds whole steps."""
    steps = values * picture.full
    assert np.abs(steps - np.rint(steps)).max() < 0.05
    return np.rint(steps).astype(picture.pixels.dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_file_holds_the_same_layers_at_the_same_places(tmp_path: Path, channels: int, dtype: type) -> None:
    picture = photo(channels, dtype)
    psd = written(tmp_path, picture, objects())
    assert names(psd) == NAMES
    assert (psd.size, psd.depth) == (SIZE, 8 * picture.pixels.itemsize)
    expected = Stack(picture, objects()).layers
    for layer, original in zip(leaves(psd), expected, strict=True):
        assert layer.offset == (original.box.x, original.box.y)
        assert np.array_equal(in_steps(layer.numpy(), picture), original.pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_merged_image_is_the_picture(tmp_path: Path, channels: int, dtype: type) -> None:
    picture = photo(channels, dtype)
    psd = written(tmp_path, picture, objects())
    seen = psd.numpy() * picture.full
    if LEAVES_GREY_ON_WHITE and channels == 2:
        grey, alpha = seen[:36, :, :1], seen[:36, :, 1:]
        grey[:] = picture.full - (picture.full - grey) * picture.full / alpha
    if picture.alpha is None:
        assert np.array_equal(np.rint(seen), picture.pixels)
    else:
        # Photoshop keeps it on white; taken off again, a third of the steps are left in the half transparent band.
        assert np.array_equal(np.rint(seen[:, :, -1]), picture.alpha)
        assert np.array_equal(np.rint(seen[:30]), picture.pixels[:30])
        assert np.abs(seen[30:36] - picture.pixels[30:36]).max() < 2


@pytest.mark.parametrize("channels", [3, 4])
def test_psd_tools_recomposes_the_picture_but_for_its_own_rounding(tmp_path: Path, channels: int) -> None:
    picture = photo(channels)
    seen = np.array(written(tmp_path, picture, objects()).composite(force=True), int)
    expected = Stack(picture, objects())
    exact = composite(expected.nodes, SIZE, np.dtype(np.uint8), 3, isolated=True).astype(int)
    visible = exact[:, :, 3] > 0
    assert np.abs(seen - exact)[visible].max() <= 1
    assert np.abs(seen[:, :, 3] - exact[:, :, 3]).max() <= 1


def test_sixteen_bit_layers_lie_where_photoshop_looks_for_them(tmp_path: Path) -> None:
    written(tmp_path, photo(3, np.uint16), objects())
    assert b"8BIMLr16" in (tmp_path / "photo.psd").read_bytes()


def test_the_profile_is_kept(tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    psd = written(tmp_path, photo().replace(icc=icc), objects())
    assert psd.image_resources.get_data(Resource.ICC_PROFILE) == icc


def test_a_picture_without_objects_is_one_layer(tmp_path: Path) -> None:
    assert names(written(tmp_path, photo(), MaskSet(SIZE, ()))) == ["Background"]


def test_long_names_are_cut_and_strange_ones_kept(tmp_path: Path) -> None:
    masks = MaskSet(SIZE, (Mask.from_array(1, np.full((5, 5), 255, np.uint8), name="⛰" * 300),))
    assert names(written(tmp_path, photo(), masks)) == ["Background", "⛰" * 255]


@pytest.mark.parametrize("size", [Size(30_001, 1), Size(1, 30_001)])
def test_a_picture_larger_than_the_format_is_refused_in_words(tmp_path: Path, size: Size) -> None:
    picture = Picture(np.zeros((size.height, size.width, 1), np.uint8))
    with pytest.raises(OutputError, match=r"30,000 pixels a side.*OpenRaster"):
        Photoshop().export(Stack(picture, MaskSet(size, ())), tmp_path / "photo.psd", Progress())
    assert not list(tmp_path.iterdir())


def test_a_file_heavier_than_its_readers_take_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psd_exporter, "HEAVIEST", 10_000)
    with pytest.raises(OutputError, match="at most 2 GB"):
        Photoshop().export(Stack(photo(), objects()), tmp_path / "photo.psd", Progress())
    assert not list(tmp_path.iterdir())


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        Photoshop().export(Stack(photo(), objects()), tmp_path / "photo.psd", progress)


def test_pillow_reads_the_same_picture_and_layers(tmp_path: Path) -> None:
    written(tmp_path, photo(), objects())
    with Image.open(tmp_path / "photo.psd") as psd:
        assert np.array_equal(np.array(psd), photo().pixels)
        boxes = {tuple(box) for _, _, box, _ in psd.layers}
    for layer in Stack(photo(), objects()).layers:
        assert (layer.box.x, layer.box.y, layer.box.right, layer.box.bottom) in boxes
