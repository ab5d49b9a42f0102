"""A post is removed: alone, with the shadow it casts, and with a shadow where there is none to be told."""

from driver.steps import OUT
from krita import Krita
from krita_docker_hands import Docker

from maskpick_krita.studio import WITH_SHADOW

IN_SHADOW = 180.5, 167.5


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.open("/out/shadow.png")
    yield from docker.show()
    yield from picked(drive, docker)
    yield from removed(drive, docker, document, "alone")
    yield from drive.until(lambda: docker.session.shadows.count, "its shadow is known")
    place = drive.on_canvas(*IN_SHADOW)
    bare = drive.colour_at(place)
    yield from docker.click("maskpick_with_shadow")
    yield from drive.until(lambda: docker.desk.with_shadow, "the shadow is wanted")
    yield from drive.until(lambda: drive.colour_at(place) != bare, "the shadow is shown")
    drive.record("remembered", docker.desk.studio.read(WITH_SHADOW))
    yield from drive.photograph_at_rest("with-shadow")
    yield from removed(drive, docker, document, "with its shadow")

    plain = yield from drive.open("/out/plain.png")
    yield from drive.until(lambda: docker.session and not docker.session.file, "the docker has followed")
    yield from picked(drive, docker)
    yield from removed(drive, docker, plain, "without any")
    yield from docker.shown()
    yield from drive.until(docker.said, "it is said that there was none")
    drive.record("said", docker.said())


def picked(drive, docker):
    yield from docker.find()
    yield from docker.click_row(1)
    yield from drive.until(lambda: docker.session.picking.ids == (1,), "it is picked")


def removed(drive, docker, document, name):
    """Remove it, write down what was filled, and take it back with one step."""
    before = [node.name() for node in document.rootNode().childNodes()]
    yield from docker.click("maskpick_remove")
    yield from drive.until(
        lambda: docker.session.error or len(document.rootNode().childNodes()) > len(before), f"it is removed {name}"
    )
    yield from docker.idle()
    document.waitForDone()
    layer = document.rootNode().childNodes()[-1]
    drive.record(name, layer.name())
    (OUT / f"{name}.raw").write_bytes(bytes(layer.pixelData(0, 0, document.width(), document.height())))
    layer = None
    Krita.instance().action("edit_undo").trigger()
    yield from drive.until(
        lambda: [node.name() for node in document.rootNode().childNodes()] == before, "it is undone by one step"
    )
