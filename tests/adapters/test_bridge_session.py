"""One picture's objects through the session both editors share, with a real worker."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge_peer import Wait, pixels
from maskpick.maskfile import to_bytes
from maskpick.masks import Mask, MaskSet, Size
from maskpick.matting import matte
from maskpick.outlines import outline
from maskpick.pictures import Picture
from maskpick.progress import Progress
from maskpick_bridge import Connection, Coverage, Edge, Pixels, Session, WorkerError
from maskpick_bridge.handover import pixel_bytes
from maskpick_bridge.highlight import picked
from maskpick_bridge.maskfile import Box
from maskpick_bridge.picking import SUBTRACT
from maskpick_bridge.rows import NAME, SIZE, names_of, rows, share_of, summary
from maskpick_bridge.session import OBJECTS, PICKS, PREVIEW, STATE
from soft_objects import SIZE as HAIR_SIZE
from soft_objects import SoftObject, hairy


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def session(connection: Connection, told: list[str]) -> Iterator[Session]:
    session = Session(connection, told.append)
    yield session
    session.close()


def with_objects(session: Session, picture: Picture, wait: Wait) -> None:
    assert session.find(pixels(picture))
    wait(
        lambda: (
            session.outlines is not None
            and session.file is not None
            and session.thumbnail(next(iter(session.file.masks)))
        )
    )


def pick_at(session: Session, x: int, y: int) -> int:
    assert session.picking is not None
    session.picking.hover(x, y)
    session.picking.click()
    session.picked()
    return session.picking.ids[0]


def folder(session: Session) -> Path:
    return Path(session.connection.about["folder"])


def test_thumbnails_are_as_large_as_the_screen_shows_them(session: Session, shapes: Picture, wait: Wait) -> None:
    session.thumbnail_side = 20
    with_objects(session, shapes, wait)
    assert session.file is not None
    assert max(max(session.thumbnail(id)[:2]) for id in session.file.masks) == 20


def test_finding_tells_work_then_objects_then_their_pictures(
    session: Session, shapes: Picture, wait: Wait, told: list[str]
) -> None:
    assert session.find(pixels(shapes))
    assert session.busy == "find"
    assert not session.find(pixels(shapes)), "one action at a time"
    wait(lambda: session.file)
    assert session.busy == ""
    wait(lambda: session.outlines)
    assert {STATE, OBJECTS} == set(told)
    assert session.file is not None
    for id in session.file.masks:
        wait(functools.partial(session.thumbnail, id))
        thumbnail = session.thumbnail(id)
        assert thumbnail is not None
        width, height, data = thumbnail
        assert len(data) == 4 * width * height
    # What was handed over and read is gone; the mask file is all that is left.
    # What was handed over for it alone is gone; the mask file and the pixels shadows are looked for in are left.
    wait(lambda: {path.suffix for path in folder(session).iterdir()} == {".maskpick", ".raw"})


def test_an_edge_is_previewed_and_the_last_wish_is_met(
    session: Session, shapes: Picture, wait: Wait, told: list[str]
) -> None:
    with_objects(session, shapes, wait)
    pick_at(session, 120, 60)
    assert told[-1] == PICKS
    wait(lambda: session.area)
    plain = session.area
    assert plain is not None
    assert session.preview is None
    for grow in range(1, 9):
        session.set_edge(Edge(grow=float(grow)))
    wait(lambda: session.preview is not None and session.area is not None and session.area > plain)
    reached = [-1]

    def still() -> bool:
        before, reached[0] = reached[0], session.area or 0
        return not session._previewing.busy and before == session.area

    wait(still)
    cut: list[Any] = []
    assert session.cut(cut.extend)
    wait(lambda: cut)
    assert sum(value >= 128 for value in bytes(cut[0].coverage)) == session.area
    assert PREVIEW in told
    session.set_edge(Edge())
    wait(lambda: session.preview is None and session.area == plain)


def with_hair(session: Session, wait: Wait) -> SoftObject:
    """A thing with hair, picked."""
    hair = hairy()
    assert session.open_kept(to_bytes(MaskSet(HAIR_SIZE, (hair.mask,))), pixels(hair.picture))
    wait(lambda: session.outlines)
    assert session.picking is not None
    session.picking.pick((1,))
    return hair


def test_a_fine_edge_is_looked_up_in_pixels_that_are_read_for_it_alone(session: Session, wait: Wait) -> None:
    hair = with_hair(session, wait)
    reads: list[int] = []

    def read() -> Pixels:
        reads.append(1)
        return pixels(hair.picture)

    def coverage() -> bytes:
        cut: list[Any] = []
        assert session.cut(cut.extend, read=read)
        wait(lambda: cut)
        return bytes(cut[0].coverage)

    assert coverage() == hair.mask.coverage.tobytes()
    assert not reads
    session.set_edge(Edge(fine=True))
    fine = matte(hair.mask, hair.picture, Progress())
    assert coverage() == fine.coverage.tobytes()
    assert reads == [1]
    wait(lambda: {path.suffix for path in folder(session).iterdir()} == {".maskpick", ".raw"})


def test_a_fine_edge_is_shown_when_it_is_found(session: Session, wait: Wait, told: list[str]) -> None:
    hair = with_hair(session, wait)
    session.picked()
    wait(lambda: session.area == hair.mask.area)
    told.clear()
    session.set_edge(Edge(fine=True))
    assert session.looking_for_edge
    wait(lambda: session.preview_is_fine)
    assert not session.looking_for_edge
    assert told.count(PREVIEW) >= 2, "a soft one at once, then the fine one"
    fine = matte(hair.mask, hair.picture, Progress())
    assert session.area == fine.area != hair.mask.area
    assert session.preview is not None
    shown = session.preview.polygons(next(iter(session.preview)))
    assert shown == [[tuple(corner) for corner in line.tolist()] for line in outline(fine)]
    session.set_edge(Edge(fine=True, grow=2.0))
    assert not session.preview_is_fine
    wait(lambda: session.preview_is_fine)
    assert session.area > fine.area
    session.set_edge(Edge())
    wait(lambda: session.preview is None and session.area == hair.mask.area)
    assert not session.looking_for_edge


def test_a_slow_look_is_stopped_when_something_else_is_wished(session: Session, wait: Wait) -> None:
    hair = with_hair(session, wait)
    session.set_edge(Edge(fine=True))
    wait(lambda: session._previewing._slow)
    look = session._previewing._asking
    assert look is not None
    assert not look.cancelled
    session.set_edge(Edge(grow=3.0))
    assert look.cancelled
    wait(lambda: session.preview is not None and not session._previewing.busy)
    assert session.area is not None
    assert session.area > hair.mask.area


def test_what_is_left_of_an_object_has_an_outline_of_its_own(session: Session, shapes: Picture, wait: Wait) -> None:
    person = Mask.from_array(1, np.ones((80, 60), bool), 20, 10)
    shirt = Mask.from_array(2, np.ones((30, 60), bool), 50, 40, parent=1)  # it sticks out
    assert session.open_kept(to_bytes(MaskSet(Size(160, 120), (person, shirt))), pixels(shapes))
    wait(lambda: session.outlines)
    assert session.picking is not None
    session.picking.pick((1,))
    session.picked()
    wait(lambda: session.area == 80 * 60)
    assert session.preview is None, "the object's own outline is the true one"
    session.picking.pick((2,), SUBTRACT)
    session.picked()
    assert picked(session)[0].outlines is session.outlines, "until there is another"
    wait(lambda: session.preview)
    (shape,) = picked(session)
    assert shape.outlines is session.preview
    assert session.area == 80 * 60 - 30 * 30
    assert session.preview is not None
    enclosed_area = sum(map(enclosed, session.preview.polygons(*shape.steps[0].ids)))
    assert abs(enclosed_area) == pytest.approx(session.area, rel=0.02)
    session.picking.pick((2,))
    session.picked()
    assert session.preview is None, "another pick is not shown as the last one was"


def enclosed(polygon: list[tuple[float, float]]) -> float:
    """The area of a polygon, negative for a hole (Gauss)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, [*polygon[1:], polygon[0]], strict=True)) / 2


