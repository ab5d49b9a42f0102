"""The command line of install.py."""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import Popen

from maskpick.setup.editors import (
    TELLS_ITS_FOLDER,
    Done,
    all_places,
    behind,
    named,
    put,
    take_all_out,
)
from maskpick.setup.environment import ROOT, Environment, check_python, clean_variables, prepare, write_note
from maskpick.setup.folders import ENGINE_FILE, home, user_folders
from maskpick.setup.parts import Editor, write_archives
from maskpick.setup.places import SANDBOXES, Place, find_places
from maskpick.setup.steps import Steps, Trouble, locked, remove_empty, remove_tree


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
    environment, status, made = up_to_date(), 0, []
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
    return maskpick(up_to_date(), *arguments.rest)


def up_to_date() -> Environment:
    """The user's environment; and editors that have a part have the one that belongs to it, and find it."""
    environment = prepare()
    if (home() / ENGINE_FILE).exists():  # it may name the environment of a Python that is gone
        write_note(environment)
    try:
        for done in put(behind(ROOT), ROOT):
            print(f"{done.place.title}: brought up to date. Start it again.", file=sys.stderr)
    except (Trouble, OSError) as trouble:  # is no reason not to do what was asked for
        print(trouble, file=sys.stderr)
    return environment


def editors(arguments: argparse.Namespace) -> int:
    """put maskpick into every Krita and GIMP that is found"""
    return put_into(find_places(), arguments)


def krita(arguments: argparse.Namespace) -> int:
    """put maskpick into Krita: every one that is found, or the one with this resource folder"""
    return put_into(chosen("krita", arguments.folders), arguments)


def gimp(arguments: argparse.Namespace) -> int:
    """put maskpick into GIMP: every one that is found, or the one with this profile folder"""
    return put_into(chosen("gimp", arguments.folders), arguments)


def chosen(editor: Editor, folders: Sequence[Path]) -> list[Place]:
    if folders:
        return [named(editor, folder) for folder in folders]
    return [place for place in find_places() if place.editor == editor]


def put_into(places: Sequence[Place], arguments: argparse.Namespace) -> int:
    """Make the environment, leave the note by which editors find it, and put the parts in place."""
    wanted: list[Editor] = ["krita", "gimp"] if arguments.work is editors else [arguments.work.__name__]
    missing = [editor for editor in wanted if all(place.editor != editor for place in places)]
    if not places:
        raise Trouble("\n".join(NOT_FOUND[editor] for editor in missing))
    write_note(prepare())
    for done in put(places, ROOT):
        print(told(done))
    for editor in missing:
        print(NOT_FOUND[editor])
    return 0


NOT_FOUND: dict[Editor, str] = {
    "krita": "No Krita was found. Start it once, and try again; or name its resource folder: install.py krita FOLDER. "
    + TELLS_ITS_FOLDER["krita"],
    "gimp": "No GIMP 3 was found. Start it once, for it makes its folder then, and try again; or name its profile "
    "folder: install.py gimp FOLDER. " + TELLS_ITS_FOLDER["gimp"],
}


def told(done: Done) -> str:
    """What was done at a place, and what to do now."""
    place = done.place
    if not done.changed:
        words = f"{place.title}: all is in place."
    elif place.editor == "gimp":
        words = f"{place.title}: put in place. Start it again: Filters > Maskpick."
    elif place.settings is None:
        words = f"{place.title}: put in place. Switch it on in Settings > Configure Krita > Python Plugin Manager."
    else:
        words = f"{place.title}: put in place and switched on. Start it again: Settings > Dockers > Maskpick."
    if place.kind in SANDBOXES:
        words += (
            f"\n    A {place.kind} cannot start maskpick's engine. Start it yourself, and leave it running while you "
            f"paint: {Path(sys.executable).name} install.py do worker"
        )
    return words


def test(arguments: argparse.Namespace) -> int:
    """run the checks, then the tests; further arguments go to pytest"""
    environment = prepare(dev=True)
    failed = [] if arguments.tests_only else failed_checks(environment)
    # In the editors a file of tests stays together, for it starts an editor once.
    chosen = ["-m", "hosts", "tests/hosts", "-n", "2", "--dist", "loadscope"] if arguments.hosts else ["-n", "2"]
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
    """build what is handed out into dist/: wheel, source archive, and an archive for each editor"""
    status = call([prepare(dev=True).program("python"), "-m", "hatchling", "build"], ROOT)
    if status == 0:
        for path in write_archives(ROOT, ROOT / "dist"):
            print(path.relative_to(ROOT))
    return status


def doctor(_: argparse.Namespace) -> int:
    """tell what works on this computer and what does not"""
    return maskpick(up_to_date(), "doctor")


def setup(arguments: argparse.Namespace) -> int:
    """only make the environment, and tell the editors' parts where it is"""
    if arguments.models and not arguments.dev:  # the developer's has it anyway
        prepare(models=True)
    environment = prepare(dev=True) if arguments.dev else up_to_date()
    write_note(environment)
    print(environment.folder)
    return 0


def where(_: argparse.Namespace) -> int:
    """tell where things lie"""
    print(f"folder            {home()}\ncommand           {Environment.of(dev=False).program('maskpick')}")
    for title, dev in (("environment", False), ("for developers", True)):
        environment = Environment.of(dev=dev)
        state = "" if environment.found() == environment.wanted() else "  (to be made at its next use)"
        print(f"{title:<17} {environment.folder}{state}")
    print(f"log               {home() / 'install.log'}")
    for place in all_places():
        print(f"{place.title:<17} {place.part if place.part.exists() else '(without maskpick)'}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """undo it all: delete the environments, take the parts out of the editors; --all also your settings, plugins, kept
    answers and logs"""
    folder = home()
    for place in take_all_out():
        print(f"Removed from {place.title}: {place.part}")
        if place.part.is_dir():
            print(f"Left, because it holds what is yours: {place.part}")
    if folder.is_dir():
        with locked(folder, Steps(sys.stderr)):
            for environment in sorted((folder / "environments").glob("python3.*")):
                remove_tree(environment)
                print(f"Removed {environment}")
            (folder / "install.log").unlink(missing_ok=True)
            (folder / ENGINE_FILE).unlink(missing_ok=True)
            if os.name != "nt":  # while nobody else can lock it; Windows deletes no open file
                (folder / "install.lock").unlink()
        with contextlib.suppress(PermissionError):  # another install.py waits for it
            (folder / "install.lock").unlink(missing_ok=True)
        remove_empty(folder / "environments")
        remove_empty(folder)
    for own in filter(Path.exists, dict.fromkeys([folder, *user_folders()])):
        if arguments.all and own in user_folders():
            remove_tree(own)
            print(f"Removed {own}")
        else:
            print(f"Left, because it holds what is yours: {own}")
    return 0


def parser(description: str) -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="install.py", description=description, allow_abbrev=False)
    top.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(work: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        words = " ".join((work.__doc__ or "").split())
        command = commands.add_parser(work.__name__, help=words, description=words, allow_abbrev=False)
        command.set_defaults(work=work)
        return command

    add(run).add_argument("photos", nargs="+", metavar="PHOTO")
    add(do).add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    add(editors)
    for one in (krita, gimp):
        add(one).add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    making = add(setup)
    making.add_argument("--dev", action="store_true", help="the one for developers: tools, bound to this checkout")
    making.add_argument("--models", action="store_true", help="with what runs trained models (onnxruntime)")
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


def main(given: Sequence[str] | None = None, *, description: str = "") -> int:
    """Run one command and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a path may have letters that the terminal has not
    top = parser(description)
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
