"""What would be sent for a picture, said without sending it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maskpick.cli import show
from maskpick.cli.work import Work
from maskpick.engines import Planner
from maskpick.errors import PictureError

if TYPE_CHECKING:
    from maskpick.cache import Cache
    from maskpick.engines import Engine, Plan
    from maskpick.pictures import Picture

dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be sent, where, and how large.")

UNKNOWN = "It works elsewhere, and does not say what it sends."


@dataclass(frozen=True)
class Sending:
    """What asking an engine would send. ``plan`` is None where nothing would be, or the engine does not say what."""

    engine: str
    offline: bool
    cached: bool
    plan: Plan | None

    @property
    def lines(self) -> tuple[str, ...]:
        if self.offline:
            return (f"Nothing leaves this computer: the engine {self.engine} works here.",)
        if self.cached:
            return ("Nothing would be sent: the answer is kept already.",)
        if self.plan is None:
            return (UNKNOWN,)
        return self.plan.lines

    @property
    def as_json(self) -> dict[str, Any]:
        sends = not self.offline and not self.cached
        told: dict[str, Any] = {"engine": self.engine, "sends": sends, "cached": self.cached}
        return told | (dict(self.plan.as_json) if self.plan is not None else {})


def sending(
    cls: type[Engine], options: Mapping[str, str], picture: Picture, work: Work, cache: Cache | None
) -> Sending:
    """What ``cls`` would send for ``picture``; ``cache`` is where its answer may be kept. Nothing is sent."""
    if cls.offline:
        return Sending(cls.name, True, False, None)
    engine = cls(work.settings.engine_options(cls, options))
    if cache is not None and cache.get(picture, engine) is not None:
        return Sending(cls.name, False, True, None)
    plan = engine.plan(picture, work.progress) if isinstance(engine, Planner) else None
    return Sending(cls.name, False, False, plan)


def sending_to_find(work: Work, picture: Picture, *, main: bool = True) -> Sending:
    """As `sending`, for finding the objects. ``main`` is that of `Work.options`."""
    cls = work.plugins.segmenter(work.settings.engine)
    return sending(cls, work.options(cls.name, main=main), picture, work, work.cache)


def sending_to_remove(work: Work, picture: Picture) -> Sending:
    """As `sending`, for removing objects; such answers are not kept."""
    cls = work.plugins.remover(work.settings.remover)
    return sending(cls, work.options(cls.name), picture, work, None)


def print_sending(title: str, told: Sending) -> None:
    click.echo(f"{title}:")
    for line in told.lines:
        click.echo(f"  {line}")


def print_totals(work: Work, pictures: Sequence[Path]) -> None:
    """What a batch would send, in all."""
    cls = work.plugins.segmenter(work.settings.engine)
    if cls.offline:
        click.echo(f"Nothing leaves this computer: the engine {cls.name} works here.")
        return
    unread: list[str] = []
    with work.bar(show.amount(len(pictures), "picture")):
        told = list(_of_all(work, pictures, unread))
    cached = sum(one.cached for one in told)
    plans = [one.plan for one in told if one.plan is not None]
    size = sum(plan.size for plan in plans)
    if work.flags.as_json:
        show.print_json(
            {
                "engine": cls.name,
                "pictures": len(pictures),
                "cached": cached,
                "sent": len(told) - cached,
                "bytes": size,
                "unreadable": unread,
                **({"last": dict(plans[-1].as_json)} if plans else {}),
            }
        )
        return
    click.echo(
        f"{show.amount(len(told) - cached, 'picture')} of {len(pictures)} would be sent, {show.megabytes(size)}."
    )
    if cached:
        click.echo(f"For {cached} the answer is kept already.")
    for line in unread:
        click.echo(line)
    if plans:
        for line in plans[-1].about_all:
            click.echo(line)
    elif len(told) > cached:
        click.echo(UNKNOWN)


def _of_all(work: Work, pictures: Iterable[Path], unread: list[str]) -> Iterator[Sending]:
    for number, path in enumerate(pictures):
        work.progress.report(f"{number} looked at")
        try:
            yield sending_to_find(work, work.open(path))
        except PictureError as error:
            unread.append(str(error))
