from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from compositing import composite
from layered import NAMES, SIZE, objects, photo
from maskpick.errors import Cancelled
from maskpick.exporters import OpenRaster
from maskpick.layers import Group, Layer, Node, Stack
from maskpick.masks import Box, MaskSet, Size
from maskpick.pictures import Picture, Pixels
from maskpick.progress import Progress


def written(path: Path, picture: Picture, masks: MaskSet | None = None) -> zipfile.ZipFile:
    OpenRaster().export(Stack(picture, objects() if masks is None else masks), path / "photo.ora", Progress())
    return zipfile.ZipFile(path / "photo.ora")


def decoded(png: bytes) -> Pixels:
    """The pixels as OpenCV reads them, 16 bits and all: RGB or RGBA."""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]


def read_stack(ora: zipfile.ZipFile, element: ElementTree.Element) -> tuple[Node, ...]:
    """The nodes of a <stack>, bottom to top, each layer as a picture of its own."""
    nodes: list[Node] = []
    for child in reversed(element):
        name = child.attrib["name"]
        if child.tag == "stack":
            assert child.attrib["isolation"] == "isolate"
            nodes.append(Group(name, read_stack(ora, child), 1))
        else:
            nodes.append(FileLayer(name, decoded(ora.read(child.attrib["src"])), child.attrib))
    return tuple(nodes)


class FileLayer(Layer):
    def __init__(self, name: str, pixels: Pixels, place: dict[str, str]) -> None:
        height, width, _ = pixels.shape
        box = Box(int(place["x"]), int(place["y"]), width, height)
        super().__init__(name, box, np.zeros((0, 0), np.uint8), Picture(pixels))

    @property
    def pixels(self) -> Pixels:
        return self.source.pixels


def names(nodes: tuple[Node, ...]) -> list[object]:
    return [{node.name: names(node.nodes)} if isinstance(node, Group) else node.name for node in nodes]


def in_colour(picture: Picture) -> Pixels:
    pixels = np.repeat(picture.colour, 3, axis=2) if picture.colour.shape[2] == 1 else picture.colour
    opaque = np.full(pixels.shape[:2], picture.full, pixels.dtype)
    return np.dstack([pixels, opaque if picture.alpha is None else picture.alpha])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_layers_in_the_file_recompose_to_exactly_the_picture(tmp_path: Path, channels: int, dtype: type) -> None:
    picture = photo(channels, dtype)
    with written(tmp_path, picture) as ora:
        root = ElementTree.fromstring(ora.read("stack.xml"))
        nodes = read_stack(ora, root[0])
        merged = decoded(ora.read("mergedimage.png"))
    assert root.attrib == {"version": "0.0.5", "w": "60", "h": "44"}
    assert names(nodes) == NAMES
    assert nodes[2].nodes[0].pixels.dtype == dtype
    assert np.array_equal(composite(nodes, SIZE, np.dtype(dtype), 3, isolated=True), in_colour(picture))
    assert np.array_equal(merged, in_colour(picture)[:, :, : merged.shape[2]])
    assert merged.shape[2] == (4 if picture.has_alpha else 3)


def test_the_file_is_laid_out_as_the_specification_says(tmp_path: Path) -> None:
    with written(tmp_path, photo()) as ora:
        first, *others = ora.infolist()
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert ora.read(first) == b"image/openraster"
        assert (tmp_path / "photo.ora").read_bytes()[30:54] == b"mimetypeimage/openraster"
        listed = {element.attrib["src"] for element in ElementTree.fromstring(ora.read("stack.xml")).iter("layer")}
        kept = {entry.filename for entry in others}
    assert kept == listed | {"stack.xml", "mergedimage.png", "Thumbnails/thumbnail.png"}


@pytest.mark.parametrize(("size", "small"), [((600, 300), (256, 128)), ((30, 20), (30, 20)), ((1000, 1), (256, 1))])
def test_the_thumbnail_has_at_most_256_pixels_a_side(
    tmp_path: Path, size: tuple[int, int], small: tuple[int, int]
) -> None:
    picture = Picture(np.full((size[1], size[0], 4), (65535, 0, 0, 65535), np.uint16))
    with written(tmp_path, picture, MaskSet(Size(*size), ())) as ora:
        thumbnail = Image.open(io.BytesIO(ora.read("Thumbnails/thumbnail.png")))
        assert (thumbnail.size, thumbnail.mode) == (small, "RGB")
        assert thumbnail.getpixel((0, 0)) == (255, 0, 0)


def test_every_png_carries_the_colour_profile(tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with written(tmp_path, photo().replace(icc=icc)) as ora:
        pngs = [name for name in ora.namelist() if name.endswith(".png")]
        assert len(pngs) == 8
        for name in pngs:
            assert Image.open(io.BytesIO(ora.read(name))).info["icc_profile"] == icc


@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bit_pngs_without_a_profile_say_srgb_because_krita_asks_about_each(
    tmp_path: Path, channels: int
) -> None:
    with written(tmp_path, photo(channels, np.uint16)) as ora:
        icc = Image.open(io.BytesIO(ora.read("data/layer001.png"))).info["icc_profile"]
    assert "sRGB" in ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(icc)))


def test_grey_with_a_profile_stays_grey_so_that_the_profile_fits(tmp_path: Path) -> None:
    with written(tmp_path, photo(1).replace(icc=b"a profile for grey")) as ora:
        with Image.open(io.BytesIO(ora.read("data/layer001.png"))) as layer:
            assert layer.mode == "LA"
        assert Image.open(io.BytesIO(ora.read("Thumbnails/thumbnail.png"))).mode == "RGB"


def test_the_same_picture_gives_the_same_file(tmp_path: Path) -> None:
    written(tmp_path, photo(3, np.uint16)).close()
    once = (tmp_path / "photo.ora").read_bytes()
    written(tmp_path, photo(3, np.uint16)).close()
    assert (tmp_path / "photo.ora").read_bytes() == once


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        OpenRaster().export(Stack(photo(), objects()), tmp_path / "photo.ora", progress)
