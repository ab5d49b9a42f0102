"""The doctor: looks whether everything is in order, and says what to do where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maskpick_bridge import WorkerError
from maskpick_bridge.logfile import log_path
from maskpick_bridge.words import _
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.studio import Studio
from maskpick_krita.theme import AMBER, RED, em, quiet

_SIGNS = {"good": ("✓", None), "warning": ("!", AMBER), "wrong": ("✗", RED)}


class DoctorPage(QtWidgets.QWidget):
    """A list of findings, the bad ones first; a way to the log."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._said = QtWidgets.QLabel()
        self._said.setObjectName("maskpick_doctor_said")
        self._said.setWordWrap(True)
        self._found = QtWidgets.QTreeWidget()
        self._found.setObjectName("maskpick_findings")
        self._found.setHeaderHidden(True)
        self._found.setColumnCount(2)
        self._found.setRootIsDecorated(False)
        self._found.setWordWrap(True)
        self._found.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self._look = QtWidgets.QPushButton(_("Examine"))
        self._look.setObjectName("maskpick_examine")
        self._copy = QtWidgets.QPushButton(_("Copy"))
        self._copy.setToolTip(_("Copy the findings, to send them to somebody who helps"))
        self._log = QtWidgets.QPushButton(_("Open the log"))
        self._look.clicked.connect(self.examine)
        self._copy.clicked.connect(self._copied)
        self._log.clicked.connect(self._open_log)
        row = QtWidgets.QHBoxLayout()
        for button in (self._look, self._copy, self._log):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(self._said)
        column.addWidget(self._found, 1)
        column.addLayout(row)
        self.renew()

    def renew(self) -> None:
        """Show where the log is; the findings wait until they are asked for."""
        self._log.setToolTip(str(self._log_file()))
        self._copy.setEnabled(self._found.topLevelItemCount() > 0)
        if self._found.topLevelItemCount() == 0:
            self._said.setText(_("Looks whether everything that maskpick needs is there and works."))

    def examine(self) -> None:
        self._said.setText(_("Looking…"))
        self._look.setEnabled(False)
        self._studio.ask("doctor", self._examined, self._failed)

    def _examined(self, result: dict[str, Any]) -> None:
        self._look.setEnabled(True)
        findings = sorted(result["findings"], key=lambda one: ("wrong", "warning", "good").index(one["state"]))
        self._show(findings)
        bad = sum(one["state"] != "good" for one in findings)
        self._said.setText(_("Everything is in order.") if not bad else _("Not everything is in order:"))

    def _failed(self, error: WorkerError) -> None:
        self._look.setEnabled(True)
        self._said.setText(_("The engine could not be asked:"))
        self._show([{"subject": _("engine"), "state": "wrong", "found": error.happened, "advice": error.advice}])

    def _show(self, findings: list[dict[str, Any]]) -> None:
        self._found.clear()
        for one in findings:
            sign, tone = _SIGNS[one["state"]]
            text = one["found"] if not one["advice"] else f"{one['found']}\n{one['advice']}"
            item = QtWidgets.QTreeWidgetItem([f"{sign} {one['subject']}", text])
            item.setToolTip(1, text)
            item.setForeground(0, tone or quiet(self.palette()))
            item.setTextAlignment(0, QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignTop)
            self._found.addTopLevelItem(item)
        self._found.setColumnWidth(0, em(self, 11))
        self._copy.setEnabled(bool(findings))

    def _copied(self) -> None:
        items = [self._found.topLevelItem(row) for row in range(self._found.topLevelItemCount())]
        lines = [": ".join((item.text(0), item.text(1).replace("\n", " "))) for item in items]
        QtWidgets.QApplication.clipboard().setText("\n".join(lines))

    def _log_file(self) -> Path:
        """The engine's log, or the plug-in's while the engine has told nothing."""
        return Path(self._studio.connection.about.get("log") or log_path("krita"))

    def _open_log(self) -> None:
        path = self._log_file()
        if not path.exists() or not QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(path))):
            self._said.setText(_("The log is {path}.").format(path=path))
