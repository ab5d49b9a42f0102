"""What the dialog remembers from one time to the next, in GIMP's own store of a procedure's last values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from gi.repository import Gimp, GObject

from maskpick_bridge.session import Edge
from maskpick_gimp.arguments import MOST_PIXELS
from maskpick_gimp.desk import ACTIONS, ORDERS, SOURCES, Options

READWRITE = GObject.ParamFlags.READWRITE
LARGEST_WINDOW = 16384
WORDS = {"source": SOURCES, "action": ACTIONS, "order": ORDERS}
"""What is one of several words, the first of them at first."""


def _word(name: str, first: str, procedure: Gimp.Procedure) -> None:
    # Not a choice: GIMP 3.0 lets go of the choices of auxiliary arguments too early, and crashes.
    procedure.add_string_aux_argument(name, name, name, first, READWRITE)


def _number(name: str, least: float, procedure: Gimp.Procedure) -> None:
    procedure.add_double_aux_argument(name, name, name, least, MOST_PIXELS, 0.0, READWRITE)


def _switch(name: str, procedure: Gimp.Procedure) -> None:
    procedure.add_boolean_aux_argument(name, name, name, False, READWRITE)


def _size(name: str, procedure: Gimp.Procedure) -> None:
    procedure.add_int_aux_argument(name, name, name, 0, LARGEST_WINDOW, 0, READWRITE)


ARGUMENTS: tuple[Callable[[Gimp.Procedure], None], ...] = (
    *(partial(_word, name, values[0]) for name, values in WORDS.items()),
    partial(_number, "grow", -MOST_PIXELS),
    partial(_number, "feather", 0.0),
    *(partial(_switch, name) for name in ("hard", "fine", "hide-small", "explained", "with-shadow")),
    *(partial(_size, name) for name in ("width", "height")),
)
"""Auxiliary arguments: saved with the procedure, and no business of scripts."""


def options(config: Gimp.ProcedureConfig) -> Options:
    """What was wanted the last time."""
    read: Callable[[str], Any] = config.get_property
    words = {name: read(name) if read(name) in known else known[0] for name, known in WORDS.items()}
    return Options(
        source=words["source"],
        edge=Edge(read("grow"), read("feather"), read("hard"), read("fine")),
        action=words["action"],
        order=words["order"],
        hide_small=read("hide-small"),
        explained=read("explained"),
        with_shadow=read("with-shadow"),
    )


def remember(config: Gimp.ProcedureConfig, wanted: Options) -> None:
    """Let it be wanted the next time."""
    for name, value in (
        ("source", wanted.source),
        ("grow", wanted.edge.grow),
        ("feather", wanted.edge.feather),
        ("hard", wanted.edge.hard),
        ("fine", wanted.edge.fine),
        ("action", wanted.action),
        ("order", wanted.order),
        ("hide-small", wanted.hide_small),
        ("explained", wanted.explained),
        ("with-shadow", wanted.with_shadow),
    ):
        config.set_property(name, value)
