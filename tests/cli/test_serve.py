"""`maskpick serve` as a process of its own: how it starts, what it takes from the command line, how it ends."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from command_line import Maskpick, Start, left_behind
from processes import PATIENCE, is_running, until

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
PLUGINS = Path(__file__).resolve().parents[1] / "service" / "plugins"
FIND = "/v1/objects/mask_generator"


class Served:
    """A running service: its process, its address, and its log so far."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.log: list[dict[str, Any]] = []
        self.noise: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(json.loads(line))
            if self.log[-1]["message"].startswith("serving at "):
                break
        else:
            pytest.fail(f"the service did not start: {self.log}")
        self.address = self.log[-1]["message"].removeprefix("serving at ")
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("{"):
                self.log.append(json.loads(line))
            else:  # of a killed one, Python's own helper process speaks
                self.noise.append(line)

    def find(self, photo: Path, **more: object) -> requests.Response:
        body = {"file": base64.b64encode(photo.read_bytes()).decode(), **more}
        return requests.post(self.address + FIND, json=body, timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join()
        return status


@pytest.fixture
def serve(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """Start a service on a free port, with the engine `nested` of the service's tests."""
    monkeypatch.setenv("MASKPICK_PLUGIN_FOLDER", str(PLUGINS))
    with contextlib.ExitStack() as ending:

        def run(*arguments: object) -> Served:
            folder = tmp_path / "served"
            process = start(
                "serve", "--port", 0, "--folder", folder, "--engine", "nested", "--workers", 1, *arguments,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            ending.enter_context(process)
            ending.callback(process.kill)
            served = Served(process, folder)
            ending.callback(served.kill)
            return served

        yield run


def test_it_serves_what_the_command_line_says(serve: Callable[..., Served], photo: Path) -> None:
    served = serve("-O", "seconds=0.01")
    answer = served.find(photo)
    assert answer.status_code == 200, answer.text
    downloaded = served.folder / "downloaded.zip"
    downloaded.write_bytes(requests.get(answer.json()["objects_masks"], timeout=PATIENCE).content)
    with zipfile.ZipFile(downloaded) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
    assert len(pictures) == 3  # a disc, a square, and the map
    assert requests.get(served.address + "/health", timeout=PATIENCE).json()["status"] == "ok"
    foreign = {"Host": "evil.example"}
    assert requests.post(served.address + FIND, json={}, headers=foreign, timeout=PATIENCE).status_code == 400


def test_plugins_named_on_the_command_line_are_those_of_the_workers(
    serve: Callable[..., Served], photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "nested.py").write_text((PLUGINS / "nested.py").read_text())
    seen = tmp_path / "seen"
    (folder / "nosy.py").write_text(
        "from pathlib import Path\nfrom maskpick import hookimpl\n"
        "@hookimpl\ndef refine_masks(masks, picture):\n"
        f"    Path({str(seen)!r}).write_text('called')\n    return masks\n"
    )
    monkeypatch.setenv("MASKPICK_PLUGIN_FOLDER", str(folder))

    def with_plugins(names: str) -> None:
        served = serve("--plugins", names)
        assert served.find(photo).status_code == 200
        served.kill()

    with_plugins("nested,fill")
    assert not seen.exists()
    with_plugins("nested,fill,nosy")
    assert seen.read_text() == "called"


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_is_under_way(
    serve: Callable[..., Served], photo: Path, tmp_path: Path, number: signal.Signals
) -> None:
    mark = tmp_path / "worker"
    served = serve("-O", "seconds=0.7", "-O", f"mark={mark}")
    answers: list[requests.Response] = []
    asking = threading.Thread(target=lambda: answers.append(served.find(photo)))
    asking.start()
    until(mark.exists, served.process)
    served.process.send_signal(number)
    asking.join(PATIENCE)
    assert answers[0].status_code == 200
    assert served.ended() == 0
    until(lambda: not is_running(int(mark.read_text())))
    assert not left_behind(served.folder)
    assert [line["message"] for line in served.log if line["level"] in ("warning", "error")] == []
    assert served.log[-1]["message"] == "stopped"
    assert served.noise == []


@POSIX
def test_work_that_does_not_end_is_ended_with_the_service(
    serve: Callable[..., Served], photo: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "worker"
    served = serve("-O", "seconds=600", "-O", f"mark={mark}", "--stop-seconds", "0.3")
    assert served.find(photo, sync=False).status_code == 200
    until(mark.exists, served.process)
    served.process.send_signal(signal.SIGTERM)
    assert served.ended() == 0
    assert not is_running(int(mark.read_text()))


@POSIX
def test_killed_in_the_middle_it_leaves_no_worker_and_no_torn_file(
    serve: Callable[..., Served], photo: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "worker"
    served = serve("-O", "seconds=600", "-O", f"mark={mark}")
    link = served.find(photo, sync=False).json()["objects_masks"]
    until(mark.exists, served.process)
    visual = next((served.folder / "pictures").iterdir())
    half = visual / ".maskpick-half.part"  # as a worker leaves it that is killed while it writes
    half.mkdir()
    (half / "masks.zip").write_bytes(b"PK half a zip")
    served.kill()
    until(lambda: not is_running(int(mark.read_text())))
    again = serve()
    signed = link.split("/files/")[1]
    assert requests.get(f"{again.address}/files/{signed}", timeout=PATIENCE).status_code == 404
    assert not left_behind(served.folder)
    assert (visual / "source").read_bytes() == photo.read_bytes()
    asked = requests.post(f"{again.address}/v1/{visual.name}/objects/mask_generator", json={}, timeout=PATIENCE)
    assert requests.get(asked.json()["objects_masks"], timeout=PATIENCE).content.startswith(b"PK")
    assert zipfile.ZipFile(visual / "masks.zip").testzip() is None


def test_a_port_in_use_is_said(maskpick: Maskpick, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ran = maskpick("serve", "--port", port, "--folder", tmp_path / "served")
    assert ran.code == 2
    assert f"cannot listen at 127.0.0.1, port {port}" in ran.err
    assert "--port" in ran.err


def test_a_folder_in_use_is_said(serve: Callable[..., Served], maskpick: Maskpick) -> None:
    served = serve()
    ran = maskpick("serve", "--engine", "nested", "--port", 0, "--folder", served.folder)
    assert ran.code == 2
    assert "Another service is at work" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "no token to keep them out"),
        (["--host", "0.0.0.0", "--token-file", "missing.txt"], "missing.txt cannot be read"),
        (["--host", "0.0.0.0", "--token-file", "token.txt", "--fault", "cut"], "for tests"),
        (["--fault", "nonsense"], "There is no fault"),
        (["--engine", "nonsense"], "nonsense"),
        (["--remover", "nonsense"], "nonsense"),
        (["--host", "no.such.host.invalid", "--token-file", "token.txt"], "cannot listen at"),
    ],
)
def test_what_cannot_be_served_is_said(maskpick: Maskpick, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "token.txt").write_text("abc-123\n")
    ran = maskpick("serve", "--port", 0, "--folder", tmp_path / "served", *arguments)
    assert ran.code in (2, 7)
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) <= 2


def test_without_its_libraries_it_says_how_to_get_them(maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pebble", None)
    ran = maskpick("serve")
    assert ran.code == 7
    assert "maskpick[server]" in ran.err


def test_help_names_every_limit(maskpick: Maskpick) -> None:
    ran = maskpick("serve", "--help")
    for flag in ("--host", "--token-file", "--stop-seconds", "--max-megapixels", "--fault"):
        assert flag in ran.out
