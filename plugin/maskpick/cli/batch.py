"""The command that works through many pictures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maskpick.cli import show
from maskpick.cli.app import Command, common
from maskpick.cli.dry_run import dry_run_option, print_totals
from maskpick.cli.outputs import expand
from maskpick.cli.work import Work, pass_work, say
from maskpick.errors import BatchError, Cancelled, EngineError, PictureError

if TYPE_CHECKING:
    from maskpick.batch import Outcome

PICTURE_ENDINGS = (
    ".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".png", ".ppm", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""What counts as a picture in a folder; a file that is named is tried whatever it ends in."""


@click.command("batch", cls=Command)
@click.argument("sources", nargs=-1, required=True, metavar="IMAGE|FOLDER...")
@click.option("-o", "--output", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Where to.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    help="ora (the default), psd, folder, zip, preview, or a plugin's. Repeatable: the objects are found once.",
)
@click.option("--jobs", type=int, metavar="N", help="Pictures at once; by default one for each core.")
@click.option("--dask", "cluster", default="", metavar="ADDRESS", help="Have the workers of this dask scheduler work.")
@click.option("-r", "--recursive", is_flag=True, help="Look into folders in folders, and keep their order.")
@click.option("--overwrite", is_flag=True, help="Also replace files that no earlier batch has made.")
@dry_run_option
@common
@pass_work
def batch_command(
    work: Work,
    sources: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    jobs: int | None,
    cluster: str,
    recursive: bool,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Work through many pictures, several at once, and print what was done, skipped, and failed.

    One picture that fails does not stop the rest. Run the same command again to go on after a stop, or after adding
    pictures: what is done already, from the same pixels with the same settings, is skipped. What it made it also
    replaces when the settings change, unless you have changed the file since.
    """
    from maskpick.batch import Batch
    from maskpick.batch_ledger import known_outputs

    work.more_overrides["jobs"] = jobs
    pictures = _inside(list(_gather(expand(sources), recursive, output)))
    made = {os.path.normcase(path.absolute()) for path in known_outputs(output)}
    pictures = [pair for pair in pictures if os.path.normcase(pair[0].absolute()) not in made]
    if not pictures:
        raise PictureError("There is no picture to work on.", "Name pictures, or a folder that holds some.")
    if dry_run:
        print_totals(work, [picture for picture, _ in pictures])
        return
    batch = Batch(
        output,
        list(dict.fromkeys(formats)) or ["ora"],
        work.settings,
        work.plugins,
        options=work.options(work.settings.engine),
        jobs=work.settings.jobs,
        cluster=cluster,
        overwrite=overwrite,
    )
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        for note in outcome.notes:
            say(f"{outcome.picture}: {note}")
        if work.flags.verbose:
            say(f"{outcome.picture}: {outcome.status}")

    try:
        with work.bar(output.name):
            batch.run(pictures, work.progress, tell)
    except (Cancelled, EngineError):  # a cluster may be lost in the middle
        _summary(outcomes, len(pictures), work)
        raise
    _summary(outcomes, len(pictures), work)
    failed = sum(outcome.status == "failed" for outcome in outcomes)
    if failed:
        raise BatchError(
            f"{failed} of {show.amount(len(pictures), 'picture')} failed.", "Run the same again to try them once more."
        )


def _gather(sources: Sequence[Path], recursive: bool, output: Path) -> Iterator[tuple[Path, Path]]:
    """Every picture, with the path it has inside the folder that was named. Raises `PictureError`."""
    for source in sources:
        if not source.is_dir():
            yield source, Path(source.name)
            continue
        try:
            found = sorted(source.rglob("*") if recursive else source.iterdir())
        except OSError as error:
            raise PictureError(f"The folder {source} cannot be read: {error.strerror}.") from error
        for path in found:
            hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
            ours = output != source and path.absolute().is_relative_to(output.absolute())
            if path.suffix.lower() in PICTURE_ENDINGS and path.is_file() and not hidden and not ours:
                yield path, path.relative_to(source)


def _inside(found: Sequence[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
    """Each picture once, with the name of its results: without its ending, unless two would have the same."""
    pictures = dict(found)
    names = Counter(os.path.normcase(inside.with_suffix("")) for inside in pictures.values())
    same = Counter(os.path.normcase(inside) for inside in pictures.values())
    named = []
    for picture, inside in pictures.items():
        if same[os.path.normcase(inside)] > 1:
            raise PictureError(
                f"There are two pictures {inside}.", "Work on them one after the other, into different folders."
            )
        alone = names[os.path.normcase(inside.with_suffix(""))] == 1
        named.append((picture, inside.with_suffix("") if alone else inside))
    return named


def _summary(outcomes: Sequence[Outcome], total: int, work: Work) -> None:
    kinds = {kind: [one for one in outcomes if one.status == kind] for kind in ("done", "skipped", "failed")}
    left = total - len(outcomes)
    if work.flags.as_json:
        show.print_json({kind: [_as_json(one) for one in those] for kind, those in kinds.items()} | {"left": left})
        return
    parts = [f"{len(those)} {kind}" for kind, those in kinds.items() if those]
    parts += [f"{left} left"] if left else []
    click.echo(", ".join(parts) or "nothing done")
    for outcome in kinds["failed"]:
        click.echo(f"  {outcome.picture}: {outcome.reason}")


def _as_json(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"picture": str(outcome.picture)}
    if outcome.outputs:
        told["outputs"] = [str(path) for path in outcome.outputs]
    if outcome.reason:
        told["reason"] = outcome.reason
    return told
