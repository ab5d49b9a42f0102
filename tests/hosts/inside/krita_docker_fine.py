"""A thing with hair becomes a selection, a layer and a layer mask, with a hard edge and with a fine one."""

from driver.steps import OUT
from krita import Krita
from krita_docker_hands import Docker
from krita_docker_work import tree


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.open("/out/hairy.png")
    yield from docker.show()
    drive.record("edge at first", list(docker.session.edge))
    yield from docker.find()
    whole = (0, 0, document.width(), document.height())
    yield from docker.click_row(1)
    yield from drive.until(lambda: docker.session.picking.ids == (1,), "it is picked")
    yield from selection(drive, docker, document, "hard", whole)
    drive.record("said of a hard edge", docker.part("maskpick_fine_said").isVisible())
    yield from selection(drive, docker, document, "fine", whole)
    drive.record("said of a fine edge", docker.part("maskpick_fine_said").isVisible())
    yield from drive.until(lambda: docker.session.preview_is_fine, "the outline shows the fine edge", 60)
    yield from docker.shown()
    drive.record("pixels", docker.session.area)
    drive.record("said at the end", docker.part("maskpick_fine_said").text())
    drive.record("edge", list(docker.session.edge))
    yield from drive.photograph_at_rest("fine", docker.dock())  # the canvas never rests while something is selected
    yield from made(drive, docker, document, "maskpick_layers", lambda layer: write("layer", layer.pixelData(*whole)))
    yield from made(drive, docker, document, "maskpick_layer_masks", lambda layer: masked(layer, whole))


def selection(drive, docker, document, kind, whole):
    """Select it with an edge of a kind, and write down how far."""

    def data():
        return bytes(document.selection().pixelData(*whole)) if document.selection() else b""

    before = data()
    yield from docker.click(f"maskpick_{kind}")
    yield from drive.until(lambda: getattr(docker.session.edge, kind), f"the edge is {kind}")
    yield from docker.click("maskpick_selection")
    yield from drive.until(lambda: data() != before and not docker.desk.working, f"a {kind} edge is selected")
    write(kind, data())


def made(drive, docker, document, name, look):
    """Make it, look at the new layer, and take it back with one step."""
    before = tree(document.rootNode())
    yield from docker.click(name)
    yield from drive.until(lambda: docker.session.error or tree(document.rootNode()) != before, f"{name} adds a layer")
    yield from docker.idle()
    document.waitForDone()
    # What is selected is a node, too, above all layers.
    look([node for node in document.rootNode().childNodes() if node.type() == "paintlayer"][-1])
    Krita.instance().action("edit_undo").trigger()
    yield from drive.until(lambda: tree(document.rootNode()) == before, f"{name} is undone by one step")


def masked(layer, whole):
    [mask] = layer.childNodes()
    write("mask", mask.selection().pixelData(*whole))


def write(name, data):
    (OUT / f"{name}.raw").write_bytes(bytes(data))
