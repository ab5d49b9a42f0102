"""What is shown while a lasso is drawn."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from maskpick.maskfile import to_bytes
from maskpick.masks import Mask, MaskSet, Size
from maskpick.outlines import outline
from maskpick.outlines import to_bytes as outlines_to_bytes
from maskpick_bridge import ADD, SUBTRACT, MaskFile, Outlines, Picking
from maskpick_bridge.enclosing import enclosed, enclosed_label
from maskpick_bridge.highlight import HOVERED, TAKEN

MASKS = tuple(
    Mask.from_array(id, np.ones((10, 10), bool), x, y, name=name)
    for id, x, y, name in ((1, 5, 5, "cup"), (2, 30, 5, "plate"), (3, 5, 25, "spoon"))
)
HALF_WAY = [(2.0, 2.0), (45.0, 2.0), (45.0, 18.0)]
AROUND_THE_UPPER = [*HALF_WAY, (2.0, 18.0)]


@pytest.fixture
def picking() -> Picking:
    return Picking(MaskFile(to_bytes(MaskSet(Size(60, 40), MASKS))))


def test_a_lasso_is_followed_without_picking(picking: Picking) -> None:
    assert picking.enclosed(AROUND_THE_UPPER[:1]) == ()
    assert picking.enclosed(HALF_WAY) == (2,)
    assert picking.enclosed(AROUND_THE_UPPER) == (1, 2)
    assert picking.ids == ()
    picking.lasso(AROUND_THE_UPPER)
    assert picking.ids == (1, 2)


def test_what_is_enclosed_looks_as_what_is_hovered(picking: Picking) -> None:
    outlines = Outlines(outlines_to_bytes({mask.id: outline(mask) for mask in MASKS}))
    session = SimpleNamespace(picking=picking, outlines=outlines)
    assert enclosed(session, ()) == []
    (shape,) = enclosed(session, (1, 2))
    assert shape.look == HOVERED
    assert shape.steps == ((ADD, (1, 2)),)
    assert [shape.look for shape in enclosed(session, (3,), SUBTRACT)] == [TAKEN]
    session.outlines = None
    assert enclosed(session, (1, 2)) == [], "the outlines have not come yet"


def test_the_words_name_one_and_count_more(picking: Picking) -> None:
    assert enclosed_label(picking, ()) == ""
    assert enclosed_label(picking, (3,)) == "spoon"
    assert enclosed_label(picking, (1, 2)) == "2 objects"
