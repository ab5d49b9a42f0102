"""What a view draws over the picture: which outlines, in which look, and the words beside the pointer. No toolkit.

for shape in shapes(session, operation):
    fill what `shape.steps` give with `shape.look.tint`, by the even-odd rule; then round it
    a line of `under`, of the width `look.width + 2 * RIM`, and on it one of `line`, `look.width` wide
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from maskpick_bridge.clicks import NOT, TOO
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, REPLACE, SUBTRACT, Step
from maskpick_bridge.rows import name_of
from maskpick_bridge.words import _

if TYPE_CHECKING:
    from maskpick_bridge.picking import Picking
    from maskpick_bridge.session import Session

    Colour = tuple[float, float, float, float]

RIM = 1.0
"""How far the line beneath looks out on either side, in the screen's logical pixels."""
DASHES = (6.0, 4.0)
"""On and off, of a dashed line, in the screen's logical pixels."""


class Look(NamedTuple):
    """Colours are red, green, blue and alpha, 0..1, alpha not premultiplied; ``width`` in logical pixels.

    A light line on a dark one is seen on every picture, also where its tint is not: blue on a blue sky. Blue, orange
    and dashes are told apart without seeing red or green (Okabe and Ito 2008).
    """

    tint: Colour
    line: Colour
    under: Colour
    width: float
    dashed: bool


_DARK = (0.0, 0.0, 0.0, 0.65)
PICKED = Look((0.0, 0.35, 0.90, 0.36), (0.85, 0.94, 1.0, 1.0), (0.0, 0.05, 0.30, 0.90), 2.0, dashed=False)
HOVERED = Look((1.0, 0.55, 0.0, 0.30), (1.0, 0.85, 0.40, 1.0), _DARK, 2.0, dashed=False)
TAKEN = Look((0.85, 0.10, 0.35, 0.38), (1.0, 0.75, 0.80, 1.0), _DARK, 2.0, dashed=True)
AGAIN = HOVERED._replace(tint=(*HOVERED.tint[:3], 0.0))
"""Hovered, and picked already: two tints in one place would look like neither."""
SHADOW = Look((0.45, 0.20, 0.65, 0.25), (0.93, 0.85, 1.0, 1.0), _DARK, 1.0, dashed=True)
"""Of what is picked, where it is to be removed as well."""
LASSO = Look((1.0, 1.0, 1.0, 0.10), (1.0, 1.0, 1.0, 1.0), _DARK, 1.0, dashed=True)


class Mark(NamedTuple):
    """How a point that puts an object right looks: a disc with a sign, + or -, light rimmed and round that dark.

    ``radius`` and ``sign``, half the length of its strokes, are in logical pixels.
    """

    inside: Colour
    outside: Colour
    line: Colour
    under: Colour
    radius: float
    sign: float

    def fill(self, belongs: bool) -> Colour:
        """The disc's colour, for a point that belongs to the object or for one that does not."""
        return self.inside if belongs else self.outside


MARK = Mark((0.0, 0.35, 0.86, 1.0), (0.80, 0.10, 0.29, 1.0), (1.0, 1.0, 1.0, 1.0), _DARK, 7.0, 3.5)


class Shape(NamedTuple):
    """The masks of ``steps``, combined one after another, drawn from ``outlines``."""

    steps: tuple[Step, ...]
    outlines: Outlines
    look: Look


def shapes(session: Session, operation: str = REPLACE) -> list[Shape]:
    """What is picked, and what is hovered, in the order to be drawn; what is picked alone changes seldom.

    ``operation`` is what a click would do now, by the keys that are held.
    """
    return [*picked(session), *hovered(session, operation)]


def picked(session: Session) -> list[Shape]:
    """What is picked: its true outline, with the edge that is wanted, once known; until then the objects' own."""
    if session.preview is not None:
        return [Shape((Step(ADD, tuple(session.preview)),), session.preview, PICKED)]
    if session.picking is None or session.outlines is None or not session.picking:
        return []
    return [Shape(session.picking.steps, session.outlines, PICKED)]


def cast(session: Session) -> list[Shape]:
    """The shadows of what is picked, once they are known."""
    outlines = session.shadows.outlines
    return [] if outlines is None else [Shape((Step(ADD, tuple(outlines)),), outlines, SHADOW)]


def hovered(session: Session, operation: str = REPLACE) -> list[Shape]:
    """What lies under the pointer, or is pointed at in the list."""
    if session.picking is None or session.outlines is None or session.picking.hovered is None:
        return []
    again = session.picking.hovered in session.picking.ids
    look = TAKEN if operation == SUBTRACT else AGAIN if again else HOVERED
    return [Shape((Step(ADD, (session.picking.hovered,)),), session.outlines, look)]


def said(meaning: str) -> str:
    """The words beside the pointer where a click puts right what is picked: `clicks.NOT` or `clicks.TOO`."""
    return {NOT: _("not this"), TOO: _("this too")}[meaning]


def label(picking: Picking) -> str:
    """The words beside the pointer: "✓ shirt · 2 of 3" where objects lie on one another and the shirt is picked;
    nothing over nothing."""
    if picking.hovered is None or picking.hovered not in picking.file.masks:
        return ""
    picked = "✓ " if picking.hovered in picking.ids else ""
    name = picked + name_of(picking.file.masks[picking.hovered])
    stack = picking.stack
    if len(stack) < 2 or picking.hovered not in stack:
        return name
    position = stack.index(picking.hovered) + 1
    return _("{name} · {position} of {count}").format(name=name, position=position, count=len(stack))
