"""The command that removes objects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from maskpick.cli import show
from maskpick.cli.app import Command, common
from maskpick.cli.dry_run import dry_run_option, print_sending, sending_to_find, sending_to_remove
from maskpick.cli.find import masks_of
from maskpick.cli.outputs import output_option, overwrite_option, plan
from maskpick.cli.places import Line, Point, Points, Rectangle
from maskpick.cli.work import Work, pass_work, say
from maskpick.errors import PickError, SettingsError

if TYPE_CHECKING:
    from maskpick.masks import Box, Mask, MaskSet, Size
    from maskpick.pictures import Picture

KEEPS_PIXELS = (".png", ".tif", ".tiff", ".webp")


@click.command("remove", cls=Command)
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--at", "points", type=Point(), multiple=True, help="Remove the smallest object there. Repeatable.")
@click.option(
    "--not-at", "outside", type=Point(), multiple=True, help="What lies there stays: --at means one object. Repeatable."
)
@click.option("--scribble", "scribbles", type=Line(), multiple=True, help="A line in the object. Repeatable.")
@click.option("--box", type=Rectangle(), help="The object lies in this box: left, top, width, height.")
@click.option("--one-object", is_flag=True, help="All the points of --at lie in one object.")
@click.option("--ids", metavar="N,N", help="Remove the objects of these numbers (see `maskpick preview`).")
@click.option("--mask", "mask_file", type=click.Path(path_type=Path), help="Remove what is white in this picture.")
@click.option("--grow", type=click.FloatRange(min=0), metavar="PX", help="Grow what is removed by so many pixels.")
@click.option("--keep-out", metavar="N,N", help="Copy nothing from the objects of these numbers.")
@click.option("--with-shadow", is_flag=True, help="Remove the shadows at the feet of the objects too.")
@click.option("--masks", "masks_file", type=click.Path(path_type=Path), help="Take the objects from this zip.")
@click.option("--remover", metavar="NAME", help="Fill with this engine (see `maskpick plugins`).")
@output_option
@overwrite_option
@dry_run_option
@common
@pass_work
def remove_command(
    work: Work,
    image: Path,
    points: Points,
    outside: Points,
    scribbles: tuple[Points, ...],
    box: Box | None,
    one_object: bool,
    ids: str | None,
    mask_file: Path | None,
    grow: float | None,
    keep_out: str | None,
    with_shadow: bool,
    masks_file: Path | None,
    remover: str | None,
    output: str | None,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Remove objects from a picture, and fill the place from what is around it.

    Say what with --at, --ids or --mask, one of the three. With --not-at or --one-object, the points of --at mean one
    object, put together from those that were found: the first in its middle, each further one in the middle of what
    was missing, and those of --not-at of what was too much. --scribble "X,Y X,Y X,Y" is a line in it, through these
    points, and --box a box round it; both do without --at. Found objects are grown a little, a mask of your own not at
    all, unless --grow says so. It is said where an object seems to cast a shadow; --with-shadow removes that too. -O
    sets options of the remover. Outside what is removed no pixel changes; JPEG cannot keep that promise, so without -o
    the result is a PNG. Prints the file written.
    """
    one_object = one_object or bool(outside or scribbles) or box is not None
    if [bool(points or scribbles) or box is not None, ids is not None, mask_file is not None].count(True) != 1:
        raise SettingsError("It is not said what to remove.", "Say it with --at, --ids or --mask, one of the three.")
    if one_object and not points and not scribbles and box is None:
        raise SettingsError("It is not said where the object is.", "Give a point in it with --at, or a --box.")
    work.more_overrides["remover"] = remover
    ending = f".removed{image.suffix if image.suffix.lower() in KEEPS_PIXELS else '.png'}"
    inputs = [path for path in (mask_file, masks_file) if path is not None]
    [job] = plan([image], output, ending, overwrite=overwrite, inputs=inputs)
    same_engine = work.settings.engine == work.settings.remover  # of one name, with the same options
    finds = masks_file is None and (mask_file is None or keep_out is not None)
    if dry_run:
        _say_what_is_sent(image, work, finds=finds, main=same_engine)
        return
    from maskpick.api import remove
    from maskpick.clicks import along
    from maskpick.shadows import shadows_of

    with work.bar(image.name):
        picture = work.open(image)
        masks = None if masks_file is None else _masks_from(masks_file, picture, work)
        if finds:
            masks = work.find(picture, main=same_engine)
        pick: Mask | list[int]
        if masks is not None and one_object:
            inside = (*points, *(point for line in scribbles for point in along(line)))
            masks, pick = _by_clicks(picture, masks, inside, outside, box, work)
        else:
            pick = _mask_from(mask_file, picture.size, work) if mask_file is not None else _ids(points, ids, masks)
        objects = [pick] if not isinstance(pick, list) else [masks[one] for one in pick] if masks is not None else []
        shadows = shadows_of(objects, picture, work.progress)
        result = remove(
            picture,
            masks,
            pick,
            grow=grow,
            keep_out=_numbers("--keep-out", keep_out or ""),
            along=shadows if with_shadow else (),
            options=work.options(work.settings.remover),
            plugins=work.plugins,
            settings=work.settings,
            progress=work.progress,
        )
        result.save(job.target)
    if work.flags.as_json:
        removed = pick if isinstance(pick, list) and not one_object else None
        fate = ("removed" if with_shadow else "left") if shadows else None
        show.print_json({"picture": str(image), "output": str(job.target), "removed": removed, "shadow": fate})
    else:
        if isinstance(pick, list) and masks is not None:
            # The number of one that was put together means nothing to anybody.
            say("removed " + (masks[pick[0]].name if one_object else ", ".join(_described(one, masks) for one in pick)))
        if with_shadow and not shadows:
            say("no shadow could be told at its foot")
        elif shadows and not with_shadow:
            say("a shadow seems to lie at its foot; --with-shadow removes it too")
        click.echo(job.target)


