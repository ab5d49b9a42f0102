"""What a worker of a cluster does for a batch: one picture, from its file or its bytes, to the bytes of its results.

A worker writes nothing but its own cache of answers; see `maskpick.distributed` for the rules.
"""

from __future__ import annotations

import dataclasses
import functools
import platform
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from maskpick.batch_worker import Recipe, Report, Task, in_words, made
from maskpick.errors import MaskpickError
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.cache import Cache
    from maskpick.plugins import Plugins

_CLOCKS_S = 2.0  # file systems of a network round the time of the last change


@dataclass(frozen=True)
class Errand:
    """A task, and what a worker needs for it: ``key`` is what its results must depend on (see `Recipe.key`), ``place``
    the picture's absolute path, ``sent`` its bytes where they were sent along."""

    task: Task
    recipe: Recipe
    key: str
    version: str
    place: Path
    sent: bytes | None = None


@dataclass(frozen=True)
class Delivery:
    """What came of an errand: a report and the files made, by path inside the task's room, with slashes. Or why not:
    ``unfit``, the worker would make something else; ``blind``, it does not see the file."""

    worker: str
    host: str
    report: Report | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    refusal: Literal["", "unfit", "blind"] = ""
    reason: str = ""


def run(errand: Errand) -> Delivery:
    """Do an errand, on the worker of dask's this is called in."""
    import distributed

    return do(errand, distributed.get_worker().address)


def do(errand: Errand, worker: str) -> Delivery:
    """Do an errand. ``worker`` is the address of this process. Raises only what breaks the whole process."""
    host = platform.node()
    try:
        reason = _unfit(errand)
    except MaskpickError as error:
        reason = str(error)
    if reason:
        return Delivery(worker, host, refusal="unfit", reason=f"{host}: {reason}")
    data = errand.sent
    if data is None:
        data = _seen_here(errand.place, errand.task.source)
    if data is None:
        return Delivery(worker, host, refusal="blind")
    with tempfile.TemporaryDirectory(prefix="maskpick-", ignore_cleanup_errors=True) as folder:
        task = dataclasses.replace(errand.task, room=Path(folder))
        report = in_words(task, functools.partial(_make, task, data, errand.recipe))
        files = tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in _files_in(Path(folder)))
        return Delivery(worker, host, report, files if report.status == "done" else ())


def _make(task: Task, data: bytes, recipe: Recipe) -> Report:
    from maskpick.picture_files import decode_picture

    picture = decode_picture(data, task.picture)
    return made(task, picture, recipe, _plugins(recipe), _cache(recipe), Progress())


def _unfit(errand: Errand) -> str:
    """Why this worker would not make the same results as the computer that asks; empty where it would."""
    from maskpick import __version__

    if __version__ != errand.version:
        return f"it has maskpick {__version__}, and this computer {errand.version}."
    if errand.recipe.key(_plugins(errand.recipe)) != errand.key:
        return "its engine or its plugins are not those of this computer."
    return ""


def _seen_here(place: Path, source: tuple[int, int]) -> bytes | None:
    """The bytes of the file, if it is there, may be read, and is the same by size and time; else None."""
    size, changed_ns = source
    try:
        about = place.stat()
        if about.st_size != size or abs(about.st_mtime_ns - changed_ns) > _CLOCKS_S * 1e9:
            return None
        return place.read_bytes()
    except OSError:
        return None


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


_loading = threading.Lock()  # the threads of a worker share what they load
_loaded: dict[tuple[object, Path], Plugins] = {}


def _plugins(recipe: Recipe) -> Plugins:
    from maskpick.plugins import Plugins

    settings = recipe.settings
    key = (settings.only_plugins, settings.plugin_folder)
    with _loading:
        if key not in _loaded:
            _loaded[key] = Plugins.load(only=settings.only_plugins, folder=settings.plugin_folder)
        return _loaded[key]


def _cache(recipe: Recipe) -> Cache | None:
    """The worker's own cache: the folder of whoever asks may not exist here, or be somebody else's."""
    from maskpick.cache import Cache
    from maskpick.settings import Settings

    return Cache.of(Settings.load()) if recipe.settings.use_cache else None
