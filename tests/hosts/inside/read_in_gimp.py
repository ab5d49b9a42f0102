"""Runs in GIMP's Python console: opens every layered file in /out and writes down what GIMP makes of it.

Beside each FILE: FILE.pixels, what is seen when all layers are visible, and FILE.json: the document's size, the pixels'
depth and channels, and the layers, bottom first: [name, x, y, width, height], or [name, layers] for a group.
"""

import json
from pathlib import Path

from gi.repository import Gegl, Gimp, Gio


def tree(layers):
    return [
        [layer.get_name(), tree(layer.get_children())]
        if layer.is_group()
        else [layer.get_name(), *layer.get_offsets()[1:], layer.get_width(), layer.get_height()]
        for layer in reversed(layers)
    ]


def read(path):
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(path)))
    size = [image.get_width(), image.get_height()]
    depth = {Gimp.Precision.U8_NON_LINEAR: 8, Gimp.Precision.U16_NON_LINEAR: 16}[image.get_precision()]
    seen = {"size": size, "depth": depth, "channels": "RGBA", "layers": tree(image.get_layers())}
    merged = image.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
    merged.resize_to_image_size()
    canvas = Gegl.Rectangle.new(0, 0, *size)
    pixels = merged.get_buffer().get(canvas, 1.0, f"R'G'B'A u{depth}", Gegl.AbyssPolicy.NONE)
    image.delete()
    Path(f"{path}.pixels").write_bytes(pixels)
    Path(f"{path}.json").write_text(json.dumps(seen), "utf-8")


for path in [*Path("/out").glob("*.ora"), *Path("/out").glob("*.psd")]:
    read(path)
