"""The engine's Python environment: made once, brought up to date when what it holds changes."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import IO

from maskpick.setup.folders import ENGINE_FILE, home
from maskpick.setup.steps import Steps, Trouble, locked, remove_tree

ROOT = Path(__file__).resolve().parents[3]
"""The checkout this runs from."""
OLDEST, NEWEST = (3, 10), (3, 14)
BUILDER = "hatchling>=1.24"  # as in pyproject.toml; installed first, so that maskpick can be put in place offline later

# Variables that send the environment's Python or pip elsewhere; pip's other settings (proxy, index, certificate) stay.
MISLEADING = re.compile(
    r"PYTHON(HOME|PATH|STARTUP|USERBASE)|VIRTUAL_ENV|__PYVENV_LAUNCHER__|PIP_(ABI|DRY_RUN|EDITABLE|IGNORE_INSTALLED|"
    r"IMPLEMENTATION|NO_BINARY|NO_DEPS|ONLY_BINARY|PLATFORM|PREFIX|PYTHON|PYTHON_VERSION|REPORT|REQUIRE_HASHES|"
    r"REQUIREMENT|ROOT|TARGET|USER)"
)

# What pip's words mean, and what to do; the first that fits. Without a network pip says "no matching" in the end too.
EXPLANATIONS = {
    r"No space left on device|Errno 28|not enough space": "The disk is full. maskpick needs about 600 MB.",
    r"CERTIFICATE_VERIFY_FAILED|SSLError": "The package server's certificate is not trusted here. If a company's proxy "
    "looks into connections, give pip its certificate: set PIP_CERT to the file.",
    r"ProxyError|Proxy Authentication|Tunnel connection failed": "The proxy did not let the download through. "
    "Look at the variable HTTPS_PROXY and at `pip config list`.",
    r"Failed to establish|name resolution|getaddrinfo|unreachable|timed out|refused|reset by|aborted": (
        "The packages could not be downloaded: nobody answered. Connect to the network and try again; "
        "behind a proxy, set the variable HTTPS_PROXY first."
    ),
    r"No matching distribution found for ([\w-]+)": "There is no ready-made {0} for this Python on this machine. "
    "Use the ordinary CPython {oldest} to {newest}, 64 bit (on Windows the x86-64 one).",
    r"Permission denied|Access is denied|WinError (?:5|32)\b": "A file could not be written. Close the programs that "
    "use maskpick, and try again.",
}


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raises `Trouble` if this interpreter cannot carry maskpick's environment; install.py has seen to older ones."""
    needed = f"maskpick needs the ordinary Python (CPython), {dotted(OLDEST)} to {dotted(NEWEST)}, 64 bit"
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        raise Trouble(f"{needed}; this one is {platform.python_implementation()}, {platform.architecture()[0]}.")
    if version > NEWEST:
        Steps(sys.stderr).say(f"{needed}; this one is {dotted(version)}, which nobody has tried. Trying.")


def dotted(version: tuple[int, int]) -> str:
    """(3, 10) -> '3.10'."""
    return ".".join(map(str, version))


