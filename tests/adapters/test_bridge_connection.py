"""The bridge and a real worker: starting, crashing, cancelling, ending, from every Python there is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import maskpick
from bridge_peer import pixels
from maskpick.pictures import Picture
from maskpick.worker import PROTOCOL as CORE_PROTOCOL
from maskpick.worker.room import rooms_folder
from maskpick_bridge import (
    PROTOCOL,
    VERSION,
    Connection,
    Coverage,
    Kept,
    MaskFile,
    Outlines,
    Picking,
    WorkerError,
)
from maskpick_bridge import link as link_module
from maskpick_bridge.connection import STARTED_AGAIN
from maskpick_bridge.engine import clean_environment
from processes import PATIENCE, Spawn, until

BRIDGE = Path(__file__).resolve().parents[2] / "adapters" / "bridge"


@pytest.fixture
def said() -> list[str]:
    return []


Connect = Callable[..., Connection]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make connections; they are closed with the test."""
    made: list[Connection] = []

    def connect(**settings: Any) -> Connection:
        made.append(Connection("a test", **settings))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()
    for connection in made:
        assert connection.join(PATIENCE)


@pytest.fixture
def connection(connect: Connect, notes: Path, said: list[str]) -> Iterator[Connection]:
    """A connection that must leave nothing."""
    connection = connect(folders=[notes], notice=said.append)
    yield connection
    connection.close()
    assert connection.join(PATIENCE)
    assert not [path for path in rooms_folder().glob("room-*") if path.is_dir()]


def error_of(connection: Connection, method: str, **params: Any) -> WorkerError:
    with pytest.raises(WorkerError) as caught:
        connection.wait(connection.request(method, **params), PATIENCE)
    return caught.value


def started(connection: Connection, request: Any) -> None:
    def told() -> bool:
        connection.pump()
        return bool(request.stage)

    until(told)


def test_versions_are_those_of_the_core() -> None:
    assert (CORE_PROTOCOL, maskpick.__version__) == (PROTOCOL, VERSION)


def test_from_pixels_to_picks_to_coverage_and_back(connection: Connection, shapes: Picture) -> None:
    handed = pixels(shapes)
    reports: list[tuple[str, float]] = []
    found = connection.wait(
        connection.request("find", pixels=handed, progress=lambda *step: reports.append(step)), PATIENCE
    )
    assert reports
    drawn = connection.wait(connection.request("outlines", masks=found["masks"]), PATIENCE)
    with MaskFile.open(found["masks"]) as file:
        state = Picking(file)
        state.hover(120, 60)
        state.click()
        assert state.hovered in Outlines.open(drawn["file"])
        refined = connection.wait(connection.request("refine", masks=found["masks"], pick=state.steps), PATIENCE)
        assert refined["parts"][0]["area"] == file.masks[state.ids[0]].area
    kept = connection.wait(connection.request("store", masks=found["masks"]), PATIENCE)
    data = Kept(Path(kept["file"]).read_bytes())
    assert connection.wait(connection.request("load", file=data), PATIENCE)["digest"] == found["digest"]
    area = Coverage(bytes([255]) * 400, (100, 50, 20, 20))
    removed = connection.wait(connection.request("remove", pixels=handed, coverage=area), PATIENCE)
    assert removed["box"] == [100, 50, 20, 20]
    handed.release()


def test_nothing_is_called_but_by_pump(connect: Connect, notes: Path) -> None:
    woken: list[None] = []
    connection = connect(wake=lambda: woken.append(None), folders=[notes])
    done: list[Any] = []
    request = connection.request("engines", done=done.append)
    until(lambda: woken)
    assert not done
    connection.wait(request, PATIENCE)
    assert len(done) == 1


