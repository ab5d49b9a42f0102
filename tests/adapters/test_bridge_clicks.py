"""A picked object put right by clicks, through the session both editors share, with a real worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge_peer import Wait, pixels
from maskpick.pictures import Picture
from maskpick_bridge import Connection, Session
from maskpick_bridge.clicks import NOT, TOO, enclosing, operation_of
from maskpick_bridge.highlight import picked
from maskpick_bridge.picking import ADD, REPLACE, SUBTRACT


@pytest.fixture
def session(connection: Connection, shapes: Picture, wait: Wait) -> Iterator[Session]:
    """With the objects of the shapes."""
    session = Session(connection, lambda _: None)
    assert session.find(pixels(shapes))
    wait(lambda: session.file is not None and session.idle)
    yield session
    session.close()


def not_kept(session: Session) -> None:
    """As where the pixels have to be read for the clicks."""
    assert session.seen is not None
    session.seen.release()
    session.seen = None


def mask_files(session: Session) -> list[str]:
    return sorted(path.name for path in Path(session.connection.about["folder"]).glob("*.maskpick"))


def name_of(path: str) -> str:
    return Path(path).name


def click(session: Session, x: int, y: int) -> int:
    assert session.picking is not None
    session.picking.hover(x, y)
    assert session.picking.click()
    session.clicks.picked((x, y))
    session.picked()
    return session.picking.ids[-1]


def test_this_too_and_not_this_make_an_object_of_its_own(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.file is not None
    assert session.picking is not None
    clicks, before = session.clicks, set(session.file.masks)
    disc = click(session, 50, 60)
    assert clicks.points == ([], [])
    assert clicks.add((120, 60), True, lambda: pytest.fail("the session has kept the pixels"))
    assert clicks.points == ([(50, 60), (120, 60)], [])
    wait(lambda: session.idle)
    [id] = session.picking.ids
    assert set(session.file.masks) == before | {id}
    assert {disc, id} <= set(session.file.at(50, 60))
    assert id in session.file.at(120, 60)
    assert session.picking.is_picked(120, 60)
    assert session.outlines is not None
    assert len(session.outlines.polygons(id)) >= 2
    assert session.outlines.polygons(disc)
    assert [shape.outlines.polygons(id) for shape in picked(session)] == [session.outlines.polygons(id)]
    assert session.thumbnail(id) is not None
    assert session.file.masks[id].name.endswith(", by clicks")

    assert clicks.add((55, 70), False, lambda: pytest.fail("the pixels were read already"))
    wait(lambda: session.idle)
    assert session.picking.ids == (id,)
    assert set(session.file.masks) == before | {id}
    assert id not in session.file.at(55, 70)
    assert clicks.points == ([(50, 60), (120, 60)], [(55, 70)])
    wait(lambda: len(mask_files(session)) == 2)  # the one shown, and its base

    click(session, 10, 10)
    assert clicks.points == ([], [])
    assert id in session.file.masks
    # The one with the object, and the one it leans on.
    wait(lambda: mask_files(session) == sorted(map(name_of, (session._masks, session._found))))
    click(session, 120, 60)
    assert clicks.add((50, 60), True, lambda: pytest.fail("the session has kept the pixels"))
    wait(lambda: session.idle)
    click(session, 10, 10)
    wait(lambda: mask_files(session) == sorted(map(name_of, (session._masks, session._found))))
    assert id in session.file.masks, "the one that was made first"
    assert bytes(session.file.coverage(id))


def test_it_takes_the_place_of_one_of_several_that_are_picked(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.picking is not None
    square = click(session, 120, 60)
    session.picking.hover(50, 60)
    session.picking.click("add")
    session.clicks.picked((50, 60))
    assert session.clicks.add((80, 10), False, lambda: pixels(shapes))
    wait(lambda: session.idle)
    first, second = session.picking.ids
    assert first == square
    assert session.picking.file.masks[second].name.endswith(", by clicks")


def test_clicks_in_quick_succession_are_all_heard(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.file is not None
    assert session.picking is not None
    click(session, 50, 60)
    assert session.clicks.add((120, 60), True, lambda: pixels(shapes))
    assert session.clicks.add((55, 70), False, lambda: pixels(shapes))
    assert not session.clicks.add((55, 70), True, lambda: pixels(shapes)), "that point is taken"
    wait(lambda: session.idle)
    [id] = session.picking.ids
    assert id in session.file.at(120, 60)
    assert id not in session.file.at(55, 70)


def test_picking_something_else_meanwhile_wins(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.file is not None
    click(session, 50, 60)
    before = set(session.file.masks)
    assert session.clicks.add((120, 60), True, lambda: pixels(shapes))
    square = click(session, 120, 60)
    wait(lambda: session.idle)
    assert session.picking is not None
    assert session.picking.ids == (square,)
    assert set(session.file.masks) == before
    assert session.error is None


def test_the_keys_say_what_a_click_means() -> None:
    assert operation_of(control=True, shift=False, alt=False, picked=True) == NOT
    assert operation_of(control=True, shift=True, alt=False, picked=True) == TOO
    assert operation_of(control=True, shift=True, alt=False, picked=False) == ADD
    assert operation_of(control=False, shift=False, alt=True, picked=True) == SUBTRACT
    assert [enclosing(one) for one in (TOO, NOT, REPLACE)] == [ADD, SUBTRACT, REPLACE]


def test_what_cannot_be_read_changes_nothing(session: Session) -> None:
    click(session, 50, 60)
    not_kept(session)
    assert not session.clicks.add((80, 10), False, lambda: None)
    assert session.clicks.points == ([], [])


def test_without_anything_picked_there_is_nothing_to_put_right(session: Session) -> None:
    assert not session.clicks.add((50, 60), False, lambda: pytest.fail("nothing is to be read"))


def test_what_fails_is_said_and_its_point_taken_back(session: Session, wait: Wait) -> None:
    click(session, 50, 60)
    not_kept(session)
    small = Picture(np.zeros((9, 9, 3), np.uint8))
    assert session.clicks.add((80, 10), False, lambda: pixels(small))
    wait(lambda: session.error)
    assert session.error is not None
    assert "another size" in session.error.happened
    assert session.clicks.points == ([], [])


def test_taking_the_pick_back_ends_it(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.picking is not None
    disc = click(session, 50, 60)
    assert session.clicks.add((80, 10), False, lambda: pixels(shapes))
    wait(lambda: session.idle)
    assert session.picking.ids != (disc,)
    assert session.picking.undo()
    assert session.picking.ids == (disc,)
    assert session.clicks.points == ([], [])


def test_clicks_are_taken_back_and_done_again_one_by_one(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.picking is not None
    clicks = session.clicks
    disc = click(session, 50, 60)
    reached = []
    for point in ((120, 60), (55, 70)):
        assert clicks.add(point, point == (120, 60), lambda: pixels(shapes))
        wait(lambda: session.idle)
        reached.append(covered(session))
    assert clicks.undo()
    wait(lambda: session.idle)
    assert covered(session) == reached[0] != reached[1]
    assert clicks.points == ([(50, 60), (120, 60)], [])
    assert clicks.redo()
    wait(lambda: session.idle)
    assert covered(session) == reached[1]
    assert not clicks.redo()
    assert clicks.undo()
    wait(lambda: session.idle)
    assert not clicks.undo(), "the first click made a pick, and this is what is to be taken back"
    assert session.picking.undo()
    assert session.picking.ids == (disc,)
    assert not clicks.undo()


def test_a_click_that_is_not_answered_yet_is_given_up(session: Session, shapes: Picture, wait: Wait) -> None:
    assert session.picking is not None
    disc = click(session, 50, 60)
    assert session.clicks.add((120, 60), True, lambda: pixels(shapes))
    assert session.clicks.undo()
    wait(lambda: session.idle)
    assert session.picking.ids == (disc,)
    assert session.clicks.points == ([], [])


def test_an_object_is_found_at_points_alone_and_picked_with_the_others(
    session: Session, shapes: Picture, wait: Wait
) -> None:
    assert session.picking is not None
    disc = click(session, 50, 60)
    session.clicks.find([(120, 60)], [(80, 10)], pixels(shapes))
    wait(lambda: session.idle)
    assert session.error is None
    first, found = session.picking.ids
    assert first == disc
    assert found in session.picking.file.at(120, 60)
    assert found not in session.picking.file.at(80, 10)


def covered(session: Session) -> tuple[bool, ...]:
    """What is picked, pixel for pixel."""
    assert session.picking is not None
    width, height = session.picking.file.size
    return tuple(session.picking.is_picked(x, y) for y in range(0, height, 4) for x in range(0, width, 4))
