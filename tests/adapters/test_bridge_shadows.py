"""The shadows of what is picked, through the session both editors share, with a real worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bridge_peer import Wait, pixels
from maskpick.maskfile import to_bytes
from maskpick.pictures import Picture
from maskpick_bridge import Connection, Session
from maskpick_bridge.session import PREVIEW
from maskpick_bridge.shadows import ALL
from shadow_scene import POST, laid_down, posted


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def session(connection: Connection, wait: Wait, told: list[str]) -> Iterator[Session]:
    """With a post that casts a shadow, picked."""
    session = Session(connection, told.append)
    picture, masks = posted(0.6)
    assert session.open_kept(to_bytes(masks), pixels(picture))
    wait(lambda: session.file is not None and session.idle)
    assert session.picking is not None
    session.picking.pick([POST])
    session.picked()
    yield session
    session.close()


@pytest.fixture
def picture() -> Picture:
    return posted(0.6)[0]


def removed(session: Session, picture: Picture, wait: Wait, **how: Any) -> Any:
    filled: list[Any] = []
    assert session.remove(pixels(picture), filled.append, **how)
    wait(lambda: filled)
    return filled[0]


def test_shadows_of_what_is_picked_are_offered(session: Session, wait: Wait, told: list[str]) -> None:
    told.clear()
    wait(lambda: session.idle)
    assert PREVIEW in told
    assert session.shadows.count == 1
    assert session.shadows.outlines is not None
    [line] = session.shadows.outlines.polygons(ALL)
    rows, columns = np.nonzero(laid_down() > 0.5)
    assert max(x for x, _ in line) == pytest.approx(columns.max(), abs=15)
    assert max(y for _, y in line) == pytest.approx(rows.max(), abs=15)
    assert session.picking is not None
    session.picking.clear()
    session.picked()
    assert (session.shadows.count, session.shadows.outlines) == (0, None)
    wait(lambda: session.idle)
    assert session.shadows.count == 0


def test_only_the_last_pick_counts(session: Session, wait: Wait) -> None:
    assert session.picking is not None
    for _ in range(3):
        session.picking.clear()
        session.picked()
        session.picking.pick([POST])
        session.picked()
    wait(lambda: session.idle)
    assert session.shadows.count == 1


def test_a_shadow_goes_with_its_object_where_that_is_wished(session: Session, picture: Picture, wait: Wait) -> None:
    without = removed(session, picture, wait)
    assert (without.name, without.shadows) == ("Removed: post", 0)
    both = removed(session, picture, wait, with_shadow=True)
    assert (both.name, both.shadows) == ("Removed: post, with shadow", 1)
    assert both.box.x + both.box.width > without.box.x + without.box.width + 20


def test_where_there_is_none_it_goes_alone(session: Session, wait: Wait) -> None:
    filled = removed(session, posted(0)[0], wait, with_shadow=True)
    assert (filled.name, filled.shadows) == ("Removed: post", 0)


def test_new_objects_let_go_of_what_was_seen(session: Session, picture: Picture, wait: Wait) -> None:
    wait(lambda: session.idle)
    assert session.find(pixels(picture))
    wait(lambda: session.file is not None and session.idle)
    assert (session.shadows.count, session.shadows.outlines) == (0, None)
    assert session.error is None