def _described(one: int, masks: MaskSet) -> str:
    return f"{one} ({masks[one].name})" if masks[one].name else str(one)


def _say_what_is_sent(image: Path, work: Work, *, finds: bool, main: bool) -> None:
    """What finding the objects, if need be, and removing some would send. ``main`` is that of `Work.options`."""
    with work.bar(image.name):
        picture = work.open(image)
        steps = {"find": sending_to_find(work, picture, main=main)} if finds else {}
        steps["remove"] = sending_to_remove(work, picture)
    if work.flags.as_json:
        show.print_json({"picture": str(image), **{step: told.as_json for step, told in steps.items()}})
        return
    for step, told in steps.items():
        print_sending(f"{image}, to {step} objects", told)


def _numbers(flag: str, written: str) -> list[int]:
    try:
        return [int(word) for word in written.split(",") if word.strip()]
    except ValueError:
        raise SettingsError(f"{flag} {written} are no numbers.", f"Write for instance {flag} 3,7.") from None


def _by_clicks(
    picture: Picture, masks: MaskSet, inside: Points, outside: Points, box: Box | None, work: Work
) -> tuple[MaskSet, list[int]]:
    """The objects with one more: the one these points and this box mean; and its id."""
    from maskpick.api import find_by_clicks
    from maskpick.clicks import join
    from maskpick.names import name_by_clicks

    mask = find_by_clicks(
        picture,
        masks,
        inside,
        outside,
        box,
        options=work.options(work.settings.engine, main=work.settings.engine == work.settings.remover),
        plugins=work.plugins,
        settings=work.settings,
        progress=work.progress,
    )
    joined = join(masks, mask, name_by_clicks(mask, masks, picture))
    return joined, [one for one in joined.ids if one not in masks]


def _ids(points: Points, written: str | None, masks: MaskSet | None) -> list[int]:
    """The ids that are picked, each once. Raises `PickError`."""
    assert masks is not None  # only a mask of one's own does without
    if written is not None:
        picked = _numbers("--ids", written)
    else:
        picked = []
        for x, y in points:
            stack = masks.at(x, y)
            if not stack:
                raise PickError(f"No object lies at {x}, {y}.", "Look where they are with `maskpick preview`.")
            picked.append(stack[0])
    masks.union(picked)  # says in words what is wrong with them, if anything is
    return list(dict.fromkeys(picked))


def _masks_from(path: Path, picture: Picture, work: Work) -> MaskSet:
    """The objects of a zip or mask file, with what is to be known of them: which are background, which parts."""
    from maskpick.tree import arrange

    masks = masks_of(path, work)
    if masks.size != picture.size:
        raise PickError(f"The masks of {path} are for a picture of another size.", "Find the objects again.")
    return arrange(masks, picture)


def _mask_from(path: Path, size: Size, work: Work) -> Mask:
    """A picture read as a mask: white is removed, black stays, grey is in between; transparent stays."""
    import numpy as np

    from maskpick.masks import Mask

    picture = work.open(path)
    if picture.size != size:
        raise PickError(
            f"The mask {path} is {picture.size.width} x {picture.size.height} pixels, "
            f"the picture {size.width} x {size.height}.",
            "Make the mask as large as the picture.",
        )
    coverage = picture.rgb8.max(axis=2)
    if picture.alpha8 is not None:
        coverage = (coverage.astype(np.uint16) * picture.alpha8 // 255).astype(np.uint8)
    return Mask.from_array(1, coverage)
