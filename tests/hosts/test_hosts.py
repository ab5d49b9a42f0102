"""The hosts themselves: a run changes nothing and leaves nothing, and a machine that can have no hosts says why."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hosts import hosts
from hosts.editors import made
from hosts.hosts import CHECKOUT, HOSTS, Host, HostError, Unavailable
from processes import until

pytestmark = [pytest.mark.hosts, pytest.mark.usefixtures("host")]

LIMIT = 60


@pytest.fixture(scope="module")
def host() -> Host:
    """One that is there, or else the first."""
    return made(next((host for host in HOSTS.values() if host.ready), HOSTS["trixie"]))


@pytest.fixture
def mark() -> str:
    """What tells a test's processes from all others."""
    return uuid.uuid4().hex


def processes(mark: str) -> list[str]:
    """The command lines with the mark in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            found.append(path.read_text("utf-8", "replace").replace("\0", " "))
    return [line for line in found if mark in line]


def test_a_run_reads_the_checkout_and_hands_out_files(host: Host, tmp_path: Path) -> None:
    host.run(["cp", "/src/README.md", "/out/copy"], out=tmp_path, limit=LIMIT)
    assert (tmp_path / "copy").read_bytes() == (CHECKOUT / "README.md").read_bytes()


@pytest.mark.parametrize("path", ["/src/new", "/usr/new", "/etc/new"])
def test_a_run_changes_neither_the_checkout_nor_the_system(host: Host, path: str) -> None:
    with pytest.raises(HostError, match="Read-only"):
        host.run(["touch", path], limit=LIMIT)


def test_a_run_knows_nothing_of_this_machine(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    assert "PYTHONHOME" not in host.run(["env"], limit=LIMIT)
    assert host.run(["ls", "-A", "/tmp"], limit=LIMIT).split() == ["home"]


def test_a_run_can_have_a_screen(host: Host) -> None:
    said = host.run(["xdpyinfo"], screen=True, limit=LIMIT)
    assert "1600x1000 pixels" in said


def test_a_command_that_fails_shows_what_it_said(host: Host) -> None:
    with pytest.raises(HostError, match=r"status 3(?s:.*)no such colour"):
        host.run(["sh", "-c", "echo no such colour; exit 3"], limit=LIMIT)


def test_what_a_run_leaves_behind_ends_with_it(host: Host, mark: str) -> None:
    host.run(["sh", "-c", f"setsid sh -c 'sleep 600; : {mark}' &"], limit=LIMIT)
    assert processes(mark) == []


def test_a_run_that_takes_too_long_is_stopped_with_all_it_started(host: Host, mark: str) -> None:
    with pytest.raises(HostError, match=r"took longer than 2 s(?s:.*)still at work"):
        host.run(["sh", "-c", f"setsid sh -c 'sleep 600; : {mark}' & echo still at work; wait"], limit=2)
    assert processes(mark) == []
    assert str(host.root) not in Path("/proc/mounts").read_text("utf-8")


def test_runs_at_the_same_time_do_not_see_each_other(host: Host, tmp_path: Path) -> None:
    waiting = ["sh", "-c", "touch /tmp/mine /out/started; until [ -e /out/go ]; do sleep 0.1; done; ls /tmp"]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(host.run, waiting, out=tmp_path, limit=LIMIT)
        until(lambda: (tmp_path / "started").exists() or first.done())
        assert not first.done(), first.result()
        host.prepare()
        assert host.run(["ls", "/tmp"], limit=LIMIT).split() == ["home"]
        (tmp_path / "go").touch()
        assert first.result().split() == ["home", "mine"]


def test_nothing_outlives_a_caller_that_is_killed(host: Host, mark: str, tmp_path: Path) -> None:
    program = ["sh", "-c", f"touch /out/started; sleep 600; : {mark}"]
    command = [sys.executable, hosts.__file__, "run", host.suite, "--out", str(tmp_path), "--", *program]
    with subprocess.Popen(command) as caller:
        until((tmp_path / "started").exists, caller)
        caller.kill()
    until(lambda: not processes(mark))


def test_without_a_network_nothing_half_made_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASKPICK_HOSTS_CACHE", str(tmp_path))
    monkeypatch.setattr(hosts, "package_mirrors", lambda: {"": "http://127.0.0.1:9/debian"})
    with pytest.raises(Unavailable, match="could not be made"):
        HOSTS["trixie"].prepare()
    assert {path.name for path in tmp_path.iterdir()} == {"trixie.lock", "trixie.log"}


def test_without_root_there_are_no_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Unavailable, match="need root"):
        HOSTS["trixie"].prepare()
