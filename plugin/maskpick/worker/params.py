"""The parameters of a request, read with what they must be. A wrong one is the plug-in's fault: `BadMessage`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from maskpick.masks import Box
from maskpick.worker.wire import INVALID_PARAMS, BadMessage

Value = TypeVar("Value")

_WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", dict: "an object"}


class Params:
    """Parameters by name. Whoever has read all it knows calls `done`, which refuses the rest."""

    def __init__(self, given: Mapping[str, Any], of: str = "") -> None:
        self._given = given
        self._of = of
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        return self._one(name, str, default)

    def whole(self, name: str, default: int | None = None, low: int = 0) -> int:
        value = self._one(name, int, default)
        if value < low:
            self._refuse(name, f"a whole number of at least {low}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self._one(name, float, default)
        if not math.isfinite(value):
            self._refuse(name, _WORDS[float])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        return self._one(name, bool, default)

    def table(self, name: str) -> dict[str, Any]:
        """An object; empty where it is not given."""
        return self._one(name, dict, {})

    def inner(self, name: str) -> Params:
        """An object that is read with the same care."""
        return Params(self._one(name, dict, None), f"{self._of}{name}.")

    def raw(self, name: str) -> Any:
        """Whatever was given, None where nothing was."""
        self._read.add(name)
        return self._given.get(name)

    def integers(self, name: str, count: int | None = None) -> tuple[int, ...] | None:
        """A list of whole numbers, ``count`` of them where that is said; None where none was given."""
        values = self.raw(name)
        if values is None:
            return None
        if (
            not isinstance(values, list)
            or any(type(value) is not int or abs(value) >= 1 << 31 for value in values)
            or (count is not None and len(values) != count)
        ):
            self._refuse(name, f"a list of {count if count is not None else ''} whole numbers".replace("  ", " "))
        return tuple(values)

    def box(self, name: str) -> Box | None:
        sides = self.integers(name, 4)
        if sides is not None and min(sides[2:]) < 1:
            self._refuse(name, "x, y, width and height, the last two at least 1")
        return None if sides is None else Box(*sides)

    def done(self) -> None:
        unknown = sorted(set(self._given) - self._read)
        if unknown:
            raise BadMessage(INVALID_PARAMS, f"There is no parameter {self._of}{unknown[0]}.")

    def _one(self, name: str, kind: type[Value], default: Value | None) -> Value:
        value = self.raw(name)
        if value is None:
            if default is None:
                raise BadMessage(INVALID_PARAMS, f"The parameter {self._of}{name} is missing.")
            return default
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            self._refuse(name, _WORDS[kind])
        return value

    def _refuse(self, name: str, wanted: str) -> NoReturn:
        raise BadMessage(INVALID_PARAMS, f"The parameter {self._of}{name} must be {wanted}.")
