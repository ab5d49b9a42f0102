"""A plug-in that photographs Krita's window once a document is open: to /tmp/photograph.png."""

from pathlib import Path

from krita import Extension, Krita

try:
    from PyQt6.QtCore import QSize, Qt, QTimer
    from PyQt6.QtWidgets import QDockWidget
except ImportError:
    from PyQt5.QtCore import QSize, Qt, QTimer
    from PyQt5.QtWidgets import QDockWidget

WINDOW = QSize(1080, 660)
LAYERS = "KisLayerBox"
LAYERS_WIDTH = 400
IN_VIEW = {LAYERS, "ToolBox"}
LOOK_EVERY = 500  # milliseconds
STILL = 6  # looks: a message over the canvas, such as the zoom's, takes a while to go


class Photographer(Extension):
    def setup(self):
        self.before, self.alike = None, 0
        self.look = self.wait_for_the_document
        self.timer = QTimer()
        self.timer.timeout.connect(lambda: self.look())
        self.timer.start(LOOK_EVERY)

    def createActions(self, window):  # noqa: N802 - Krita's name
        pass

    def wait_for_the_document(self):
        krita = Krita.instance()
        if krita.activeDocument() and krita.activeWindow():
            document = krita.activeDocument()
            close_groups(document.rootNode())
            document.setActiveNode(document.rootNode().childNodes()[-1])
            krita.action("PanTool").trigger()  # it draws nothing at the pointer, as a brush does
            arrange(krita.activeWindow().qwindow())
            self.look = self.wait_until_all_is_drawn

    def wait_until_all_is_drawn(self):
        window = Krita.instance().activeWindow().qwindow()
        frame = window.frameGeometry()
        seen = window.screen().grabWindow(0, frame.x(), frame.y(), frame.width(), frame.height()).toImage()
        self.alike = self.alike + 1 if seen == self.before else 0
        if self.alike == STILL:
            self.timer.stop()
            seen.save("/tmp/krita.png")
            Path("/tmp/krita.png").rename("/tmp/photograph.png")  # all of it at once
        self.before = seen


def arrange(window):
    """Only the tools and the layers, and these wide enough to be read."""
    docks = {dock.objectName(): dock for dock in window.findChildren(QDockWidget)}
    for name, dock in docks.items():
        dock.setVisible(name in IN_VIEW)
    window.resize(WINDOW)
    window.resizeDocks([docks[LAYERS]], [LAYERS_WIDTH], Qt.Orientation.Horizontal)


def close_groups(node):
    for child in node.childNodes():
        close_groups(child)
        if child.type() == "grouplayer":
            child.setCollapsed(True)


Krita.instance().addExtension(Photographer(Krita.instance()))
