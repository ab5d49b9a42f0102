"""The command line under test: in this process for speed, and as a process of its own where that matters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from command_line import Maskpick, Ran, Start
from maskpick.cli import main
from maskpick.pictures import Picture
from processes import Spawn

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(autouse=True)
def flat_engine(own_folders: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command here works in an empty folder, with the quick engine of the tests."""
    monkeypatch.setenv("MASKPICK_PLUGIN_FOLDER", str(PLUGINS))
    monkeypatch.setenv("MASKPICK_ENGINE", "flat")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def maskpick(capfd: pytest.CaptureFixture[str]) -> Maskpick:
    """Run a command in this process."""

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(one) for one in arguments])
        return Ran(code, *capfd.readouterr())

    return run


@pytest.fixture
def start(spawn: Spawn) -> Start:
    """Start the real command as a process of its own; it is ended with the test, whatever becomes of it."""

    def run(*arguments: object, **settings: Any) -> subprocess.Popen[str]:
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | settings
        if os.name != "nt":
            # Whoever runs the tests may have had Ctrl-C ignored, and a process inherits that.
            settings["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        return spawn([sys.executable, "-m", "maskpick", *map(str, arguments)], **settings)

    return run


@pytest.fixture
def photo(tmp_path: Path, shapes: Picture) -> Path:
    """A picture file: a red disc (2 in the flat engine's count) and a blue square on green."""
    path = tmp_path / "photo.png"
    shapes.save(path)
    return path
