"""Runs in kritarunner: scenario.json in Krita; everything that became of it to /out, for the test to compare.

The other hosts write the same: scenario_in_gimp.py, and test_one_scenario.py itself for the command line.
"""

import json
import sys
from pathlib import Path

sys.path[:0] = ["/src/adapters/krita", "/src/adapters/bridge"]

from krita import Krita  # noqa: E402

import maskpick_krita  # noqa: E402 - the path comes first
from maskpick_krita import kept  # noqa: E402

OUT = Path("/out")


def leaves(node):
    if node.type() == "grouplayer":
        return [leaf for child in node.childNodes() for leaf in leaves(child)]
    box = node.bounds()
    box = [box.x(), box.y(), box.width(), box.height()]
    return [{"name": node.name(), "box": box, "order": "BGRA", "data": bytes(node.pixelData(*box))}]


def write(what, layers):
    for number, layer in enumerate(layers):
        layer["file"] = f"{what}-{number}.raw"
        (OUT / layer["file"]).write_bytes(layer.pop("data"))
    (OUT / f"{what}.json").write_text(json.dumps(layers), "utf-8")


def seen(document):
    document.refreshProjection()
    document.waitForDone()
    box = [0, 0, document.width(), document.height()]
    return {"name": "", "box": box, "order": "BGRA", "data": bytes(document.pixelData(*box))}


def main(_arguments):
    Krita.instance().setBatchmode(True)
    scenario = json.loads(Path("/src/tests/hosts/inside/scenario.json").read_text("utf-8"))
    document = Krita.instance().openDocument(str(OUT / "photo.png"))
    document.setBatchmode(True)
    objects = maskpick_krita.find(document, engine="local")
    (OUT / "masks.maskpick").write_bytes(kept.read(document))
    picked = [objects.at(*pick["point"])[pick["larger"]] for pick in scenario["picks"]]
    (OUT / "picked.json").write_text(json.dumps(picked), "utf-8")
    before = document.rootNode().childNodes()
    objects.to_layers(everything=True)
    write("layers", [leaf for node in document.rootNode().childNodes() if node not in before for leaf in leaves(node)])
    for node in document.rootNode().childNodes():
        if node not in before:
            node.remove()
    objects.pick([picked[place] for place in scenario["removed"]])
    objects.remove(engine="fill")
    patch = next(node for node in document.rootNode().childNodes() if node not in before)
    write("removed", leaves(patch))
    write("seen", [seen(document)])
    del before, node, patch
    objects.close()
    document.setModified(False)
    document.close()
