"""maskpick's engine in a host: an environment of the host's own Python, with the checkout's core in it.

pip does not run inside, where there is no network to speak of: it runs out here, and puts the wheels for the host's
Python into place. The core itself is read from the checkout at each run, so only new needs make the environment anew.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

FOLDER = Path("/opt/maskpick")
"""Where a run sees the engine; it is told by the variable MASKPICK_HOME."""
SOURCES = ("plugin", "adapters/script")
ASK_VERSION = ("python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
LAYOUT = 1
"""Raised when what this file makes changes."""

Inside = Callable[[Sequence[str]], str]
"""Runs a command in the chroot, which it may write to; gives what it printed."""


@dataclass(frozen=True)
class Project:
    """What a pyproject.toml says of the engine."""

    version: str
    needs: tuple[str, ...]
    plugins: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, pyproject: Path) -> Project:
        text = pyproject.read_text("utf-8")
        if sys.version_info >= (3, 11):
            import tomllib

            table: dict[str, Any] = tomllib.loads(text)["project"]
        else:
            import tomlkit  # here, so that the rest runs with any Python

            table = tomlkit.parse(text).unwrap()["project"]
        plugins = table["entry-points"]["maskpick"]
        return cls(table["version"], tuple(table["dependencies"]), tuple(sorted(plugins.items())))

    def stamp(self) -> str:
        """What differs when an engine made for the one does not do for the other."""
        return hashlib.sha256(repr((self, LAYOUT)).encode()).hexdigest()

    def write_metadata(self, packages: Path) -> None:
        """Make the core known as installed, with its plugins."""
        folder = packages / f"maskpick-{self.version}.dist-info"
        folder.mkdir()
        needs = "".join(f"Requires-Dist: {need}\n" for need in self.needs)
        metadata = f"Metadata-Version: 2.1\nName: maskpick\nVersion: {self.version}\n{needs}"
        (folder / "METADATA").write_text(metadata, "utf-8")
        entries = "".join(f"{name} = {module}\n" for name, module in self.plugins)
        (folder / "entry_points.txt").write_text(f"[maskpick]\n{entries}", "utf-8")


def is_made(root: Path, project: Project) -> bool:
    stamp = _at(root) / ".stamp"
    return stamp.is_file() and stamp.read_text("ascii") == project.stamp()


def make(root: Path, project: Project, source: Path, inside: Inside) -> None:
    """Make the environment in the chroot ``root``; ``source`` is where a run sees the checkout.

    Raises `subprocess.CalledProcessError` when pip fails, and what ``inside`` raises.
    """
    version = inside(ASK_VERSION).strip()
    inside(["rm", "-rf", str(FOLDER)])
    inside(["python3", "-m", "venv", "--without-pip", str(FOLDER)])
    packages = Path(f"lib/python{version}/site-packages")
    download(project.needs, version, _at(root) / packages)
    inside([str(FOLDER / "bin/python"), "-m", "compileall", "-q", str(FOLDER / packages)])  # a run cannot
    project.write_metadata(_at(root) / packages)
    paths = "".join(f"{source / name}\n" for name in SOURCES)
    (_at(root) / packages / "maskpick.pth").write_text(paths, "utf-8")
    note = {"interpreter": str(FOLDER / "bin/python"), "python": version}
    (_at(root) / "engine.json").write_text(json.dumps(note), "utf-8")
    (_at(root) / ".stamp").write_text(project.stamp(), "ascii")


def download(needs: Sequence[str], version: str, target: Path) -> None:
    """Put packages for another Python of this machine's kind into ``target``, ready to be imported."""
    pip("install", "--no-compile", f"--target={target}", *needs, version=version)


def pip(command: str, *arguments: str, version: str) -> None:
    """Run pip out here on behalf of a Python inside. Raises `subprocess.CalledProcessError`."""
    machine = platform.machine()
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(17, 42)] + [f"manylinux2014_{machine}"]
    line = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    line += [f"--python-version={version}", "--implementation=cp", *(f"--platform={name}" for name in platforms)]
    subprocess.run([*line, *arguments], stdout=PIPE, stderr=STDOUT, encoding="utf-8", errors="replace", check=True)


def _at(root: Path) -> Path:
    return root / FOLDER.relative_to("/")
