#!/usr/bin/env python3
"""The real editors to run tests in: Debian suites in folders of their own, made once and used again.

    python tests/hosts/hosts.py prepare trixie                 make it: some minutes, 1.4 GB
    python tests/hosts/hosts.py run trixie -- gimp --version   run a command in it
    python tests/hosts/hosts.py list                           which there are, and which are made
    python tests/hosts/hosts.py remove                         delete them all

Needs root on a Debian machine, whose own package mirror is used. A run sees the suite's system read-only, the checkout
read-only at /src, an engine made of it, and an output folder at /out; everything else it writes is gone when it ends,
and so is every process it started, however it ends. Several runs at once do not see each other. The chroots lie in
$MASKPICK_HOSTS_CACHE, or else in the user's cache folder.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Any

try:
    from hosts import engine
except ImportError:  # this is the program, or a module of one, and `hosts` is no package
    import engine

CHECKOUT = Path(__file__).resolve().parents[2]
SRC = Path("/src")
"""Where a run sees the checkout."""
OUT = Path("/out")
"""Where a run sees its output folder."""
INSIDE = SRC / "tests" / "hosts" / "inside"
"""Where a run sees the programs that are made for it."""

# Without recommended packages GIMP and Krita come without what their Python plug-ins draw with.
GIMP = ("gimp", "python3-gi-cairo")
KRITA5 = ("krita", "python3-pyqt5")
KRITA6 = ("krita/experimental", "python3-pyqt6", "qt6-svg-plugins")  # its icons are SVG
SCREEN = ("xvfb", "xdotool", "x11-utils", "openbox", "imagemagick", "fonts-dejavu-core", "procps")
NEWCOMERS = ("python3-venv",)  # what install.py tells them to install

SETTINGS = {
    "aptopt": (
        'APT::Install-Recommends "false"',
        'Acquire::Languages "none"',
        'Acquire::Retries "3"',
        'Acquire::Check-Valid-Until "false"',  # a suite not yet released may stand still for longer than its lists hold
    ),
    "dpkgopt": tuple(f"path-exclude=/usr/share/{unused}/*" for unused in ("doc", "man", "locale")),
}

STAMP = ".made-of"
"""A file in a chroot that tells of which packages it was made."""
NO_NETWORK = re.compile(
    r"Could not (?:resolve|connect)|Temporary failure|unreachable|Connection (?:refused|timed out)|Failed to establish"
)

# Starts a program as the first of namespaces of its own: what is mounted and started in them ends with it, and it ends
# with this process, even if that is killed.
ALONE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount-proc", "--propagation", "private", "--pid", "--ipc", "--kill-child"),
)
ENTER = """
set -e
root=$1 checkout=$2 out=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
for folder in tmp run dev/shm; do mount -t tmpfs tmpfs "$root/$folder"; done
mount --bind "$checkout" "$root/src"
mount -o remount,bind,ro "$root/src"
mount --bind "$out" "$root/out"
mount -o remount,bind,ro "$root"
mkdir -m 700 "$root/tmp/home" "$root/run/user"
chroot "$root" env -i "$@"
exit
"""
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/tmp/home",
    "XDG_RUNTIME_DIR": "/run/user",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONFAULTHANDLER": "1",  # a crash in an editor tells where its Python was
    "MASKPICK_HOME": str(engine.FOLDER),
}


class HostError(Exception):
    """What went wrong in a host, or on the way to one. ``status`` is a command's, where it was the command."""

    status: int | None = None


class Unavailable(HostError):  # noqa: N818 - a state of the machine
    """Why this machine can have no hosts."""


