"""A document's pixels, out of the real Krita: of every colour space, from every place, or refused in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hosts.editors import krita, made
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS
from maskpick.pictures import Picture
from maskpick.worker.params import Params
from maskpick.worker.pixels import read_placed

pytestmark = pytest.mark.hosts

WIDTH, HEIGHT = 160, 120


def photo() -> NDArray[np.uint8]:
    """BGRA: soft colours that every space has, shapes, and a half transparent corner."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    seen = np.dstack([80 + columns // 2, 90 + rows // 2, 110 + (rows + columns) // 5, np.full_like(rows, 255)])
    seen[(rows - 60) ** 2 + (columns - 50) ** 2 < 900] = (60, 110, 180, 255)
    seen[20:70, 95:140] = (170, 130, 80, 255)
    seen[100:, 120:, 3] = 128
    return seen.astype(np.uint8)


@dataclass
class Read:
    """What Krita's side wrote down."""

    folder: Path
    told: dict[str, Any]

    def picture(self, name: str) -> Picture:
        """What the engine sees, on its own part of the canvas."""
        placed = read_placed(Params({"pixels": {**self.about(name), "file": f"{name}.raw"}}), self.folder)
        assert placed is not None
        return placed.picture

    def about(self, name: str) -> dict[str, Any]:
        return {key: value for key, value in self.told[name].items() if key not in ("layer", "area")}

    def refused(self, what: str) -> str:
        error = self.told["refused"][what]
        assert error["kind"] == "Unfit"
        assert error["advice"]
        return str(error["happened"])


@pytest.fixture(scope="module", params=KRITAS)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "photo.bgra").write_bytes(photo().tobytes())
    krita(made(HOSTS[KRITAS[request.param]]), "krita_documents", folder)
    return Read(folder, json.loads((folder / "read.json").read_text("utf-8")))


FORMATS = {
    "RGBA-U8-sRGB-elle-V2-srgbtrc": ("bgra8", False),
    "RGBA-U16-sRGB-elle-V2-srgbtrc": ("bgra16", False),
    "RGBA-F16-sRGB-elle-V2-g10": ("rgba16f", True),
    "RGBA-F32-sRGB-elle-V2-g10": ("rgba32f", True),
    "RGBA-F32-sRGB-elle-V2-srgbtrc": ("rgba32f", False),
    "RGBA-U16-sRGB-elle-V2-g10": ("bgra16", True),
    "RGBA-U8-LargeRGB-elle-V2-g22": ("bgra8", False),
    "RGBA-F32-Rec2020-elle-V4-g10": ("bgra16", False),
    "GRAYA-U8-Gray-D50-elle-V2-srgbtrc": ("greya8", False),
    "GRAYA-U16-Gray-D50-elle-V2-g10": ("greya16", True),
    "GRAYA-F32-Gray-D50-elle-V2-srgbtrc": ("greya32f", False),
    "CMYKA-U8-": ("bgra8", False),
    "CMYKA-U16-": ("bgra16", False),
    "CMYKA-F32-": ("bgra16", False),
    "LABA-U8-": ("bgra8", False),
    "LABA-U16-": ("bgra16", False),
    "LABA-F32-": ("bgra16", False),
    "XYZA-F32-": ("bgra16", False),
    "YCbCrA-U16-": ("bgra16", False),
}
"""How each space is handed over: format, linear."""


@pytest.mark.parametrize("name", FORMATS)
def test_the_engine_sees_what_the_artist_sees(read: Read, name: str) -> None:
    assert (read.told[name]["format"], read.told[name]["linear"]) == FORMATS[name]
    picture = read.picture(name)
    shown = np.fromfile(read.folder / f"{name}.shown", np.uint8).reshape(HEIGHT, WIDTH, 4).astype(int)
    assert np.abs(picture.rgb8 - shown[:, :, 2::-1]).max() <= 2
    assert picture.alpha8 is not None
    assert np.abs(picture.alpha8 - shown[:, :, 3]).max() <= 1
    if name.startswith("RGBA"):  # the others hold fewer colours than the photo has
        assert np.abs(shown - photo()).max() <= 2


@pytest.mark.parametrize("name", FORMATS)
def test_layers_are_cut_from_the_very_pixels(read: Read, name: str) -> None:
    original = (read.folder / f"{name}-original.raw").read_bytes()
    assert original == (read.folder / f"{name}.projection").read_bytes()


@pytest.mark.parametrize(
    ("name", "box", "at"),
    [
        ("inside", (30, 20, 130, 100), (0, 0)),
        ("beyond-left-top", (0, 0, 110, 80), (50, 40)),
        ("beyond-right-bottom", (90, 70, 70, 50), (0, 0)),
        ("smaller", (100, 50, 60, 30), (0, 0)),
        ("in a group", (10, 10, 150, 110), (0, 0)),
        ("group", (10, 10, 150, 110), (0, 0)),
        ("of its own depth", (0, 0, 160, 120), (0, 0)),
    ],
)
def test_a_layer_is_read_where_it_lies(
    read: Read, name: str, box: tuple[int, int, int, int], at: tuple[int, int]
) -> None:
    about = read.about(name)
    assert (*about["offset"], about["width"], about["height"]) == box
    assert about["canvas"] == [WIDTH, HEIGHT]
    assert read.told[name]["layer"]
    seen = np.fromfile(read.folder / f"{name}.raw", np.uint8).reshape(box[3], box[2], 4)
    np.testing.assert_array_equal(seen, photo()[at[1] :, at[0] :][: box[3], : box[2]])


def test_a_masked_layer_is_read_as_it_shows(read: Read) -> None:
    seen = np.fromfile(read.folder / "masked.raw", np.uint8).reshape(HEIGHT, WIDTH, 4)
    np.testing.assert_array_equal(seen[: HEIGHT // 2], photo()[: HEIGHT // 2])
    assert not seen[HEIGHT // 2 :, :, 3].any()


def test_a_layer_whose_mask_moves_its_pixels_is_read_wherever_they_may_be(read: Read) -> None:
    about = read.about("filtered")
    assert (*about["offset"], about["width"], about["height"]) == (0, 0, WIDTH, HEIGHT)
    alpha = np.fromfile(read.folder / "filtered.raw", np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, 3]
    assert alpha[48, 50] > 0, "the blur reaches beyond the layer"
    assert not alpha[:20].any()


def test_what_is_selected_comes_with_its_coverage(read: Read) -> None:
    assert read.told["selection"]["area"] == [100, 80, 60, 40]
    area = np.fromfile(read.folder / "selection.area", np.uint8).reshape(40, 60)
    np.testing.assert_array_equal(area, np.tile(np.arange(1, 61), (40, 1)))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no document", "There is no picture."),
        ("tiny", "The picture is too small to hold objects."),
        ("nothing selected", "Nothing is selected."),
        ("selected beside the canvas", "The selected area lies outside the picture."),
        ("no current layer", "No layer is chosen."),
        ("empty", "“empty” is empty, or lies outside the picture."),
        ("outside", "“far away” is empty, or lies outside the picture."),
        ("filter layer", "“filter” has no pixels of its own."),
        ("hidden", "“hidden” is hidden."),
        ("gone", "The layer with these objects is gone."),
        ("locked group", "“locked group” is locked."),
        ("animated", "“Photo” is animated."),
        ("animated document", "This picture is animated: what is added would show in every frame."),
    ],
)
def test_what_cannot_be_is_refused_in_words(read: Read, what: str, said: str) -> None:
    assert read.refused(what) == said


def test_no_document_is_left_over(read: Read) -> None:
    assert read.told["docs"] == 0