def test_picks_become_parts_layers_and_a_filled_place(session: Session, shapes: Picture, wait: Wait) -> None:
    with_objects(session, shapes, wait)
    id = pick_at(session, 120, 60)
    assert session.file is not None
    assert session.picking is not None
    mask = session.file.masks[id]
    parts: list[Any] = []
    assert session.cut(parts.extend)
    wait(lambda: parts)
    assert (parts[0].id, parts[0].name, parts[0].box) == (id, mask.name, mask.box)
    assert bytes(parts[0].coverage) == bytes(session.file.coverage(id))
    each: list[Any] = []
    everything = [info.id for info in session.file.masks.values()]
    assert session.cut(each.extend, each=True, ids=everything)
    wait(lambda: each)
    assert [part.id for part in each] == everything
    nodes: list[Any] = []
    assert session.layers(pixels(shapes), nodes.extend)
    wait(lambda: nodes)
    assert [node.id for node in nodes] == [id]
    assert len(nodes[0].data) == nodes[0].box.width * nodes[0].box.height * pixel_bytes("rgba8")
    filled: list[Any] = []
    assert session.remove(pixels(shapes), filled.append)
    wait(lambda: filled)
    assert filled[0].name == f"Removed: {mask.name}"
    assert len(filled[0].data) == filled[0].box.width * filled[0].box.height * 4
    assert session.remove(pixels(shapes), filled.append, coverage=Coverage(b"\xff" * 100, (5, 6, 10, 10)))
    wait(lambda: len(filled) == 2)
    assert filled[1].box == Box(5, 6, 10, 10)
    assert filled[1].name == "Removed: selection"


