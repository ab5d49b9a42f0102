"""Photoshop documents, by way of psd-tools, after Adobe's file format specification.

The records are built here rather than with psd-tools' own picture class: that one would draw the merged image anew
from the layers, where the picture itself is at hand, and stores 16-bit layers where Photoshop does not look for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from psd_tools.constants import BlendMode, ChannelID, ColorMode, Compression, Resource, SectionDivider, Tag
from psd_tools.psd import PSD
from psd_tools.psd.header import FileHeader
from psd_tools.psd.image_data import ImageData
from psd_tools.psd.image_resources import ImageResource, ImageResources
from psd_tools.psd.layer_and_mask import (
    ChannelData,
    ChannelDataList,
    ChannelImageData,
    ChannelInfo,
    GlobalLayerMaskInfo,
    LayerAndMaskInformation,
    LayerInfo,
    LayerRecord,
    LayerRecords,
)
from psd_tools.psd.tagged_blocks import TaggedBlocks

from maskpick.errors import OutputError
from maskpick.exporters.naming import one_line
from maskpick.exporters.threads import in_threads
from maskpick.layers import Group, Layer, Node, Stack
from maskpick.masks import NOWHERE, Box
from maskpick.pictures import Picture, Pixels
from maskpick.progress import Progress

LARGEST = 30_000
"""Pixels a side: the format's limit, and Photoshop's."""

HEAVIEST = 2 * 1024**3
"""Bytes a file: the format's limit for its readers, Photoshop among them."""

LONGEST_NAME = 255
"""Characters of a layer's name in Photoshop."""


class Entry(NamedTuple):
    """A layer, or one end of a group, as the file lists them."""

    record: LayerRecord
    channels: ChannelDataList


def write_psd(stack: Stack, target: Path, progress: Progress) -> None:
    """Write a stack as a Photoshop document: grey or RGB, 8 or 16 bits a channel.

    Raises `OutputError` when the picture is larger than the format allows, `OSError`.
    """
    picture = stack.picture
    width, height = picture.size
    if max(picture.size) > LARGEST:
        raise OutputError(
            f"A Photoshop document holds at most {LARGEST:,} pixels a side, this picture has {width:,} x {height:,}.",
            "Save it as OpenRaster (.ora) instead, or make the picture smaller.",
        )
    pixels = picture.colour if picture.alpha8 is None else _on_white(picture)
    header = FileHeader(
        channels=pixels.shape[2],
        height=height,
        width=width,
        depth=8 * pixels.itemsize,
        color_mode=ColorMode.GRAYSCALE if picture.colour.shape[2] == 1 else ColorMode.RGB,
    )
    resources = ImageResources.new()
    if picture.icc:
        resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE, data=picture.icc)
    entries = list(_entries(stack.nodes, in_threads(_layer, stack.layers, progress)))
    merged = ImageData(Compression.RLE)
    merged.set_data([_plane(pixels, channel) for channel in range(pixels.shape[2])], header)
    weight = len(merged.data) + sum(len(data.data) for entry in entries for data in entry.channels)
    if weight > HEAVIEST:
        raise OutputError(
            f"A Photoshop document holds at most 2 GB, the layers of this picture have {weight / 1024**3:.1f} GB.",
            "Save it as OpenRaster (.ora) instead, or make the picture smaller.",
        )
    # A count below zero says that the merged image's last channel is its transparency.
    sign = 1 if picture.alpha8 is None else -1
    layers = _layer_section(entries, sign * len(entries), header.depth)
    with target.open("wb") as file:
        PSD(header, image_resources=resources, layer_and_mask_information=layers, image_data=merged).write(file)


def _on_white(picture: Picture) -> Pixels:
    """The merged image of a picture with transparency: alpha, and the colours laid on white as Photoshop keeps them."""
    alpha = picture.pixels[:, :, -1:].astype(np.uint32)
    full = picture.full
    mixed = (picture.colour * alpha + full * (full - alpha) + full // 2) // full
    return np.dstack([mixed.astype(picture.pixels.dtype), picture.pixels[:, :, -1]])


def _layer_section(entries: list[Entry], count: int, depth: int) -> LayerAndMaskInformation:
    records, channels = LayerRecords(), ChannelImageData()
    for entry in entries:
        records.append(entry.record)
        channels.append(entry.channels)
    blocks = TaggedBlocks()
    if depth == 8:
        info = LayerInfo(count, records, channels)
    else:
        info = LayerInfo()
        blocks.set_data(Tag.LAYER_16, count, records, channels)
    return LayerAndMaskInformation(info, GlobalLayerMaskInfo(), blocks)


def _entries(nodes: tuple[Node, ...], layers: Iterator[Entry]) -> Iterator[Entry]:
    """Layers bottom to top; a group is opened below its lowest layer and closed, with its name, above its highest."""
    for node in nodes:
        if isinstance(node, Group):
            yield _group_end("</Layer group>", SectionDivider.BOUNDING_SECTION_DIVIDER)
            yield from _entries(node.nodes, layers)
            yield _group_end(node.name, SectionDivider.CLOSED_FOLDER, blend_mode=BlendMode.NORMAL)
        else:
            yield next(layers)


def _layer(layer: Layer) -> Entry:
    pixels = layer.pixels
    last = pixels.shape[2] - 1
    kinds = {last: ChannelID.TRANSPARENCY_MASK} | {channel: ChannelID(channel) for channel in range(last)}
    return _entry(layer.name, layer.box, {kind: _channel(pixels, channel) for channel, kind in kinds.items()})


def _group_end(name: str, kind: SectionDivider, **fields: Any) -> Entry:
    channels = {ChannelID(number): ChannelData() for number in range(-1, 3)}
    entry = _entry(name, NOWHERE, channels)
    entry.record.tagged_blocks.set_data(Tag.SECTION_DIVIDER_SETTING, kind, **fields)
    return entry


def _entry(name: str, box: Box, channels: dict[ChannelID, ChannelData]) -> Entry:
    name = one_line(name)[:LONGEST_NAME]
    record = LayerRecord(top=box.y, left=box.x, bottom=box.bottom, right=box.right)
    # The old, short name is for programs that know no other; who knows Unicode reads the block.
    record.name = name.encode("macroman", "replace").decode("macroman")
    record.tagged_blocks.set_data(Tag.UNICODE_LAYER_NAME, name)
    record.channel_info = [ChannelInfo(kind, len(data.data) + 2) for kind, data in channels.items()]
    listed = ChannelDataList()
    for data in channels.values():
        listed.append(data)
    return Entry(record, listed)


def _channel(pixels: Pixels, channel: int) -> ChannelData:
    height, width, _ = pixels.shape
    # Each depth packed as Photoshop packs it.
    data = ChannelData(Compression.RLE if pixels.itemsize == 1 else Compression.ZIP)
    data.set_data(_plane(pixels, channel), width, height, 8 * pixels.itemsize)
    return data


def _plane(pixels: Pixels, channel: int) -> bytes:
    return np.ascontiguousarray(pixels[:, :, channel], pixels.dtype.newbyteorder(">")).tobytes()
