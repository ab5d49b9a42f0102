"""Changing one line of the settings file, and leaving the user's comments and order as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick.errors import SettingsError
from maskpick.files import replacing
from maskpick.settings import read_table

if TYPE_CHECKING:
    import tomlkit


def write_setting(path: Path, key: str, value: object) -> None:
    """Set ``key`` (for an engine's option ``engines.NAME.OPTION``) to a value of its own type; None removes it.

    Raises `SettingsError` when the file there is not valid, `OutputError` when it cannot be written.
    """
    document = _document(path)
    table: Any = document
    *tables, last = _parts(key)
    for name in tables:
        if name not in table:
            if value is None:
                return
            table[name] = _table(name)
        table = table[name]
    if value is not None:
        table[last] = _plain(value)
    elif last in table:
        del table[last]
    # The file may be a link into somebody's collection of settings: what it points to is replaced, not the link.
    with replacing(path.resolve()) as fresh:
        fresh.write_text(document.as_string(), encoding="utf-8", newline="\n")


def _parts(key: str) -> list[str]:
    if not key.startswith("engines."):
        return [key]
    engine, _, option = key.removeprefix("engines.").rpartition(".")
    if not engine or not option:
        raise SettingsError(f"{key} names no option.", "Write engines.NAME.OPTION, for instance engines.local.most.")
    return ["engines", engine, option]


def _document(path: Path) -> tomlkit.TOMLDocument:
    import tomlkit

    read_table(path)  # says in words what is wrong with it, if anything is
    return tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()


def _table(name: str) -> Any:
    import tomlkit

    return tomlkit.table(is_super_table=name == "engines")


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