@dataclass(frozen=True)
class Host:
    """A Debian suite with its editors. ``more`` are suites whose packages may be asked for as package/suite."""

    suite: str
    editors: tuple[str, ...]
    packages: tuple[str, ...]
    base: str = ""
    more: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        return cache() / self.suite

    @property
    def ready(self) -> bool:
        return self._has_system and engine.is_made(self.root, project())

    @property
    def _has_system(self) -> bool:
        stamp = self.root / STAMP
        return stamp.is_file() and stamp.read_text("ascii") == self._wanted()

    def _wanted(self) -> str:
        """The stamp as it is when the chroot is what this file asks for."""
        return hashlib.sha256(repr((dataclasses.astuple(self), SETTINGS, 1)).encode()).hexdigest()

    def prepare(self) -> None:
        """Make the chroot if it is not there yet. Raises `Unavailable` where that cannot be, `HostError` when it fails.

        Somebody else who is making it is waited for; nobody who runs something in it is, unless it has to be made.
        """
        check_machine()
        with locked(self.suite, shared=True):
            if self.ready:
                return
        with locked(self.suite):
            if not self._has_system:  # another process may have made it meanwhile
                self._make()
            if not self.ready:
                self._make_engine()

    def _make(self) -> None:
        install_mmdebstrap()
        part, log = cache() / f"{self.suite}.part", cache() / f"{self.suite}.log"
        print(f"Making {self.root} (some minutes, 1.4 GB); see {log}", file=sys.stderr, flush=True)
        delete(part)  # one that was killed may have left it
        try:
            with log.open("w") as file:
                status, _ = alone(self._mmdebstrap(part), stdout=file, stderr=STDOUT)
            if status:
                said = log.read_text("utf-8", "replace")
                kind = Unavailable if NO_NETWORK.search(said) else HostError
                raise kind(f"{self.suite} could not be made; the end of {log}:\n{tail(said)}")
            for folder in (SRC, OUT):
                (part / folder.name).mkdir()
            (part / "etc/hosts").write_text("127.0.0.1 localhost\n", "ascii")
            (part / STAMP).write_text(self._wanted(), "ascii")
            delete(self.root)
            part.rename(self.root)
        finally:
            delete(part)

    def _make_engine(self) -> None:
        print(f"Making the engine in {self.root}", file=sys.stderr, flush=True)
        try:
            engine.make(self.root, project(), SRC, self._changed)
        except subprocess.CalledProcessError as error:
            kind = Unavailable if NO_NETWORK.search(error.stdout) else HostError
            raise kind(f"The engine in {self.suite} could not be made:\n{tail(error.stdout)}") from error

    def _changed(self, command: Sequence[str]) -> str:
        """Run a command that may change the chroot; what it printed. Raises `HostError`."""
        settings = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        inside = ["chroot", str(self.root), "env", "-i", *settings, *command]
        status, said = alone(inside, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
        if status:
            raise HostError(f"{command[0]} ended with status {status} in {self.suite}:\n{tail(said)}")
        return said

    def _mmdebstrap(self, target: Path) -> list[str]:
        mirrors, base = package_mirrors(), self.base or self.suite
        sources = [f"deb {mirrors['']} {suite} main" for suite in (base, *self.more)]
        if base == "trixie" and "-security" in mirrors:  # a suite that is not released has no such updates
            sources.append(f"deb {mirrors['-security']} {base}-security main")
        settings = [f"--{option}={value}" for option, values in SETTINGS.items() for value in values]
        include = f"--include={','.join(self.packages)}"
        return ["mmdebstrap", "--mode=root", "--variant=minbase", include, *settings, base, str(target), *sources]

    def run(
        self,
        command: Sequence[str | Path],
        *,
        limit: float,
        out: Path | None = None,
        screen: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command inside; what it printed. Raises `HostError` if it fails or takes longer than ``limit`` seconds.

        ``out`` is the folder it sees at /out, by default one that goes away. ``screen``: with a screen and a window
        manager. ``variables`` are added to an otherwise clean environment.
        """
        with self._entered(command, out, screen, variables or {}) as inside:
            status, said = alone(inside, limit=limit, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
        if status == 0:
            return said
        what = f"took longer than {limit:g} s" if status is None else f"ended with status {status}"
        error = HostError(f"{command[0]} {what} in {self.suite}:\n{tail(said)}")
        error.status = status
        raise error

    def attach(self, command: Sequence[str], *, limit: float, out: Path | None, screen: bool) -> int:
        """Run a command inside, at this terminal; its exit status."""
        with self._entered(command, out, screen, {"TERM": os.environ.get("TERM", "dumb")}) as inside:
            status, _ = alone(inside, limit=limit)
        if status is None:
            raise HostError(f"{command[0]} took longer than {limit:g} s.")
        return status

    @contextlib.contextmanager
    def _entered(
        self, command: Sequence[str | Path], out: Path | None, screen: bool, variables: Mapping[str, str]
    ) -> Iterator[list[str]]:
        """The command line that runs ``command`` inside, and the chroot kept from changing meanwhile."""
        check_machine()
        settings = [f"{name}={value}" for name, value in {**ENVIRONMENT, **variables}.items()]
        inside = [*([INSIDE / "with_screen.sh"] if screen else []), *command]
        with contextlib.ExitStack() as stack:
            stack.enter_context(locked(self.suite, shared=True))
            if not self.ready:
                raise HostError(f"{self.suite} is not made yet: python tests/hosts/hosts.py prepare {self.suite}")
            out = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="maskpick-host-")))
            folders = map(str, (self.root, CHECKOUT, out.absolute()))
            yield ["sh", "-c", ENTER, "enter", *folders, *settings, *map(str, inside)]

    def remove(self) -> None:
        """Delete the chroot; waits for what runs in it."""
        with locked(self.suite):
            for name in (self.suite, f"{self.suite}.part", f"{self.suite}.log"):
                delete(cache() / name)


HOSTS = {
    host.suite: host
    for host in (
        Host("trixie", ("GIMP 3.0", "Krita 5.2"), (*GIMP, *KRITA5, *SCREEN, *NEWCOMERS)),
        Host("forky", ("GIMP 3.2", "Krita 5.3"), (*GIMP, *KRITA5, *SCREEN, *NEWCOMERS)),
        Host("experimental", ("Krita 6",), (*KRITA6, *SCREEN, *NEWCOMERS), base="sid", more=("experimental",)),
    )
}


def project() -> engine.Project:
    """What the checkout's engine needs."""
    return engine.Project.read(CHECKOUT / "pyproject.toml")


def cache() -> Path:
    """The folder that the chroots lie in."""
    chosen = os.environ.get("MASKPICK_HOSTS_CACHE")
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maskpick-hosts"
    return Path(chosen).expanduser().absolute() if chosen else usual


def check_machine() -> None:
    """Raises `Unavailable` where no chroot can be made or entered."""
    if sys.platform != "linux":
        raise Unavailable("the editors' tests need Linux")
    if os.geteuid() != 0:
        raise Unavailable("the editors' tests need root, to make a chroot")
    missing = [name for name in ("apt-get", "unshare", "setpriv", "chroot") if not shutil.which(name)]
    if missing:
        raise Unavailable(f"the editors' tests need a Debian machine; missing: {', '.join(missing)}")


def install_mmdebstrap() -> None:
    """Install what makes chroots, if it is not there. Raises `Unavailable`."""
    if shutil.which("mmdebstrap"):
        return
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "mmdebstrap"]):
        ended = subprocess.run(["apt-get", *command], stdout=PIPE, stderr=STDOUT, encoding="utf-8")
        if ended.returncode:
            raise Unavailable(f"mmdebstrap could not be installed:\n{tail(ended.stdout)}")


