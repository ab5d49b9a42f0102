"""One process of a batch: it works on one picture after another and reports what came of each."""

from __future__ import annotations

import logging
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from maskpick.errors import Cancelled, MaskpickError
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.cache import Cache
    from maskpick.pictures import Picture
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings

_CHANGING = {"refine_masks", "name_mask"}  # hooks that have a hand in every answer


@dataclass(frozen=True)
class Recipe:
    """What is the same for every picture of a batch."""

    settings: Settings
    options: dict[str, Any]

    def key(self, plugins: Plugins) -> str:
        """What the results depend on besides the pixels: the engine, its options, this version, plugins that change
        answers. Raises `EngineError` or `SettingsError` for an engine or options that are not there."""
        from maskpick import __version__
        from maskpick.cache import answer_key

        chosen = plugins.segmenter(self.settings.engine)
        engine = chosen(self.settings.engine_options(chosen, self.options))
        hands = [info.name for info in plugins.infos if not _CHANGING.isdisjoint(info.hooks)]
        return " ".join([answer_key("", engine), __version__, *hands])


@dataclass(frozen=True)
class Task:
    """One picture: its outputs as (format, path), a hash of the settings of each, and the fingerprint of its file.

    The outputs are made in the folder ``room``, under their own names; the first process puts them into place.
    ``known_pixels`` is the digest its finished outputs were made from; empty where they have to be made anyhow.
    """

    picture: Path
    targets: tuple[tuple[str, Path], ...]
    settings: tuple[str, ...]
    source: tuple[int, int]
    room: Path
    known_pixels: str = ""


@dataclass(frozen=True)
class Report:
    """How a task ended. ``pixels`` is the picture's digest."""

    status: Literal["done", "skipped", "failed", "stopped"]
    reason: str = ""
    pixels: str = ""
    notes: tuple[str, ...] = ()


class _Watched(Progress):
    """Progress that also hears the wish to stop of another process."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._wish = stop

    def check(self) -> None:
        if self._wish.is_set():
            self.cancel()
        super().check()


@dataclass
class _Worker:
    recipe: Recipe
    plugins: Plugins
    cache: Cache | None
    stop: Event
    busy: threading.Lock


_worker: _Worker | None = None


def begin(recipe: Recipe, threads: int, stop: Event) -> None:
    """Set this process up: called once, before its first task. ``threads`` is what it may use."""
    global _worker
    # Ctrl-C reaches every process of a terminal; here the wish to stop comes through ``stop``.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)  # before numpy is imported
    logging.getLogger("maskpick").setLevel(logging.ERROR)  # the first process has told what is to be told of plugins

    import cv2

    from maskpick.cache import Cache
    from maskpick.plugins import Plugins

    cv2.setNumThreads(threads)
    settings = recipe.settings
    plugins = Plugins.load(only=settings.only_plugins, folder=settings.plugin_folder)
    _worker = _Worker(recipe, plugins, Cache.of(settings) if settings.use_cache else None, stop, threading.Lock())
    threading.Thread(target=_leave_with_parent, args=(_worker,), daemon=True).start()


def work(task: Task) -> Report:
    """Make the outputs of one picture."""
    worker = _worker
    assert worker is not None  # `begin` has run
    from maskpick.api import open_picture

    def make() -> Report:
        picture = open_picture(task.picture)
        return made(task, picture, worker.recipe, worker.plugins, worker.cache, _Watched(worker.stop))

    with worker.busy:
        return in_words(task, make)


def in_words(task: Task, make: Callable[[], Report]) -> Report:
    """What ``make`` reports, or how it failed: one picture must not stop the rest, whatever happens to it."""
    try:
        return make()
    except Cancelled:
        return Report("stopped")
    except MaskpickError as error:
        return Report("failed", str(error))
    except MemoryError:
        return Report("failed", "There is not enough memory for it. Use fewer --jobs, or scale it down.")
    except Exception as error:  # noqa: BLE001 - see above
        from maskpick.faults import record_fault

        told = f"Something went wrong that should not: {type(error).__name__}: {error}."
        return Report("failed", f"{told} {record_fault(error, f'batch: {task.picture}')}")


def made(
    task: Task, picture: Picture, recipe: Recipe, plugins: Plugins, cache: Cache | None, progress: Progress
) -> Report:
    """Make every output of a task. Raises whatever stands in the way."""
    from maskpick import api

    if task.known_pixels == picture.digest:
        return Report("skipped", "It is done already.", picture.digest, picture.notes)
    masks = api.find(
        picture,
        options=recipe.options,
        plugins=plugins,
        settings=recipe.settings,
        cache=cache,
        progress=progress,
    )
    for form, target in task.targets:
        progress.check()
        fresh = task.room / target.name
        if form == "preview":
            from maskpick.preview import draw_preview

            draw_preview(picture, masks).save(fresh)
        else:
            api.export(picture, masks, fresh, form, plugins=plugins, progress=progress)
    return Report("done", "", picture.digest, picture.notes)


def _leave_with_parent(worker: _Worker) -> None:
    """End this process when the first one is gone, however it went: nobody would ever send another task."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    multiprocessing.connection.wait([parent.sentinel])
    worker.stop.set()
    with worker.busy:
        os._exit(1)
