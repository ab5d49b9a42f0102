"""Ctrl and a click put right what was picked: "not this", with Shift "this too"."""

from driver.qt import QtWidgets
from krita import Krita
from krita_docker_hands import Docker
from krita_docker_work import DOOR, HOUSE, SIZE, TREE, paint, tree

from maskpick_bridge import MaskFile
from maskpick_krita import kept

WALL, LEAVES, IN_THE_DOOR, GRASS = (150, 140), (320, 165), (95, 220), (20, 20)


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    yield from docker.show()
    pixels = bytes(document.pixelData(0, 0, *SIZE))
    yield from drive.move(drive.on_canvas(390, 290))
    yield from drive.key("ctrl+shift+o")
    yield from docker.found()
    yield from drive.until(lambda: docker.desk.picking, "picking is on after a find")
    session, picking = docker.session, docker.session.picking
    yield from drive.until(lambda: session.idle, "outlines and pictures have come")

    yield from click(drive, LEAVES)
    yield from drive.until(lambda: picking.ids == (TREE,), "a click picks the tree")
    yield from click(drive, WALL, holding=["ctrl", "shift"])
    yield from drive.until(lambda: marks(drive) == (2, 0), "its two points are shown")
    yield from drive.until(lambda: picking.ids not in ((TREE,), ()) and session.idle, "the house has come to the tree")
    [both] = picking.ids
    drive.record("both", [both in session.file.at(*point) for point in (LEAVES, WALL, IN_THE_DOOR, GRASS)])

    yield from click(drive, IN_THE_DOOR, holding=["ctrl"])
    yield from drive.until(lambda: marks(drive) == (2, 1), "the point outside is shown")
    yield from drive.until(lambda: both not in session.file.at(*IN_THE_DOOR) and session.idle, "the door is gone")
    drive.record("without the door", [both in session.file.at(*point) for point in (LEAVES, WALL, IN_THE_DOOR, GRASS)])
    drive.record("picked", list(picking.ids) == [both])
    drive.record("named", session.file.masks[both].name)
    drive.record("in the list", both in docker.rows())
    yield from drive.photograph_at_rest("clicks")
    yield from drive.until(lambda: both in known(document), "it is kept with the document")

    before = tree(document.rootNode())
    yield from docker.click("maskpick_layers")
    yield from drive.until(lambda: tree(document.rootNode()) != before and not docker.desk.working, "a layer is made")
    document.waitForDone()
    drive.record("layers", [one for one in tree(document.rootNode()) if one not in before])
    Krita.instance().action("edit_undo").trigger()
    yield from drive.until(lambda: tree(document.rootNode()) == before, "the layer is undone in one step")

    yield from click(drive, WALL)
    yield from drive.until(lambda: marks(drive) == (0, 0), "picking something else ends it")
    drive.record("still there", both in session.file.masks and {HOUSE, DOOR, TREE} <= set(session.file.masks))
    drive.record("painted", bytes(document.pixelData(0, 0, *SIZE)) != pixels)


def click(drive, place, **keys):
    yield from drive.click(drive.on_canvas(place[0] + 0.5, place[1] + 0.5), **keys)


def known(document):
    """The ids of the objects that the document keeps."""
    data = kept.read(document)
    return MaskFile(data).masks if data else {}


def marks(drive):
    """How many points are shown over the canvas, inside and outside."""
    shown = [one for one in drive.canvas().children() if isinstance(one, QtWidgets.QWidget) and hasattr(one, "places")]
    counts = [tuple(map(len, one.places)) if one.isVisible() else (0, 0) for one in shown]
    return counts[0] if counts else (0, 0)
