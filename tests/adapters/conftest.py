"""A bridge and its worker, for the tests of what editors share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge_peer import Wait
from maskpick_bridge import Connection
from processes import PATIENCE, until
from worker_peer import install_engines


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which install.py left its note; the engines of tests are at hand."""
    for name, value in install_engines(tmp_path).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "engine.json").write_text(json.dumps({"interpreter": sys.executable}))
    return tmp_path


@pytest.fixture
def connection(notes: Path) -> Iterator[Connection]:
    """To a worker of its own, which must end with the test."""
    connection = Connection("a test", folders=[notes])
    yield connection
    connection.close()
    assert connection.join(PATIENCE)


@pytest.fixture
def wait(connection: Connection) -> Wait:
    """Pump until something is so."""

    def wait_for(condition: Callable[[], Any]) -> None:
        def so() -> bool:
            connection.pump()
            return bool(condition())

        until(so)

    return wait_for
