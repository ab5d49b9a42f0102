"""A batch on the workers of a dask cluster (https://distributed.dask.org), with the results of one computer.

The rules. A worker reads a picture itself where its path leads to the same file there; where no worker of the cluster
sees it, the file's bytes are sent along. A worker that has another maskpick, engine or plugin gets nothing to do: the
results would differ. Results come back as the bytes of the finished files, and this computer alone writes the output
folder and the ledger; so a worker that is lost, or only thought to be lost, leaves nothing there, its pictures are done
again by another, and none is written twice. Tokens are not sent: an engine that needs one looks for it on the worker.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import logging
import platform
import queue
import time
import uuid
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick import __version__
from maskpick.batch import sweep
from maskpick.batch_worker import Recipe, Report, Task
from maskpick.distributed_worker import Delivery, Errand, run
from maskpick.errors import EngineError, PictureError
from maskpick.files import output_error
from maskpick.picture_files import read_bytes

if TYPE_CHECKING:
    from maskpick.batch import Books

log = logging.getLogger(__name__)

Client = Any
"""A `distributed.Client`: the library is an extra, and mostly untyped."""

LARGEST_SENT = 100_000_000
"""Bytes of the largest picture file that is sent to a worker."""
LOST_TOO_OFTEN = (
    "The workers that had it broke down, one after another: they ran out of memory, or a library has a fault. "
    "Try it alone, or scaled down."
)
_CONNECT_S = 10.0
_PATIENCE_S = 60.0  # how long to go on without a single worker
_LOOK_S = 0.1  # how often a wish to stop is looked for
_ASK_S = 1.0  # how often the scheduler is asked which workers there are


@dataclass
class _InHand:
    """An errand on its way. ``allowed`` are the workers it may go to; None: any."""

    errand: Errand
    future: Any
    allowed: frozenset[str] | None


@dataclass
class ClusterCrew:
    """The workers of the scheduler at ``address``, and what they have in hand. ``jobs`` pictures at once at most; 0: as
    many as the workers have threads."""

    recipe: Recipe
    key: str
    address: str
    jobs: int
    books: Books
    _in_hand: dict[str, _InHand] = field(default_factory=dict)
    _arrived: queue.SimpleQueue[tuple[str, Any]] = field(default_factory=queue.SimpleQueue)
    _unfit: dict[str, str] = field(default_factory=dict)
    _blind: dict[Path, set[str]] = field(default_factory=dict)
    _suspects: deque[Errand] = field(default_factory=deque)
    _alone: bool = False

    def work_through(self, waiting: deque[Task]) -> None:
        """Raises `EngineError` when the cluster cannot be used (any more), `OutputError`, `Cancelled`."""
        errands = deque(Errand(task, self.recipe, self.key, __version__, task.picture.absolute()) for task in waiting)
        try:
            with _connected(self.address) as client:
                workers = _Workers(client, self.address)
                while errands or self._in_hand or self._suspects:
                    self.books.tell()
                    self._take_back(workers.now(), errands)
                    while errands and len(self._in_hand) < (self.jobs or sum(workers.now().values())):
                        self._hand_out(client, errands.popleft(), workers.now())
                    if self._suspects and not errands and not self._in_hand and workers.now():
                        self._alone = True
                        self._hand_out(client, self._suspects.popleft(), workers.now())
                    with contextlib.suppress(queue.Empty):
                        name, outcome = self._arrived.get(timeout=_LOOK_S)
                        if name in self._in_hand:  # else it was taken back meanwhile
                            self._settle(self._in_hand.pop(name).errand, outcome, errands)
        finally:
            for one in self._in_hand.values():
                sweep(one.errand.task)

    def _take_back(self, workers: dict[str, int], errands: deque[Errand]) -> None:
        """Take back what may only go to workers that are gone."""
        for name, one in list(self._in_hand.items()):
            if one.allowed is not None and one.allowed.isdisjoint(workers):
                del self._in_hand[name]
                one.future.cancel()
                errands.appendleft(one.errand)

    def _hand_out(self, client: Client, errand: Errand, workers: dict[str, int]) -> None:
        fit = set(workers) - set(self._unfit)
        if not fit:
            reasons = " ".join(sorted(set(self._unfit.values())))
            raise EngineError(
                f"No worker of the cluster would make the same results. {reasons}",
                "Install the same maskpick and the same plugins on every worker.",
            )
        seeing = fit if errand.sent else fit - self._blind.get(errand.place.parent, set())
        if not seeing:
            try:
                errand = dataclasses.replace(errand, sent=_bytes_to_send(errand.task))
            except PictureError as error:
                self.books.end(errand.task, Report("failed", str(error)))
                return
            seeing = fit
        allowed = None if seeing == set(workers) else frozenset(seeing)
        name = f"maskpick-{uuid.uuid4().hex}"
        self.books.begin(errand.task)
        future = client.submit(run, errand, key=name, pure=False, workers=sorted(allowed) if allowed else None)
        self._in_hand[name] = _InHand(errand, future, allowed)
        future.add_done_callback(self._fetch)

    def _fetch(self, future: Any) -> None:
        """Called in a thread of dask's when an errand is done: its result is fetched there, so that nobody waits."""
        outcome: Any
        try:
            outcome = future.result()
        except BaseException as error:  # noqa: BLE001 - it is judged where it arrives
            outcome = error
        self._arrived.put((future.key, outcome))

    def _settle(self, errand: Errand, outcome: Any, errands: deque[Errand]) -> None:
        """Judge what came of an errand: it is ended, or goes to another worker."""
        import distributed

        if isinstance(outcome, distributed.scheduler.KilledWorker):
            # Each time a worker breaks down, all it had in hand is under suspicion. At the end the suspects are tried
            # one by one: the one that takes workers down alone is the culprit.
            if self._alone:
                self.books.end(errand.task, Report("failed", LOST_TOO_OFTEN))
            else:
                self._suspects.append(errand)
        elif isinstance(outcome, (concurrent.futures.CancelledError, asyncio.CancelledError)):  # which, depends on dask
            raise _connection_lost(self.address) from outcome
        elif isinstance(outcome, BaseException):
            raise EngineError(
                f"The cluster cannot run maskpick: {type(outcome).__name__}: {outcome}.",
                "Install the same maskpick and the same Python on its scheduler and on every worker.",
            ) from outcome
        elif outcome.refusal == "unfit":
            log.info("worker %s is left out: %s", outcome.worker, outcome.reason)
            self._unfit[outcome.worker] = outcome.reason
            errands.appendleft(errand)
        elif outcome.refusal == "blind":
            log.info("worker %s does not see %s", outcome.worker, errand.place)
            self._blind.setdefault(errand.place.parent, set()).add(outcome.worker)
            errands.appendleft(errand)
        else:
            self.books.end(errand.task, _unpacked(errand.task, outcome))


