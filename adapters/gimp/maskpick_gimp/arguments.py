"""The arguments that scripts give and what is returned to them: how GIMP is told of each, and what their text means."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from gi.repository import Gimp, GObject

from maskpick_bridge import ADD, INTERSECT, REPLACE, SUBTRACT, Box
from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_gimp.images import LAYERS, VISIBLE
from maskpick_gimp.running import Call, Refused

Add = Callable[[Gimp.Procedure], None]
"""Adds an argument, or a return value, to a procedure."""

READWRITE = GObject.ParamFlags.READWRITE
MOST_PIXELS = 500.0
"""How far an edge may be grown, shrunk or feathered."""
BY_ITSELF = -1.0
"""As much as is needed."""


def engine(procedure: Gimp.Procedure) -> None:
    help_ = _("What finds the objects: an engine's name, as `maskpick engines` lists them; empty for the usual one")
    procedure.add_string_argument("engine", _("_Engine"), help_, "", READWRITE)


def remover(procedure: Gimp.Procedure) -> None:
    help_ = _("What fills the place of the objects: the name of an engine; empty for the usual one")
    procedure.add_string_argument("remover", _("Remo_ver"), help_, "", READWRITE)


def source(procedure: Gimp.Procedure) -> None:
    choice = Gimp.Choice.new()
    choice.add(VISIBLE, 0, _("Visible image"), _("What the image shows"))
    choice.add(LAYERS, 1, _("Selected layers"), _("What the image would show if only the selected layers were there"))
    procedure.add_choice_argument("source", _("So_urce"), _("Where to look for objects"), choice, VISIBLE, READWRITE)


def within_selection(procedure: Gimp.Procedure) -> None:
    help_ = _("Look for objects only inside the selection, where there is one")
    procedure.add_boolean_argument("within-selection", _("_Within the selection"), help_, True, READWRITE)


def fresh(procedure: Gimp.Procedure) -> None:
    help_ = _("Find the objects again, although they are known")
    procedure.add_boolean_argument("fresh", _("Find agai_n"), help_, False, READWRITE)


def edge(procedure: Gimp.Procedure) -> None:
    """Four arguments."""
    grow_help = _("Pixels to grow the objects by; negative to shrink them")
    procedure.add_double_argument("grow", _("_Grow"), grow_help, -MOST_PIXELS, MOST_PIXELS, 0.0, READWRITE)
    feather_help = _("Pixels over which the edge fades")
    procedure.add_double_argument("feather", _("_Feather"), feather_help, 0.0, MOST_PIXELS, 0.0, READWRITE)
    hard_help = _("No half-covered pixels at the edge")
    procedure.add_boolean_argument("hard", _("Har_d edge"), hard_help, False, READWRITE)
    fine_help = _("Look the edge up in the picture: for hair, fur, leaves, and what is out of focus")
    procedure.add_boolean_argument("fine", _("Fine edge: _hair, fur, leaves"), fine_help, False, READWRITE)


def around(procedure: Gimp.Procedure) -> None:
    help_ = _("Pixels around the objects to fill as well; -1 for as many as hide their edge")
    procedure.add_double_argument("grow", _("_Grow"), help_, BY_ITSELF, MOST_PIXELS, BY_ITSELF, READWRITE)


def shadow(procedure: Gimp.Procedure) -> None:
    help_ = _("Remove the shadow at its foot as well, where it can be told from the ground")
    procedure.add_boolean_argument("with-shadow", _("With its _shadow"), help_, False, READWRITE)


def ids(procedure: Gimp.Procedure) -> None:
    help_ = _("Numbers of objects, such as “3, 5”; empty for all")
    procedure.add_string_argument("ids", _("Ob_jects"), help_, "", READWRITE)


def picks(procedure: Gimp.Procedure) -> None:
    """Five arguments: objects by number, by points on them, by a box around them, and one by what belongs to it."""
    ids_help = _("Numbers of objects, such as “3, 5”")
    procedure.add_string_argument("ids", _("Ob_jects"), ids_help, "", READWRITE)
    points_help = _("Points on objects, in pixels of the image: x,y x,y … such as “120,80 300,45”")
    procedure.add_string_argument("points", _("_Points"), points_help, "", READWRITE)
    box_help = _("A box around objects, in pixels of the image: x, y, width, height")
    procedure.add_string_argument("box", _("_Box"), box_help, "", READWRITE)
    at_help = _(
        "Points in one object, the first at its middle, such as “120,80 300,45”: the best object that has them all"
    )
    procedure.add_string_argument("at", _("One object _at"), at_help, "", READWRITE)
    not_at_help = _("Points beside that object, such as “120,80 300,45”")
    procedure.add_string_argument("not-at", _("But n_ot at"), not_at_help, "", READWRITE)


def larger(procedure: Gimp.Procedure) -> None:
    help_ = _("At points: 0 for the smallest object there, 1 for the next larger one around it, and so on")
    procedure.add_int_argument("larger", _("_Larger"), help_, 0, 100, 0, READWRITE)


def operation(procedure: Gimp.Procedure) -> None:
    choice = Gimp.Choice.new()
    for number, (name, label) in enumerate(
        (
            (REPLACE, _("Replace the selection")),
            (ADD, _("Add to the selection")),
            (SUBTRACT, _("Subtract from the selection")),
            (INTERSECT, _("Intersect with the selection")),
        )
    ):
        choice.add(name, number, label, "")
    help_ = _("What becomes of the selection there is")
    procedure.add_choice_argument("operation", _("Opera_tion"), help_, choice, REPLACE, READWRITE)


def file(procedure: Gimp.Procedure) -> None:
    help_ = _(
        "The file to write; its ending says what: .maskpick for a mask file, .zip for the service's archive of masks, "
        ".ora or .psd for the picture in layers"
    )
    procedure.add_file_argument("file", _("F_ile"), help_, Gimp.FileChooserAction.SAVE, False, None, READWRITE)


def _returns_int(name: str, help_: str, procedure: Gimp.Procedure) -> None:
    procedure.add_int_return_value(name, name, help_, 0, 2**31 - 1, 0, READWRITE)


def returns_objects() -> tuple[Add, ...]:
    """How many objects, their numbers as an argument ``ids`` takes them, and their names in the same order."""

    def numbers(procedure: Gimp.Procedure) -> None:
        procedure.add_string_return_value("ids", "ids", _("The objects' numbers, such as “3,5”"), "", READWRITE)

    def names(procedure: Gimp.Procedure) -> None:
        procedure.add_string_array_return_value("names", "names", _("The objects' names"), READWRITE)

    return partial(_returns_int, "count", _("How many objects")), numbers, names


def returns_group(procedure: Gimp.Procedure) -> None:
    help_ = _("The group that was put in the image")
    procedure.add_group_layer_return_value("group", "group", help_, False, READWRITE)


def returns_layer(procedure: Gimp.Procedure) -> None:
    help_ = _("The layer that was put in the image")
    procedure.add_layer_return_value("layer", "layer", help_, False, READWRITE)


def returns_channels() -> tuple[Add, ...]:
    """Names, for GIMP's bindings cannot make an array of channels."""

    def names(procedure: Gimp.Procedure) -> None:
        help_ = _("The names of the channels that were put in the image, topmost first")
        procedure.add_string_array_return_value("names", "names", help_, READWRITE)

    return partial(_returns_int, "count", _("How many channels")), names


