"""A value somebody wrote, read as the type the setting or option has."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

_WORDS_FOR_BOOL = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def convert(value: object, kind: Any, *, text: bool) -> Any:
    """Return ``value`` as ``kind``. Raises `ValueError` when it is none.

    ``kind`` is a type annotation: bool, int, float, str, Path, a Literal, tuple[kind, ...], or one of these or None.
    With ``text`` the value was typed as text (a flag, an environment variable): "40" is a number then, "a,b" a list
    and "none" is None. Without it the value comes from a file that has types of its own, and they must fit.
    """
    if _optional(kind):
        if value is None or (text and isinstance(value, str) and value.strip().lower() in ("", "none")):
            return None
        return convert(value, _optional(kind), text=text)
    if get_origin(kind) is Literal:
        for choice in get_args(kind):
            if value == choice or (text and value == str(choice)):
                return choice
    elif get_origin(kind) is tuple:
        parts = (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) and text else value
        )
        if isinstance(parts, (list, tuple)):
            return tuple(convert(part, get_args(kind)[0], text=text) for part in parts)
    elif isinstance(value, str) and kind in (bool, int, float):
        if text:
            return _number(value.strip(), kind)
    elif kind is Path and isinstance(value, (str, Path)) and str(value):
        return Path(value).expanduser()
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif kind in (bool, int, float, str) and type(value) is kind:
        return value
    raise ValueError(f"{value!r} is not {allowed(kind)}")


def allowed(kind: Any) -> str:
    """What may be written for ``kind``, in words: "a whole number", "one of a, b"."""
    if _optional(kind):
        return f"{allowed(_optional(kind))}, or none"
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of words"
    return {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a word",
        Path: "a path",
    }.get(kind, f"a value of type {kind}")


def meant(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: "Did you mean most? ", or nothing where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]}? " if near else ""


def _optional(kind: Any) -> Any:
    """The type beside None in ``kind | None``; None for any other annotation."""
    if get_origin(kind) in (typing.Union, types.UnionType) and type(None) in get_args(kind):
        rest = [part for part in get_args(kind) if part is not type(None)]
        return rest[0] if len(rest) == 1 else None
    return None


def _number(text: str, kind: Any) -> bool | int | float:
    if kind is bool:
        if text.lower() in _WORDS_FOR_BOOL:
            return _WORDS_FOR_BOOL[text.lower()]
    elif kind is int:
        try:
            return int(text)
        except ValueError:
            pass
    else:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    raise ValueError(f"{text!r} is not {allowed(kind)}")
