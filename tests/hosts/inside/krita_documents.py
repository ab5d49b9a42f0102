"""Runs in kritarunner: what `documents` reads of documents of all kinds, or why it refuses, to /out/read.json."""

import json
from pathlib import Path

import krita_made as made
from krita import Krita, Selection

from maskpick_krita import documents, placing

OUT = Path("/out")
WIDTH, HEIGHT = 160, 120
SPACES = [
    ("RGBA", "U8", "sRGB-elle-V2-srgbtrc"),
    ("RGBA", "U16", "sRGB-elle-V2-srgbtrc"),
    ("RGBA", "F16", "sRGB-elle-V2-g10"),
    ("RGBA", "F32", "sRGB-elle-V2-g10"),
    ("RGBA", "F32", "sRGB-elle-V2-srgbtrc"),
    ("RGBA", "U16", "sRGB-elle-V2-g10"),
    ("RGBA", "U8", "LargeRGB-elle-V2-g22"),
    ("RGBA", "F32", "Rec2020-elle-V4-g10"),
    ("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc"),
    ("GRAYA", "U16", "Gray-D50-elle-V2-g10"),
    ("GRAYA", "F32", "Gray-D50-elle-V2-srgbtrc"),
    ("CMYKA", "U8", ""),
    ("CMYKA", "U16", ""),
    ("CMYKA", "F32", ""),
    ("LABA", "U8", ""),
    ("LABA", "U16", ""),
    ("LABA", "F32", ""),
    ("XYZA", "F32", ""),
    ("YCbCrA", "U16", ""),
]


def told(name, reading):
    """What was read: its description, and the pixels in a file of their own."""
    about = reading.pixels.described(str(OUT))
    Path(about.pop("file")).rename(OUT / f"{name}.raw")
    reading.pixels.release()
    about["layer"] = reading.layer is not None
    if reading.area is not None:
        area = reading.area.described(str(OUT))
        about["area"] = area["box"]
        Path(area["file"]).rename(OUT / f"{name}.area")
    return about


def spaces(photo):
    for model, depth, part in SPACES:
        document = made.of(photo, WIDTH, HEIGHT, (model, depth, made.profile(model, depth, part)))
        name = f"{model}-{depth}-{part}"
        before = made.projection(document)
        yield name, told(name, documents.read(document))
        original = documents.read_original(document)
        yield f"{name}-original", told(f"{name}-original", original)
        (OUT / f"{name}.projection").write_bytes(before)
        (OUT / f"{name}.shown").write_bytes(made.shown(document))
        assert made.projection(document) == before, name
        assert len(Krita.instance().documents()) == 1, name
        del original
        made.done(document)


def whole_of(document):
    """All of a document, as a selection."""
    selection = Selection()
    selection.select(0, 0, document.width(), document.height(), 255)
    return selection


