"""Many pictures at once, in processes of their own: one that fails, or takes its process down, stops no other.

The processes are this computer's, or those of a cluster; see `maskpick.distributed`.

What is done already, from the same pixels with the same settings, is skipped; see `maskpick.batch_ledger`.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from maskpick import batch_worker
from maskpick.batch_ledger import Entry, Ledger, fingerprint, open_ledger
from maskpick.batch_worker import Recipe, Report, Task
from maskpick.errors import OutputError
from maskpick.files import replacing
from maskpick.plugins import Plugins
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.settings import Settings

PREVIEW = "preview"
"""The word for a preview among the formats."""

CRASHED = (
    "The process working on it broke down: it ran out of memory, or a library has a fault. "
    "Try it alone, or scaled down."
)
SOMEBODY_S = (
    "exists already and was not made here, or was changed since; it is left as it is. Add --overwrite to replace it."
)
_MOST_JOBS = 61  # Windows can wait for no more processes
_LOOK_S = 0.1  # how often a wish to stop is looked for


@dataclass(frozen=True)
class Outcome:
    """What one picture came to. ``reason`` says why it failed or was skipped."""

    picture: Path
    status: Literal["done", "skipped", "failed"]
    outputs: tuple[Path, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Batch:
    """A batch in the making: where to, into which formats (exporters' names or ``preview``), with what.

    ``jobs`` pictures are worked on at once; 0 is one for each core. ``cluster`` is the address of a dask scheduler,
    whose workers then do the work; empty: this computer does. ``overwrite`` replaces files the batch has not made.
    """

    folder: Path
    formats: Sequence[str]
    settings: Settings
    plugins: Plugins
    options: Mapping[str, Any] = field(default_factory=dict)
    jobs: int = 0
    cluster: str = ""
    overwrite: bool = False

    def __post_init__(self) -> None:
        for form in self.formats:
            if form != PREVIEW and form not in self.plugins.exporters:
                known = ", ".join(sorted([*self.plugins.exporters, PREVIEW]))
                raise OutputError(f"There is no format called {form!r}.", f"Known are: {known}.")
        self._recipe = Recipe(self.settings, dict(self.options))
        self._settings_key = self._recipe.key(self.plugins)  # says now what is wrong with the options

    def run(
        self, pictures: Iterable[tuple[Path, Path]], progress: Progress, tell: Callable[[Outcome], None]
    ) -> list[Outcome]:
        """Work through ``pictures``, each with its path inside the output folder, without ending. ``tell`` hears of
        each outcome as it comes; all are returned, in the order they came. Raises `OutputError`, `Cancelled`."""
        outcomes: list[Outcome] = []

        def note(outcome: Outcome) -> None:
            outcomes.append(outcome)
            tell(outcome)

        with open_ledger(self.folder) as ledger:
            # What processes that were killed left unfinished; the ledger is ours, so nobody else is at work there.
            shutil.rmtree(ledger.workroom, ignore_errors=True)
            waiting: deque[Task] = deque()
            for number, (picture, inside) in enumerate(pictures):
                task = self._task(picture, inside, ledger, ledger.workroom / str(number))
                if isinstance(task, Outcome):
                    note(task)
                else:
                    waiting.append(task)
            if waiting:
                books = Books(ledger, progress, note, len(waiting), overwrite=self.overwrite)
                if self.cluster:
                    from maskpick.distributed import ClusterCrew

                    ClusterCrew(self._recipe, self._settings_key, self.cluster, self.jobs, books).work_through(waiting)
                else:
                    jobs = max(1, min(self.jobs or cores(), len(waiting), _MOST_JOBS))
                    _Crew(self._recipe, jobs, books).work_through(waiting)
        return outcomes

    def _task(self, picture: Path, inside: Path, ledger: Ledger, room: Path) -> Task | Outcome:
        """What is to be done for a picture, or its outcome where nothing is."""
        targets = tuple((form, self._target(inside, form)) for form in self.formats)
        outputs = tuple(target for _, target in targets)
        source = fingerprint(picture)
        if source is None:
            return Outcome(picture, "failed", reason=f"There is no file {picture}.")
        entries = [ledger[target] for target in outputs]
        settings = [f"{self._settings_key} {form}" for form in self.formats]
        finished = [
            entry
            for entry, target, now in zip(entries, outputs, settings, strict=True)
            if entry is not None and entry.settings == now and entry.is_in_place(fingerprint(target))
        ]
        all_finished = len(finished) == len(outputs)
        if all_finished and all(entry.source == source for entry in finished):
            return Outcome(picture, "skipped", outputs, "It is done already.")
        for target in outputs:
            if not self.overwrite and not _may_replace(ledger, target):
                return Outcome(picture, "failed", reason=f"{target} {SOMEBODY_S}")
        return Task(picture, targets, tuple(settings), source, room, finished[0].pixels if all_finished else "")

    def _target(self, inside: Path, form: str) -> Path:
        if form == PREVIEW:
            ending = ".preview.png"
        else:
            suffixes = self.plugins.exporters[form].suffixes
            ending = suffixes[0] if suffixes else "_layers"
        return self.folder / inside.with_name(inside.name + ending)


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _may_replace(ledger: Ledger, target: Path) -> bool:
    """Whether what lies at ``target`` is nothing, or a result of a batch that nobody has touched since."""
    now, entry = fingerprint(target), ledger[target]
    return now is None if entry is None else entry.may_be_replaced(now)


@dataclass
class Books:
    """What is begun and what has ended, whoever works: kept in the ledger, and told."""

    ledger: Ledger
    progress: Progress
    note: Callable[[Outcome], None]
    total: int
    ended: int = 0
    overwrite: bool = False

    def begin(self, task: Task) -> None:
        """Make room for a task's results."""
        sweep(task)

    def end(self, task: Task, report: Report) -> None:
        if report.status == "stopped":
            return
        self.ended += 1
        outputs = tuple(target for _, target in task.targets)
        status, reason = report.status, report.reason
        try:
            if status == "done":
                self._put_in_place(task, report.pixels)
            elif status == "skipped":
                for former in filter(None, map(self.ledger.__getitem__, outputs)):
                    self.ledger.write(dataclasses.replace(former, source=task.source))
        except OutputError as error:
            status, reason = "failed", str(error)
        sweep(task)
        made = () if status == "failed" else outputs
        self.note(Outcome(task.picture, status, made, reason, report.notes))

    def _put_in_place(self, task: Task, pixels: str) -> None:
        """Announce each result in the ledger, and rename it into place. Raises `OutputError`."""
        for (_, target), settings in zip(task.targets, task.settings, strict=True):
            made = task.room / target.name
            result = fingerprint(made)
            if result is None:
                raise OutputError(f"{target} was not made.", "Try it once more.")
            if not self.overwrite and not _may_replace(self.ledger, target):  # somebody was at work meanwhile
                raise OutputError(f"{target} {SOMEBODY_S}")
            before = fingerprint(target)
            self.ledger.write(Entry(self.ledger.key(target), settings, task.source, pixels, before, result))
            with replacing(target) as fresh:
                made.rename(fresh)

    def tell(self) -> None:
        """Say how far the whole is. Raises `Cancelled`."""
        self.progress.report(f"{self.ended} of {self.total} done", self.ended, self.total)


@dataclass
class _Crew:
    """The processes of this computer, and what they have in hand."""

    recipe: Recipe
    jobs: int
    books: Books

    def __post_init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")  # the same on every system, and safe beside threads
        self._stop = self._context.Event()
        self._others = set(multiprocessing.active_children())

    def work_through(self, waiting: deque[Task]) -> None:
        while waiting:
            # When a process breaks down, the pool tells only that one did. Those in hand are tried again one by one:
            # the one that takes its process down alone is the culprit.
            for suspect in self._round(waiting, self.jobs):
                if self._round(deque([suspect]), 1):
                    self.books.end(suspect, Report("failed", CRASHED))

    def _round(self, waiting: deque[Task], jobs: int) -> list[Task]:
        """Work until nothing waits or a process breaks down; return the tasks that were in hand then."""
        in_hand: dict[Future[Report], Task] = {}
        lost: list[Task] = []
        pool = ProcessPoolExecutor(
            jobs,
            mp_context=self._context,
            initializer=batch_worker.begin,
            initargs=(self.recipe, max(1, cores() // self.jobs), self._stop),
        )
        try:
            while in_hand or (waiting and not lost):
                self._look_for_stop(in_hand)
                while waiting and not lost and len(in_hand) < jobs:
                    task = waiting.popleft()
                    self.books.begin(task)
                    try:
                        in_hand[pool.submit(batch_worker.work, task)] = task
                    except BrokenProcessPool:
                        lost.append(task)
                for future in wait(in_hand, _LOOK_S, FIRST_COMPLETED).done:
                    task = in_hand.pop(future)
                    try:
                        self.books.end(task, future.result())
                    except BrokenProcessPool:
                        lost.append(task)
        except BaseException:
            # Asked to stop, or worse: what is in hand ends at its next report, or by force.
            self._stop.set()
            self._end_processes(in_hand)
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            for task in [*lost, *in_hand.values()]:
                sweep(task)
        return lost

    def _look_for_stop(self, in_hand: Mapping[Future[Report], Task]) -> None:
        if self.books.progress.cancelled:
            self._stop.set()
            wait(in_hand)
            for future, task in in_hand.items():
                if future.exception() is None:
                    self.books.end(task, future.result())
        self.books.tell()

    def _end_processes(self, in_hand: Mapping[Future[Report], Task]) -> None:
        if not self.books.progress.cancelled or not all(future.done() for future in in_hand):
            for child in set(multiprocessing.active_children()) - self._others:
                child.terminate()


def sweep(task: Task) -> None:
    """Remove what is left of a task's results where they are made."""
    shutil.rmtree(task.room, ignore_errors=True)
