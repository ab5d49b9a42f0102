"""Which pictures are meant, and where the results go.

The rules, which the help tells too. Without ``-o`` a result lies beside its picture. ``-o`` names a file, a folder
that exists or ends in a slash, or a pattern with ``{name}`` for the picture's own name. What the user named is
replaced; a name we made up never replaces a file without ``--overwrite``: somebody may have painted in it. No output
may be one of the inputs.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from maskpick.errors import OutputError, PictureError, SettingsError

HELP = (
    "Where to: a file, a folder, or a pattern with {name} for the picture's name. Without it: beside the picture. "
    "A file named here is replaced; otherwise one that exists is kept, unless --overwrite says so."
)

output_option = click.option("-o", "--output", metavar="PATH", help=HELP)
overwrite_option = click.option("--overwrite", is_flag=True, help="Replace results that exist already.")


@dataclass(frozen=True)
class Job:
    """One picture, and where its result goes."""

    picture: Path
    target: Path


def expand(names: Iterable[str]) -> list[Path]:
    """The pictures the names stand for: a name with * or ? that is no file is a pattern, for shells that leave it."""
    found: list[Path] = []
    for name in names:
        if not Path(name).exists() and glob.has_magic(name):
            matches = sorted(glob.glob(name))  # noqa: PTH207 - the pattern may be absolute
            if not matches:
                raise PictureError(f"No file fits {name}.", "Check the name and the folder.")
            found.extend(map(Path, matches))
        else:
            found.append(Path(name))
    return list(dict.fromkeys(found))


def plan(
    pictures: Sequence[Path], output: str | None, ending: str, *, overwrite: bool, inputs: Sequence[Path] = ()
) -> list[Job]:
    """Say where the result of each picture goes, and refuse what would lose a file, before any work is done.

    ``ending`` is what made-up names end in; ``inputs`` are further files that must not be overwritten.
    Raises `SettingsError`, `OutputError`.
    """
    name_for, made_up = _naming(output, ending, several=len(pictures) > 1)
    jobs = [Job(picture, name_for(picture)) for picture in pictures]
    seen: dict[str, Path] = {}
    for job in jobs:
        _refuse_input(job.target, [*pictures, *inputs])
        twin = seen.setdefault(os.path.normcase(job.target.absolute()), job.picture)
        if twin != job.picture:
            raise SettingsError(
                f"{twin} and {job.picture} would both become {job.target}.", "Name one at a time, or rename one."
            )
        if made_up and not overwrite and os.path.lexists(job.target):
            raise OutputError(
                f"{job.target} exists already, and is left as it is.",
                "Add --overwrite to replace it, or name another place with -o.",
            )
        if job.target.is_dir() and not _replaceable(job.target):
            raise OutputError(f"{job.target} is a folder with other things in it.", "Name another place with -o.")
    return jobs


def _naming(output: str | None, ending: str, *, several: bool) -> tuple[Callable[[Path], Path], bool]:
    """How a picture's target is called, and whether we made the name up."""
    if output is None:
        return lambda picture: picture.with_name(picture.stem + ending), True
    if "{name}" in output:
        return lambda picture: Path(output.replace("{name}", picture.stem)), False
    if is_container(output, several=several):
        return lambda picture: Path(output) / (picture.stem + ending), True
    if several:
        raise SettingsError(
            f"There are several pictures, and {output} is one file.",
            f"Name a folder ({output}{os.sep}), or put {{name}} into it.",
        )
    return lambda _picture: Path(output), False


def is_container(output: str, *, several: bool) -> bool:
    """Whether ``-o`` is a folder to put results into, rather than a result."""
    if output.endswith(("/", os.sep)) or (several and not Path(output).suffix):
        return True
    return Path(output).is_dir() and not _replaceable(Path(output))


def _refuse_input(target: Path, inputs: Iterable[Path]) -> None:
    for path in inputs:
        same = target.absolute() == path.absolute()
        if same or (target.exists() and path.exists() and target.samefile(path)):
            raise OutputError(f"{target} is the picture itself.", "Name another place with -o.")


def _replaceable(folder: Path) -> bool:
    """Whether a folder holds layers and nothing else, so that new layers may take its place."""
    from maskpick.exporters.folder import LIST

    try:
        names = {path.name for path in folder.iterdir()} - {LIST}
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        return bool(listed["format"] == "maskpick layers" and names <= set(_files(listed["layers"])))
    except (OSError, ValueError, KeyError, TypeError):  # no list, or somebody else's
        return False


def _files(layers: Iterable[dict[str, Any]]) -> Iterator[str]:
    for layer in layers:
        if "layers" in layer:
            yield from _files(layer["layers"])
        else:
            yield layer["file"]