class _Workers:
    """The workers of the cluster and how many threads each has, asked for once in a while."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._known: dict[str, int] = {}
        self._asked = 0.0
        self._seen = time.monotonic()

    def now(self) -> dict[str, int]:
        """Threads by worker; may be empty for a while. Raises `EngineError` when it stays so."""
        moment = time.monotonic()
        if moment - self._asked > _ASK_S:
            try:
                self._known = self._client.sync(
                    self._client.scheduler.ncores, workers=None, callback_timeout=_CONNECT_S
                )
            except (OSError, asyncio.TimeoutError) as error:
                raise _connection_lost(self._address) from error
            self._asked = time.monotonic()
        if self._known:
            self._seen = moment
        elif moment - self._seen > _PATIENCE_S:
            raise EngineError(
                f"The cluster at {self._address} has no workers.",
                "Start some; run the same again to go on.",
            )
        return self._known


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler; closing it makes the cluster forget what still waits. Raises `EngineError`."""
    try:
        import distributed
    except ImportError as error:
        raise EngineError(
            "Working on a cluster needs the library dask.distributed, which is not installed.",
            "Install maskpick with its extra: maskpick[dask].",
        ) from error
    with _silence():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # differing versions: the workers tell what matters of that
                connect: Any = distributed.Client
                client = connect(address, timeout=_CONNECT_S, set_as_default=False, name="maskpick")
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            raise EngineError(
                f"No dask scheduler can be reached at {address}.",
                "Check the address; it looks like tcp://192.168.0.7:8786, and the scheduler prints it when it starts.",
            ) from error
        try:
            yield client
        finally:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                client.close(timeout=_CONNECT_S)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep dask's own messages off the screen: what matters of them is said in our words."""
    import dask

    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    loud = [one for one in map(logging.getLogger, names) if not one.disabled]
    for one in loud:
        one.disabled = True
    try:
        # Pictures that are sent along are large on purpose.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": 1_000_000_000}):
            yield
    finally:
        for one in loud:
            one.disabled = False


def _connection_lost(address: str) -> EngineError:
    return EngineError(
        f"The connection to the dask scheduler at {address} was lost.",
        "What is done is done; run the same again to go on.",
    )


def _bytes_to_send(task: Task) -> bytes:
    """The picture's bytes, for workers that do not see the file. Raises `PictureError`."""
    size, _ = task.source
    if size > LARGEST_SENT:
        raise PictureError(
            f"No worker sees {task.picture}, and it is too large to be sent to one.",
            "Put it where the workers can read it under the same path.",
        )
    return read_bytes(task.picture)


def _unpacked(task: Task, delivery: Delivery) -> Report:
    """Write the files of a delivery into the task's room."""
    report = delivery.report
    assert report is not None  # there was no refusal
    try:
        for name, data in delivery.files:
            path = task.room / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        return Report("failed", str(output_error(error, task.targets[0][1])))
    if report.status == "failed" and delivery.host != platform.node():
        return dataclasses.replace(report, reason=f"{report.reason} (On {delivery.host}.)")
    return report