def clean_variables() -> dict[str, str]:
    """The variables of this process without those that would mislead the environment's Python."""
    kept = {name: value for name, value in os.environ.items() if not MISLEADING.fullmatch(name)}
    return {**kept, "PYTHONNOUSERSITE": "1", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def fingerprint(*parts: object) -> str:
    """A hash that differs when any part does."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def package_tables(pyproject: str) -> str:
    """The lines of a pyproject.toml that bear on what is installed: everything but the settings of other tools."""
    kept, keep = [], True
    for line in pyproject.splitlines():
        if line.startswith("["):
            keep = not line.lstrip("[").startswith("tool.") or line.startswith("[tool.hatch")
        if keep:
            kept.append(line)
    return "\n".join(kept)


@dataclass(frozen=True)
class Environment:
    """A virtual environment: the user's holds a copy of maskpick, the developer's is bound to this checkout.

    The stamp is written last and says what the environment holds; without a stamp, nothing in it is used.
    """

    folder: Path
    dev: bool = False

    @classmethod
    def of(cls, *, dev: bool) -> Environment:
        """The environment of this interpreter's version."""
        name = f"python{dotted(sys.version_info[:2])}{getattr(sys, 'abiflags', '')}"
        return cls(home() / "environments" / (f"{name}-dev" if dev else name), dev)

    @property
    def stamp(self) -> Path:
        return self.folder / "maskpick-stamp.json"

    def program(self, name: str) -> Path:
        """The path of a program in the environment, such as its python."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)

    def wanted(self, *, models: bool = False) -> dict[str, str]:
        """The stamp as it would be if the environment were made now: what it needs, and the project in it; with what
        runs trained models where that is asked for, or is in it already."""
        extra = {"models": "yes"} if models or "models" in self.found() else {}
        tables = package_tables((ROOT / "pyproject.toml").read_text("utf-8"))
        # Its own path is part of it, because an environment that was moved does not work.
        needs = fingerprint(tables, str(self.folder), platform.machine(), str(sys.implementation.cache_tag))
        if self.dev:
            return {"needs": needs, "project": str(ROOT)}  # that has it anyway
        files = sorted(path for folder in ("adapters/script", "plugin") for path in (ROOT / folder).rglob("*.*"))
        kept = (path for path in files if path.is_file() and "__pycache__" not in path.parts)
        return {"needs": needs, "project": fingerprint(*((str(path), path.read_bytes()) for path in kept)), **extra}

    def found(self) -> dict[str, str]:
        """The stamp as it is; empty where the environment is not there, not finished, or lost its Python."""
        try:
            stamp = json.loads(self.stamp.read_text("utf-8"))
            base = re.search(r"^home = (.*)$", (self.folder / "pyvenv.cfg").read_text("utf-8"), re.MULTILINE)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        alive = base and Path(base[1]).is_dir() and self.program("python").exists()
        return stamp if alive and isinstance(stamp, dict) else {}

    def write_stamp(self, **stamp: str) -> None:
        fresh = self.stamp.with_suffix(".part")
        fresh.write_text(json.dumps(stamp), "utf-8")
        fresh.replace(self.stamp)


def prepare(*, dev: bool = False, models: bool = False) -> Environment:
    """The environment, made or brought up to date if it has to be; with what runs ``models`` from then on. Raises
    `Trouble`."""
    environment, steps = Environment.of(dev=dev), Steps(sys.stderr)
    wanted = environment.wanted(models=models)
    if environment.found() != wanted:
        with locked(home(), steps):
            if environment.found() != wanted:  # another process may have made it meanwhile
                with (home() / "install.log").open("w", buffering=1, encoding="utf-8") as log:
                    make(environment, wanted, steps, log)
    return environment


def make(environment: Environment, wanted: dict[str, str], steps: Steps, log: IO[str]) -> None:
    """Make the environment, or only put the present maskpick into it where the rest of it is right."""
    pip = [str(environment.program("python")), "-I", "-X", "utf8", "-m", "pip", "install", "--no-input"]
    pip += ["--progress-bar=off", "--no-warn-script-location", "--only-binary=:all:"]
    own = ".[server,onnx]" if "models" in wanted else ".[server]"
    project = ["--no-build-isolation", *(["--editable", ".[dev,server,dask]"] if environment.dev else [own])]
    found = environment.found()
    if found.get("needs") == wanted["needs"]:
        environment.write_stamp(**{**found, "project": ""})
        if "models" in wanted and "models" not in found:
            steps.say("Adding what runs trained models.")
            run_logged([*pip, *project], steps, log)
        steps.say("Putting the present maskpick into its environment.")
        run_logged([*pip, "--no-deps", "--force-reinstall", *project], steps, log)
    else:
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            package = f"python{dotted(sys.version_info[:2])}-venv"
            raise Trouble(f"This Python lacks a part, venv. On Debian and Ubuntu: sudo apt install {package}")
        whose = "a developer's environment for maskpick" if environment.dev else "maskpick's own Python environment"
        steps.say(f"Making {whose} (once, about a minute): {environment.folder}")
        remove_tree(environment.folder)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        run_logged([sys.executable, "-I", "-m", "venv", str(environment.folder)], steps, log)
        run_logged([*pip, BUILDER], steps, log)
        run_logged([*pip, *project], steps, log)
    environment.write_stamp(**wanted)
    steps.say("Ready.")


def run_logged(command: Sequence[str], steps: Steps, log: IO[str]) -> None:
    """Run a step of the installation; its words go to the log. Raises `Trouble` if it fails."""
    log.write(f"$ {shlex.join(command)}\n")
    said: list[str] = []
    variables = clean_variables()
    with Popen(
        command, cwd=ROOT, env=variables, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                said.append(line)
                if line.lstrip().startswith(("Collecting", "Downloading", "Installing")):
                    steps.glance(f"  {line.strip()}")
        except BaseException:  # above all Ctrl-C: nothing goes on working in a folder we let go of
            process.kill()
            raise
    steps.glance("")
    if process.returncode:
        raise Trouble(f"{explain(''.join(said))} The details are in {log.name}")


def explain(said: str) -> str:
    """What a failed step's output means, in plain words."""
    for pattern, meaning in EXPLANATIONS.items():
        match = re.search(pattern, said)
        if match:
            return meaning.format(*match.groups(), oldest=dotted(OLDEST), newest=dotted(NEWEST))
    return "A step of the installation failed."


def write_note(environment: Environment) -> None:
    """Leave a note with the environment's Python, for editors: they have no other way to know it."""
    note = {"interpreter": str(environment.program("python")), "python": dotted(sys.version_info[:2])}
    fresh = (home() / ENGINE_FILE).with_suffix(".part")
    fresh.write_text(json.dumps(note), "utf-8")
    fresh.replace(home() / ENGINE_FILE)
