"""What is drawn over a picture, and the words beside the pointer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from maskpick import outlines
from maskpick.maskfile import to_bytes
from maskpick.masks import Mask, MaskSet, Size
from maskpick_bridge import ADD, SUBTRACT, MaskFile, Outlines, Picking
from maskpick_bridge.highlight import HOVERED, PICKED, TAKEN, label, shapes


def block(id: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    return Mask.from_array(id, np.ones((height, width), bool), x, y, **fields)


@pytest.fixture
def session() -> Any:
    """A person with a shirt, and a cup without a name."""
    masks = (
        block(1, 5, 5, 20, 30, name="person"),
        block(2, 8, 12, 12, 12, name="shirt", parent=1),
        block(3, 40, 20, 9, 9),
    )
    drawn = Outlines(outlines.to_bytes({mask.id: outlines.outline(mask) for mask in masks}))
    picking = Picking(MaskFile(to_bytes(MaskSet(Size(60, 40), masks))))
    return SimpleNamespace(picking=picking, outlines=drawn, preview=None)


def test_nothing_is_drawn_where_nothing_is_found_picked_or_hovered(session: Any) -> None:
    assert shapes(session) == []
    assert shapes(SimpleNamespace(picking=None, outlines=None, preview=None)) == []


def test_what_is_hovered_lies_on_what_is_picked(session: Any) -> None:
    session.picking.pick((1,), ADD)
    session.picking.hover(10, 14)
    picked, hovered = shapes(session)
    assert (picked.steps, picked.look) == (((ADD, (1,)),), PICKED)
    assert (hovered.steps, hovered.look) == (((ADD, (2,)),), HOVERED)


def test_what_a_click_would_take_away_looks_so(session: Any) -> None:
    session.picking.hover(10, 14)
    assert [shape.look for shape in shapes(session, SUBTRACT)] == [TAKEN]


def test_an_edge_that_is_wanted_is_what_is_drawn(session: Any) -> None:
    session.picking.pick((1,), ADD)
    session.preview = Outlines(outlines.to_bytes({0: outlines.outline(block(9, 3, 3, 24, 34))}))
    (shape,) = shapes(session)
    assert shape.outlines is session.preview
    assert shape.steps == ((ADD, (0,)),)


def test_the_label_counts_what_lies_on_one_another(session: Any) -> None:
    assert label(session.picking) == ""
    session.picking.hover(10, 14)
    assert label(session.picking) == "shirt · 1 of 2"
    session.picking.walk(1)
    assert label(session.picking) == "person · 2 of 2"
    session.picking.hover(45, 25)
    assert label(session.picking) == "object 3"
