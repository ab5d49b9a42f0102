#!/usr/bin/env python3
"""Sets maskpick up, runs it, tests it, and takes it away again.

    python3 install.py run photo.jpg    finds the objects; writes photo.ora and photo.preview.png beside the photo
    python3 install.py test             passes the tests

Needs Python 3.10 or newer and nothing else: no pip, no root. What maskpick needs goes into an environment of its own,
in your data folder (or in $MASKPICK_HOME); nothing else on the computer is touched.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import io
import itertools
import json
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:  # an old Python must come as far as `check_python`, which tells its owner what to do
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent
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


class Trouble(Exception):  # noqa: N818 - a word for people
    """What happened and what to do, in words a painter understands."""


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raises `Trouble` if this interpreter cannot carry maskpick's environment."""
    needed = f"maskpick needs the ordinary Python (CPython), {dotted(OLDEST)} to {dotted(NEWEST)}, 64 bit"
    if version < OLDEST:
        newer = (f"python{dotted((3, minor))}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1))
        found = next(filter(shutil.which, newer), None)
        advice = f"This computer has one: {found} install.py" if found else "Get one from python.org or your system."
        raise Trouble(f"{needed}; this one is {dotted(version)}. {advice}")
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        raise Trouble(f"{needed}; this one is {platform.python_implementation()}, {platform.architecture()[0]}.")
    if version > NEWEST:
        print(f"{needed}; this one is {dotted(version)}, which nobody has tried. Trying.", file=sys.stderr)


def dotted(version: tuple[int, int]) -> str:
    """(3, 10) -> '3.10'."""
    return ".".join(map(str, version))


def user_folders() -> list[Path]:
    """maskpick's folders in the user's account, as platformdirs lays them: data; settings, kept answers, logs."""
    if sys.platform == "win32":
        bases = [Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")]
    elif sys.platform == "darwin":
        bases = [Path.home() / "Library" / name for name in ("Application Support", "Caches", "Logs")]
    else:
        kinds = {"DATA": ".local/share", "CONFIG": ".config", "CACHE": ".cache", "STATE": ".local/state"}
        bases = [Path(os.environ.get(f"XDG_{kind}_HOME") or Path.home() / usual) for kind, usual in kinds.items()]
    return [base / "maskpick" for base in bases]


def home() -> Path:
    """The folder that everything made here lies in."""
    chosen = os.environ.get("MASKPICK_HOME")
    return Path(chosen).expanduser().resolve() if chosen else user_folders()[0]


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

    def wanted(self) -> dict[str, str]:
        """The stamp as it would be if the environment were made now: what it needs, and the project in it."""
        tables = package_tables((ROOT / "pyproject.toml").read_text("utf-8"))
        # Its own path is part of it, because an environment that was moved does not work.
        needs = fingerprint(tables, str(self.folder), platform.machine(), str(sys.implementation.cache_tag))
        if self.dev:
            return {"needs": needs, "project": str(ROOT)}
        files = sorted(path for folder in ("adapters", "plugin") for path in (ROOT / folder).rglob("*.*"))
        kept = (path for path in files if path.is_file() and "__pycache__" not in path.parts)
        return {"needs": needs, "project": fingerprint(*((str(path), path.read_bytes()) for path in kept))}

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


class Steps:
    """Says what is being done: a line for each step, and pip's present download where a person looks on."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._live = out.isatty()

    def say(self, text: str) -> None:
        self.glance("")
        print(text, file=self._out, flush=True)

    def glance(self, text: str) -> None:
        if self._live:
            self._out.write(f"\r{text[:76]:76}\r")
            self._out.flush()


@contextlib.contextmanager
def locked(folder: Path, steps: Steps) -> Iterator[None]:
    """Only one process at a time works on ``folder``. The system lets go of the lock when its holder dies."""
    path, held = folder / "install.lock", False
    with contextlib.ExitStack() as stack:
        while not held:
            folder.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("a+b"))
            if not try_lock(file, wait=False):
                steps.say("Another install.py is at work; waiting for it to finish.")
                while not try_lock(file, wait=True):
                    pass
            with contextlib.suppress(FileNotFoundError):  # the one before may have been `remove`, which deletes it too
                held = os.path.samestat(os.fstat(file.fileno()), path.stat())
        yield


def try_lock(file: IO[bytes], *, wait: bool) -> bool:
    """Lock ``file``; False if another process has it (still, after some seconds, if ``wait``)."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise
        return False
    return True


def prepare(*, dev: bool = False) -> Environment:
    """The environment, made or brought up to date if it has to be. Raises `Trouble`."""
    environment, steps = Environment.of(dev=dev), Steps(sys.stderr)
    wanted = environment.wanted()
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
    project = ["--no-build-isolation", *(["--editable", ".[dev,server,dask]"] if environment.dev else [".[server]"])]
    if environment.found().get("needs") == wanted["needs"]:
        environment.write_stamp(needs=wanted["needs"], project="")
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


def remove_tree(folder: Path) -> None:
    """Delete a folder and all that is in it, if it is there. Raises `Trouble` where a file is in use."""
    if folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise Trouble(f"{error.filename} cannot be deleted. Close the programs that use maskpick.") from error


def call(command: Sequence[str | Path], cwd: Path | None = None) -> int:
    """Run a program in the foreground and return its exit status; on Ctrl-C it may tidy up first."""
    with Popen([str(part) for part in command], cwd=cwd, env=clean_variables()) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.terminate()
            raise SystemExit(130) from None


def maskpick(environment: Environment, *arguments: str | Path) -> int:
    """Run the environment's maskpick."""
    return call([environment.program("maskpick"), *arguments])


def free_names(photo: Path) -> tuple[Path, Path]:
    """Where the layers and the preview of a photo go: beside it, never over a file somebody may have painted on."""
    for number in itertools.count(1):
        stem = photo.stem if number == 1 else f"{photo.stem}-{number}"
        layers, preview = photo.with_name(f"{stem}.ora"), photo.with_name(f"{stem}.preview.png")
        if not layers.exists() and not preview.exists():
            break
    return layers, preview


# The commands.


def run(arguments: argparse.Namespace) -> int:
    """find the objects of photos; writes PHOTO.ora (layers) and PHOTO.preview.png beside each"""
    environment, status, made = prepare(), 0, []
    for photo in (Path(name).absolute() for name in arguments.photos):
        layers, preview = free_names(photo)
        failed = maskpick(environment, "layers", photo, "-o", layers) or maskpick(
            environment, "preview", photo, "-o", preview
        )
        status = failed or status
        made += [] if failed else [layers.name]
    if made:
        print(f"Open {' and '.join(made)} in Krita or GIMP: each object is a layer.", file=sys.stderr)
    return status


def do(arguments: argparse.Namespace) -> int:
    """run maskpick itself: install.py do masks photo.jpg"""
    return maskpick(prepare(), *arguments.rest)


def test(arguments: argparse.Namespace) -> int:
    """run the checks, then the tests; further arguments go to pytest"""
    environment = prepare(dev=True)
    failed = [] if arguments.tests_only else failed_checks(environment)
    chosen = ["-m", "hosts", "tests/hosts"] if arguments.hosts else ["-n", "2"]
    status = call([environment.program("python"), "-m", "pytest", *chosen, *arguments.rest], ROOT)
    for check_name in failed:
        print(f"Failed, see above: {check_name}")
    return status or bool(failed)


def check(_: argparse.Namespace) -> int:
    """run the linters and the type check"""
    return bool(failed_checks(prepare(dev=True)))


def failed_checks(environment: Environment) -> list[str]:
    """Run all checks; the names of those that found something."""
    python = environment.program("python")
    checks: dict[str, list[str | Path]] = {
        "ruff check": [python, "-m", "ruff", "check"],
        "ruff format": [python, "-m", "ruff", "format", "--check"],
        "mypy": [python, "-m", "mypy"],
        "mypy install.py": [python, "-m", "mypy", "install.py"],
        "lint-imports": [environment.program("lint-imports")],
    }
    failed = []
    for name, command in checks.items():
        print(f"-- {name}", flush=True)
        if call(command, ROOT):
            failed.append(name)
    return failed


def bench(arguments: argparse.Namespace) -> int:
    """run the benchmarks; further arguments go to them"""
    return call([prepare(dev=True).program("python"), "benchmarks", *arguments.rest], ROOT)


def package(_: argparse.Namespace) -> int:
    """build the wheel and the source archive into dist/"""
    return call([prepare(dev=True).program("python"), "-m", "hatchling", "build"], ROOT)


def doctor(_: argparse.Namespace) -> int:
    """tell what works on this computer and what does not"""
    return maskpick(prepare(), "doctor")


def setup(arguments: argparse.Namespace) -> int:
    """only make the environment, and tell the editors' parts where it is"""
    environment = prepare(dev=arguments.dev)
    write_note(environment)
    print(environment.folder)
    return 0


def write_note(environment: Environment) -> None:
    """Leave a note with the environment's Python, for editors: they have no other way to know it."""
    note = {"interpreter": str(environment.program("python")), "python": dotted(sys.version_info[:2])}
    fresh = (home() / "engine.json").with_suffix(".part")
    fresh.write_text(json.dumps(note), "utf-8")
    fresh.replace(home() / "engine.json")


def where(_: argparse.Namespace) -> int:
    """tell where things lie"""
    print(f"folder            {home()}\ncommand           {Environment.of(dev=False).program('maskpick')}")
    for title, dev in (("environment", False), ("for developers", True)):
        environment = Environment.of(dev=dev)
        state = "" if environment.found() == environment.wanted() else "  (to be made at its next use)"
        print(f"{title:<17} {environment.folder}{state}")
    print(f"log               {home() / 'install.log'}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """undo it all: delete the environments; --all also your settings, plugins, kept answers and logs"""
    folder = home()
    if folder.is_dir():
        with locked(folder, Steps(sys.stderr)):
            for environment in sorted((folder / "environments").glob("python3.*")):
                remove_tree(environment)
                print(f"Removed {environment}")
            (folder / "install.log").unlink(missing_ok=True)
            (folder / "engine.json").unlink(missing_ok=True)
            if os.name != "nt":  # while nobody else can lock it; Windows deletes no open file
                (folder / "install.lock").unlink()
        with contextlib.suppress(PermissionError):  # another install.py waits for it
            (folder / "install.lock").unlink(missing_ok=True)
        remove_empty(folder / "environments")
        remove_empty(folder)
    for place in filter(Path.exists, dict.fromkeys([folder, *user_folders()])):
        if arguments.all and place in user_folders():
            remove_tree(place)
            print(f"Removed {place}")
        else:
            print(f"Left, because it holds what is yours: {place}")
    return 0


def remove_empty(folder: Path) -> None:
    """Delete a folder that nothing is left in."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="install.py", description=__doc__, allow_abbrev=False)
    top.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(work: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        command = commands.add_parser(work.__name__, help=work.__doc__, description=work.__doc__, allow_abbrev=False)
        command.set_defaults(work=work)
        return command

    add(run).add_argument("photos", nargs="+", metavar="PHOTO")
    add(do).add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    add(setup).add_argument("--dev", action="store_true", help="the one for developers: tools, bound to this checkout")
    add(doctor)
    add(where)
    add(remove).add_argument("--all", action="store_true", help="your settings, plugins, kept answers and logs too")
    testing = add(test)
    testing.add_argument("--tests-only", action="store_true", help="leave the checks out")
    testing.add_argument(
        "--hosts", action="store_true", help="the tests in the real editors instead (see CONTRIBUTING.md)"
    )
    add(check)
    add(bench)
    add(package)
    return top


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a path may have letters that the terminal has not
    top = parser()
    arguments, rest = top.parse_known_args(given)
    if rest and arguments.work not in (test, bench):
        top.error(f"unknown arguments: {' '.join(rest)}")
    arguments.rest = getattr(arguments, "rest", rest)
    try:
        check_python()
        return int(arguments.work(arguments))
    except KeyboardInterrupt:
        print("\nStopped. What was half made is not used; start again at any time.", file=sys.stderr)
        return 130
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
    except OSError as error:
        print(f"\n{error.filename or home()}: {error.strerror or error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what stops us lets us tidy up
    raise SystemExit(main())
