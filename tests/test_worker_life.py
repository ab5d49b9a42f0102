"""How a worker works on several things at once, stops, and ends; nothing of it is judged by the clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from maskpick.errors import PickError
from maskpick.pictures import Picture
from maskpick.worker import room
from maskpick.worker.kit import Kit
from maskpick.worker.session import Call, Session
from maskpick.worker.wire import Wire
from processes import PATIENCE, Spawn, is_running, until
from worker_peer import Peer, install_engines


@pytest.fixture(autouse=True)
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in install_engines(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


def rooms() -> list[Path]:
    return sorted(path for path in room.rooms_folder().glob("room-*") if path.is_dir())


def begun(peer: Peer, request: int) -> None:
    """Read until a request tells how far it is."""
    while True:
        message = peer.hear()
        if message.get("method") == "progress" and message["params"]["id"] == request:
            return


# At work.


def test_others_are_answered_while_one_works_and_cancelling_ends_it(peer: Peer, shapes: Picture) -> None:
    about = peer.pixels(shapes)
    slow = peer.send("find", pixels=about, engine="patient")
    begun(peer, slow)
    assert peer.result("find", pixels=about, engine="loud")["count"] == 1
    peer.cancel(slow)
    error = peer.answer(slow)["error"]
    assert (error["code"], error["data"]["kind"]) == (130, "Cancelled")
    after = len(peer.heard)
    assert "segmenters" in peer.result("engines")
    assert [message["id"] for message in peer.heard[after:]] == [peer._id]  # nothing more of the cancelled one


def test_an_engine_that_does_not_listen_is_answered_for_at_once(peer: Peer, shapes: Picture, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    deaf = peer.send("find", pixels=peer.pixels(shapes), engine="deaf", options={"gate": str(gate)})
    until(gate.with_suffix(".begun").exists)
    peer.cancel(deaf)
    assert peer.answer(deaf)["error"]["data"]["kind"] == "Cancelled"
    assert not gate.with_suffix(".ended").exists()  # it has not noticed yet
    before = set(peer.folder.iterdir())
    gate.touch()
    until(gate.with_suffix(".ended").exists)
    # What it makes after all is dropped: nothing but the next request's file is new.
    kept = peer.result("find", pixels=peer.pixels(shapes), engine="loud")
    until(lambda: set(peer.folder.iterdir()) - before == {Path(kept["masks"])})


def test_what_a_request_had_written_before_it_failed_is_deleted(tmp_path: Path) -> None:
    written: list[Path] = []

    def half(call: Call) -> None:
        written.append(call.new_file(".pixels"))
        written[0].write_bytes(b"half")
        raise PickError("Nothing is picked.")

    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as answers, theirs.makefile("rb") as reader, theirs.makefile("wb") as writer:
        session = Session(Wire(reader, writer), Kit(tmp_path / "log"), {"half": half})
        serving = threading.Thread(target=session.serve, daemon=True)
        serving.start()
        try:
            ours.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {"protocol": 1}}\n')
            assert b'"result"' in answers.readline()
            ours.sendall(b'{"jsonrpc": "2.0", "id": 2, "method": "half"}\n')
            assert b'"PickError"' in answers.readline()
            until(lambda: not written[0].exists())
            assert written[0].parent.is_dir()
        finally:
            ours.shutdown(socket.SHUT_WR)
            serving.join(PATIENCE)


def test_one_id_is_not_used_twice_at_once(peer: Peer, shapes: Picture) -> None:
    slow = peer.send("find", pixels=peer.pixels(shapes), engine="patient")
    begun(peer, slow)
    peer.say(b'{"jsonrpc": "2.0", "id": %d, "method": "engines"}' % slow)
    assert peer.answer(slow)["error"]["code"] == -32600


# The end.


def test_when_the_peer_goes_away_the_work_stops_and_the_room_is_gone(peer: Peer, shapes: Picture) -> None:
    begun(peer, peer.send("find", pixels=peer.pixels(shapes), engine="patient"))
    assert rooms()
    assert peer.leave() == 0
    assert rooms() == []


def test_being_told_to_stop_leaves_nothing_either(peer: Peer) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows cannot ask")
    peer.process.terminate()
    assert peer.process.wait(PATIENCE) == 0
    assert rooms() == []


def test_a_killed_worker_s_room_is_swept_by_the_next_and_a_living_one_s_is_not(shapes: Picture) -> None:
    with Peer() as living, Peer() as killed:
        killed.pixels(shapes)
        killed.process.kill()
        killed.process.wait()
        assert killed.folder.exists()
        with Peer() as third:
            until(lambda: not killed.folder.exists())
            assert living.folder.exists()
            assert third.folder.exists()
        assert "segmenters" in living.result("engines")


def test_a_worker_takes_the_place_of_one_that_crashed_and_finds_its_files(shapes: Picture) -> None:
    with Peer() as crashed:
        about = crashed.pixels(shapes)
        crashed.process.kill()
        crashed.process.wait()
        with Peer("--room", str(crashed.folder)) as heir:
            assert heir.folder == crashed.folder
            assert heir.result("find", pixels=about, engine="loud")["count"] == 1
            with Peer("--room", str(crashed.folder)) as other:  # somebody lives there
                assert other.folder != heir.folder
                other.leave()
            heir.leave()
        assert rooms() == []


def test_a_folder_that_is_no_room_is_not_moved_into(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    with Peer("--room", str(mine)) as peer:
        assert peer.folder != mine
        peer.leave()
    assert mine.exists()


PARENT = """
import subprocess, sys, os
worker = subprocess.Popen([sys.executable, "-m", "maskpick.worker", "--parent", str(os.getpid())], stdin=0)
sys.stderr.write(f"{worker.pid}\\n")
sys.stderr.flush()
worker.wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="looks at processes as POSIX has them")
def test_it_ends_with_its_parent_though_somebody_holds_the_pipe_open(spawn: Spawn) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    parent = spawn([sys.executable, "-c", PARENT], **pipes)
    worker = int(parent.stderr.readline())
    parent.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {"protocol": 1}}\n')
    parent.stdin.flush()
    assert b'"result"' in parent.stdout.readline()
    assert len(rooms()) == 1
    parent.kill()
    until(lambda: not is_running(worker))  # we still hold its stdin
    assert rooms() == []


