"""The commands that find objects: masks, layers, preview, at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maskpick.cli import show
from maskpick.cli.app import Command, common
from maskpick.cli.dry_run import dry_run_option, print_sending, sending_to_find
from maskpick.cli.outputs import Job, expand, is_container, output_option, overwrite_option, plan
from maskpick.cli.running import tell
from maskpick.cli.work import Work, pass_work, say
from maskpick.errors import BatchError, Cancelled, MaskpickError, OutputError
from maskpick.files import replacing

if TYPE_CHECKING:
    from maskpick.masks import MaskSet
    from maskpick.pictures import Picture

MASK_ENDINGS = (".zip", ".maskpick")

EDGES = ("soft", "hard", "fine")

edge_option = click.option(
    "--edge",
    type=click.Choice(EDGES),
    default="soft",
    help="soft: as they were found (the default). hard: every pixel in or out. fine: looked up in the picture, for "
    "hair, fur, leaves and blur; layers are then cut-outs without a fringe of the background, and together only nearly "
    "the picture.",
)
images_argument = click.argument("images", nargs=-1, required=True, metavar="IMAGE...")


@dataclass(frozen=True)
class Result:
    """What one picture came to: for programs, and a function that prints it for people."""

    as_json: dict[str, Any]
    show: Callable[[], None]


@click.command("masks", cls=Command)
@images_argument
@output_option
@overwrite_option
@edge_option
@dry_run_option
@common
@pass_work
def masks_command(
    work: Work, images: tuple[str, ...], output: str | None, overwrite: bool, edge: str, dry_run: bool
) -> None:
    """Find the objects of pictures and write them as zips of masks.

    Prints a table of the objects: number, name, share of the picture, place. An ending of .maskpick writes a mask
    file instead, which editors open at once.
    """
    jobs = plan(expand(images), output, ".zip", overwrite=overwrite)
    for job in jobs:
        if job.target.suffix.lower() not in MASK_ENDINGS:
            raise OutputError(
                f"{job.target.name} has an ending that stands for no kind of masks.",
                f"End it in {' or '.join(MASK_ENDINGS)}; for layers there is `maskpick layers`.",
            )

    def one(job: Job) -> Result:
        picture = work.open(job.picture)
        masks = with_edge(edge, work.find(picture), picture, work)
        write_masks(masks, job.target, work)
        return Result(
            {
                "output": str(job.target),
                "width": masks.size.width,
                "height": masks.size.height,
                "engine": work.settings.engine,
                "visual_id": masks.visual_id,
                "masks": [show.mask_as_json(mask) for mask in masks],
            },
            lambda: show_found(job, masks),
        )

    each(work, jobs, _planned(work) if dry_run else one)


@click.command("layers", cls=Command)
@images_argument
@output_option
@overwrite_option
@click.option("--format", "form", metavar="NAME", help="ora (the default), psd, folder, zip, or a plugin's.")
@edge_option
@dry_run_option
@common
@pass_work
def layers_command(
    work: Work, images: tuple[str, ...], output: str | None, overwrite: bool, form: str | None, edge: str, dry_run: bool
) -> None:
    """Turn pictures into layered files: each object on a layer, in groups, named; all of them together are the
    picture again.

    The ending of the output chooses the format: .ora for Krita and GIMP, .psd, .zip for the masks alone; a name
    without an ending is a folder of PNGs. Prints the files written.
    """
    from maskpick.api import export

    pictures = expand(images)
    if form is None:
        made_up = output is None or is_container(output, several=len(pictures) > 1)
        form = "ora" if made_up else _format_of(str(output), work)
    jobs = plan(pictures, output, ending_of(form, work), overwrite=overwrite)

    def one(job: Job) -> Result:
        picture = work.open(job.picture)
        masks = with_edge(edge, work.find(picture), picture, work)
        clean = edge == "fine"
        export(picture, masks, job.target, form, clean=clean, plugins=work.plugins, progress=work.progress)
        return Result({"output": str(job.target), "objects": len(masks)}, lambda: click.echo(job.target))

    each(work, jobs, _planned(work) if dry_run else one)


@click.command("preview", cls=Command)
@images_argument
@output_option
@overwrite_option
@dry_run_option
@common
@pass_work
def preview_command(work: Work, images: tuple[str, ...], output: str | None, overwrite: bool, dry_run: bool) -> None:
    """Draw the outlines and numbers of the objects into a copy of the picture.

    The numbers are those that `maskpick remove --ids` takes. Prints the files written.
    """
    from maskpick.preview import draw_preview

    def one(job: Job) -> Result:
        picture = work.open(job.picture)
        masks = work.find(picture)
        draw_preview(picture, masks).save(job.target)
        return Result({"output": str(job.target), "objects": len(masks)}, lambda: click.echo(job.target))

    jobs = plan(expand(images), output, ".preview.png", overwrite=overwrite)
    each(work, jobs, _planned(work) if dry_run else one)


@click.command("at", cls=Command, context_settings={"ignore_unknown_options": True})
@click.argument("source", metavar="IMAGE|ZIP", type=click.Path(path_type=Path))
@click.argument("x", type=int)
@click.argument("y", type=int)
@common
@pass_work
def at_command(work: Work, source: Path, x: int, y: int) -> None:
    """Say which objects lie at a point, smallest first: the button, the shirt, the person.

    X and Y are pixels, counted from 0, 0 at the top left. Instead of a picture, a zip of masks or a mask file will do.
    """
    with work.bar(source.name):
        masks = masks_of(source, work)
        stack = [masks[one] for one in masks.at(x, y)]
    if work.flags.as_json:
        show.print_json({"x": x, "y": y, "stack": [show.mask_as_json(mask) for mask in stack]})
    elif stack:
        show.print_masks([(0, mask) for mask in stack], masks.size)
    else:
        say(f"No object lies at {x}, {y}.")


def _planned(work: Work) -> Callable[[Job], Result]:
    """Says what finding the objects would send, instead of finding them."""

    def one(job: Job) -> Result:
        told = sending_to_find(work, work.open(job.picture))
        return Result(told.as_json, lambda: print_sending(str(job.picture), told))

    return one


def masks_of(source: Path, work: Work) -> MaskSet:
    """The masks of a picture, found, or those of a zip or mask file, read and put in order."""
    from maskpick.api import open_masks
    from maskpick.tree import arrange

    if source.suffix.lower() in MASK_ENDINGS:
        return arrange(open_masks(source))
    return work.find(work.open(source))


def with_edge(name: str, masks: MaskSet, picture: Picture, work: Work) -> MaskSet:
    """The masks with the edges the option ``--edge`` names."""
    from maskpick.edges import Edge

    return Edge(hard=name == "hard", fine=name == "fine").of_all(masks, picture, work.progress)


def write_masks(masks: MaskSet, target: Path, work: Work) -> None:
    """Write a zip, or for the ending .maskpick a mask file."""
    if target.suffix.lower() == ".zip":
        from maskpick.archive import write_archive

        with replacing(target) as fresh:
            write_archive(masks, fresh, work.progress)
    else:
        from maskpick.maskfile import write_mask_file

        write_mask_file(masks, target)


def show_found(job: Job, masks: MaskSet) -> None:
    from maskpick.tree import walk

    click.echo(f"{job.picture}: {show.amount(len(masks), 'object')} -> {job.target}")
    if len(masks):
        show.print_masks(walk(masks), masks.size)


def each(work: Work, jobs: Sequence[Job], do: Callable[[Job], Result]) -> None:
    """Work on one picture after another and print what each came to. With several, one that fails does not stop the
    rest. Raises the error of a single picture, or `BatchError`."""
    results = []
    failed = 0
    for job in jobs:
        work.progress.check()
        try:
            with work.bar(job.picture.name):
                result = do(job)
        except Cancelled:
            raise
        except MaskpickError as error:
            if len(jobs) == 1:
                raise
            tell(error)
            failed += 1
            results.append({"picture": str(job.picture), "error": str(error)})
        else:
            results.append({"picture": str(job.picture), **result.as_json})
            if not work.flags.as_json:
                result.show()
    if work.flags.as_json:
        show.print_json(results)
    if failed:
        raise BatchError(f"{failed} of {show.amount(len(jobs), 'picture')} failed.")


def ending_of(form: str, work: Work) -> str:
    """What files of a format end in; a folder's name says what it is. Raises `OutputError` for an unknown format."""
    exporters = work.plugins.exporters
    if form not in exporters:
        known = ", ".join(sorted(exporters)) or "none; the plugin called exporters has the usual ones"
        raise OutputError(f"There is no format called {form!r}.", f"Known are: {known}.")
    return exporters[form].suffixes[0] if exporters[form].suffixes else "_layers"


def _format_of(output: str, work: Work) -> str:
    """The format an output's ending stands for; none stands for a folder. Raises `OutputError`."""
    suffix = Path(output).suffix.lower()
    exporters = work.plugins.exporters
    for name, one in sorted(exporters.items()):
        if suffix in one.suffixes or (not suffix and not one.suffixes):
            return name
    endings = ", ".join(sorted(ending for one in exporters.values() for ending in one.suffixes))
    raise OutputError(
        f"{output} has an ending no format answers to.", f"End it in {endings}, or in nothing for a folder."
    )
