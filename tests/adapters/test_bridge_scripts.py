"""The session where nobody looks: procedures and scripts, which ask for one thing after another and wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge_peer import Wait, pixels
from maskpick.maskfile import read_mask_file
from maskpick.pictures import Picture
from maskpick_bridge import Connection, Node, Session

Ended = Callable[[], None]


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    session = Session(connection, lambda _what: None, shows=False)
    yield session
    session.close()


@pytest.fixture
def ended(session: Session, wait: Wait) -> Ended:
    """Waits for the end of all that was asked, which must be a good one."""

    def ended() -> None:
        wait(lambda: session.idle)
        assert session.error is None

    return ended


def test_nothing_is_drawn_for_nobody(session: Session, ended: Ended, wait: Wait, shapes: Picture) -> None:
    assert session.find(pixels(shapes))
    assert not session.idle
    ended()
    assert session.file is not None
    assert session.outlines is None
    assert session.thumbnail(next(iter(session.file.masks))) is None
    # What was handed over is gone; the mask file is all that is left.
    wait(lambda: [path.suffix for path in Path(session.connection.about["folder"]).iterdir()] == [".maskpick"])


def test_objects_are_written_to_a_file(session: Session, ended: Ended, shapes: Picture, tmp_path: Path) -> None:
    session.find(pixels(shapes))
    ended()
    written: list[bool] = []
    target = tmp_path / "objects.maskpick"
    assert session.export(pixels(shapes), str(target), lambda: written.append(target.exists()))
    ended()
    assert written == [True]
    assert session.file is not None
    assert set(read_mask_file(target).ids) == set(session.file.masks)


def test_what_is_left_of_an_object_beside_its_parts_is_called_so(session: Session, ended: Ended, photos: Path) -> None:
    session.find(pixels(Picture(Picture.open(photos / "coffee.jpg").pixels[::2, ::2])))
    ended()
    made: list[Node] = []
    session.layers(pixels(Picture(Picture.open(photos / "coffee.jpg").pixels[::2, ::2])), made.extend, everything=True)
    ended()

    def groups(nodes: list[Node] | tuple[Node, ...]) -> Iterator[Node]:
        for node in nodes:
            if node.nodes is not None:
                yield node
                yield from groups(node.nodes)

    rests = [(group, part) for group in groups(made) for part in group.nodes or () if part.id == group.id]
    assert rests
    assert all(part.name == f"Rest of {group.name}" for group, part in rests)