# In a sandbox.


@pytest.fixture
def listening(tmp_path: Path, spawn: Spawn) -> tuple[subprocess.Popen[bytes], Path]:
    told = tmp_path / "loopback.json"
    command = [sys.executable, "-m", "maskpick.worker", "--listen", "127.0.0.1:0", "--token-file", str(told)]
    worker = spawn(command, stdout=subprocess.PIPE)
    assert b"127.0.0.1" in worker.stdout.readline()
    return worker, told


def said_hello(port: int, secret: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as peer, peer.makefile("rb") as lines:
        params = f'{{"protocol": 1, "secret": "{secret}"}}'
        peer.sendall(f'{{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {params}}}\n'.encode())
        return lines.readline()


def test_only_who_knows_the_secret_is_served_over_loopback(listening: tuple[subprocess.Popen[bytes], Path]) -> None:
    import json

    worker, told = listening
    note = json.loads(told.read_text())
    if os.name == "posix":
        assert told.stat().st_mode & 0o077 == 0
    assert said_hello(note["port"], "wrong") == b""
    assert b'"result"' in said_hello(note["port"], note["secret"])
    until(lambda: rooms() == [])  # the peer has gone
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert not told.exists()


def test_nobody_listens_where_others_could_reach() -> None:
    command = [sys.executable, "-m", "maskpick.worker", "--listen", "0.0.0.0:0"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "can be reached by others" in refused.stderr
