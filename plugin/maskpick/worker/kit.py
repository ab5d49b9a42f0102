"""What all requests share: settings, plugins, the cache, and the heavy libraries, loaded before they are asked for."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick import __version__
from maskpick.engines import is_ready
from maskpick.errors import EngineError, SettingsError
from maskpick.plugins import Plugins
from maskpick.settings import Settings, option_kinds
from maskpick.values import allowed
from maskpick.worker import PROTOCOL
from maskpick.worker.room import sweep

if TYPE_CHECKING:
    from maskpick.engines import Engine

log = logging.getLogger(__name__)

_HEAVY = ("numpy", "cv2", "maskpick.api", "maskpick.tree", "maskpick.names", "maskpick.worker.methods.shapes")


class Kit:
    """The settings as they are now - the command line may have changed them - and the plugins they ask for."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._lock = threading.Lock()
        self._plugins: tuple[object, Plugins] | None = None
        self._warm = False

    @property
    def settings(self) -> Settings:
        return Settings.load()

    def plugins(self, settings: Settings) -> Plugins:
        wanted = (settings.only_plugins, settings.plugin_folder)
        with self._lock:
            if self._plugins is None or self._plugins[0] != wanted:
                loaded = Plugins.load(only=settings.only_plugins, folder=settings.plugin_folder)
                self._plugins = (wanted, loaded)
            return self._plugins[1]

    def about(self) -> dict[str, Any]:
        """What a plug-in learns when it says hello: versions, and what there is to choose from."""
        told = {"protocol": PROTOCOL, "version": __version__, "pid": os.getpid(), "log": str(self._log_file)}
        try:
            return {**told, **self.engines(), "problem": None}
        except SettingsError as error:  # the artist can mend them from the editor, once we talk
            return {**told, **_shelves(self.plugins(Settings()), Settings()), "problem": str(error)}

    def engines(self) -> dict[str, Any]:
        """The engines with their options, and which are chosen; plugins that were left out, and why."""
        settings = self.settings
        return _shelves(self.plugins(settings), settings)

    def warm_up(self) -> None:
        """What need not delay the first answer, in the background: the libraries, for the first request to find there,
        and the rooms that dead workers left. A peer that came back has moved into its own by now.
        """
        with self._lock:
            if self._warm:
                return
            self._warm = True
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    with contextlib.suppress(ImportError):  # the request that needs it will say so, to somebody who listens
        for name in _HEAVY:
            importlib.import_module(name)
    sweep()


def _shelves(plugins: Plugins, settings: Settings) -> dict[str, Any]:
    return {
        "engine": settings.engine,
        "remover": settings.remover,
        "segmenters": [_engine(one) for one in plugins.segmenters.values() if _is_offered(one, settings)],
        "removers": [_engine(one) for one in plugins.removers.values() if _is_offered(one, settings)],
        "left_out": [{"plugin": one.plugin, "message": one.message} for one in plugins.problems],
    }


def _is_offered(engine: type[Engine], settings: Settings) -> bool:
    """Whether an artist can choose it. The one in the settings always: it says what it lacks when it is asked."""
    return engine.name in (settings.engine, settings.remover) or is_ready(engine, settings)


def _engine(engine: type[Engine]) -> Mapping[str, Any]:
    try:
        options = _options(engine)
    except EngineError as error:  # its author's fault; it may do its work all the same
        log.warning("%s", error)
        options = []
    return {"name": engine.name, "title": engine.title, "offline": engine.offline, "options": options}


def _options(engine: type[Engine]) -> list[dict[str, Any]]:
    kinds = option_kinds(engine)
    defaults = engine.Options()
    return [
        {
            "name": one.name,
            "help": one.metadata.get("help", ""),
            "default": plain(getattr(defaults, one.name)),
            "allowed": allowed(kinds[one.name]),
        }
        for one in dataclasses.fields(engine.Options)
        if one.init
    ]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
