"""The doctor: looks whether everything is in order, and says what to do where it is not."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from maskpick_bridge import WorkerError
from maskpick_bridge.engine_words import translated
from maskpick_bridge.logfile import log_path
from maskpick_bridge.words import _
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.studio import Studio
from maskpick_krita.theme import AMBER, RED, quiet

_SIGNS = {"good": ("✓", None), "warning": ("!", AMBER), "wrong": ("✗", RED)}


class DoctorPage(QtWidgets.QWidget):
    """A list of findings, the bad ones first; a way to the log."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._findings: list[dict[str, Any]] = []
        self._said = QtWidgets.QLabel()
        self._said.setObjectName("maskpick_doctor_said")
        self._said.setWordWrap(True)
        self._found = QtWidgets.QTextBrowser()
        self._found.setObjectName("maskpick_findings")
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
        self._copy.setEnabled(bool(self._findings))
        if not self._findings:
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
        self._findings = findings
        dim = quiet(self.palette()).name()
        lines = []
        for one in findings:
            sign, tone = _SIGNS[one["state"]]
            name, found, advice = (html.escape(translated(one[part])) for part in ("subject", "found", "advice"))
            if tone is None:
                lines.append(f"<p style='color: {dim}'>{sign} {name}: {found}</p>")
            else:
                lines.append(f"<p><b style='color: {tone.name()}'>{sign} {name}</b><br>{found}<br><b>{advice}</b></p>")
        self._found.setHtml("".join(lines))
        self._copy.setEnabled(bool(findings))

    def _copied(self) -> None:
        lines = [f"{one['state']}: {one['subject']}: {one['found']} {one['advice']}".strip() for one in self._findings]
        QtWidgets.QApplication.clipboard().setText("\n".join(lines))

    def _log_file(self) -> Path:
        """The engine's log, or the plug-in's while the engine has told nothing."""
        return Path(self._studio.connection.about.get("log") or log_path("krita"))

    def _open_log(self) -> None:
        path = self._log_file()
        if not path.exists() or not QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(path))):
            self._said.setText(_("The log is {path}.").format(path=path))
