"""Runs in kritarunner: what scripts make of documents of all kinds, to /out/results.json and files beside it."""

import json
from pathlib import Path

import krita_made as made
from krita import Krita
from krita_documents import HEIGHT, SPACES, WIDTH

import maskpick_krita
from maskpick_bridge.maskfile import Box
from maskpick_bridge.session import Node
from maskpick_krita import documents, placing

OUT = Path("/out")


def tree(node):
    """Layers as [name, type, box], groups as [name, [what is in them]]; bottom to top."""
    found = []
    for child in node.childNodes():
        if child.type() == "grouplayer":
            found.append([child.name(), tree(child)])
        else:
            box = child.bounds()
            about = [child.name(), child.type(), [box.x(), box.y(), box.width(), box.height()]]
            found.append(about + ([tree(child)] if child.childNodes() else []))
    return found


def object_in(objects, x, y, width, height):
    """The object whose box is most like this one."""

    def likeness(id):
        box = objects.all[id].box
        across = min(x + width, box.x + box.width) - max(x, box.x)
        down = min(y + height, box.y + box.height) - max(y, box.y)
        common = max(across, 0) * max(down, 0)
        return common / (width * height + box.width * box.height - common)

    return max(objects.all, key=likeness)


def disc_and_square(objects, x=0, y=0):
    """The two shapes of the photo, when that lies at (x, y)."""
    return object_in(objects, x + 20, y + 30, 60, 60), object_in(objects, x + 95, y + 20, 45, 50)


def only(document, shown):
    """Hide all but one of the outermost nodes."""
    for node in document.rootNode().childNodes():
        node.setVisible(node == shown)
    made.settle(document)


def everything_to_layers(photo):
    """In every colour space: all objects as layers, alone, are the picture; also when they were saved."""
    for model, depth, part in SPACES:
        name = f"{model}-{depth}-{part}"
        document = made.of(photo, WIDTH, HEIGHT, (model, depth, made.profile(model, depth, part)))
        (OUT / f"{name}.before").write_bytes(made.projection(document))
        with maskpick_krita.find(document, engine="local") as objects:
            count = len(objects)
            objects.to_layers(everything=True)
        made.settle(document)
        (OUT / f"{name}.with").write_bytes(made.projection(document))
        group = document.rootNode().childNodes()[-1]
        only(document, group)
        (OUT / f"{name}.alone").write_bytes(made.projection(document))
        found = {"count": count, "tree": tree(group)}
        assert document.saveAs(f"/tmp/{name}.kra"), name
        document.waitForDone()
        del group
        made.done(document)
        document = Krita.instance().openDocument(f"/tmp/{name}.kra")
        made.settle(document)
        (OUT / f"{name}.again").write_bytes(made.projection(document))
        found["tree again"] = tree(document.rootNode().childNodes()[-1])
        made.done(document)
        assert not Krita.instance().documents(), name
        yield name, found


def of_a_layer(photo):
    """Results of a layer in a group, beyond the canvas: next to it, at its place."""
    document = made.empty(WIDTH, HEIGHT)
    made.add(document, "Below", bytes([40, 50, 60, 255]) * (WIDTH * HEIGHT), 0, 0, WIDTH, HEIGHT)
    group = document.createGroupLayer("Group")
    document.rootNode().addChildNode(group, document.rootNode().childNodes()[0])
    layer = made.add(document, "Photo", photo, 20, -10, WIDTH, HEIGHT, group)
    made.add(document, "Above", b"", 0, 0, 0, 0, group)
    made.settle(document)
    before = made.projection(document)
    objects = maskpick_krita.find(document, layer, engine="local")
    disc, square = disc_and_square(objects, 20, -10)
    assert disc in objects.at(20 + 50, -10 + 60)
    yield "boxes", {"disc": objects.all[disc].box, "square": objects.all[square].box}
    objects.pick([disc, square])
    objects.to_layers()
    yield "layers", tree(document.rootNode())
    assert made.projection(document) == before, "cut-outs change nothing that is seen"
    objects.pick(disc)
    objects.to_layers()
    yield "one layer", tree(document.rootNode())
    objects.pick([disc, square])
    objects.to_layer_masks()
    yield "layer masks", tree(document.rootNode())
    masked = next(node for node in group.childNodes() if node.name() == "Objects").childNodes()[0]
    (OUT / "masked.pixels").write_bytes(bytes(masked.pixelData(20, 0, 140, 110)))
    (OUT / "masked.projection").write_bytes(bytes(masked.projectionPixelData(20, 0, 140, 110)))
    (OUT / "masked.mask").write_bytes(bytes(masked.childNodes()[0].selection().pixelData(20, 0, 140, 110)))
    objects.to_selection_masks()
    yield "selection masks", tree(document.rootNode())
    objects.pick(square)
    objects.to_selection_masks()
    yield "selection mask", tree(document.rootNode())
    del masked
    # What was removed first is seen when something is removed again.
    for node in group.childNodes():
        if node.name() not in ("Photo", "Above"):
            node.remove()
    (OUT / "removed.before").write_bytes(data_of(document, layer))
    for name, id in (("first", disc), ("second", square)):
        objects.pick(id)
        objects.remove()
        (OUT / f"removed.{name}").write_bytes(data_of(document, layer))
    yield "removed", tree(document.rootNode())
    yield "names", {"disc": objects.all[disc].name, "square": objects.all[square].name}
    objects.close()
    del layer, group, node
    made.done(document)


