"""The top of the command line: which commands there are, found without importing them, and the flags all share."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from maskpick.cli.work import Work

COMMANDS = {
    "masks": ("find", "Find the objects of pictures and write them as zips of masks."),
    "layers": ("find", "Turn pictures into layered files: OpenRaster, PSD, a folder."),
    "preview": ("find", "Draw the outlines and numbers of the objects."),
    "at": ("find", "Say which objects lie at a point, smallest first."),
    "remove": ("remove", "Remove objects from a picture."),
    "batch": ("batch", "Work through many pictures at once; run again to go on."),
    "serve": ("serve", "Run a mask service for others."),
    "worker": ("worker", "Serve editors that run in a sandbox (flatpak, snap)."),
    "models": ("models", "Fetch trained models that find or remove objects."),
    "plugins": ("manage", "List the plugins and what each one adds."),
    "cache": ("manage", "Show or clear the kept answers."),
    "config": ("manage", "Show or change the settings."),
    "doctor": ("doctor", "Check that everything maskpick needs is in order."),
}
"""Each command's module in this package, and its line in the help."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def common(command: Decorated) -> Decorated:
    """Give a command the flags every command has. They may stand before or behind its name."""
    for decorate in reversed(_COMMON):
        command = decorate(command)
    return command


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Write a flag into the `Work` of this run, unless it was not given here."""
    name = str(parameter.name)
    if context.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE:
        return
    flags = context.find_object(Work).flags  # type: ignore[union-attr]  # `run` always puts one there
    if parameter.multiple or (isinstance(parameter, click.Option) and parameter.count):
        value = getattr(flags, name) + value
    setattr(flags, name, value)


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from maskpick import __version__

        click.echo(f"maskpick {__version__}")
        context.exit()


_COMMON = [
    click.option(f, *rest, expose_value=False, callback=_keep, help=text, **settings)
    for f, *rest, text, settings in (
        ("--engine", "Find objects with this engine (see `maskpick plugins`).", {"metavar": "NAME"}),
        (
            "-O",
            "options",
            "Set an option of the engine; ENGINE.NAME=VALUE for one of another engine. Repeatable.",
            {"metavar": "NAME=VALUE", "multiple": True},
        ),
        ("--json", "as_json", "Print results as JSON.", {"is_flag": True}),
        ("--no-cache", "Neither look for a kept answer nor keep this one.", {"is_flag": True}),
        ("--plugins", "Load these plugins and no others (a,b).", {"metavar": "NAMES"}),
        ("--trace-plugins", "Say on stderr which hook of which plugin is called.", {"is_flag": True}),
        ("-v", "--verbose", "Say more on stderr; -vv also shows where errors come from.", {"count": True}),
    )
]


class Command(click.Command):
    """A command that sets up the log when its flags are known."""

    def invoke(self, context: click.Context) -> Any:
        _set_up_log(context)
        return super().invoke(context)


class Group(click.Group):
    """A group whose commands are of our class."""

    command_class = Command

    def invoke(self, context: click.Context) -> Any:
        _set_up_log(context)
        return super().invoke(context)


class LazyGroup(Group):
    """A group that imports the module of a command when the command is used."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"maskpick.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0] not in COMMANDS and Path(arguments[0]).exists():
            raise click.UsageError(
                f"What is to be done with {arguments[0]}? For layers: maskpick layers {arguments[0]}", context
            )
        return super().resolve_command(context, arguments)


def _set_up_log(context: click.Context) -> None:
    work = context.find_object(Work)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("maskpick: %(message)s"))
    log = logging.getLogger("maskpick")
    log.handlers = [handler]
    log.setLevel([logging.WARNING, logging.INFO, logging.DEBUG][min(work.flags.verbose if work else 0, 2)])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`maskpick COMMAND --help` says more about a command.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version and leave."
)
@common
def app() -> None:
    """Turn pictures into their objects: find them all, point at one, put each on its own layer, or remove it."""
