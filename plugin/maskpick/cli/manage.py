"""The commands that look after maskpick itself: plugins, cache, config."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from maskpick.cli import show
from maskpick.cli.app import Command, Group, common
from maskpick.cli.work import Work, pass_work, say
from maskpick.engines import is_ready
from maskpick.errors import Cancelled, SettingsError
from maskpick.values import meant

if TYPE_CHECKING:
    from maskpick.engines import Engine


@click.command("plugins", cls=Command)
@common
@pass_work
def plugins_command(work: Work) -> None:
    """List the plugins, where each comes from, and which hooks it implements; then what they add, with options."""
    plugins = work.found_plugins
    engines: dict[str, Mapping[str, type[Engine]]] = {
        "finds objects": plugins.segmenters,
        "removes objects": plugins.removers,
    }
    if work.flags.as_json:
        show.print_json(
            {
                "plugins": [dataclasses.asdict(info) for info in plugins.infos],
                "problems": [dataclasses.asdict(problem) for problem in plugins.problems],
                "segmenters": {name: _engine_as_json(engine, work) for name, engine in plugins.segmenters.items()},
                "removers": {name: _engine_as_json(engine, work) for name, engine in plugins.removers.items()},
                "exporters": {name: one.title for name, one in plugins.exporters.items()},
                "hosts": {name: one.title for name, one in plugins.hosts.items()},
            }
        )
        return
    show.print_table(
        ("plugin", "from", "hooks"), [(info.name, info.origin, ", ".join(info.hooks)) for info in plugins.infos]
    )
    click.echo()
    parts = [
        (
            name,
            what,
            engine.title if is_ready(engine, work.settings) else f"{engine.title} (not set up; it says what it lacks)",
        )
        for what, shelf in engines.items()
        for name, engine in shelf.items()
    ]
    parts += [(name, "writes files", one.title) for name, one in plugins.exporters.items()]
    parts += [(name, "hosts pictures", host.title) for name, host in plugins.hosts.items()]
    show.print_table(("name", "what it does", "title"), parts)
    # A segmenter and a remover of one name may share their options.
    options = dict.fromkeys(
        (f"{name}.{one.name}", str(_default(one)), one.metadata.get("help", ""))
        for shelf in engines.values()
        for name, engine in shelf.items()
        for one in dataclasses.fields(engine.Options)
    )
    if options:
        click.echo()
        show.print_table(("option", "default", "what it does"), options)


def _engine_as_json(engine: type[Engine], work: Work) -> dict[str, Any]:
    return {
        "title": engine.title,
        "offline": engine.offline,
        "ready": is_ready(engine, work.settings),
        "version": engine.version,
        "options": {
            one.name: {"default": str(_default(one)), "help": one.metadata.get("help", "")}
            for one in dataclasses.fields(engine.Options)
        },
    }


def _default(one: dataclasses.Field[Any]) -> Any:
    if one.default_factory is not dataclasses.MISSING:
        return one.default_factory()
    return one.default


@click.group("cache", cls=Group, invoke_without_command=True)
@common
@click.pass_context
def cache_command(context: click.Context) -> None:
    """Show the kept answers: where they are, how many, how large. `cache clear` drops them."""
    if context.invoked_subcommand is None:
        context.invoke(_cache_state)


@click.command("show", cls=Command)
@pass_work
def _cache_state(work: Work) -> None:
    from maskpick.cache import Cache

    state = Cache.of(work.settings).state()
    if work.flags.as_json:
        show.print_json({**state._asdict(), "folder": str(state.folder), "in_use": work.settings.use_cache})
        return
    off = "" if work.settings.use_cache else " (switched off)"
    click.echo(f"{state.folder}{off}")
    click.echo(
        f"{show.amount(state.entries, 'answer')}, {show.megabytes(state.bytes)} of {show.megabytes(state.limit)}"
    )


@cache_command.command("clear")
@common
@pass_work
def cache_clear(work: Work) -> None:
    """Drop every kept answer."""
    from maskpick.cache import Cache

    dropped = Cache.of(work.settings).clear()
    if work.flags.as_json:
        show.print_json({"dropped": dropped})
    else:
        click.echo(f"Dropped {show.amount(dropped, 'answer')}.")


@click.group("config", cls=Group, invoke_without_command=True)
@common
@click.pass_context
def config_command(context: click.Context) -> None:
    """Show every setting, its value and who set it. `config set` changes one in the settings file.

    A flag is stronger than the environment (MASKPICK_ and the key in capitals), which is stronger than the file.
    """
    if context.invoked_subcommand is None:
        context.invoke(_config_list)


@click.command("list", cls=Command)
@pass_work
def _config_list(work: Work) -> None:
    from maskpick.settings import config_path, fields

    settings = work.settings
    values = {key: getattr(settings, key) for key in fields()}
    values |= {key: given.value for key, given in settings.given.items() if key not in values}
    if work.flags.as_json:
        show.print_json(
            {
                "file": str(config_path()),
                "settings": {key: {"value": _plain(v), "from": settings.source(key)} for key, v in values.items()},
            }
        )
        return
    click.echo(config_path())
    show.print_table(
        ("key", "value", "from", "what it is"),
        [
            (key, _words(value), settings.source(key), fields()[key].metadata["help"] if key in fields() else "")
            for key, value in values.items()
        ],
    )


@config_command.command("get")
@click.argument("key")
@common
@pass_work
def config_get(work: Work, key: str) -> None:
    """Print the value of one setting."""
    value = _value(key, work)
    if work.flags.as_json:
        show.print_json(_plain(value))
    else:
        click.echo(_words(value))


@config_command.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("value")
@common
@pass_work
def config_set(work: Work, key: str, value: str) -> None:
    """Set one setting in the settings file; comments there stay. An engine's option has the key engines.NAME.OPTION."""
    from maskpick.settings import Given, checked, config_path, variable
    from maskpick.settings_file import write_setting

    if key.startswith("engines."):
        engine, option = _engine_and_option(key, work)
        meaning = getattr(work.settings.engine_options(engine, {option: value}), option)
    else:
        meaning = checked(key, Given(value, "the command line", text=True))
    write_setting(config_path(), key, meaning)
    if work.settings.source(key) == variable(key):
        say(f"{variable(key)} is set in the environment, and is stronger.")


