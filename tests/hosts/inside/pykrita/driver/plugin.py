"""Starts a scenario as soon as Krita's window is there, and ends Krita after it."""

import faulthandler
import gc
import importlib
import os

from krita import Extension, Krita

from driver.drive import REST, Drive
from driver.qt import QtCore
from driver.steps import Runner

QUIT_WITHIN = float(os.environ.get("QUIT_WITHIN", "90"))  # seconds


class Driver(Extension):
    def setup(self):
        self.runner = None
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(self.begin)

    def createActions(self, window):  # noqa: N802 - Krita's name
        pass

    def begin(self):
        name = os.environ.get("DRIVER_SCENARIO")
        if name and self.runner is None:
            self.runner = Runner(Drive(), lambda drive: importlib.import_module(name).steps(drive), self.end)
            self.runner.start()

    def end(self, close_documents):
        """Close what is open and quit, each from a clean stack: a wrapper of a document that lives on crashes Krita."""
        faulthandler.dump_traceback_later(QUIT_WITHIN, exit=True)  # a question that nobody answers, say
        self.runner = None
        gc.collect()
        if close_documents:
            for document in Krita.instance().documents():
                document.waitForDone()
            document = None
        QtCore.QTimer.singleShot(REST if close_documents else 0, lambda: self.quit(close_documents))

    def quit(self, close_documents):
        krita = Krita.instance()
        for document in krita.documents():
            document.setModified(False)
            if close_documents:
                document.close()
        document = None
        gc.collect()
        QtCore.QTimer.singleShot(0, lambda: krita.action("file_quit").trigger())


def install():
    krita = Krita.instance()
    krita.addExtension(Driver(krita))
