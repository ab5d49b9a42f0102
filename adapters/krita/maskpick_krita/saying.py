"""Shows what the docker has to say, in place: see `maskpick_bridge.saying`."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.saying import HINT, QUESTION, TROUBLE, Saying
from maskpick_bridge.words import _
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.theme import AMBER, BLUE, RED, em, mixed, set_icon

_TONES = {HINT: (BLUE, "help-contents"), QUESTION: (AMBER, "help-contents"), TROUBLE: (RED, "warning")}


class Card(QtWidgets.QFrame):
    """Shows one `Saying`, or hides."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("maskpick_card")
        self._said: Saying | None = None
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Maximum)
        self._title, self._text = _sentence("maskpick_card_title"), _sentence("maskpick_card_text")
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        self._cross = QtWidgets.QToolButton()
        self._cross.setObjectName("maskpick_card_dismiss")
        self._cross.setAutoRaise(True)
        self._cross.setToolTip(_("Put this away"))
        set_icon(self._cross, "docker_close")
        self._cross.clicked.connect(self._dismiss)
        self._answers = QtWidgets.QHBoxLayout()
        head = QtWidgets.QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._cross, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        column = QtWidgets.QVBoxLayout(self)
        gap = em(self, 0.4)
        column.setContentsMargins(em(self, 0.75), gap, gap, gap)
        column.setSpacing(em(self, 0.25))
        column.addLayout(head)
        column.addWidget(self._text)
        column.addLayout(self._answers)
        self.hide()

    def say(self, saying: Saying | None) -> None:
        """Show something else, or with None nothing. What is shown already is left as it is."""
        if saying is not None and self._said is not None and saying.seen == self._said.seen:
            self._said = saying
            return
        self._said = saying
        if saying is None:
            self.hide()
            return
        self._title.setText(saying.title)
        self._text.setText(saying.text)
        self._text.setVisible(bool(saying.text))
        self._cross.setVisible(saying.dismiss is not None)
        self._show_answers(len(saying.answers))
        self.show()
        self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: ARG002, N802 - Qt's name
        if self._said is None:
            return
        tone = _TONES[self._said.tone][0]
        window = self.palette().color(QtGui.QPalette.ColorRole.Window)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        outer = QtGui.QPainterPath()
        outer.addRoundedRect(QtCore.QRectF(self.rect()), 4, 4)
        painter.setClipPath(outer)
        painter.fillRect(self.rect(), mixed(window, tone, 0.16))
        painter.fillRect(0, 0, em(self, 0.2), self.height(), tone)
        painter.end()

    def _show_answers(self, count: int) -> None:
        while self._answers.count():
            item = self._answers.takeAt(0)
            if item.widget() is not None:
                item.widget().deleteLater()
        assert self._said is not None
        for index in range(count):
            button = QtWidgets.QPushButton(self._said.answers[index].label)
            button.setObjectName(f"maskpick_answer_{index}")
            button.clicked.connect(lambda _checked=False, index=index: self._answer(index))
            self._answers.addWidget(button)
        if count:
            self._answers.addStretch(1)

    def _answer(self, index: int) -> None:
        if self._said is not None:
            self._said.answers[index].do()

    def _dismiss(self) -> None:
        if self._said is not None and self._said.dismiss is not None:
            self._said.dismiss()


def _sentence(name: str) -> Any:
    label = QtWidgets.QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
