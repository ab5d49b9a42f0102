"""What all of Krita's windows share: the connection to the engine, what it offers, and a session for each document."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from krita import Krita

from maskpick_bridge import Connection, MaskFile, WorkerError
from maskpick_bridge.offers import Engine, offers
from maskpick_bridge.saying import Saying
from maskpick_bridge.session import THUMBNAIL_SIDE, Session
from maskpick_krita.edges import edge_of
from maskpick_krita.qt import QtCore, QtWidgets

GROUP = "maskpick"
"""Where in Krita's settings the docker's own are kept: its view of things; the engine's are the engine's."""
EXPLAINED, EDGES, WITH_SHADOW = "explained", "edges", "with_shadow"


class Work:
    """The session of a document, and what the dockers know of it besides.

    ``document`` is what tells it from others; ``layer`` the id of the layer its objects were found in, None when that
    was the visible image; ``looked_in`` the same of what is being found, which may yet fail or be stopped; ``shown``
    the objects that have been taken up. ``question`` waits for an answer. ``kept`` is what the document has brought
    along and nobody has taken up yet: None before it was asked for, empty when there is none. ``doing`` is what the
    last action of the session was; ``painted``, whether the picture may have changed since the objects were last
    compared with it; ``unread``, what was said when it could not be compared.
    """

    def __init__(self, document: str, connection: Connection, tell: Callable[[str], object]) -> None:
        self.document = document
        self.session = Session(connection, tell)
        # As many as the sharpest of the screens shows.
        self.session.thumbnail_side = round(THUMBNAIL_SIDE * QtWidgets.QApplication.instance().devicePixelRatio())
        self.picker: Any = None
        self.layer: Any = None
        self.looked_in: Any = None
        self.shown: Optional[MaskFile] = None
        self.question: Optional[Saying] = None
        self.kept: Optional[bytes] = None
        self.doing = ""
        self.painted = False
        self.unread = ""

    def close(self) -> None:
        if self.picker is not None:
            self.picker.stop()
        self.session.close()


class Studio(QtCore.QObject):
    """``told(work, what)`` is what a session tells; ``changed`` comes when engines or settings are others.

    ``trouble`` is why the engine could not be asked what it offers; ``notice`` a sentence that no request tells of.
    """

    told = QtCore.pyqtSignal(object, str)
    changed = QtCore.pyqtSignal()
    _woken = QtCore.pyqtSignal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.finders: List[Engine] = []
        self.removers: List[Engine] = []
        self.finder = self.remover = ""
        self.trouble: Optional[WorkerError] = None
        self.notice = ""
        self._greeting = False
        self._works: Dict[str, Work] = {}
        self._woken.connect(self._pump, QtCore.Qt.ConnectionType.QueuedConnection)
        self.connection = Connection(f"Krita {Krita.instance().version()}", self._woken.emit, self._notice)

    # The docker's own settings.

    @staticmethod
    def read(name: str, default: str = "") -> str:
        return str(Krita.instance().readSetting(GROUP, name, default))

    @staticmethod
    def write(name: str, value: str) -> None:
        Krita.instance().writeSetting(GROUP, name, value)

    # The engine.

    def greet(self) -> None:
        """Ask the engine what it offers, unless it has told already. It is started by this."""
        if not (self.finders or self._greeting):
            self._greeting, self.trouble = True, None
            self.ask("engines", self._offered, self._missed)
            self.changed.emit()

    def forgive(self) -> None:
        """Say nothing more of what went wrong."""
        self.trouble, self.notice = None, ""
        self.changed.emit()

    def renew(self) -> None:
        """Ask again: another engine may have been chosen or installed."""
        self.finders = []
        self._greeting = False
        self.greet()

    def choose(self, key: str, name: str, failed: Callable[[WorkerError], object] | None = None) -> None:
        """Let ``engine`` or ``remover`` be another from now on."""
        if key == "engine":
            self.finder = name
        else:
            self.remover = name
        self.changed.emit()
        self.ask("settings_set", failed=failed, key=key, value=name)

    def ask(
        self,
        method: str,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[WorkerError], object] | None = None,
        **params: Any,
    ) -> Any:
        """A request beside those of the sessions."""
        return self.connection.request(method, done, failed, **params)

    # Documents.

    def work(self, document: str) -> Work:
        """What is known of a document, made when it is first asked for."""
        if document not in self._works:
            work = Work(document, self.connection, lambda what: self.told.emit(work, what))
            work.session.edge = edge_of(self.read(EDGES))
            self._works[document] = work
        return self._works[document]

    def keep_only(self, documents: set[str]) -> None:
        """Close what belongs to all other documents."""
        for document in set(self._works) - documents:
            self._works.pop(document).close()

    def close(self) -> None:
        """Let go of everything, and end the engine."""
        self.keep_only(set())
        self.connection.close()

    # What the connection tells.

    def _pump(self) -> None:
        self.connection.pump()

    def _notice(self, sentence: str) -> None:
        self.notice = sentence
        self.changed.emit()

    def _offered(self, result: dict[str, Any]) -> None:
        self._greeting = False
        self.finders, self.removers, self.finder, self.remover = offers(result)
        self.changed.emit()

    def _missed(self, error: WorkerError) -> None:
        self._greeting, self.trouble = False, error
        self.changed.emit()


_studio: Optional[Studio] = None


def studio() -> Studio:
    """The one that all windows share."""
    global _studio
    if _studio is None:
        _studio = Studio()
    return _studio
