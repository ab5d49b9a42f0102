"""The user's settings: built-in values, under a TOML file, under the environment, under the command line's flags.

The file is ``config.toml`` in the user's config folder, or the file ``MASKPICK_CONFIG`` names:

    engine = "local"
    cache_mb = 500

    [engines.local]      # the options of one engine
    most = 60

In the environment a setting is ``MASKPICK_`` and its name in capitals (``MASKPICK_JOBS=2``); an engine's option is
``MASKPICK_ENGINES__LOCAL__MOST=60``, each dot of its key written as two underscores. Two folders have a
shorter name: ``MASKPICK_CACHE`` and ``MASKPICK_MODELS``.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from maskpick.errors import EngineError, SettingsError
from maskpick.values import allowed, convert, meant

if TYPE_CHECKING:
    from maskpick.engines import Engine

PREFIX = "MASKPICK_"
OTHER_VARIABLES = ("MASKPICK_CONFIG", "MASKPICK_HOME", "MASKPICK_DATA")
"""Variables that are no settings: the settings file, install.py's folder, and the folder of test data."""


class Given(NamedTuple):
    """A value as somebody wrote it. ``source`` names the file, the variable or the command line; ``text`` is False
    where the source has types of its own."""

    value: object
    source: str
    text: bool


def config_path(environ: Mapping[str, str] | None = None) -> Path:
    """Where the settings file is, whether it exists or not."""
    named = (os.environ if environ is None else environ).get("MASKPICK_CONFIG")
    return Path(named).expanduser() if named else _user_folder("config") / "config.toml"


def _user_folder(kind: str) -> Path:
    import platformdirs

    find = {
        "config": platformdirs.user_config_path,
        "cache": platformdirs.user_cache_path,
        "data": platformdirs.user_data_path,
    }[kind]
    return find("maskpick", appauthor=False)


@dataclass(frozen=True)
class Settings:
    """Every setting, with its built-in value. The field's name is its key in the file."""

    engine: str = field(default="local", metadata={"help": "the engine that finds objects"})
    remover: str = field(default="fill", metadata={"help": "the engine that removes objects"})
    jobs: int = field(
        default=0, metadata={"help": "pictures a batch works on at once; 0: one for each core", "minimum": 0}
    )
    use_cache: bool = field(default=True, metadata={"help": "keep answers, so that asking again costs nothing"})
    cache_mb: int = field(default=1000, metadata={"help": "the largest size of the cache, in MB", "minimum": 0})
    cache_folder: Path = field(
        default_factory=lambda: _user_folder("cache"),
        metadata={"help": "where answers are kept", "variable": "MASKPICK_CACHE"},
    )
    model_folder: Path = field(
        default_factory=lambda: _user_folder("data") / "models",
        metadata={"help": "where fetched models lie", "variable": "MASKPICK_MODELS"},
    )
    plugin_folder: Path = field(
        default_factory=lambda: _user_folder("config") / "plugins", metadata={"help": "where single-file plugins lie"}
    )
    only_plugins: tuple[str, ...] | None = field(
        default=None, metadata={"help": "the plugins to load, no others; none: all of them"}
    )
    given: Mapping[str, Given] = field(default_factory=dict, repr=False, metadata={"internal": True})
    """What was written, by key, as it stands after flags, environment and file were laid over each other. Options of
    engines have the key ``engines.NAME.OPTION`` and are checked when the engine is known."""

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Settings:
        """Read the settings. ``path`` and ``environ`` default to the user's own; ``overrides`` are the flags, by key,
        with None for a flag that was not given. A file that does not exist is an empty one. Raises `SettingsError`.
        """
        environ = os.environ if environ is None else environ
        file = config_path(environ) if path is None else Path(path)
        flags = {
            key: Given(value, "the command line", isinstance(value, str))
            for key, value in (overrides or {}).items()
            if value is not None
        }
        given = {**_from_file(file), **_from_environment(environ), **flags}
        return cls(given=given, **{key: checked(key, one) for key, one in given.items() if not _is_option(key)})

    def engine_options(self, cls: type[Engine], overrides: Mapping[str, object] | None = None) -> Any:
        """The ``Options`` of an engine: its defaults, under the settings, under ``overrides`` (by option name).

        Raises `SettingsError` for an option the engine has not, or a value it cannot have.
        """
        prefix = f"engines.{cls.name}."
        given = {key[len(prefix) :]: one for key, one in self.given.items() if key.startswith(prefix)}
        for name, value in (overrides or {}).items():
            given[name] = Given(value, "the command line", isinstance(value, str))
        kinds = option_kinds(cls)
        values = {name: _checked_option(cls.name, name, one, kinds) for name, one in given.items()}
        try:
            return cls.Options(**values)
        except ValueError as error:
            raise SettingsError(f"The engine {cls.name!r} does not work with these options: {error}.") from error

    def source(self, key: str) -> str:
        """Who set ``key``: a file, a variable, the command line, or "built in"."""
        return self.given[key].source if key in self.given else "built in"