def test_a_killed_worker_is_started_again_once_and_the_files_are_still_there(
    connection: Connection, said: list[str], shapes: Picture
) -> None:
    handed = pixels(shapes)
    found = connection.wait(connection.request("find", pixels=handed, engine="loud"), PATIENCE)
    waiting = connection.request("find", pixels=handed, engine="patient")
    started(connection, waiting)
    os.kill(connection.about["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
    with pytest.raises(WorkerError) as caught:
        connection.wait(waiting, PATIENCE)
    assert caught.value.kind == "Crashed"
    assert said == [STARTED_AGAIN]
    refined = connection.wait(connection.request("refine", masks=found["masks"], pick=[1]), PATIENCE)
    assert refined["parts"][0]["id"] == 1
    assert connection.wait(connection.request("find", pixels=handed, engine="loud"), PATIENCE)["count"] == 1


def test_a_worker_that_dies_again_at_once_is_left_alone_until_it_is_asked(
    connection: Connection, said: list[str], shapes: Picture
) -> None:
    handed = pixels(shapes)
    assert error_of(connection, "find", pixels=handed, engine="deadly").kind == "Crashed"
    assert error_of(connection, "find", pixels=handed, engine="deadly").kind == "Crashed"
    assert (connection.restarts, said) == (1, [STARTED_AGAIN])
    assert "segmenters" in connection.wait(connection.request("engines"), PATIENCE)


def test_cancelling_ends_a_request_even_of_a_worker_that_does_not_listen(
    connection: Connection, shapes: Picture, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    deaf = connection.request("find", pixels=pixels(shapes), engine="deaf", options={"gate": str(gate)})
    until(gate.with_suffix(".begun").exists)
    deaf.cancel()
    with pytest.raises(WorkerError) as caught:
        connection.wait(deaf, PATIENCE)
    assert caught.value.cancelled
    assert not gate.with_suffix(".ended").exists()
    gate.touch()
    assert "segmenters" in connection.wait(connection.request("engines"), PATIENCE)


def test_what_is_cancelled_before_it_is_sent_never_is(connection: Connection, shapes: Picture) -> None:
    request = connection.request("find", pixels=pixels(shapes), engine="patient")
    request.cancel()
    with pytest.raises(WorkerError) as caught:
        connection.wait(request, PATIENCE)
    assert caught.value.cancelled


def test_errors_come_in_words_with_advice(connection: Connection, shapes: Picture) -> None:
    error = error_of(connection, "find", pixels=pixels(shapes), engine="nobody")
    assert (error.kind, "nobody" in error.happened, "local" in error.advice) == ("EngineError", True, True)


def test_closing_in_the_middle_of_work_leaves_nothing(connection: Connection, shapes: Picture) -> None:
    started(connection, request := connection.request("find", pixels=pixels(shapes), engine="patient"))
    connection.close()  # the fixture looks what is left
    connection.pump()
    assert not request.finished


# When there is no engine, or another one.


def test_without_an_engine_the_advice_is_to_install_it(connect: Connect, tmp_path: Path) -> None:
    error = error_of(connect(folders=[tmp_path]), "engines")
    assert error.kind == "NotFound"
    assert "install.py setup" in error.advice


def test_an_interpreter_without_the_core_says_what_is_missing(connect: Connect, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    python = bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (tmp_path / "engine.json").write_text(json.dumps({"interpreter": str(python)}))
    connection = connect(folders=[tmp_path])
    error = error_of(connection, "engines")
    assert error.kind == "NotStarted"
    assert "maskpick" in error.happened
    assert connection.restarts == 0


def test_a_core_of_another_version_is_told(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "PROTOCOL", 99)
    error = error_of(connection, "engines")
    assert error.kind == "Mismatch"
    assert "do not fit together" in error.happened
    assert connection.restarts == 0


def test_where_no_process_can_be_started_a_listening_worker_is_used(
    connect: Connect, tmp_path: Path, spawn: Spawn
) -> None:
    (tmp_path / "engine.json").write_text(json.dumps({"interpreter": str(tmp_path / "gone")}))
    told = tmp_path / "loopback.json"
    command = [sys.executable, "-m", "maskpick.worker", "--listen", "127.0.0.1:0", "--token-file", str(told)]
    worker = spawn(command, stdout=subprocess.PIPE)
    assert worker.stdout.readline()
    connection = connect(folders=[tmp_path])
    assert "segmenters" in connection.wait(connection.request("engines"), PATIENCE)
    assert connection.about["pid"] == worker.pid
    connection.close()
    assert connection.join(PATIENCE)
    worker.kill()
    worker.wait(PATIENCE)
    error = error_of(connect(folders=[tmp_path]), "engines")  # the note is there, nobody listens
    assert error.kind == "NotFound"
    assert "does not answer" in error.happened


def test_the_worker_s_environment_has_nothing_of_the_editor_s() -> None:
    kept = {"PATH": "/bin", "HOME": "/home/a", "MASKPICK_CACHE": "/c", "LANG": "de_DE.UTF-8", "HTTPS_PROXY": "p"}
    names = "PYTHONHOME PYTHONPATH LD_LIBRARY_PATH LD_PRELOAD GI_TYPELIB_PATH DYLD_LIBRARY_PATH QT_PLUGIN_PATH"
    assert clean_environment({**kept, **dict.fromkeys(names.split(), "x"), "APPDIR": "y", "GEGL_PATH": "z"}) == kept


# The editors' own Pythons.

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from maskpick_bridge import Connection, MaskFile, Outlines, Picking, Pixels
connection = Connection("a bare Python", folders=[Path(sys.argv[2])])
pixels = Pixels(bytes(64 * 48 * 4), 64, 48, "bgra8")
found = connection.wait(connection.request("find", pixels=pixels, engine="loud"), 180)
drawn = connection.wait(connection.request("outlines", masks=found["masks"]), 180)
with MaskFile.open(found["masks"]) as file:
    state = Picking(file)
    state.hover(3, 3)
    state.click()
    state.lasso([(-1, -1), (70, -1), (70, 50), (-1, 50)])
    print(state.ids, len(Outlines.open(drawn["file"]).polygons(1)))
connection.close()
print(connection.join(180), "numpy" in sys.modules)
"""


def pythons() -> list[str]:
    """This Python and the others on this computer that editors carry."""
    found = [sys.executable]
    for version in ("3.8", "3.10", "3.12", "3.13", "3.14"):
        root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        candidates = [*map(str, sorted(root.glob(f"{version}.*/bin/python"))), shutil.which(f"python{version}")]
        found += [one for one in candidates if one][:1]
    return found


@pytest.mark.parametrize("python", pythons())
def test_the_bridge_works_in_a_bare_python(python: str, notes: Path) -> None:
    command = [python, "-I", "-S", "-c", SCRIPT, str(BRIDGE), str(notes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout.splitlines() == ["(1,) 1", "True False"], done.stderr
