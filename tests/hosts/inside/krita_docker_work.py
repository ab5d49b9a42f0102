"""The docker at work: find, pick in the list and on the canvas, make everything of it, undo and redo each."""

from driver.qt import QtGui, QtWidgets
from krita import Krita
from krita_docker_hands import Docker

from maskpick_krita import placing

SIZE = (400, 300)
HOUSE, DOOR, KNOB, TREE = 1, 2, 3, 4


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    yield from docker.show()
    drive.record("hint", docker.said())
    drive.record("collisions", collisions())
    drive.record("menu", menu(drive))

    yield from drive.move(drive.on_canvas(390, 290))
    yield from drive.key("ctrl+shift+o")
    yield from docker.found()
    drive.record(
        "rows", [docker.tree().objects.row_of(docker.tree().objects.index_of(id)).name for id in docker.rows()]
    )
    yield from drive.until(lambda: docker.desk.picking, "picking is on after a find")

    yield from picks(drive, docker)
    yield from made(drive, docker, document)


def picks(drive, docker):
    """The list and the canvas, in step."""
    picking = docker.session.picking
    yield from docker.click_row(TREE)
    yield from drive.until(lambda: picking.ids == (TREE,), "a click in the list picks")
    yield from drive.move(docker.place_of(DOOR))
    yield from drive.until(lambda: picking.hovered == DOOR, "the list points at an object")
    yield from drive.until(lambda: docker.tree().objects.hovered == DOOR, "and its row is marked")
    yield from docker.click_row(HOUSE, holding=["ctrl"])
    yield from drive.until(lambda: set(picking.ids) == {TREE, HOUSE}, "Ctrl adds in the list")
    yield from docker.click_row(DOOR, holding=["alt"])
    yield from drive.until(lambda: picking.steps[-1].operation == "subtract", "Alt takes a part away in the list")

    yield from drive.click(drive.on_canvas(300, 150))
    yield from drive.until(lambda: docker.tree().selected() == [TREE], "a click on the canvas picks in the list")
    yield from drive.move(drive.on_canvas(91, 193))
    yield from drive.until(lambda: docker.tree().objects.hovered == KNOB, "the canvas points at a row")
    yield from drive.wheel(1, holding=["ctrl"])
    yield from drive.until(lambda: docker.tree().objects.hovered == DOOR, "the wheel walks up the stack")
    yield from drive.click()
    yield from drive.until(lambda: docker.tree().selected() == [DOOR], "what was walked to is picked")
    yield from drive.until(lambda: docker.session.area is not None, "its size is known")
    drive.record("summary", docker.part("maskpick_summary").text())

    yield from drive.click(drive.on_screen(docker.part("maskpick_search")))
    yield from drive.type("tree")
    yield from drive.until(lambda: docker.rows() == [TREE], "the search leaves the tree alone")
    docker.part("maskpick_search").clear()
    yield from drive.until(lambda: len(docker.rows()) == 4, "without a search all are there")


def made(drive, docker, document):
    """Everything that can be made of the house and the tree: one step each, taken back and done again."""
    yield from docker.click_row(HOUSE)
    yield from docker.click_row(TREE, holding=["ctrl"])
    for name in ("maskpick_layers", "maskpick_layer_masks", "maskpick_selection_masks", "maskpick_all_to_layers"):
        yield from action(drive, docker, document, name)
    yield from action(drive, docker, document, "maskpick_remove")

    at_work, select = [], placing.select
    placing.select = lambda *what: at_work.append(docker.desk.working) or select(*what)
    yield from docker.click("maskpick_selection")
    yield from drive.until(lambda: selected(document) and not docker.desk.working, "they are selected")
    placing.select = select
    drive.record("selection", selected(document))
    drive.record("at work while it is made", at_work)


def selected(document):
    """The box of what is selected, or None."""
    selection = document.selection()
    return selection and [selection.x(), selection.y(), selection.width(), selection.height()]


def action(drive, docker, document, name):
    before = tree(document.rootNode())
    yield from docker.click(name)
    yield from drive.until(
        lambda: tree(document.rootNode()) != before and not docker.desk.working, f"{name} adds layers"
    )
    document.waitForDone()
    after = tree(document.rootNode())
    drive.record(name, [one for one in after if one not in before])
    Krita.instance().action("edit_undo").trigger()
    yield from drive.until(lambda: tree(document.rootNode()) == before, f"{name} is undone in one step")
    Krita.instance().action("edit_redo").trigger()
    yield from drive.until(lambda: tree(document.rootNode()) == after, f"{name} is redone in one step")
    Krita.instance().action("edit_undo").trigger()
    yield from drive.until(lambda: tree(document.rootNode()) == before, f"{name} is undone again")


def tree(node):
    """The names and types of all layers."""
    return [[child.name(), child.type(), tree(child)] for child in node.childNodes()]


def paint(document):
    """Something to remove: the rectangles of the engine `shapes`, on grey."""
    width, height = SIZE
    node = document.rootNode().childNodes()[0]
    node.setPixelData(bytes([128, 128, 128, 255]) * (width * height), 0, 0, width, height)
    for x, y, w, h, tone in ((40, 60, 200, 180, 60), (80, 150, 40, 90, 200), (280, 90, 80, 150, 30)):
        node.setPixelData(bytes([tone, tone // 2, 255 - tone, 255]) * (w * h), x, y, w, h)
    document.refreshProjection()
    document.waitForDone()


def menu(drive):
    """What stands in Tools > Scripts > Maskpick."""
    below = drive.window().findChild(QtWidgets.QMenu, "maskpick_menu")
    return [entry.text().replace("&", "") for entry in below.actions()]


def collisions():
    """Shortcuts of ours that some other action of Krita has, too."""
    ours, theirs = {}, {}
    for action in Krita.instance().actions():
        for shortcut in action.shortcuts():
            kind = ours if action.objectName().startswith("maskpick_") else theirs
            kind.setdefault(shortcut.toString(QtGui.QKeySequence.SequenceFormat.PortableText), []).append(
                action.objectName()
            )
    return {"ours": sorted(ours), "both": sorted(set(ours) & set(theirs))}
