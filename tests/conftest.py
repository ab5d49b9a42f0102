"""What many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from maskpick.pictures import Picture
from processes import Spawn, spawning

# How long an example takes says more of the machine than of the code. And the examples are the same every time, so
# that no change is refused for another's fault; `--hypothesis-profile=explore` looks for new ones.
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("maskpick", ANY_SPEED, derandomize=True)
settings.register_profile("explore", ANY_SPEED, max_examples=1000)
settings.load_profile("maskpick")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own settings, cache or plugins."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("MASKPICK_") and name != "MASKPICK_DATA"]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start processes as `subprocess.Popen` does; they are ended with the test, whatever becomes of it."""
    with spawning() as spawn:
        yield spawn


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of the example photos."""
    return REPOSITORY / "docs" / "photos"


@pytest.fixture
def shapes() -> Picture:
    """A small picture that any segmenter should take apart: a red disc and a blue square on green."""
    y, x = np.mgrid[:120, :160]
    pixels = np.empty((120, 160, 3), np.uint8)
    pixels[:] = (70, 150, 80)
    pixels[(x - 50) ** 2 + (y - 60) ** 2 <= 30**2] = (200, 40, 40)
    pixels[40:90, 100:140] = (40, 60, 190)
    return Picture(pixels)