def fields() -> dict[str, dataclasses.Field[Any]]:
    """The settings that can be written, by key."""
    return {one.name: one for one in dataclasses.fields(Settings) if not one.metadata.get("internal")}


def variable(key: str) -> str:
    """The environment variable of a setting or of an engine's option."""
    special = fields()[key].metadata.get("variable") if key in fields() else None
    return str(special) if special else PREFIX + key.upper().replace(".", "__")


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Variables that look as if they were maskpick's, and are not: a slip of the pen, most likely."""
    known = {*OTHER_VARIABLES, *map(variable, fields())}
    return sorted(
        name
        for name in environ
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}ENGINES__")
    )


def option_kinds(cls: type[Engine]) -> dict[str, Any]:
    """The type of each option of an engine. Raises `EngineError` when the engine's author left that unclear."""
    try:
        kinds = typing.get_type_hints(cls.Options)
        return {one.name: kinds[one.name] for one in dataclasses.fields(cls.Options) if one.init}
    except (NameError, TypeError, KeyError) as error:
        raise EngineError(
            f"The options of the engine {cls.name!r} cannot be read: {error}.", "Tell its author."
        ) from error


def checked(key: str, given: Given) -> Any:
    """The value of a setting, in its type. Raises `SettingsError` for an unknown key or a value it cannot have."""
    known = fields()
    if key not in known:
        raise SettingsError(
            f"{given.source}: there is no setting called {key!r}.",
            f"{meant(key, known)}The settings are {', '.join(known)}, and [engines.NAME] tables.",
        )
    kind = typing.get_type_hints(Settings)[key]
    lowest = known[key].metadata.get("minimum")
    value = _converted(key, given, kind)
    if lowest is not None and value < lowest:
        raise SettingsError(f"{given.source}: {key} = {value}.", f"It must be {allowed(kind)}, {lowest} or more.")
    if kind is Path and not given.text:
        value = Path(given.source).parent / value  # a path in the file is meant as seen from the file
    return value


def _checked_option(engine: str, name: str, given: Given, kinds: Mapping[str, Any]) -> Any:
    if name not in kinds:
        known = f"Its options are {', '.join(kinds)}." if kinds else "It has no options."
        raise SettingsError(
            f"{given.source}: the engine {engine!r} has no option {name!r}.", f"{meant(name, kinds)}{known}"
        )
    return _converted(f"engines.{engine}.{name}", given, kinds[name])


def _converted(key: str, given: Given, kind: Any) -> Any:
    try:
        return convert(given.value, kind, text=given.text)
    except ValueError:
        raise SettingsError(f"{given.source}: {key} = {given.value!r}.", f"It must be {allowed(kind)}.") from None


def _is_option(key: str) -> bool:
    return key.startswith("engines.") and key.count(".") >= 2


def _from_file(path: Path) -> dict[str, Given]:
    given: dict[str, Given] = {}
    for key, value in read_table(path).items():
        if key != "engines":
            given[key] = Given(value, str(path), text=False)
            continue
        if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
            raise SettingsError(f"{path}: engines is not a table.", "Write [engines.NAME] with the options below it.")
        for engine, table in value.items():
            for name, option in table.items():
                given[f"engines.{engine}.{name}"] = Given(option, str(path), text=False)
    return given


def read_table(path: Path) -> dict[str, Any]:
    """The TOML file as plain dictionaries; empty where there is none. Raises `SettingsError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors like to write a mark at the start
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror or error}.", "See to its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {path} is not text in UTF-8.", "Save it as UTF-8.") from error
    try:
        return _parse(text)
    except ValueError as error:
        raise SettingsError(
            f"The settings file {path} is not valid TOML: {error}.", "Correct that line, or move the file away."
        ) from error


def _parse(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib

        return tomllib.loads(text)
    else:  # noqa: RET505 - a type checker takes only one of the two for possible
        import tomlkit

        return dict(tomlkit.parse(text).unwrap())


def _from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    given = {
        key: Given(environ[variable(key)], variable(key), text=True) for key in fields() if variable(key) in environ
    }
    for name, value in environ.items():
        parts = name[len(PREFIX) :].lower().split("__", 2)
        if name.startswith(PREFIX) and parts[0] == "engines" and len(parts) == 3:
            given[".".join(parts)] = Given(value, name, text=True)
    return given
