"""Objects of one layer: what is made of them, and what was painted over, is about that layer, until it is gone."""

from driver.steps import OUT
from krita import Krita
from krita_docker_hands import STILL, Docker
from krita_docker_work import SIZE, TREE, paint


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    root = document.rootNode()
    below = root.childNodes()[0]
    below.setName("below")
    root.addChildNode(document.createNode("above", "paintlayer"), None)
    document.waitForDone()
    yield from choose(drive, document, below)
    yield from docker.show()
    yield from docker.choose("maskpick_source", "Current layer")
    yield from docker.find()
    drive.record("of the layer", docker.desk.work.layer == below.uniqueId())
    yield from drive.key("Escape")
    yield from drive.until(lambda: not docker.desk.picking, "the brush is in the hand")

    yield from choose(drive, document, root.childNodes()[1])
    yield from over_the_tree(drive, docker)
    drive.record("stale after painting above", sorted(docker.session.stale))
    yield from choose(drive, document, below)
    yield from over_the_tree(drive, docker)
    yield from drive.until(lambda: docker.session.stale, "what was painted over is marked")
    drive.record("stale after painting below", sorted(docker.session.stale))

    yield from choose(drive, document, root.childNodes()[1])
    yield from stop_finding(drive, docker)
    yield from docker.click_row(TREE)
    yield from docker.click("maskpick_layers")
    yield from drive.until(lambda: len(root.childNodes()) == 3 and not docker.desk.working, "a layer is added")
    drive.record("layers", docker.children())
    yield from lose(drive, docker, below)


def choose(drive, document, layer):
    """Make a layer the current one, for good: Krita makes the one that was added last current, some time later."""
    looks = 0

    def stays():
        nonlocal looks
        looks = looks + 1 if document.activeNode().uniqueId() == layer.uniqueId() else 0
        if not looks:
            document.setActiveNode(layer)
        return looks > STILL

    yield from drive.until(stays, f"{layer.name()} is the current layer")


def over_the_tree(drive, docker):
    """A stroke of the brush, seen when the pointer comes into the docker."""
    yield from drive.move(drive.on_canvas(390, 290))
    yield from drive.drag([drive.on_canvas(320, 120), drive.on_canvas(320, 200)])
    yield from drive.until(lambda: docker.desk.work.painted, "it is known that something was painted")
    Krita.instance().activeDocument().waitForDone()
    yield from drive.move(docker.place_of(TREE))
    yield from drive.until(lambda: not docker.desk.work.painted and docker.session.idle, "it was looked at")


def lose(drive, docker, layer):
    """The layer that the objects are of goes: that is said once, and not again after every stroke."""
    document = Krita.instance().activeDocument()
    layer.remove()
    document.waitForDone()
    yield from choose(drive, document, document.rootNode().childNodes()[-1])
    yield from over_the_tree(drive, docker)
    yield from drive.until(lambda: docker.said(), "it says that the layer is gone")
    drive.record("said of a layer that is gone", docker.said())
    yield from docker.click("maskpick_card_dismiss")
    yield from drive.until(lambda: not docker.said(), "that is put away")
    yield from over_the_tree(drive, docker)
    drive.record("said again", docker.said())


def stop_finding(drive, docker):
    """Look for others in all that is seen, and think better of it."""
    yield from docker.choose("maskpick_source", "Visible image")
    yield from docker.choose("maskpick_engine", "Waiting")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "the engine is at work")
    yield from docker.click("maskpick_cancel")
    yield from docker.idle()
    yield from drive.until((OUT / "cancelled").exists, "the engine was stopped")
