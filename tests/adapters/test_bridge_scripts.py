"""The session where nobody looks: procedures and scripts, which ask for one thing after another and wait."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maskpick.maskfile import read_mask_file
from maskpick.pictures import Picture
from maskpick_bridge import Connection, Node, Pixels, Session
from processes import PATIENCE, until


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "engine.json").write_text(json.dumps({"interpreter": sys.executable}))
    connection = Connection("a test", folders=[tmp_path])
    session = Session(connection, lambda _what: None, shows=False)
    yield session
    session.close()
    connection.close()
    assert connection.join(PATIENCE)


def wait(session: Session) -> None:
    def idle() -> bool:
        session.connection.pump()
        return session.idle

    until(idle)
    assert session.error is None


def pixels(picture: Picture) -> Pixels:
    return Pixels(picture.rgb8.tobytes(), *picture.size, "rgb8")


def test_nothing_is_drawn_for_nobody(session: Session, shapes: Picture) -> None:
    assert session.find(pixels(shapes))
    assert not session.idle
    wait(session)
    assert session.file is not None
    assert session.outlines is None
    assert session.thumbnail(next(iter(session.file.masks))) is None
    # What was handed over is gone; the mask file is all that is left.
    assert [path.suffix for path in Path(session.connection.about["folder"]).iterdir()] == [".maskpick"]


def test_objects_are_written_to_a_file(session: Session, shapes: Picture, tmp_path: Path) -> None:
    session.find(pixels(shapes))
    wait(session)
    written: list[bool] = []
    target = tmp_path / "objects.maskpick"
    assert session.export(pixels(shapes), str(target), lambda: written.append(target.exists()))
    wait(session)
    assert written == [True]
    assert session.file is not None
    assert set(read_mask_file(target).ids) == set(session.file.masks)


def test_what_is_left_of_an_object_beside_its_parts_is_called_so(session: Session, photos: Path) -> None:
    session.find(pixels(Picture(Picture.open(photos / "coffee.jpg").pixels[::2, ::2])))
    wait(session)
    made: list[Node] = []
    session.layers(pixels(Picture(Picture.open(photos / "coffee.jpg").pixels[::2, ::2])), made.extend, everything=True)
    wait(session)

    def groups(nodes: list[Node] | tuple[Node, ...]) -> Iterator[Node]:
        for node in nodes:
            if node.nodes is not None:
                yield node
                yield from groups(node.nodes)

    rests = [(group, part) for group in groups(made) for part in group.nodes or () if part.id == group.id]
    assert rests
    assert all(part.name == f"Rest of {group.name}" for group, part in rests)
