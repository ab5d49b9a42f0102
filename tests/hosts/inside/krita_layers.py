"""A scenario for the benchmark: 86 objects of a 12-megapixel picture become layers, in a window, in two ways."""

import gc
import math
import os
import random
import time
from pathlib import Path

import krita_made as made
from krita import Krita

from maskpick_bridge.maskfile import Box
from maskpick_bridge.session import Node
from maskpick_krita import documents, placing

WIDTH, HEIGHT = 4000, 3000
OBJECTS = 86
SLOW = 12
"""So many on whole canvases: all 86 of them take minutes and gigabytes."""


def memory():
    """What Krita occupies, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def boxes():
    chance = random.Random(7)
    for _ in range(OBJECTS):
        width, height = (int(side * chance.uniform(0.03, 0.25)) for side in (WIDTH, HEIGHT))
        yield Box(chance.randrange(WIDTH - width), chance.randrange(HEIGHT - height), width, height)


def cut_out(picture, box):
    """An ellipse of the picture, as the engine hands it over."""
    cut = bytearray()
    for row in range(box.height):
        start = 4 * ((box.y + row) * WIDTH + box.x)
        pixels = bytearray(picture[start : start + 4 * box.width])
        half = int(box.width / 2 * math.sqrt(max(0.0, 1 - ((row + 0.5) / box.height * 2 - 1) ** 2)))
        outside = bytes(4 * (box.width // 2 - half))
        pixels[: len(outside)] = outside
        if outside:
            pixels[-len(outside) :] = outside
        cut += pixels
    return bytes(cut)


def on_canvas(node):
    """The same on a layer of the whole canvas."""
    whole = bytearray(4 * WIDTH * HEIGHT)
    box = node.box
    for row in range(box.height):
        start = 4 * ((box.y + row) * WIDTH + box.x)
        whole[start : start + 4 * box.width] = node.data[4 * row * box.width : 4 * (row + 1) * box.width]
    return bytes(whole)


def measured(document, work):
    """How long it takes until all is drawn, and by how much Krita grows."""
    gc.collect()
    document.waitForDone()
    before, began = memory(), time.perf_counter()
    work()
    document.refreshProjection()
    document.waitForDone()
    return {"seconds": time.perf_counter() - began, "bytes": memory() - before}


def steps(drive):
    yield from drive.fill_screen()
    document = yield from drive.new_document(WIDTH, HEIGHT)
    photo = random.Random(3).randbytes(4 * WIDTH * HEIGHT // 50) * 50
    photo = bytearray(photo)
    photo[3::4] = b"\xff" * (WIDTH * HEIGHT)
    document.rootNode().childNodes()[0].setPixelData(bytes(photo), 0, 0, WIDTH, HEIGHT)
    made.settle(document)
    nodes = [Node(f"object {box.x}", None, box, cut_out(photo, box), None) for box in boxes()]
    drive.record("version", Krita.instance().version())
    drive.record("covered", sum(node.box.width * node.box.height for node in nodes) / (WIDTH * HEIGHT))

    began = time.perf_counter()
    reading = documents.read_original(document)
    drive.record("read", {"seconds": time.perf_counter() - began})
    del reading
    drive.record("boxes", {"layers": OBJECTS, **measured(document, lambda: placing.add_layers(document, nodes))})

    wholes = [(node.name, on_canvas(node)) for node in nodes[:SLOW]]

    def one_by_one():
        root = document.rootNode()
        for name, pixels in wholes:
            layer = document.createNode(name, "paintlayer")
            layer.setPixelData(pixels, 0, 0, WIDTH, HEIGHT)
            root.addChildNode(layer, None)

    drive.record("whole canvases", {"layers": SLOW, **measured(document, one_by_one)})
