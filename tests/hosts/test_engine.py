"""The engine in the hosts: what runs inside finds it as an editor does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hosts import engine
from hosts.editors import made
from hosts.hosts import CHECKOUT, HOSTS, INSIDE, SRC, Host

pytestmark = pytest.mark.hosts

LIMIT = 300
BRIDGE = {"PYTHONPATH": str(SRC / "adapters" / "bridge")}


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> Host:
    return made(HOSTS[request.param])


def test_the_bridge_finds_objects_on_every_photo(host: Host, photos: Path, tmp_path: Path) -> None:
    host.run(["python3", INSIDE / "find_objects.py"], out=tmp_path, variables=BRIDGE, limit=LIMIT)
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found.keys() == {photo.name for photo in photos.glob("*.jpg")}
    assert min(found.values()) > 1


def test_the_engine_is_the_checkouts_with_its_plugins(host: Host) -> None:
    python = [engine.FOLDER / "bin" / "python", "-I", "-m", "maskpick"]
    version = engine.Project.read(CHECKOUT / "pyproject.toml").version
    assert version in host.run([*python, "--version"], limit=LIMIT)
    said = host.run([*python, "plugins"], limit=LIMIT)
    assert "script" in said