@config_command.command("unset")
@click.argument("key")
@common
def config_unset(key: str) -> None:
    """Take one setting out of the settings file, so that the built-in value holds again."""
    from maskpick.settings import config_path
    from maskpick.settings_file import write_setting

    write_setting(config_path(), key, None)


@config_command.command("path")
@common
@pass_work
def config_path_command(work: Work) -> None:
    """Print where the settings file is."""
    from maskpick.settings import config_path

    if work.flags.as_json:
        show.print_json(str(config_path()))
    else:
        click.echo(config_path())


@config_command.command("token")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input, for scripts.")
@click.option("--forget", is_flag=True, help="Delete the one that is kept.")
@common
@pass_work
def config_token(work: Work, from_stdin: bool, forget: bool) -> None:
    """Keep the token of the hosted service in the system's keyring, or in a file only you may read.

    It is asked for, and not shown while you type or ever after. Prints where it is kept.
    """
    from maskpick.contract import TOKEN_VARIABLE
    from maskpick.tokens import Token, forget_token, store_token

    if forget:
        forget_token()
        place = None
    else:
        place = store_token(Token(sys.stdin.readline() if from_stdin else _asked()))
    if work.flags.as_json:
        show.print_json({"kept_in": place})
    else:
        click.echo("No token is kept any more." if place is None else f"The token is kept in {place}.")
    if os.environ.get(TOKEN_VARIABLE):
        say(f"{TOKEN_VARIABLE} is set in the environment, and is stronger.")


def _asked() -> str:
    """What the user types, unseen. Raises `Cancelled` for Ctrl-C, `SettingsError` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise SettingsError("There is no terminal to ask for the token on.", "Pipe it in, with --stdin.")
    stop = signal.signal(signal.SIGINT, signal.default_int_handler)  # a wish to stop would wait for the Enter key
    try:
        return str(click.prompt("Token", hide_input=True, err=True))
    except click.Abort:
        raise Cancelled from None
    finally:
        signal.signal(signal.SIGINT, stop)


def _value(key: str, work: Work) -> Any:
    from maskpick.settings import fields

    if key.startswith("engines."):
        engine, option = _engine_and_option(key, work)
        return getattr(work.settings.engine_options(engine), option)
    if key not in fields():
        raise SettingsError(
            f"There is no setting called {key!r}.", f"{meant(key, fields())}The settings are {', '.join(fields())}."
        )
    return getattr(work.settings, key)


def _engine_and_option(key: str, work: Work) -> tuple[type[Engine], str]:
    from maskpick.settings import option_kinds

    name, _, option = key.removeprefix("engines.").rpartition(".")
    engines: dict[str, type[Engine]] = {**work.plugins.segmenters, **work.plugins.removers}
    if name not in engines:
        raise SettingsError(f"There is no engine called {name!r}.", f"Known are: {', '.join(sorted(engines))}.")
    kinds = option_kinds(engines[name])
    if option not in kinds:
        raise SettingsError(
            f"The engine {name!r} has no option {option!r}.",
            f"{meant(option, kinds)}Its options are {', '.join(kinds)}.",
        )
    return engines[name], option


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str, list, tuple)) else str(value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    return ",".join(value) if isinstance(value, (tuple, list)) else str(value)
