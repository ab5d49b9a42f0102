"""How commands start and end: help, exit statuses, signals, pipes, faults."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from command_line import Maskpick, Start, left_behind
from maskpick import __version__, errors
from maskpick.cli import app, running
from processes import PATIENCE, until

DOCS = Path(__file__).resolve().parents[2] / "docs"
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


def test_help_lists_every_command_and_imports_none(maskpick: Maskpick) -> None:
    ran = maskpick("--help")
    assert ran.code == 0
    for name, (_, line) in app.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", ran.out, re.MULTILINE)
    code = "import sys; from maskpick.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    heavy = {"numpy", "cv2", "PIL", "rich", "pluggy", "tomlkit", "platformdirs", "filelock", "requests"}
    assert not heavy.intersection(told)
    assert [one for one in told if one.startswith("maskpick.cli.")] == [
        "maskpick.cli.work",
        "maskpick.cli.app",
        "maskpick.cli.running",
    ]


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_help_and_the_common_flags(maskpick: Maskpick, name: str) -> None:
    ran = maskpick(name, "--help")
    assert ran.code == 0
    assert f"Usage: maskpick {name}" in ran.out
    assert "--json" in ran.out
    assert "--engine" in ran.out


def test_the_version(maskpick: Maskpick) -> None:
    assert maskpick("--version").out == f"maskpick {__version__}\n"


def test_as_a_module_and_as_a_script_it_is_the_same() -> None:
    script = Path(sys.executable).with_name("maskpick.exe" if os.name == "nt" else "maskpick")
    for command in ([sys.executable, "-m", "maskpick"], [str(script)]):
        told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert told.stdout == f"maskpick {__version__}\n"


def test_exit_statuses_are_documented_as_they_are() -> None:
    rows = re.findall(r"^\| (\d+) \| (?:`(\w+)`)? ?\| (.*) \|$", (DOCS / "exit-codes.md").read_text(), re.MULTILINE)
    documented = {name: int(code) for code, name, _ in rows if name}
    family = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.MaskpickError)]
    assert documented == {one.__name__: one.exit_code for one in family}
    told = {name: line for _, name, line in rows}
    for one in family:
        if one not in (errors.MaskpickError, errors.Cancelled):
            assert told[one.__name__] == (one.__doc__ or "").strip()
    assert {int(code) for code, name, _ in rows if not name} == {0, running.BROKEN_PIPE, 128 + signal.SIGTERM}
    assert {running.FAULT, 128 + signal.SIGINT} <= set(documented.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "frobnicate"),
        (["masks"], "IMAGE"),
        (["masks", "x.png", "--frobnicate"], "--frobnicate"),
        (["at", "x.png", "1"], "Y"),
        (["at", "x.png", "1", "two"], "two"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_wrong_usage_is_two_lines_and_status_2(maskpick: Maskpick, arguments: list[str], words: str) -> None:
    ran = maskpick(*arguments)
    assert ran.code == 2
    assert words in ran.err
    first, second = ran.err.splitlines()
    assert first.startswith("maskpick: ")
    assert "--help" in second


def test_a_picture_in_the_place_of_a_command_is_met_with_a_suggestion(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick(photo)
    assert ran.code == 2
    assert f"maskpick layers {photo}" in ran.err


@pytest.fixture
def poison(tmp_path: Path) -> Path:
    """A picture that makes the tests' engine raise what no engine should."""
    import numpy as np

    from maskpick.pictures import Picture

    path = tmp_path / "poison.png"
    Picture(np.full((8, 8, 3), (3, 2, 1), np.uint8)).save(path)
    return path


def test_a_fault_is_two_lines_and_a_log(maskpick: Maskpick, poison: Path) -> None:
    ran = maskpick("masks", poison)
    assert ran.code == 1
    first, second = ran.err.splitlines()
    assert first == "maskpick: Something went wrong that should not: KeyError: 'no colour'"
    log = re.search(r"with (.*)\.$", second)
    assert log
    written = Path(log[1]).read_text()
    assert "Traceback" in written
    assert f"maskpick masks {poison}" in written


def test_a_traceback_is_shown_to_those_who_ask(maskpick: Maskpick, poison: Path) -> None:
    assert "Traceback" not in maskpick("masks", poison, "-v").err
    assert "Traceback" in maskpick("masks", poison, "-vv").err
    assert "Traceback" in maskpick("-v", "masks", poison, "-v").err


@POSIX
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", ["layers", "batch"])
def test_a_signal_stops_the_work_quietly_and_leaves_nothing(
    start: Start, photo: Path, tmp_path: Path, number: int, status: int, command: str
) -> None:
    busy = tmp_path / "busy"
    target = tmp_path / "made" / "photo.ora"
    process = start(command, photo, "-o", target.parent if command == "batch" else target, "-O", f"busy={busy}")
    until(busy.exists, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert err == ""
    assert out == ("1 left\n" if command == "batch" else "")
    assert not target.exists()
    assert left_behind(tmp_path) == []


@POSIX
@pytest.mark.parametrize("command", ["layers", "batch"])
def test_a_second_signal_stops_what_does_not_listen(start: Start, photo: Path, tmp_path: Path, command: str) -> None:
    busy = tmp_path / "busy"
    process = start(command, photo, "-o", tmp_path / "made/", "-O", f"busy={busy}", "-O", "deaf=yes")
    until(busy.exists, process)
    process.send_signal(signal.SIGINT)
    until(busy.with_name("busy.told").exists, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err == ""
    assert left_behind(tmp_path) == []


@POSIX
def test_a_closed_pipe_is_no_reason_to_complain(start: Start, photo: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start("masks", photo, "--json", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == running.BROKEN_PIPE
    assert err == ""


@POSIX
def test_a_bar_is_shown_on_a_terminal_and_not_in_a_pipe(start: Start, photo: Path, tmp_path: Path) -> None:
    import pty

    busy = tmp_path / "busy"
    shown, terminal = pty.openpty()
    process = start("masks", photo, "-O", f"busy={busy}", stderr=terminal)
    os.close(terminal)
    until(busy.exists, process)
    seen = ""
    while "Thinking" not in seen:
        seen += os.read(shown, 1000).decode(errors="replace")
    assert "photo.png" in seen
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    os.close(shown)

    piped = start("masks", photo)
    out, err = piped.communicate(timeout=PATIENCE)
    assert (piped.returncode, err) == (0, "")
    assert "\x1b" not in out


def test_a_name_the_terminal_cannot_show_is_shown_with_escapes(start: Start, photo: Path) -> None:
    name = "cat 🐈.png"
    photo.rename(photo.with_name(name))
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    process = start("masks", name, env=environment)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert out.startswith(r"cat \U0001f408.png: 2 objects")


def test_no_option_of_a_command_hides_a_common_one() -> None:
    context = click.Context(app.app)
    for name in app.COMMANDS:
        command = app.app.get_command(context, name)
        assert command is not None
        written = [option for parameter in command.params for option in parameter.opts]
        assert len(written) == len(set(written)), name
