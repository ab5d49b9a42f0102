"""What a command works with: settings, plugins, cache and progress, each made when it is first asked for."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maskpick.errors import PluginError, SettingsError
from maskpick.progress import Progress, Step
from maskpick.values import meant

if TYPE_CHECKING:
    from maskpick.cache import Cache
    from maskpick.masks import MaskSet
    from maskpick.pictures import Picture
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings


@dataclass
class Flags:
    """The flags all commands share."""

    engine: str | None = None
    options: tuple[str, ...] = ()
    as_json: bool = False
    no_cache: bool = False
    plugins: str | None = None
    trace_plugins: bool = False
    verbose: int = 0


class Work:
    """One run of a command."""

    def __init__(self) -> None:
        self.flags = Flags()
        self.progress = Progress(self._show)
        self.more_overrides: dict[str, object] = {}
        """What a command's own flags say of the settings, by key; to be written before the settings are read."""
        self._bar: Any = None

    @property
    def overrides(self) -> dict[str, object]:
        """What the flags say of the settings, by key; None where they say nothing."""
        flags = self.flags
        return {
            "engine": flags.engine,
            "only_plugins": flags.plugins,
            "use_cache": False if flags.no_cache else None,
            **self.more_overrides,
        }

    @functools.cached_property
    def settings(self) -> Settings:
        from maskpick.settings import Settings

        return Settings.load(overrides=self.overrides)

    @functools.cached_property
    def plugins(self) -> Plugins:
        """The plugins. Raises `PluginError` when one that was asked for by name cannot be used."""
        found = self.found_plugins
        for problem in found.problems:
            if problem.plugin in (self.settings.only_plugins or ()):
                raise PluginError(
                    f"The plugin {problem.plugin!r} was asked for and is left out. {problem.message}",
                    "See `maskpick plugins`.",
                )
        return found

    @functools.cached_property
    def found_plugins(self) -> Plugins:
        """The plugins, whatever is wrong with some."""
        from maskpick.plugins import Plugins

        trace = (lambda line: say(f"  {line}")) if self.flags.trace_plugins else None
        return Plugins.load(only=self.settings.only_plugins, folder=self.settings.plugin_folder, trace=trace)

    @functools.cached_property
    def cache(self) -> Cache | None:
        from maskpick.cache import Cache

        return Cache.of(self.settings) if self.settings.use_cache else None

    def options(self, engine: str, *, main: bool = True) -> dict[str, str]:
        """The options ``-O`` gives an engine. ``main`` says whether it is the one meant when none is named."""
        known = {*self.plugins.segmenters, *self.plugins.removers}
        chosen = {}
        for written in self.flags.options:
            key, equals, value = written.partition("=")
            owner, dot, name = key.strip().rpartition(".")
            if not equals or not name:
                raise SettingsError(f"-O {written} is no option.", "Write -O NAME=VALUE, for instance -O most=40.")
            if dot and owner not in known:
                raise SettingsError(
                    f"-O {written}: there is no engine {owner!r}.", f"{meant(owner, known)}See `maskpick plugins`."
                )
            if owner == engine or (main and not dot):
                chosen[name] = value
        return chosen

    def open(self, path: Path) -> Picture:
        """Read a picture, and say what had to be converted. Raises `PictureError`."""
        from maskpick.api import open_picture

        picture = open_picture(path)
        for note in picture.notes:
            say(f"{path}: {note}")
        return picture

    def find(self, picture: Picture, *, main: bool = True) -> MaskSet:
        """Find the objects of a picture with the chosen engine. ``main`` is that of `options`."""
        from maskpick.api import find

        return find(
            picture,
            options=self.options(self.settings.engine, main=main),
            plugins=self.plugins,
            settings=self.settings,
            cache=self.cache,
            progress=self.progress,
        )

    @contextmanager
    def bar(self, title: str) -> Iterator[None]:
        """Show how far the work has come, on a terminal; in a pipe say nothing."""
        if not sys.stderr.isatty():
            yield
            return
        from maskpick.cli.bar import Bar

        with Bar(title) as self._bar:
            try:
                yield
            finally:
                self._bar = None

    def _show(self, step: Step) -> None:
        if self._bar is not None:
            self._bar.show(step)
        self.found_plugins.show(step)


def say(line: str) -> None:
    """A line for the person: on stderr, for stdout belongs to the results."""
    click.echo(f"maskpick: {line}", err=True)


pass_work = click.make_pass_decorator(Work)
