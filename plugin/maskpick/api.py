"""The whole job in a handful of functions: open, find, ask, export, remove.

The command line, the worker and scripts all go through here, so that they give the same answers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick.errors import EngineError, OutputError
from maskpick.files import replacing
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.cache import Cache
    from maskpick.engines import Point
    from maskpick.layers import Layer
    from maskpick.masks import Box, Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings


def open_picture(path: str | Path) -> Picture:
    """Read a picture file: the first frame, the right way up. Raises `PictureError`."""
    from maskpick.pictures import Picture

    return Picture.open(path)


def open_masks(path: str | Path) -> MaskSet:
    """Read a mask set: the service's zip, or a mask file. Raises `ArchiveError`."""
    path = Path(path)
    if path.suffix.lower() == ".zip":
        from maskpick.archive import read_archive

        return read_archive(path)
    from maskpick.maskfile import read_mask_file

    return read_mask_file(path)


def find(
    picture: Picture | str | Path,
    engine: str | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    plugins: Plugins | None = None,
    settings: Settings | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> MaskSet:
    """Find the objects of a picture.

    ``engine`` is a segmenter's name (default: the one in the settings); ``options`` are its options by name. An
    answer found in ``cache`` is taken from there; by default nothing is cached. Returns the masks, best first, in a
    tree and with names. Raises `PictureError`, `EngineError`, `SettingsError`, `Cancelled`.
    """
    from maskpick.names import name_masks
    from maskpick.tree import arrange

    settings = settings or _default_settings()
    plugins = plugins or _default_plugins()
    progress = progress or Progress()
    image = open_picture(picture) if isinstance(picture, (str, Path)) else picture
    chosen = plugins.segmenter(engine or settings.engine)
    segmenter = chosen(settings.engine_options(chosen, options))
    answer = cache.get(image, segmenter) if cache is not None else None
    if answer is None:
        answer = segmenter.segment(image, progress)
        if answer.size != image.size:
            raise EngineError(
                f"The engine {chosen.name!r} returned masks for {answer.size}, but the picture is {image.size}.",
                "Tell its author; another engine may serve meanwhile.",
            )
        if cache is not None:
            cache.put(image, segmenter, answer)
    progress.report("Arranging")
    masks = plugins.refine(arrange(answer, image), image)
    return name_masks(masks, image, plugins)


def find_by_clicks(
    picture: Picture,
    masks: MaskSet,
    inside: Sequence[Point],
    outside: Sequence[Point] = (),
    box: Box | None = None,
    engine: str | None = None,
    *,
    start: int | None = None,
    options: Mapping[str, Any] | None = None,
    plugins: Plugins | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Mask:
    """Find one object: the one that holds the pixels ``inside`` and none of those ``outside``, and lies in ``box``.

    ``masks`` are those found in ``picture``, by any engine; ``start`` is the id of the one to be corrected, if any. An
    engine that finds objects at points itself (`maskpick.engines.AtClicks`) is asked where there is a point inside or a
    box; else the object is put together from the masks, see `maskpick.clicks`. A scribble is the points along it.
    Returns a mask with the id 1. Raises `PickError`, `EngineError`, `Cancelled`.
    """
    from maskpick.clicks import refine_by_clicks
    from maskpick.engines import AtClicks

    settings = settings or _default_settings()
    plugins = plugins or _default_plugins()
    progress = progress or Progress()
    chosen = plugins.segmenter(engine or settings.engine)
    segmenter = chosen(settings.engine_options(chosen, options))
    if (inside or box is not None) and isinstance(segmenter, AtClicks):
        return segmenter.at_clicks(picture, inside, outside, progress, box=box)
    return refine_by_clicks(masks, picture, inside, outside, box, progress, start=start)


def remove(
    picture: Picture,
    masks: MaskSet | None,
    pick: Iterable[int] | Mask,
    engine: str | None = None,
    *,
    grow: float | None = None,
    keep_out: Iterable[int] = (),
    along: Sequence[Mask] = (),
    options: Mapping[str, Any] | None = None,
    plugins: Plugins | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Picture:
    """Remove objects from a picture and return the picture without them.

    ``pick`` is ids of ``masks``, or a mask of one's own. Picked ids are grown by ``grow`` pixels (default: by what the
    masks leave out of their objects, then 0.4 % of the longer side), a mask of one's own not at all unless ``grow``
    says so. Masks that go ``along``, such as shadows (`maskpick.shadows`), are put to what is grown. Nothing is copied
    from the objects of ``masks`` whose ids are in ``keep_out``, nor from others but those that go on behind the hole
    (see `maskpick.removal`).
    Outside the grown mask every pixel is bit-exact. Raises `PickError`, `EngineError`.
    """
    filled, _ = fill(
        picture,
        masks,
        pick,
        engine,
        grow=grow,
        keep_out=keep_out,
        along=along,
        options=options,
        plugins=plugins,
        settings=settings,
        progress=progress,
    )
    return filled


def fill(
    picture: Picture,
    masks: MaskSet | None,
    pick: Iterable[int] | Mask,
    engine: str | None = None,
    *,
    grow: float | None = None,
    keep_out: Iterable[int] = (),
    along: Sequence[Mask] = (),
    options: Mapping[str, Any] | None = None,
    plugins: Plugins | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> tuple[Picture, Mask]:
    """As `remove`, but return the hole too: the mask outside of which the picture is as it was."""
    from maskpick.engines import PickedRemover
    from maskpick.masks import Mask
    from maskpick.removal import hole_and_keep_out

    settings = settings or _default_settings()
    plugins = plugins or _default_plugins()
    progress = progress or Progress()
    chosen = plugins.remover(engine or settings.remover)
    remover = chosen(settings.engine_options(chosen, options))
    pick = pick if isinstance(pick, Mask) else tuple(pick)
    hole, kept_out = hole_and_keep_out(picture.size, masks, pick, grow, keep_out, picture, along)
    # A service that knows its own masks by number knows nothing of what goes along.
    if masks is not None and not isinstance(pick, Mask) and not along and isinstance(remover, PickedRemover):
        done = remover.remove_picked(picture, masks, pick, hole, progress)
        if done is not None:
            return done, hole
    return remover.remove(picture, hole, kept_out, progress), hole


def export(
    picture: Picture,
    masks: MaskSet,
    target: str | Path,
    format: str | None = None,  # noqa: A002 - the word everybody knows
    *,
    patches: Sequence[Layer] = (),
    clean: bool = False,
    plugins: Plugins | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the picture in layers. ``format`` is an exporter's name; by default the target's ending chooses it.

    ``patches`` are layers to lie above the objects (see `maskpick.layers.Layer.patch`). With ``clean`` the objects'
    soft edges have colours without the background's (see `maskpick.layers.Stack`). Written beside and renamed into
    place. Raises `OutputError`, and `PictureError` when the masks are for a picture of another size.
    """
    from maskpick.layers import Stack

    target = Path(target)
    plugins = plugins or _default_plugins()
    name = format or _format_of(target, plugins)
    if name not in plugins.exporters:
        raise OutputError(f"There is no format called {name!r}.", f"Known are: {', '.join(sorted(plugins.exporters))}.")
    stack = Stack(picture, masks, tuple(patches), clean)
    with replacing(target) as fresh:
        plugins.exporters[name]().export(stack, fresh, progress or Progress())


def _format_of(target: Path, plugins: Plugins) -> str:
    suffix = target.suffix.lower()
    for name, exporter in sorted(plugins.exporters.items()):
        if suffix in exporter.suffixes or (not suffix and not exporter.suffixes):
            return name
    endings = sorted(ending for exporter in plugins.exporters.values() for ending in exporter.suffixes)
    raise OutputError(
        f"{target.name} has an ending no format answers to.",
        f"End it in {', '.join(endings)}, or in nothing for a folder.",
    )


@functools.cache
def _default_settings() -> Settings:
    from maskpick.settings import Settings

    return Settings.load()


@functools.cache
def _default_plugins() -> Plugins:
    from maskpick.plugins import Plugins

    settings = _default_settings()
    only: Sequence[str] | None = settings.only_plugins
    return Plugins.load(only=only, folder=settings.plugin_folder)
