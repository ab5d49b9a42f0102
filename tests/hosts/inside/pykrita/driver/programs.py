"""Runs programs from a shell beside Krita: one as large as Krita takes a sixtieth of a second to fork, each time."""

import shlex

from driver.qt import QtCore

END = "\x04"


class Programs:
    """One program at a time."""

    def __init__(self):
        self.shell = None
        self.said = b""

    def start(self, command):
        if self.shell is None:
            self.shell = QtCore.QProcess()
            self.shell.start("/bin/sh", [])
        self.said = b""
        self.shell.write(f"{shlex.join(map(str, command))} 2>&1; printf '{END}%s{END}' $?\n".encode())

    def ended(self):
        """Once the program has: what it said, and its status. Till then None."""
        self.said += bytes(self.shell.readAllStandardOutput())
        said, *status = self.said.decode(errors="replace").split(END)
        return (said, int(status[0])) if len(status) == 2 else None

    def end(self):
        if self.shell is not None:
            self.shell.closeWriteChannel()
            self.shell.waitForFinished()
            self.shell = None
