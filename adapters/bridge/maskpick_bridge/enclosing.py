"""What a view shows while a lasso is drawn: the objects that it encloses as far as it has come (`Picking.enclosed`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maskpick_bridge.highlight import HOVERED, TAKEN, Shape
from maskpick_bridge.picking import ADD, REPLACE, SUBTRACT, Step
from maskpick_bridge.rows import name_of
from maskpick_bridge.words import n_

if TYPE_CHECKING:
    from maskpick_bridge.picking import Picking
    from maskpick_bridge.session import Session


def enclosed(session: Session, ids: Sequence[int], operation: str = REPLACE) -> list[Shape]:
    """These objects as what is hovered looks, for so they would be picked now. ``operation`` is the lasso's."""
    if session.outlines is None or not ids:
        return []
    return [Shape((Step(ADD, tuple(ids)),), session.outlines, TAKEN if operation == SUBTRACT else HOVERED)]


def enclosed_label(picking: Picking, ids: Sequence[int]) -> str:
    """The words beside the pointer: the name of one, how many of several, nothing of none."""
    known = [id for id in ids if id in picking.file.masks]  # noqa: A001
    if len(known) == 1:
        return name_of(picking.file.masks[known[0]])
    return n_("{n} object", "{n} objects", len(known)) if known else ""
