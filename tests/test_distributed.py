"""Batches on a real cluster: a scheduler and workers as processes of their own, on this machine."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from command_line import left_behind
from maskpick import __version__
from maskpick.batch import Batch, Outcome
from maskpick.batch_ledger import FOLDER
from maskpick.batch_worker import Recipe, Task
from maskpick.distributed_worker import Errand, do
from maskpick.errors import Cancelled, EngineError
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.progress import Progress
from maskpick.settings import Settings
from processes import PATIENCE, Spawn, until

distributed = pytest.importorskip("distributed")

PLUGINS = Path(__file__).parent / "cli" / "plugins"
START = "from distributed.cli.dask_{} import main; main()"
ANOTHER_VERSION = "import maskpick; maskpick.__version__ = '9.9';"
BLIND = "import maskpick.distributed_worker as w; w._seen_here = lambda *_: None;"


class Cluster:
    """A scheduler on a loopback port, and its workers."""

    def __init__(self, folder: Path, spawn: Spawn) -> None:
        self.folder = folder
        self._spawn = spawn
        self._about = folder / "scheduler.json"
        flags = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler = self._start("scheduler", "", *flags, "--scheduler-file", str(self._about))
        until(lambda: self._about.exists() and self._about.read_text().endswith("}"), self.scheduler)
        self.address = json.loads(self._about.read_text())["address"]

    def worker(self, before: str = "") -> subprocess.Popen[str]:
        """Start one; ``before`` is what is different about it."""
        flags = ["--no-dashboard", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--memory-limit", "0"]
        return self._start("worker", before, self.address, *flags, "--local-directory", str(self.folder))

    def _start(self, kind: str, before: str, *flags: str) -> subprocess.Popen[str]:
        code = before + START.format(kind)
        where = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "text": True}
        return self._spawn([sys.executable, "-c", code, *flags], cwd=self.folder, **where)


@pytest.fixture
def cluster(tmp_path: Path, own_folders: None, spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    # So that what is tested is never how soon a busy machine starts a process.
    monkeypatch.setattr("maskpick.distributed._CONNECT_S", PATIENCE)
    monkeypatch.setattr("maskpick.distributed._PATIENCE_S", PATIENCE)
    folder = tmp_path / "cluster"
    folder.mkdir()
    return Cluster(folder, spawn)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    return folder


@pytest.fixture
def album(tmp_path: Path) -> list[tuple[Path, Path]]:
    """Six pictures, each with its path inside the output folder."""
    pictures = []
    for number in range(6):
        pixels = np.full((30, 40, 3), 90, np.uint8)
        pixels[5:15, 5:20] = (200, 10 * number, 0)
        path = tmp_path / f"{number}.png"
        Picture(pixels).save(path)
        pictures.append((path, Path(str(number))))
    return pictures


def batch(folder: Path, cluster: str = "", **options: object) -> Batch:
    settings = Settings(engine="flat", plugin_folder=PLUGINS, use_cache=False)
    return Batch(folder, ["zip", "folder"], settings, Plugins.load(folder=PLUGINS), options, cluster=cluster)


def run(one: Batch, pictures: list[tuple[Path, Path]], progress: Progress | None = None) -> list[Outcome]:
    return one.run(pictures, progress or Progress(), lambda _: None)


def contents(folder: Path) -> dict[str, object]:
    """Every result by name, times inside of zips left out."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and FOLDER not in path.parts:
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    found[name] = {one: archive.read(one) for one in archive.namelist()}
            else:
                found[name] = path.read_bytes()
    return found


def waiting_workers(gate: Path) -> list[int]:
    return [int(path.name) for path in gate.iterdir() if path.name.isdigit()]