# What they mean.


def edge_of(call: Call) -> Edge:
    return Edge(call["grow"], call["feather"], call["hard"], call["fine"])


def ids_of(text: str) -> tuple[int, ...]:
    """Numbers, apart by commas or spaces. Raises `Refused`."""
    return tuple(_numbers(text, _("“{text}” is no list of objects.").format(text=text), _("Write numbers: 3, 5.")))


def points_of(text: str) -> list[tuple[int, int]]:
    """Pairs of x and y. Raises `Refused`."""
    wrong, advice = _("“{text}” is no list of points.").format(text=text), _("Write x,y x,y: 120,80 300,45.")
    numbers = _numbers(text, wrong, advice)
    if len(numbers) % 2:
        raise Refused(wrong, advice)
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def box_of(text: str) -> Box | None:
    """A box, None for an empty text. Raises `Refused`."""
    wrong, advice = _("“{text}” is no box.").format(text=text), _("Write x, y, width and height: 10, 20, 300, 200.")
    numbers = _numbers(text, wrong, advice)
    if not numbers:
        return None
    if len(numbers) != 4 or min(numbers[2:]) < 1:
        raise Refused(wrong, advice)
    return Box(*numbers)


def _numbers(text: str, wrong: str, advice: str) -> list[int]:
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    try:
        return [int(word) for word in words]
    except ValueError as error:
        raise Refused(wrong, advice) from error


Value = tuple[Any, Any]
"""A return value: its type and itself."""
