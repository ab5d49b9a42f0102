"""What the tests in the hosts share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.hosts import cache


@pytest.fixture(scope="session")
def hosts_folder() -> Path:
    """Where the hosts lie; asked before a test gets folders of its own."""
    return cache()


@pytest.fixture(autouse=True)
def same_hosts(own_folders: None, hosts_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests use the hosts that are there."""
    monkeypatch.setenv("MASKPICK_HOSTS_CACHE", str(hosts_folder))