def package_mirrors() -> dict[str, str]:
    """The addresses this machine's apt has: '' for the packages, '-security' for the updates. Raises `Unavailable`."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.splitlines()
    mirrors: dict[str, str] = {}
    for address, _, release in (line.partition(" ") for line in lines):
        mirrors.setdefault("-security" if release.endswith("-security") else "", address)
    if "" not in mirrors:
        raise Unavailable("apt knows no package mirror on this machine")
    return mirrors


def alone(command: Sequence[str], *, limit: float | None = None, **streams: Any) -> tuple[int | None, str]:
    """Run a command in namespaces of its own. Its status, None if it took too long, and what it wrote to a pipe."""
    with subprocess.Popen([*ALONE, *command], **streams) as process:
        status: int | None = None
        try:
            said, _ = process.communicate(timeout=limit)
            status = process.returncode
        except subprocess.TimeoutExpired:
            stop(process)
            said, _ = process.communicate()
        except BaseException:
            stop(process)
            raise
    return status, (said or b"").decode("utf-8", "replace")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the first process of the namespaces, so that `unshare` waits until all in them are gone, and ends."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended by itself meanwhile
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
        for child in children or [str(process.pid)]:
            os.kill(int(child), signal.SIGKILL)


@contextlib.contextmanager
def locked(name: str, *, shared: bool = False) -> Iterator[None]:
    """Keep others from changing a chroot, and with ``shared`` false from using it, too."""
    import fcntl  # not on Windows, where no test comes this far

    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def delete(path: Path) -> None:
    """Delete what may be there, but nothing that may be mounted in it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", path], check=True)


def tail(text: str, lines: int = 30) -> str:
    return "\n".join(text.splitlines()[-lines:])


def run(arguments: argparse.Namespace) -> int:
    """run a command in a suite, which is made first if it has to be"""
    host = HOSTS[arguments.suite]
    host.prepare()
    return host.attach(arguments.command, limit=arguments.limit, out=arguments.out, screen=arguments.screen)


def prepare(arguments: argparse.Namespace) -> int:
    """make suites, or bring them up to date"""
    for suite in arguments.suites:
        HOSTS[suite].prepare()
    return 0


def show(_: argparse.Namespace) -> int:
    """say which suites there are, and which are made"""
    for host in HOSTS.values():
        state = "ready" if host.ready else "outdated" if host.root.exists() else "not made"
        print(f"{host.suite:14}{', '.join(host.editors):22}{state:10}{host.root}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """delete suites, by default all"""
    for suite in arguments.suites or HOSTS:
        HOSTS[suite].remove()
    return 0


def suite(name: str) -> str:
    """The name of a suite, given as an argument."""
    if name not in HOSTS:
        raise argparse.ArgumentTypeError(f"there is no suite {name!r}, but there are {', '.join(HOSTS)}")
    return name


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, work: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=work.__doc__, description=work.__doc__)
        command.set_defaults(work=work)
        return command

    running = add("run", run)
    running.add_argument("suite", type=suite, metavar="SUITE")
    running.add_argument("--out", type=Path, metavar="FOLDER", help="what the command sees as /out")
    running.add_argument("--screen", action="store_true", help="with a screen, for programs with windows")
    running.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="stop it after so long (600)")
    running.add_argument("command", nargs="+", metavar="COMMAND")
    add("prepare", prepare).add_argument("suites", nargs="+", type=suite, metavar="SUITE")
    add("list", show)
    add("remove", remove).add_argument("suites", nargs="*", type=suite, metavar="SUITE")
    return top


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    arguments = parser().parse_args(given)
    try:
        return int(arguments.work(arguments))
    except HostError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
