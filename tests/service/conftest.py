"""A real server on a loopback port, shared by the tests, which can be told to misbehave."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.backends.fail
import numpy as np
import pytest
import requests
import uvicorn
from fastapi import FastAPI

from maskpick.api import find
from maskpick.masks import MaskSet
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.service import ServiceConfig
from maskpick.service.app import create_app
from maskpick.service.faults import Fault
from maskpick.settings import Settings
from maskpick.tokens import Token
from processes import PATIENCE

SECRET = "tOp-sEcReT-0123456789"
GATE = "closed"
"""A file in the folder of the shared service: as long as it is there, no work ends."""
SETTINGS = {"plugin_folder": str(Path(__file__).parent / "plugins")}
"""With these there is the engine `nested`, which is quick, and finds in `scene` just what is there."""


@dataclass
class Live:
    """A running service."""

    address: str
    fault: Fault
    app: FastAPI
    folder: Path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nothing that is found is found before the end of this."""
        gate = self.folder / GATE
        gate.touch()
        try:
            yield
        finally:
            gate.unlink()

    def misbehave(self, kind: str, argument: float = 0.0, times: int = 0) -> None:
        """From now on, until the test ends."""
        self.fault.kind, self.fault.argument, self.fault.times, self.fault.shown = kind, argument, times, 0

    def post(self, path: str, body: object, token: str | None = SECRET) -> requests.Response:
        headers = {} if token is None else {"api_token": token}
        return requests.post(self.address + path, json=body, headers=headers, timeout=PATIENCE)

    def get(self, address: str, **options: object) -> requests.Response:
        where = address if address.startswith("http") else self.address + address
        return requests.get(where, headers={"api_token": SECRET}, timeout=PATIENCE, **options)


def running(app: FastAPI) -> Iterator[int]:
    """Serve ``app`` from a thread, on a port the system chooses."""
    # At the end, an answer that would never come is not waited for.
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    started = threading.Event()
    announce = server.startup

    async def startup(sockets: object = None) -> None:
        await announce(sockets)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("service")
    fault = Fault("")
    config = ServiceConfig(
        folder,
        token=Token(SECRET),
        workers=1,
        queue=8,
        segmenter="nested",
        segmenter_options={"gate": str(folder / GATE)},
        settings=SETTINGS,
        fault=fault,
        allow_private_fetch=True,
        stop_seconds=1,
    )
    app = create_app(config)
    for port in running(app):
        yield Live(f"http://127.0.0.1:{port}", fault, app, folder)


@pytest.fixture
def service(shared_service: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The shared service, well-behaved at the test's beginning; clients find its token and no keyring."""
    shared_service.misbehave("")
    monkeypatch.setenv("BRIA_API_TOKEN", SECRET)
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield shared_service
    keyring.set_keyring(before)
    shared_service.misbehave("")


@pytest.fixture(scope="session")
def scene() -> Picture:
    """A picture of a red disc and a blue square on green."""
    y, x = np.mgrid[:90, :120]
    pixels = np.empty((90, 120, 3), np.uint8)
    pixels[:] = (70, 150, 80)
    pixels[(x - 35) ** 2 + (y - 45) ** 2 <= 20**2] = (200, 40, 40)
    pixels[30:65, 75:105] = (40, 60, 190)
    return Picture(pixels)


def found_here(picture: Picture) -> MaskSet:
    """What the service's engine finds, without the service."""
    settings = Settings.load(overrides=SETTINGS)
    plugins = Plugins.load(folder=settings.plugin_folder)
    return find(picture, "nested", settings=settings, plugins=plugins)
