"""What is drawn over a picture, and the words beside the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from maskpick import outlines
from maskpick.maskfile import to_bytes
from maskpick.masks import Mask, MaskSet, Size
from maskpick_bridge import ADD, SUBTRACT, MaskFile, Outlines, Picking
from maskpick_bridge.highlight import AGAIN, HOVERED, LASSO, PICKED, TAKEN, Look, label, shapes


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


def test_the_label_tells_what_is_picked(session: Any) -> None:
    session.picking.pick((2,), ADD)
    session.picking.hover(10, 14)
    assert label(session.picking) == "✓ shirt · 1 of 2"
    session.picking.walk(1)
    assert label(session.picking) == "person · 2 of 2"


SKY, LEAF, SKIN, SNOW, SOOT = (0.45, 0.65, 0.90), (0.20, 0.40, 0.12), (0.85, 0.65, 0.52), (1, 1, 1), (0, 0, 0)


@pytest.mark.parametrize("look", [PICKED, HOVERED, TAKEN, AGAIN, LASSO])
@pytest.mark.parametrize("beneath", [SKY, LEAF, SKIN, SNOW, SOOT, *((grey / 8,) * 3 for grey in range(9))])
def test_every_look_stands_out_from_every_picture(look: Look, beneath: Sequence[float]) -> None:
    """One of the two lines has three times the contrast to the picture: what WCAG 2 asks of graphics."""

    def luminance(colour: Sequence[float]) -> float:
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(line: Sequence[float]) -> float:
        *colour, alpha = line
        shown = [alpha * over + (1 - alpha) * under for over, under in zip(colour, beneath, strict=True)]
        there, here = sorted((luminance(shown), luminance(beneath)))
        return (here + 0.05) / (there + 0.05)

    assert max(contrast(look.line), contrast(look.under)) >= 3
