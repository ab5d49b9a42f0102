"""The settings: engines, the service, edges, what is kept, colours; and the doctor, who says why something fails.

Everything is kept as soon as it is changed; what cannot be kept says so beneath it.
"""

from __future__ import annotations

from typing import Any

from maskpick_bridge import WorkerError
from maskpick_bridge.engine_words import translated
from maskpick_bridge.words import _
from maskpick_krita.doctor_page import DoctorPage
from maskpick_krita.edges import LABELS
from maskpick_krita.look import LookPage
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.studio import EDGES, Studio
from maskpick_krita.theme import RED, em, quiet

ADDRESS, SOFTNESS = "engines.bria.address", "engines.local.softness"
HOSTED = "https://engine.prod.bria-api.com"


class SettingsDialog(QtWidgets.QDialog):
    """Stays beside Krita's window, and need not be closed to go on."""

    def __init__(self, studio: Studio, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("maskpick_settings_dialog")
        self.setWindowTitle(_("Maskpick settings"))
        self._studio = studio
        self._fields: dict[str, Field] = {}
        self._pages = QtWidgets.QTabWidget()
        self._pages.setObjectName("maskpick_settings_pages")
        self._doctor = DoctorPage(studio)
        for label, page in (
            (_("Engines"), self._engines()),
            (_("Edges"), self._edges()),
            (_("Kept answers"), self._cache()),
            (_("Look"), LookPage(studio)),
            (_("Doctor"), self._doctor),
        ):
            self._pages.addTab(page, label)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(self._pages, 1)
        column.addWidget(buttons)
        self.resize(em(self, 30), em(self, 26))
        studio.changed.connect(self._show_engines)
        self.renew()

    def renew(self) -> None:
        """Read everything anew."""
        self._show_engines()
        self._studio.greet()
        self._studio.ask("settings_get", self._read, self._unread)
        self._studio.ask("token_state", self._told_token, self._fields["token"].fail)
        self._doctor.renew()

    def show_doctor(self) -> None:
        self._pages.setCurrentWidget(self._doctor)
        self._doctor.examine()

    # Pages.

    def _engines(self) -> Any:
        self._finder, self._remover = QtWidgets.QComboBox(), QtWidgets.QComboBox()
        page = Page()
        for key, choice, label, name in (
            ("engine", self._finder, _("Find with"), "maskpick_set_finder"),
            ("remover", self._remover, _("Remove with"), "maskpick_set_remover"),
        ):
            choice.setObjectName(name)
            self._fields[key] = page.add(label, choice)
            choice.activated.connect(lambda _index, key=key, choice=choice: self._choose(key, choice.currentData()))
        page.head(_("Hosted service"))
        self._token = QtWidgets.QLineEdit()
        self._token.setObjectName("maskpick_token")
        self._token.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        self._token.returnPressed.connect(self._keep_token)
        keep, self._forget = QtWidgets.QPushButton(_("Keep")), QtWidgets.QPushButton(_("Forget"))
        keep.setObjectName("maskpick_token_keep")
        self._forget.setObjectName("maskpick_token_forget")
        for button in (keep, self._forget):
            button.setAutoDefault(False)
        keep.clicked.connect(self._keep_token)
        self._forget.clicked.connect(
            lambda: self._studio.ask("token_set", self._told_token, self._fields["token"].fail)
        )
        self._fields["token"] = page.add(_("Token"), self._token, keep, self._forget)
        self._address = QtWidgets.QLineEdit()
        self._address.setObjectName("maskpick_address")
        self._address.setPlaceholderText(HOSTED)
        self._address.editingFinished.connect(lambda: self._set(ADDRESS, self._address.text().strip()))
        self._fields[ADDRESS] = page.add(_("Address"), self._address)
        self._fields[ADDRESS].say(_("Empty: the hosted service. Or a service of your own."))
        return page

    def _edges(self) -> Any:
        page = Page()
        self._softness = QtWidgets.QDoubleSpinBox()
        self._softness.setObjectName("maskpick_softness")
        self._softness.setRange(0.0, 20.0)
        self._softness.setSingleStep(0.1)
        self._softness.setSuffix(_(" px"))
        self._softness.editingFinished.connect(lambda: self._set(SOFTNESS, self._softness.value()))
        self._fields[SOFTNESS] = page.add(_("Softness"), self._softness)
        self._fields[SOFTNESS].say(_("Of the borders found on this computer, from the next time on."))
        edges = QtWidgets.QComboBox()
        edges.setObjectName("maskpick_edges_first")
        for kind, label in LABELS.items():
            edges.addItem(label(), kind)
        edges.setCurrentIndex(max(0, edges.findData(self._studio.read(EDGES))))
        edges.activated.connect(lambda _index: self._studio.write(EDGES, edges.currentData()))
        self._fields[EDGES] = page.add(_("Begin with"), edges)
        self._fields[EDGES].say(_("Of documents that are opened from now on. Hard is for pixel art, fine for hair."))
        return page

    def _cache(self) -> Any:
        page = Page()
        self._use_cache = QtWidgets.QCheckBox(_("Keep answers"))
        self._use_cache.setObjectName("maskpick_use_cache")
        self._use_cache.clicked.connect(lambda on: self._set("use_cache", on))
        self._fields["use_cache"] = page.add("", self._use_cache)
        self._fields["use_cache"].say(_("Asking again for the same picture then costs nothing."))
        self._cache_mb = QtWidgets.QSpinBox()
        self._cache_mb.setObjectName("maskpick_cache_mb")
        self._cache_mb.setRange(1, 1_000_000)
        self._cache_mb.setSuffix(_(" MB"))
        self._cache_mb.editingFinished.connect(lambda: self._set("cache_mb", self._cache_mb.value()))
        self._fields["cache_mb"] = page.add(_("At most"), self._cache_mb)
        self._folder = QtWidgets.QLabel()
        self._folder.setWordWrap(True)
        self._folder.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        page.add(_("Folder"), self._folder)
        return page

    # What the engine tells.

    def _show_engines(self) -> None:
        studio = self._studio
        for choice, engines, chosen in (
            (self._finder, studio.finders, studio.finder),
            (self._remover, studio.removers, studio.remover),
        ):
            choice.clear()
            for engine in engines:
                choice.addItem(engine.title, engine.name)
            choice.setCurrentIndex(choice.findData(chosen))
            choice.setEnabled(bool(engines))
        if studio.trouble is not None:
            self._fields["engine"].fail(studio.trouble)

    def _read(self, result: dict[str, Any]) -> None:
        values = {key: told["value"] for key, told in result["settings"].items()}
        self._address.setText(str(values.get(ADDRESS, "")))
        self._softness.setValue(float(values.get(SOFTNESS, 0.8)))
        self._use_cache.setChecked(bool(values["use_cache"]))
        self._cache_mb.setValue(int(values["cache_mb"]))
        self._folder.setText(str(values["cache_folder"]))
        self._known = {ADDRESS: self._address.text(), SOFTNESS: self._softness.value(), **values}

    def _unread(self, error: WorkerError) -> None:
        for key in ("engine", "use_cache", SOFTNESS):
            self._fields[key].fail(error)

    def _told_token(self, result: dict[str, Any]) -> None:
        place = result["place"]
        self._forget.setEnabled(place is not None)
        self._token.clear()
        self._token.setPlaceholderText(_("kept; paste another to replace it") if place else _("paste it here"))
        said = _("It is kept in {place} and never shown.").format(place=translated(place or ""))
        self._fields["token"].say(said if place else _("None is kept. Only the hosted service needs one."))

    # What the artist wants.

    def _choose(self, key: str, name: str) -> None:
        self._fields[key].say("")
        self._studio.choose(key, name, self._fields[key].fail)

    def _set(self, key: str, value: Any) -> None:
        if getattr(self, "_known", {}).get(key) != value:
            self._fields[key].say("")
            self._known[key] = value
            self._studio.ask("settings_set", None, self._fields[key].fail, key=key, value=value)

    def _keep_token(self) -> None:
        if self._token.text().strip():
            token = self._token.text().strip()
            self._studio.ask("token_set", self._told_token, self._fields["token"].fail, token=token)
            self._token.clear()


class Field:
    """The line beneath a setting: what it means, or what went wrong."""

    def __init__(self, label: Any) -> None:
        self._label = label

    def say(self, text: str) -> None:
        self._label.setText(text)
        self._label.setVisible(bool(text))
        self._label.setStyleSheet(f"color: {quiet(self._label.palette()).name()}")

    def fail(self, error: WorkerError) -> None:
        self.say(f"{error.happened} {error.advice}".strip())
        self._label.setStyleSheet(f"color: {RED.name()}")


class Page(QtWidgets.QWidget):
    """Settings one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(em(self, 0.7))
        self._grid.setRowStretch(100, 1)
        self._rows = 0

    def head(self, text: str) -> None:
        label = QtWidgets.QLabel(text)
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        label.setContentsMargins(0, em(self, 0.8), 0, 0)
        self._grid.addWidget(label, self._rows, 0, 1, 2)
        self._rows += 1

    def add(self, label: str, *widgets: Any) -> Field:
        """A setting, and the line beneath it."""
        row = QtWidgets.QHBoxLayout()
        for place, widget in enumerate(widgets):
            row.addWidget(widget, 1 if place == 0 else 0)
        named = QtWidgets.QLabel(label)
        named.setBuddy(widgets[0])
        self._grid.addWidget(named, self._rows, 0)
        self._grid.addLayout(row, self._rows, 1)
        beneath = QtWidgets.QLabel()
        beneath.setObjectName(f"{widgets[0].objectName()}_said")
        beneath.setWordWrap(True)
        beneath.hide()
        self._grid.addWidget(beneath, self._rows + 1, 1)
        self._rows += 2
        return Field(beneath)
