"""Runs in kritarunner: opens every layered file in /out and writes down what Krita makes of it.

The same files as read_in_gimp.py writes. A layer's place is the smallest box around its pixels, for Krita's layers
have no edges of their own. A group that is not isolated is noted, for none of ours should be.
"""

import json
from pathlib import Path

from krita import Krita

CHANNELS = {"RGBA": "BGRA", "GRAYA": "GA"}
DEPTHS = {"U8": 8, "U16": 16}


def tree(nodes):
    layers = []
    for node in nodes:
        if node.type() == "grouplayer":
            note = " (passes through)" if node.passThroughMode() else ""
            layers.append([node.name() + note, tree(node.childNodes())])
        else:
            box = node.bounds()
            layers.append([node.name(), box.x(), box.y(), box.width(), box.height()])
    return layers


def read(path):
    document = Krita.instance().openDocument(str(path))
    document.setBatchmode(True)
    document.refreshProjection()
    document.waitForDone()
    size = [document.width(), document.height()]
    seen = {
        "size": size,
        "depth": DEPTHS[document.colorDepth()],
        "channels": CHANNELS[document.colorModel()],
        "layers": tree(document.rootNode().childNodes()),
    }
    pixels = bytes(document.pixelData(0, 0, *size))
    document.setModified(False)
    document.close()
    Path(f"{path}.pixels").write_bytes(pixels)
    Path(f"{path}.json").write_text(json.dumps(seen), "utf-8")


def main(_arguments):
    Krita.instance().setBatchmode(True)
    for path in [*Path("/out").glob("*.ora"), *Path("/out").glob("*.psd")]:
        read(path)
