"""maskpick's docker as a scenario uses it: its widgets by their names, its rows by their objects."""

from driver.qt import QtCore, QtWidgets
from krita import Krita

DOCKER = "maskpick_docker"
STILL = 20
"""Looks at a widget that find it in the same place."""
PHOTO = "/src/docs/photos/coffee.jpg"


class Docker:
    """The docker of the window in front. Its own parts are asked for anew each time: they must not be kept."""

    def __init__(self, drive):
        self.drive = drive

    # What there is.

    def dock(self):
        return self.drive.window().findChild(QtWidgets.QDockWidget, DOCKER)

    def part(self, name):
        """A widget of the docker by its name."""
        found = self.dock().findChild(QtWidgets.QWidget, name)
        if found is None:
            raise LookupError(name)
        return found

    @property
    def desk(self):
        return self.dock().desk

    @property
    def session(self):
        return self.desk.session

    def tree(self):
        return self.part("maskpick_objects")

    def rows(self):
        """The ids of the objects in the list, from top to bottom."""
        return self.tree().objects.ids()

    def said(self):
        """What the card says, or nothing."""
        if not self.part("maskpick_card").isVisible():
            return ""
        return "\n".join(self.part(f"maskpick_card_{part}").text() for part in ("title", "text")).strip()

    # Hands.

    def show(self, width=320):
        """The docker alone beside the canvas, and the engine awake."""
        yield from self.show_alone(width)
        yield from self.drive.until(lambda: self.desk.studio.finders, "the engine has answered")

    def show_alone(self, width=320):
        """The docker beside the canvas, and no others."""
        window = self.drive.window()
        for dock in window.findChildren(QtWidgets.QDockWidget):
            dock.setVisible(dock.objectName() in (DOCKER, "ToolBox"))
        dock = self.dock()
        dock.setFloating(False)
        window.resizeDocks([dock], [width], QtCore.Qt.Orientation.Horizontal)
        dock.raise_()
        yield from self.drive.until(lambda: dock.isVisible(), "the docker is seen")

    def click(self, name, **keys):
        """Click a widget of the docker when it can be, and has come to rest: what was said above it moves it."""
        yield from self.drive.until(
            lambda: self.part(name).isVisible() and self.part(name).isEnabled(), f"{name} is on"
        )
        places = []

        def at_rest():
            places.append(self.drive.on_screen(self.part(name)))
            return len(places) > STILL and len(set(places[-STILL:])) == 1

        yield from self.drive.until(at_rest, f"{name} is at rest")
        yield from self.drive.click(places[-1], **keys)

    def choose(self, name, label):
        """Choose in one of the docker's lists, by mouse and keys."""
        choice = self.part(name)
        yield from self.click(name)
        yield from self.drive.until(lambda: choice.view().isVisible(), f"{name} is open")
        yield from self.drive.type(label)
        yield from self.drive.key("Return")
        yield from self.drive.until(lambda: choice.currentText() == label, f"{label} is chosen")

    def answers(self):
        """What stands on the buttons of the card."""
        buttons = self.part("maskpick_card").findChildren(QtWidgets.QPushButton)
        return [button.text() for button in buttons if button.isVisible()]

    def find(self):
        """Press *Find objects*, and wait until they are there with their pictures."""
        yield from self.click("maskpick_find")
        yield from self.found()

    def found(self):
        yield from self.drive.until(lambda: self.session.file and not self.session.busy, "objects are found")
        first = next(iter(self.session.file.masks))
        yield from self.drive.until(lambda: self.session.thumbnail(first), "the pictures are there")
        yield from self.drive.until(lambda: self.session.outlines, "the outlines are there")
        yield from self.shown()

    def shown(self):
        yield from self.drive.until(lambda: not self.desk.turns.waiting, "the docker shows what there is")

    def place_of(self, id):
        """Where on the screen an object's row is."""
        tree = self.tree()
        index = tree.objects.index_of(id)
        tree.scrollTo(index)
        return self.drive.on_screen(tree.viewport(), tree.visualRect(index).center())

    def click_row(self, id, **keys):
        yield from self.drive.click(self.place_of(id), **keys)

    def idle(self):
        yield from self.drive.until(lambda: not self.desk.working, "the work is done")

    def children(self):
        """The names of the document's layers, from the bottom."""
        document = Krita.instance().activeDocument()
        return [node.name() for node in document.rootNode().childNodes()]

    def inside(self, id):
        """A pixel where this object is the smallest one: its middle, as on the canvas."""
        file = self.session.file
        box = file.masks[id].box
        spots = [
            (x, y)
            for y in range(box.y, box.y + box.height)
            for x in range(box.x, box.x + box.width)
            if (file.at(x, y) or (None,))[0] == id
        ]
        return spots[len(spots) // 2]