def layers(photo):
    """Layers in every place; that they are read at their own place is what offset and canvas say."""
    document = made.empty(WIDTH, HEIGHT)
    made.add(document, "Below", bytes([9, 9, 9, 255]) * (WIDTH * HEIGHT), 0, 0, WIDTH, HEIGHT)
    root = document.rootNode()
    placed = {"inside": (30, 20), "beyond-left-top": (-50, -40), "beyond-right-bottom": (90, 70)}
    nodes = {name: made.add(document, name, photo, *at, WIDTH, HEIGHT) for name, at in placed.items()}
    small = {"smaller": (100, 50)}
    nodes["smaller"] = made.add(document, "smaller", photo[: 4 * WIDTH * 30], *small["smaller"], WIDTH, 30)
    group = document.createGroupLayer("group")
    root.addChildNode(group, root.childNodes()[-1])
    nodes["in a group"] = made.add(document, "in a group", photo, 10, 10, WIDTH, HEIGHT, group)
    nodes["group"] = group
    nodes["masked"] = made.add(document, "masked", photo, 0, 0, WIDTH, HEIGHT)
    mask = document.createTransparencyMask("mask")
    half = Selection()
    half.setPixelData(b"\xff" * (WIDTH * HEIGHT // 2), 0, 0, WIDTH, HEIGHT // 2)
    mask.setSelection(half)
    nodes["masked"].addChildNode(mask, None)
    nodes["of its own depth"] = made.add(document, "of its own depth", photo, 0, 0, WIDTH, HEIGHT)
    nodes["of its own depth"].setColorSpace("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc")
    nodes["filtered"] = made.add(document, "filtered", photo[: 4 * WIDTH * 30], 0, 50, WIDTH, 30)
    blur = document.createFilterMask("blur", Krita.instance().filter("gaussian blur"), whole_of(document))
    nodes["filtered"].addChildNode(blur, None)
    made.settle(document)
    for name, node in nodes.items():
        yield name, told(name, documents.read(document, documents.LAYER, node.uniqueId()))
    selection = Selection()
    selection.setPixelData(bytes(range(1, 201)) * 200, 100, 80, 200, 200)
    document.setSelection(selection)
    yield "selection", told("selection", documents.read(document, documents.SELECTION))
    del node, nodes, group, mask, blur, root
    made.done(document)


def refused(photo):
    """Everything that cannot be done, and what is said of it."""

    def attempt(do):
        before = [node.name() for node in documents.layers_of(document)] if document is not None else []
        try:
            do()
        except documents.Unfit as error:
            assert document is None or [node.name() for node in documents.layers_of(document)] == before
            return {"happened": error.happened, "advice": error.advice, "kind": error.kind}
        raise AssertionError("it was not refused")

    def layer(node):
        return lambda: documents.read(document, documents.LAYER, node.uniqueId())

    document = None
    yield "no document", attempt(lambda: documents.read(None))
    document = made.of(photo[: 4 * 49], 7, 7)
    yield "tiny", attempt(lambda: documents.read(document))
    made.done(document)

    document = made.of(photo, WIDTH, HEIGHT)
    yield "nothing selected", attempt(lambda: documents.read(document, documents.SELECTION))
    beside = Selection()
    beside.setPixelData(b"\xff" * 100, WIDTH + 5, 0, 10, 10)
    document.setSelection(beside)
    yield "selected beside the canvas", attempt(lambda: documents.read(document, documents.SELECTION))
    document.setSelection(None)
    yield "no current layer", attempt(lambda: documents.read(document, documents.LAYER))
    one = made.add(document, "empty", b"", 0, 0, 0, 0)
    yield "empty", attempt(layer(one))
    one = made.add(document, "far away", photo, 1000, 1000, WIDTH, HEIGHT)
    yield "outside", attempt(layer(one))
    one = document.createFilterLayer("filter", Krita.instance().filter("invert"), Selection())
    document.rootNode().addChildNode(one, None)
    yield "filter layer", attempt(layer(one))
    one = made.add(document, "hidden", photo, 0, 0, WIDTH, HEIGHT)
    one.setVisible(False)
    yield "hidden", attempt(layer(one))
    gone = one.uniqueId()
    one.remove()
    yield "gone", attempt(lambda: documents.read(document, documents.LAYER, gone))
    group = document.createGroupLayer("locked group")
    document.rootNode().addChildNode(group, None)
    one = made.add(document, "in it", photo, 0, 0, WIDTH, HEIGHT, group)
    group.setLocked(True)
    made.settle(document)
    inside = one.uniqueId()
    yield "locked group", attempt(lambda: placing.add_layers(document, [], inside))
    one = document.rootNode().childNodes()[0]
    one.enableAnimation()
    yield "animated", attempt(layer(one))
    yield "animated document", attempt(lambda: placing.add_layers(document, []))
    assert documents.read(document).pixels  # what is seen can be selected from
    del one, group
    made.done(document)


def main(_arguments):
    Krita.instance().setBatchmode(True)
    photo = (OUT / "photo.bgra").read_bytes()
    found = {**dict(spaces(photo)), **dict(layers(photo))}
    found["refused"] = dict(refused(photo))
    found["docs"] = len(Krita.instance().documents())
    (OUT / "read.json").write_text(json.dumps(found), "utf-8")