def test_all_layers_show_the_picture_again(session: Session, shapes: Picture, wait: Wait) -> None:
    with_objects(session, shapes, wait)
    nodes: list[Any] = []
    assert session.layers(pixels(shapes), nodes.extend, everything=True)
    wait(lambda: nodes)
    seen = np.zeros((shapes.size.height, shapes.size.width, 4), np.uint8)

    def paint(nodes: Any) -> None:
        for node in nodes:
            if node.nodes is not None:
                paint(node.nodes)
                continue
            x, y, width, height = node.box
            layer = np.frombuffer(node.data, np.uint8).reshape(height, width, 4)
            here = seen[y : y + height, x : x + width]
            here[layer[:, :, 3] == 255] = layer[layer[:, :, 3] == 255]

    paint(nodes)
    solid = seen[:, :, 3] == 255
    assert solid.mean() > 0.9
    assert (seen[solid][:, :3] == shapes.rgb8[solid]).all()


def test_kept_objects_come_back_and_what_was_painted_over_is_stale(
    session: Session, shapes: Picture, wait: Wait
) -> None:
    with_objects(session, shapes, wait)
    kept: list[bytes] = []
    session.store(kept.append)
    wait(lambda: kept)
    id = pick_at(session, 120, 60)
    assert session.file is not None
    box = session.file.masks[id].box
    painted = shapes.pixels.copy()
    painted[box.y : box.y + box.height, box.x : box.x + box.width] //= 2
    opened: list[bool] = []
    assert session.open_kept(kept[0], pixels(shapes.replace(pixels=painted)), lambda: opened.append(True))
    wait(lambda: opened and session.stale)
    assert id in session.stale
    assert session.picking is not None
    assert [row.stale for row in rows(session.picking, stale=session.stale) if row.id == id] == [True]


def test_a_picture_of_another_size_has_none_of_the_kept_objects(session: Session, shapes: Picture, wait: Wait) -> None:
    with_objects(session, shapes, wait)
    session.check_stale(pixels(shapes.replace(pixels=shapes.pixels[:-9])))
    wait(lambda: session.file is None)
    assert "another size" in session.notes[0]


def test_cancelling_leaves_what_there_was(session: Session, shapes: Picture, wait: Wait) -> None:
    with_objects(session, shapes, wait)
    before = session.file
    assert session.find(pixels(shapes), engine="patient")
    wait(lambda: session.stage)
    session.cancel()
    wait(lambda: not session.busy)
    assert session.error is None
    assert session.file is before
    assert session.find(pixels(shapes), engine="nonsense")
    wait(lambda: session.error)
    assert isinstance(session.error, WorkerError)
    assert session.error.advice
    assert session.file is before


def test_nothing_is_told_after_the_end(session: Session, shapes: Picture, wait: Wait, told: list[str]) -> None:
    with_objects(session, shapes, wait)
    assert session.find(pixels(shapes), fresh=True)
    session.close()
    told.clear()
    done: list[Any] = []
    session.connection.request("engines", done=done.append)
    wait(lambda: done)
    assert not told
    assert not session.find(pixels(shapes))


def test_rows_are_searched_and_sorted_with_parts_under_their_wholes(
    session: Session, shapes: Picture, wait: Wait
) -> None:
    with_objects(session, shapes, wait)
    picking = session.picking
    assert picking is not None
    every = rows(picking)
    known: set[int | None] = {None}
    for row in every:
        assert row.parent in known
        known.add(row.id)
    top = [row.area for row in rows(picking, order=SIZE) if row.depth == 0]
    assert top == sorted(top, reverse=True)
    names = [row.name.casefold() for row in rows(picking, order=NAME) if row.depth == 0]
    assert names == sorted(names)
    word = every[-1].name.split()[0]
    found = [row for row in rows(picking, search=word.upper()) if row.found]
    assert found
    assert all(word.casefold() in row.name.casefold() for row in found)
    assert not rows(picking, search="no such thing")
    largest = max(row.area for row in every)
    assert [row.area for row in rows(picking, smallest=largest) if row.found] == [largest]
    assert summary(picking, 0) == "Nothing picked"
    picking.pick([every[0].id])
    width, height = picking.file.size
    assert summary(picking, width * height // 4) == "1 object, 25 % of the picture"
    assert (share_of(0.0), share_of(0.034), share_of(0.96)) == ("< 0.1 %", "3.4 %", "96 %")
    many = names_of(picking, [every[0].id] * 5)
    assert many.endswith("and 3 more")