def as_its_layer(photo):
    """What is cut out of a layer that is blended in its own way."""
    document = made.empty(WIDTH, HEIGHT)
    layer = made.add(document, "Photo", photo, 0, 0, WIDTH, HEIGHT)
    layer.setBlendingMode("multiply")
    layer.setOpacity(128)
    part = Node("part", 2, Box(30, 40, 2, 2), bytes([1, 2, 3, 255]) * 4, None)
    whole = Node("whole", 1, part.box, None, [part])
    placing.add_layers(document, [whole, part], layer.uniqueId())
    group = document.rootNode().childNodes()[-1]
    yield "tree", tree(group)
    yield "blended", [group.blendingMode(), group.opacity()]
    yield "collapsed", [node.collapsed() for node in group.childNodes()]
    del group, layer
    made.done(document)


def data_of(document, layer):
    """What is read of a layer."""
    reading = documents.read(document, documents.LAYER, layer.uniqueId())
    data = Path(reading.pixels.described(str(OUT))["file"]).read_bytes()
    reading.pixels.release()
    return data


def selections(photo):
    """What is selected after each way to select."""
    document = made.of(photo, WIDTH, HEIGHT)
    objects = maskpick_krita.find(document, engine="local")
    disc, square = disc_and_square(objects)

    def selected(name):
        selection = document.selection()
        if selection is None:
            return None
        (OUT / f"{name}.selected").write_bytes(bytes(selection.pixelData(0, 0, WIDTH, HEIGHT)))
        return [selection.x(), selection.y(), selection.width(), selection.height()]

    for name, id, way in (
        ("replace", disc, "replace"),
        ("add", square, "add"),
        ("subtract", disc, "subtract"),
        ("intersect with nothing", disc, "intersect"),
        ("subtract from nothing", disc, "subtract"),
        ("add to nothing", square, "add"),
        ("intersect", square, "intersect"),
    ):
        objects.pick(id)
        objects.to_selection(way)
        yield name, selected(name)
    objects.edge = type(objects.edge)(grow=-6, feather=2)
    objects.to_selection()
    yield "shrunk", selected("shrunk")
    kinds = [node.type() for node in document.rootNode().childNodes()]
    objects.to_layers()
    yield "layers stay below the selection", [kinds, [node.type() for node in document.rootNode().childNodes()]]
    objects.close()
    made.done(document)


def keeping(photo):
    """Kept in the file, known again after opening it, stale after painting."""
    document = made.of(photo, WIDTH, HEIGHT)
    document.setModified(False)
    objects = maskpick_krita.find(document, engine="local")
    yield "modified", document.modified()
    found = {id: list(about.box) for id, about in objects.all.items()}
    disc, square = disc_and_square(objects)
    objects.close()
    assert document.saveAs("/tmp/kept.kra")
    document.waitForDone()
    made.done(document)

    document = Krita.instance().openDocument("/tmp/kept.kra")
    document.setBatchmode(True)
    objects = maskpick_krita.open_kept(document)
    yield "same", {id: list(about.box) for id, about in objects.all.items()} == found
    yield "stale at first", sorted(objects.stale)
    objects.close()
    made.add(document, "paint", b"\0\0\xff\xff" * 64, 46, 56, 8, 8)
    made.settle(document)
    objects = maskpick_krita.open_kept(document)
    yield "stale", [disc in objects.stale, square in objects.stale]
    objects.close()
    document.setAnnotation("maskpick/objects", "strange", b"no mask file")
    yield "strange", maskpick_krita.open_kept(document)
    data = b"\x89MSK\r\n\x1a\n" + b"cut short"
    document.setAnnotation("maskpick/objects", "damaged", data)
    try:
        maskpick_krita.open_kept(document)
    except maskpick_krita.Error as error:
        yield "damaged", str(error)
    document.setAnnotation("maskpick/patches", "strange", b"[1, 2")
    yield (
        "strange patches",
        bool(documents.read(document, documents.LAYER, document.rootNode().childNodes()[0].uniqueId())),
    )
    made.done(document)


def errors(photo):
    """What scripts are told when something cannot be."""
    document = made.of(photo, WIDTH, HEIGHT)
    before = tree(document.rootNode())

    def attempt(do):
        try:
            do()
        except maskpick_krita.Error as error:
            return [error.kind, error.happened, error.advice]
        raise AssertionError("it went well")

    yield "no document", attempt(maskpick_krita.find)
    yield "no such engine", attempt(lambda: maskpick_krita.find(document, engine="eyes"))
    objects = maskpick_krita.find(document, engine="local")
    yield "nothing picked", attempt(objects.to_layers)
    yield "nothing to select", attempt(objects.to_selection)
    objects.pick(objects.at(50, 60)[-1])
    yield "no such remover", attempt(lambda: objects.remove(engine="rubber"))
    first = document.rootNode().childNodes()[0]
    first.enableAnimation()
    yield "animated", attempt(objects.to_layers)
    objects.to_selection()  # that can be
    document.setSelection(None)
    yield "unchanged", tree(document.rootNode()) == before
    objects.close()
    del first
    made.done(document)


def main(_arguments):
    Krita.instance().setBatchmode(True)
    photo = (OUT / "photo.bgra").read_bytes()
    parts = (everything_to_layers, of_a_layer, as_its_layer, selections, keeping, errors)
    found = {part.__name__: dict(part(photo)) for part in parts}
    (OUT / "results.json").write_text(json.dumps(found, default=list), "utf-8")
