"""What the engine offers: who finds objects, and who removes them."""

from __future__ import annotations

from typing import Any, NamedTuple

from maskpick_bridge.engine_words import translated


class Engine(NamedTuple):
    """Something that finds or removes objects. ``offline``: nothing leaves this computer."""

    name: str
    title: str
    offline: bool


class Offers(NamedTuple):
    """Those that find, those that remove, and the names of those in the settings."""

    finders: list[Engine]
    removers: list[Engine]
    finder: str
    remover: str


def offers(told: dict[str, Any]) -> Offers:
    """Read the answer to the request ``engines``."""
    finders, removers = (
        [Engine(one["name"], translated(one["title"]), one["offline"]) for one in told[shelf]]
        for shelf in ("segmenters", "removers")
    )
    return Offers(finders, removers, told["engine"], told["remover"])