def test_results_and_summary_are_those_of_one_computer_although_a_worker_is_killed(
    cluster: Cluster, album: list[tuple[Path, Path]], gate: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(album[0][0].read_bytes()[:60])
    pictures = [*album, (broken, Path("broken")), (tmp_path / "missing.png", Path("missing"))]
    here = run(batch(tmp_path / "here"), pictures)
    cluster.worker()
    cluster.worker()
    killed = []

    class Watcher(Progress):
        def check(self) -> None:
            if not killed and len(waiting_workers(gate)) == 2:
                killed.append(waiting_workers(gate)[0])
                os.kill(killed[0], signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
                (gate / "open").touch()
            super().check()

    there = run(batch(tmp_path / "there", cluster.address, gate=str(gate)), pictures, Watcher())
    assert killed

    def told(outcomes: list[Outcome]) -> list[object]:
        relative = [
            dataclasses.replace(one, outputs=tuple(path.relative_to(path.parents[0]) for path in one.outputs))
            for one in outcomes
        ]
        return sorted(relative, key=lambda one: one.picture.name)

    assert told(there) == told(here)
    assert len(there) == len(pictures)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert left_behind(tmp_path) == []
    again = run(batch(tmp_path / "there", cluster.address, gate=str(gate)), album)
    assert {one.status for one in again} == {"skipped"}


def test_what_a_worker_cannot_read_goes_to_one_that_can_and_else_is_sent(
    cluster: Cluster, album: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    cluster.worker(BLIND)
    outcomes = run(batch(tmp_path / "sent", cluster.address), album)
    assert [one.status for one in outcomes] == ["done"] * 6
    cluster.worker()
    outcomes = run(batch(tmp_path / "seen", cluster.address), album)
    assert [one.status for one in outcomes] == ["done"] * 6
    assert contents(tmp_path / "sent") == contents(tmp_path / "seen")


def test_what_no_worker_sees_and_is_too_large_to_send_fails_in_words(
    cluster: Cluster, album: list[tuple[Path, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maskpick.distributed.LARGEST_SENT", 50)
    cluster.worker(BLIND)
    outcomes = run(batch(tmp_path / "made", cluster.address), album[:1])
    assert outcomes[0].status == "failed"
    assert "No worker sees" in outcomes[0].reason


def test_workers_with_another_version_get_nothing_to_do(
    cluster: Cluster, album: list[tuple[Path, Path]], gate: Path, tmp_path: Path
) -> None:
    cluster.worker(ANOTHER_VERSION)
    with pytest.raises(EngineError, match=r"would make the same results\. .*it has maskpick 9\.9"):
        run(batch(tmp_path / "made", cluster.address), album)
    good = cluster.worker()
    with distributed.Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
    (gate / "open").touch()
    outcomes = run(batch(tmp_path / "made", cluster.address, gate=str(gate)), album)
    assert [one.status for one in outcomes] == ["done"] * 6
    assert waiting_workers(gate) == [good.pid]


def test_a_stop_cancels_what_waits_and_the_next_run_goes_on(
    cluster: Cluster, album: list[tuple[Path, Path]], gate: Path, tmp_path: Path
) -> None:
    cluster.worker()
    progress = Progress()

    class Stopping(Progress):
        def check(self) -> None:
            if waiting_workers(gate):
                self.cancel()
            super().check()

    with pytest.raises(Cancelled):
        run(batch(tmp_path / "made", cluster.address, gate=str(gate)), album, Stopping())
    assert contents(tmp_path / "made") == {}
    (gate / "open").touch()
    outcomes = run(batch(tmp_path / "made", cluster.address, gate=str(gate)), album, progress)
    assert [one.status for one in outcomes] == ["done"] * 6


def test_a_batch_whose_own_process_was_killed_goes_on(
    cluster: Cluster, album: list[tuple[Path, Path]], gate: Path, tmp_path: Path, spawn: Spawn
) -> None:
    cluster.worker()
    environment = {**os.environ, "MASKPICK_PLUGIN_FOLDER": str(PLUGINS), "MASKPICK_ENGINE": "flat"}
    names = [str(path) for path, _ in album]
    command = [sys.executable, "-m", "maskpick", "batch", *names, "-o", "made", "--format", "zip"]
    command += ["--dask", cluster.address, "--no-cache", "-O", f"gate={gate}"]
    process = spawn(command, cwd=tmp_path, env=environment)
    until(lambda: waiting_workers(gate), process)
    process.kill()
    process.wait(PATIENCE)
    (gate / "open").touch()
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "6 done\n", "")
    assert sorted(path.name for path in (tmp_path / "made").glob("*.zip")) == [f"{number}.zip" for number in range(6)]


def test_a_picture_that_ends_every_worker_fails_alone(
    cluster: Cluster, album: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    poison = tmp_path / "poison.png"
    Picture(np.full((30, 40, 3), (1, 2, 3), np.uint8)).save(poison)
    workers = [cluster.worker() for _ in range(2)]

    class Reviver(Progress):
        def check(self) -> None:  # what a nanny does
            for worker in [one for one in workers if one.poll() is not None]:
                workers.remove(worker)
                workers.append(cluster.worker())
            super().check()

    outcomes = run(batch(tmp_path / "made", cluster.address), [(poison, Path("poison")), *album[:2]], Reviver())
    failed = {one.picture.name: one.reason for one in outcomes if one.status == "failed"}
    assert list(failed) == ["poison.png"]
    assert "broke down, one after another" in failed["poison.png"]
    assert len(outcomes) == 3


def test_a_scheduler_that_goes_away_is_told_in_our_words_alone(
    cluster: Cluster, album: list[tuple[Path, Path]], gate: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster.worker()

    class Watcher(Progress):
        def check(self) -> None:
            if waiting_workers(gate):
                cluster.scheduler.kill()
            super().check()

    with pytest.raises(EngineError, match=r"connection to the dask scheduler .* was lost"):
        run(batch(tmp_path / "made", cluster.address, gate=str(gate)), album, Watcher())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "what?"])
def test_a_wrong_address_is_told(
    album: list[tuple[Path, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("maskpick.distributed._CONNECT_S", 0.5)
    with pytest.raises(EngineError, match="No dask scheduler can be reached at"):
        run(batch(tmp_path / "made", address), album)


def test_a_cluster_without_workers_is_told(
    cluster: Cluster, album: list[tuple[Path, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maskpick.distributed._PATIENCE_S", 0.5)
    with pytest.raises(EngineError, match="has no workers"):
        run(batch(tmp_path / "made", cluster.address), album)


def test_a_missing_library_is_told(
    album: list[tuple[Path, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"maskpick\[dask\]"):
        run(batch(tmp_path / "made", "tcp://127.0.0.1:9"), album)


def test_a_file_that_is_another_here_is_not_read(album: list[tuple[Path, Path]], tmp_path: Path) -> None:
    plugins = Plugins.load(folder=PLUGINS)
    recipe = Recipe(Settings(engine="flat", plugin_folder=PLUGINS, use_cache=False), {})
    picture = album[0][0]
    about = picture.stat()
    task = Task(picture, (("zip", tmp_path / "0.zip"),), ("",), (about.st_size, about.st_mtime_ns), tmp_path)
    errand = Errand(task, recipe, recipe.key(plugins), __version__, picture)
    assert [name for name, _ in do(errand, "here").files] == ["0.zip"]
    os.utime(picture, (1000, 1000))
    assert do(errand, "here").refusal == "blind"
    other = dataclasses.replace(errand, key="another engine")
    assert do(other, "here").refusal == "unfit"
