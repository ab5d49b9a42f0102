"""Objects written to files of the artist's, by the worker."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maskpick.maskfile import read_digest, read_mask_file
from maskpick.pictures import Picture
from worker_peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


def test_the_ending_says_what_is_written(peer: Peer, shapes: Picture, tmp_path: Path) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    kept, archive, layered = (tmp_path / f"objects.{ending}" for ending in ("maskpick", "zip", "ora"))
    for path in (kept, archive, layered):
        told = peer.result("export", masks=found["masks"], pixels=about, file=str(path))
        assert told == {"file": str(path)}
    assert read_mask_file(kept) == read_mask_file(Path(found["masks"]))
    assert read_digest(kept) == found["digest"]
    assert any("panoptic" in name for name in zipfile.ZipFile(archive).namelist())
    assert "stack.xml" in zipfile.ZipFile(layered).namelist()


def test_what_cannot_be_written_leaves_nothing_and_says_why(peer: Peer, shapes: Picture, tmp_path: Path) -> None:
    about = peer.pixels(shapes)
    found = peer.result("find", pixels=about)
    (tmp_path / "a file").write_text("in the way")
    for name in ("objects.xyz", "a file/objects.maskpick", "a file/objects.ora"):
        error = peer.ask("export", masks=found["masks"], pixels=about, file=str(tmp_path / name))["error"]
        assert error["data"]["kind"] == "OutputError"
    assert [path.name for path in tmp_path.iterdir() if path.name != "plugins"] == ["a file"]
