"""Runs in GIMP: how long 86 layers of a 12-megapixel picture take, as boxes and as whole canvases one by one.

The masks are ellipses in a grid, so that their boxes cover some two thirds of the picture. Nothing is found: what is
measured is GIMP's own part, from layers that are ready as bytes to the group that is in the image.
"""

import os
import resource
import time
from pathlib import Path

from gi.repository import Gegl, Gimp
from gimp_calls import record

from maskpick_bridge import Box, Node
from maskpick_gimp import images, placing

WIDTH, HEIGHT, OBJECTS, COLUMNS = 4000, 3000, 86, 11
WHOLE = Box(0, 0, WIDTH, HEIGHT)


def memory(pid):
    """Bytes a process holds of its own."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))


def swapped():
    """Bytes that GIMP's own tiles take on disk."""
    folder = Path(os.environ["GIMP3_DIRECTORY"]).parent
    return sum(path.stat().st_size for path in folder.rglob("gimpswap*"))


def measured(name, work):
    gimp = os.getppid()
    before, began = memory(gimp), time.perf_counter()
    group = work()
    images.Seen(image).close()  # until it can be seen
    seconds = time.perf_counter() - began
    record(name, {"seconds": seconds, "bytes": memory(gimp) - before + swapped()})
    image.remove_layer(group)


def boxes():
    """Some larger, some smaller, side by side."""
    rows = -(-OBJECTS // COLUMNS)
    width, height = WIDTH // COLUMNS, HEIGHT // rows
    for number in range(OBJECTS):
        row, column = divmod(number, COLUMNS)
        share = 0.7 + 0.3 * (number % 5) / 4
        yield Box(column * width, row * height, int(width * share), int(height * share))


def cut(box):
    """The picture in an ellipse of a box."""
    data = bytearray(seen.cut(box))
    rows = []
    for y in range(box.height):
        half = box.width / 2 * max(0.0, 1 - ((2 * y + 1) / box.height - 1) ** 2) ** 0.5
        clear = round(box.width / 2 - half)
        rows.append(bytes(clear) + b"\xff" * (box.width - 2 * clear) + bytes(clear))
    data[3::4] = b"".join(rows)
    return bytes(data)


def on_canvas(node):
    """A layer's pixels with all the emptiness around them."""
    data, box = bytearray(4 * WIDTH * HEIGHT), node.box
    for row in range(box.height):
        at = 4 * ((box.y + row) * WIDTH + box.x)
        data[at : at + 4 * box.width] = node.data[4 * row * box.width : 4 * (row + 1) * box.width]
    return bytes(data)


def one_by_one():
    """As it is usually done: layers of the whole canvas, each put in by itself and filled then."""
    group = Gimp.GroupLayer.new(image, "Objects")
    image.insert_layer(group, None, 0)
    for node in nodes:
        layer = Gimp.Layer.new(image, node.name, WIDTH, HEIGHT, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, group, -1)
        buffer = layer.get_buffer()
        buffer.set(Gegl.Rectangle.new(*WHOLE), "R'G'B'A u8", on_canvas(node))
        buffer.flush()
        layer.update(*WHOLE)
    return group


image = Gimp.Image.new(WIDTH, HEIGHT, Gimp.ImageBaseType.RGB)
base = Gimp.Layer.new(image, "base", WIDTH, HEIGHT, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
noise = os.urandom(WIDTH * 300 * 3) * (HEIGHT // 300)
buffer = base.get_buffer()
buffer.set(Gegl.Rectangle.new(*WHOLE), "R'G'B' u8", noise)
buffer.flush()
image.insert_layer(base, None, 0)
images.Seen(image).close()  # as an image that is on the screen already
began = time.perf_counter()
seen = images.Seen(image)
pixels = seen.pixels()
record("read", {"seconds": time.perf_counter() - began})
nodes = [Node(f"object {number}", number, box, cut(box), None) for number, box in enumerate(boxes(), 1)]
record("covered", sum(node.box.width * node.box.height for node in nodes) / (WIDTH * HEIGHT))
record("version", Gimp.version())
measured("boxes", lambda: placing.add_layers(image, nodes, "Objects"))
measured("whole canvases", one_by_one)
record("own memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
seen.close()
image.delete()
