"""maskpick in scripts inside the real Krita: the documented examples, and engines that fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hosts.editors import krita, made
from hosts.hosts import HOSTS, INSIDE
from hosts.krita_driver import KRITAS, drive_krita
from hosts.test_krita_documents import photo

pytestmark = pytest.mark.hosts


class OutOfOrder(BaseHTTPRequestHandler):
    """A service that cannot do anything today."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing: what is asked is no part of the test's output."""


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OutOfOrder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("version", KRITAS)
def test_the_documented_examples_do_what_they_say(version: str, tmp_path: Path) -> None:
    (tmp_path / "photo.bgra").write_bytes(photo().tobytes())
    told = drive_krita(made(HOSTS[KRITAS[version]]), "krita_examples", tmp_path, limit=600)
    selecting, edges, points, removing, kept, refused, alone = (told[str(number)] for number in range(7))
    assert "centre" in selecting["said"]
    assert selecting["selected"]
    assert len(edges["layers"]) == 2
    assert points["said"].endswith("by clicks True False\n")
    assert len(points["layers"]) == 2
    assert removing["layers"][1].startswith("Removed: ")
    assert kept["said"].startswith("painted over since: [")
    assert refused["said"] == "Nothing is selected. Select the area to look in, or look in the visible image.\n"
    assert alone["layers"] == told["layers.kra"][:1]
    assert told["layers.kra"][1:] == ["Objects"]


@pytest.mark.parametrize("version", KRITAS)
def test_engines_that_fail_leave_everything_as_it_was(version: str, service: str, tmp_path: Path) -> None:
    (tmp_path / "photo.bgra").write_bytes(photo().tobytes())
    variables = {
        "MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"),
        "SERVICE": service,
        "BRIA_API_TOKEN": "a-token-for-the-test",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    krita(made(HOSTS[KRITAS[version]]), "krita_trouble", tmp_path, variables)
    told: dict[str, Any] = json.loads((tmp_path / "trouble.json").read_text("utf-8"))
    assert told["failing"] == ["EngineError", "The engine is out of breath.", "Let it rest.", True]
    for crashed in ("deadly", "killed"):
        kind, happened, _, unchanged = told[crashed]
        assert (kind, unchanged) == ("Crashed", True)
        assert happened.startswith("The engine stopped unexpectedly")
    assert told["after death"] == 4
    assert told["after the kill"] > 2
    _, happened, advice, unchanged = told["service"]
    assert happened
    assert advice
    assert "token" not in happened
    assert unchanged
