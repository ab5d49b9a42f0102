from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from maskpick.service.links import ExpiredLinkError, ForgedLinkError, Links
from maskpick.service.store import Store
from processes import PATIENCE, Spawn


def store(folder: Path, max_bytes: int = 10_000, max_age: float = 3600) -> Store:
    return Store(folder, max_bytes, max_age)


def put(kept: Store, size: int) -> str:
    visual_id = kept.new_id()
    kept.put(visual_id, "source", lambda path: path.write_bytes(b"x" * size))
    return visual_id


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets time pass, for the store."""
    passed = 0.0
    true = time.time

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(time, "time", lambda: true() + passed)
    return wait


def test_what_was_put_is_found_and_nothing_else(tmp_path: Path) -> None:
    kept = store(tmp_path)
    visual_id = put(kept, 10)
    path = kept.get(visual_id, "source")
    assert path is not None
    assert path.read_bytes() == b"x" * 10
    assert kept.get(visual_id, "other") is None
    assert kept.get(kept.new_id(), "source") is None


@pytest.mark.parametrize("name", ["../source", "..", ".hidden", "a/b", "", "x" * 200, "a\0b"])
def test_names_cannot_climb_out(tmp_path: Path, name: str) -> None:
    kept = store(tmp_path)
    visual_id = put(kept, 10)
    assert kept.get(visual_id, name) is None
    assert kept.get("../" + visual_id, "source") is None
    with pytest.raises(ValueError, match="not names"):
        kept.place(visual_id, name)


def test_the_oldest_goes_when_the_room_ends(tmp_path: Path) -> None:
    kept = store(tmp_path, max_bytes=10_000)
    old, middle, new = put(kept, 4000), put(kept, 4000), put(kept, 4000)
    assert kept.get(old, "source") is None
    assert kept.get(middle, "source")
    assert kept.get(new, "source")
    assert kept.bytes == 8000
    assert not (tmp_path / old).exists()


def test_what_was_used_lately_stays(tmp_path: Path) -> None:
    kept = store(tmp_path, max_bytes=10_000)
    first, second = put(kept, 4000), put(kept, 4000)
    assert kept.get(first, "source")
    put(kept, 4000)
    assert kept.get(first, "source")
    assert kept.get(second, "source") is None


def test_what_is_being_worked_on_stays(tmp_path: Path) -> None:
    kept = store(tmp_path, max_bytes=10_000)
    busy = put(kept, 4000)
    with kept.held(busy):
        put(kept, 9000)
        put(kept, 9000)
        assert kept.get(busy, "source")
        kept.place(busy, "masks.zip").write_bytes(b"x" * 500)
    assert kept.get(busy, "source")
    assert kept.bytes == 4500


def test_a_picture_larger_than_all_the_room_is_there_while_it_is_the_newest(tmp_path: Path) -> None:
    kept = store(tmp_path, max_bytes=100)
    large = put(kept, 4000)
    assert kept.get(large, "source")
    put(kept, 10)
    assert kept.get(large, "source") is None


def test_what_is_too_old_goes(tmp_path: Path, later: Callable[[float], None]) -> None:
    kept = store(tmp_path, max_age=100)
    old = put(kept, 10)
    later(60)
    new = put(kept, 10)
    later(60)
    assert kept.sweep() == 1
    assert kept.get(old, "source") is None
    assert kept.get(new, "source")
    later(200)
    kept.sweep()
    assert not list(tmp_path.iterdir())


def test_a_restart_knows_what_is_there(tmp_path: Path, later: Callable[[float], None]) -> None:
    kept = store(tmp_path)
    ids = [put(kept, 100) for _ in range(50)]
    for place, visual_id in enumerate(ids):
        os.utime(tmp_path / visual_id / "source", (1e9 + place, 1e9 + place))
    again = store(tmp_path, max_bytes=3000, max_age=1e10)
    assert again.bytes == 3000
    assert [again.get(one, "source") is not None for one in ids] == [False] * 20 + [True] * 30


def test_a_file_that_failed_in_the_making_is_not_there(tmp_path: Path) -> None:
    kept = store(tmp_path)
    visual_id = kept.new_id()

    def half(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("lightning")

    with pytest.raises(RuntimeError):
        kept.put(visual_id, "masks.zip", half)
    assert kept.get(visual_id, "masks.zip") is None
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_a_kill_in_the_middle_of_writing_leaves_no_torn_file(tmp_path: Path, spawn: Spawn) -> None:
    visual_id = store(tmp_path).new_id()
    script = f"""
import sys, time
from pathlib import Path
from maskpick.service.store import Store
def write(path):
    with path.open("wb") as file:
        file.write(b"x" * 1000)
        file.flush()
        print("half", flush=True)
        time.sleep(3600)
Store(Path({str(tmp_path)!r}), 10_000, 3600).put({visual_id!r}, "masks.zip", write)
"""
    process = spawn([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"half\n"
    process.kill()
    process.wait(PATIENCE)
    assert list((tmp_path / visual_id).iterdir())
    again = store(tmp_path)
    assert again.get(visual_id, "masks.zip") is None
    assert not (tmp_path / visual_id).exists()


def test_a_link_leads_to_its_file_and_survives_a_restart(tmp_path: Path) -> None:
    path = Links(tmp_path / "key", 60).make("some-id", "masks.zip")
    assert path.endswith("/masks.zip")
    assert Links(tmp_path / "key", 60).read(path.split("/")[2]) == ("some-id", "masks.zip")
    if os.name == "posix":
        assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_forged_link_and_an_old_one_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = Links(tmp_path / "key", 60)
    signed = links.make("some-id", "masks.zip").split("/")[2]
    with pytest.raises(ForgedLinkError):
        links.read(signed[:-2] + "xx")
    with pytest.raises(ForgedLinkError):
        links.read("nonsense")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100)
    with pytest.raises(ExpiredLinkError):
        links.read(signed)
