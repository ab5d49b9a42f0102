from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from maskpick import maskfile
from maskpick.cache import SUFFIX, Cache, answer_key
from maskpick.maskfile import read_mask_file
from maskpick.masks import Mask, MaskSet
from maskpick.pictures import Picture
from maskpick.settings import Settings
from processes import PATIENCE, Spawn, until

IN_HERE = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_cache as t"
"""How another process comes to the classes of this file."""


@dataclass(frozen=True)
class Options:
    most: int = 10


class Engine:
    name: ClassVar[str] = "engine"
    version: ClassVar[int] = 1

    def __init__(self, options: Any = None) -> None:
        self.options = options or Options()


def noise(seed: int, side: int = 40) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8))


def masks_for(picture: Picture) -> MaskSet:
    return MaskSet(picture.size, (Mask.from_array(1, picture.pixels[:, :, 0]),), "00" * 8)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path, 10_000_000)


def only_file(cache: Cache) -> Path:
    [file] = cache.folder.glob(f"*{SUFFIX}")
    return file


def test_an_answer_comes_back_as_it_was(cache: Cache) -> None:
    picture = noise(1)
    assert cache.get(picture, Engine()) is None
    cache.put(picture, Engine(), masks_for(picture))
    assert cache.get(picture, Engine()) == masks_for(picture)
    assert cache.get(Picture(picture.pixels.copy(), path=Path("another.png")), Engine()) == masks_for(picture)


def test_other_pixels_options_version_or_class_have_no_answer(cache: Cache) -> None:
    class Newer(Engine):
        version: ClassVar[int] = 2

    picture = noise(1)
    cache.put(picture, Engine(), masks_for(picture))
    assert cache.get(noise(2), Engine()) is None
    assert cache.get(picture, Engine(Options(most=11))) is None
    assert cache.get(picture, Newer()) is None


def test_the_key_is_the_same_in_every_process() -> None:
    assert answer_key("digest", Engine()) == answer_key("digest", Engine(Options(most=10)))
    code = f"{IN_HERE}; print(t.answer_key('d', t.Engine()))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "another size"])
def test_a_damaged_answer_is_dropped_and_can_be_made_anew(cache: Cache, damage: str) -> None:
    picture = noise(1)
    cache.put(picture, Engine(), masks_for(noise(2, 30)) if damage == "another size" else masks_for(picture))
    file = only_file(cache)
    data = file.read_bytes()
    middle = len(data) // 2
    if damage == "cut":
        file.write_bytes(data[:middle])
    elif damage == "flipped":
        file.write_bytes(data[:middle] + bytes(255 - byte for byte in data[middle:]))
    elif damage == "empty":
        file.write_bytes(b"")
    assert cache.get(picture, Engine()) is None
    assert not file.exists()
    cache.put(picture, Engine(), masks_for(picture))
    assert cache.get(picture, Engine()) == masks_for(picture)


def test_the_answer_not_asked_for_longest_goes_first(tmp_path: Path) -> None:
    probe = Cache(tmp_path / "probe", 10_000_000)
    probe.put(noise(1), Engine(), masks_for(noise(1)))
    cache = Cache(tmp_path, int(probe.state().bytes * 3.5))
    for seed in (1, 2, 3):
        cache.put(noise(seed), Engine(), masks_for(noise(seed)))
        file = cache.folder / f"{answer_key(noise(seed).digest, Engine())}{SUFFIX}"
        os.utime(file, (1000 + seed, 1000 + seed))
    assert cache.get(noise(1), Engine()) is not None
    cache.put(noise(4), Engine(), masks_for(noise(4)))
    kept = [seed for seed in (1, 2, 3, 4) if cache.get(noise(seed), Engine()) is not None]
    assert kept == [1, 3, 4]
    assert cache.state().bytes <= cache.limit


def test_an_answer_larger_than_the_cache_is_not_kept_and_displaces_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 5000)
    cache.put(noise(1), Engine(), masks_for(noise(1)))
    cache.put(noise(2, 300), Engine(), masks_for(noise(2, 300)))
    assert cache.get(noise(1), Engine()) is not None
    assert cache.get(noise(2, 300), Engine()) is None
    assert list(cache.folder.glob(".*")) == []


def test_clearing_drops_answers_and_what_a_dead_process_left(cache: Cache) -> None:
    cache.put(noise(1), Engine(), masks_for(noise(1)))
    (cache.folder / ".maskpick-abc.part").mkdir()
    (cache.folder / "notes.txt").write_text("not ours")
    assert cache.clear() == 1
    assert cache.state().entries == 0
    assert sorted(path.name for path in cache.folder.iterdir()) == ["CACHEDIR.TAG", "notes.txt"]


def test_what_a_dead_process_left_goes_when_it_is_old(cache: Cache) -> None:
    cache.put(noise(1), Engine(), masks_for(noise(1)))
    old, fresh = cache.folder / ".maskpick-old.part", cache.folder / ".maskpick-new.part"
    old.mkdir()
    fresh.mkdir()
    os.utime(old, (1000, 1000))
    cache.put(noise(2), Engine(), masks_for(noise(2)))
    assert not old.exists()
    assert fresh.exists()


def test_an_answer_another_process_drops_before_it_is_read_is_not_there(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put(noise(1), Engine(), masks_for(noise(1)))

    def drop_and_read(path: Path) -> MaskSet:
        path.unlink()
        return read_mask_file(path)

    monkeypatch.setattr(maskfile, "read_mask_file", drop_and_read)
    assert cache.get(noise(1), Engine()) is None
    assert caplog.text == ""


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file", 10_000_000)
    cache.put(noise(1), Engine(), masks_for(noise(1)))
    assert cache.get(noise(1), Engine()) is None
    assert cache.state().entries == 0


def test_the_settings_say_where_and_how_large(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "none.toml", {"MASKPICK_CACHE": str(tmp_path), "MASKPICK_CACHE_MB": "3"})
    cache = Cache.of(settings)
    assert cache.folder.parent == tmp_path
    assert cache.limit == 3_000_000


ROUNDS = 60


def hammer(folder: Path, start: Path) -> None:
    """Put and get the same few answers over and over, in a cache that holds only some of them."""
    cache = Cache(folder, 20_000)
    pictures = [noise(seed) for seed in range(8)]
    until(start.exists)
    for turn in range(ROUNDS):
        picture = pictures[turn % len(pictures)]
        answer = cache.get(picture, Engine())
        assert answer is None or answer == masks_for(picture)
        cache.put(picture, Engine(), masks_for(picture))
        if turn % 20 == 7:
            cache.clear()


def test_two_processes_at_once_never_see_a_wrong_answer(tmp_path: Path, spawn: Spawn) -> None:
    start = tmp_path / "start"
    code = f"{IN_HERE}; t.hammer(t.Path({str(tmp_path)!r}), t.Path({str(start)!r}))"
    both = [spawn([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    start.touch()
    for process in both:
        _, complaints = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, complaints
        assert "cannot be read" not in complaints
    cache = Cache(tmp_path, 20_000)
    assert cache.state().bytes <= 20_000
    assert list(cache.folder.glob("*.part")) == []
