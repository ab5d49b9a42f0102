"""OpenRaster files, after the specification's version 0.0.5 (openraster.org): a zip of PNGs and a list of layers.

What Krita and GIMP make of it decides where the specification leaves a choice. Both open it as an RGB document, so
grey is written as RGB unless it has a profile, which would not fit. Krita takes a group for one that passes through
unless it is marked as isolated; GIMP's are isolated.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageCms

from maskpick.exporters.naming import one_line
from maskpick.exporters.png import encode_png
from maskpick.exporters.threads import in_threads
from maskpick.layers import Group, Layer, Node, Stack
from maskpick.pictures import Picture, Pixels
from maskpick.progress import Progress

THUMBNAIL = 256
"""The longer side of the thumbnail in pixels, at most (specification, "File Layout")."""


ICC_DATE = slice(24, 36)
"""Where a profile tells when it was made (ICC.1, 7.2): left out, so that the same picture gives the same file."""


def write_ora(stack: Stack, target: Path, progress: Progress) -> None:
    """Write a stack as an OpenRaster file, 16 bits a channel where the picture has them. Raises `OSError`."""
    picture, layers = stack.picture, stack.layers
    icc = _profile(picture)
    files = {id(layer): f"data/layer{number:03d}.png" for number, layer in enumerate(layers)}
    with zipfile.ZipFile(target, "w") as ora:
        # The first entry, stored as it is: programs tell the format from the file's first bytes.
        _add(ora, "mimetype", b"image/openraster")
        _add(ora, "stack.xml", _stack_xml(stack, files))
        names = [*files.values(), "mergedimage.png"]
        shown: list[Layer | Picture] = [*layers, picture]
        pngs = in_threads(lambda one: encode_png(one.pixels if picture.icc else _rgb(one.pixels), icc), shown, progress)
        for name, png in zip(names, pngs, strict=True):
            _add(ora, name, png)
        _add(ora, "Thumbnails/thumbnail.png", _thumbnail(picture))


def _add(ora: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without a date, so that the same picture gives the same file. PNGs cannot be compressed any further.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    ora.writestr(entry, content, zipfile.ZIP_STORED)


def _stack_xml(stack: Stack, files: dict[int, str]) -> bytes:
    width, height = stack.picture.size
    image = ElementTree.Element("image", version="0.0.5", w=str(width), h=str(height))
    _append(ElementTree.SubElement(image, "stack"), stack.nodes, files)
    topmost = image.find(".//layer")
    if topmost is not None:
        topmost.set("selected", "true")  # else Krita opens the list of layers at its lower end
    ElementTree.indent(image)
    text: bytes = ElementTree.tostring(image, "UTF-8", xml_declaration=True)
    return text


def _append(above: ElementTree.Element, nodes: tuple[Node, ...], files: dict[int, str]) -> None:
    for node in reversed(nodes):  # the topmost comes first
        shared = {"name": one_line(node.name), "opacity": "1.0", "visibility": "visible"}
        shared["composite-op"] = "svg:src-over"
        if isinstance(node, Group):
            _append(ElementTree.SubElement(above, "stack", shared, isolation="isolate"), node.nodes, files)
        else:
            place = {"src": files[id(node)], "x": str(node.box.x), "y": str(node.box.y)}
            ElementTree.SubElement(above, "layer", shared | place)


def _profile(picture: Picture) -> bytes | None:
    """The profile of every PNG. Krita asks the user about each 16-bit PNG that has none, so those say sRGB."""
    if picture.icc or picture.pixels.dtype == np.uint8:
        return picture.icc
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[ICC_DATE] = bytes(12)
    return bytes(profile)


def _rgb(pixels: Pixels) -> Pixels:
    """Grey as RGB; colours as they are."""
    if pixels.shape[2] >= 3:
        return pixels
    colour = np.repeat(pixels[:, :, :1], 3, axis=2)
    return np.dstack([colour, pixels[:, :, 1:]])


def _thumbnail(picture: Picture) -> bytes:
    alpha = picture.alpha8
    pixels = picture.rgb8 if alpha is None else np.dstack([picture.rgb8, alpha])
    image = Image.fromarray(pixels)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=None if picture.colour.shape[2] == 1 else picture.icc)
    return file.getvalue()
