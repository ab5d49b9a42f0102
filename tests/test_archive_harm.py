"""What is no such zip, is damaged, or was made to do harm, is refused in words."""

from __future__ import annotations

import contextlib
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick import archive as archive_module
from maskpick.archive import Archive, read_archive, write_archive
from maskpick.archive_listing import MOST_MASKS
from maskpick.errors import ArchiveError
from pngs import image
from service_zips import HEX, MASKS, SHAPES, SIZE, UUID, files, grey, zipped


def patched(data: bytes, offset: int, form: str, value: int, directory: bool = True) -> bytes:
    """The zip with a field of its first entry changed, in the directory or in the entry's own header."""
    changed = bytearray(data)
    start = data.index(b"PK\1\2" if directory else b"PK\3\4")
    struct.pack_into(form, changed, start + offset, value)
    return bytes(changed)


ONE = zipped({f"{HEX}_1.png": grey(SHAPES[1])})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a zip"),
        (b"GIF89a", "not a zip"),
        (ONE[: len(ONE) // 2], "not a zip, or only a part"),
        (ONE[:200] + b"\0" * 50 + ONE[250:], "damaged"),
        (zipped({}), "holds no masks"),
        (zipped({"holiday.jpg": b"?"}), "holds no masks"),
        (zipped({"a_1.png": b"", "b/a_1.png": b""}), "two masks with number 1"),
        (zipped({"a_1.png": b"", "a_01.png": b""}), "two masks with number 1"),
        (zipped({"a_panoptic.png": b"", "b/a_panoptic.png": b""}), "two panoptic maps"),
        (zipped({"a_65536.png": b""}), "too high a number"),
        (zipped({f"a_{'9' * 5000}.png": b""}), "too high a number"),
        (zipped({f"a_{n}.png": b"" for n in range(1, MOST_MASKS + 2)}), "holds 4097 masks"),
        (zipped({"a_1.png": b""}), "not a PNG"),
        (zipped({"a_1.png": grey(SHAPES[1])[:-30]}), "cut short"),
        (zipped({"a_1.png": grey(SHAPES[1]).replace(b"IDAT", b"IDOT")}), "checksum"),
        (zipped({"a_1.png": image(struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0), b"")}), "more than any"),
        (zipped(files() | {f"{UUID}/{UUID}_panoptic.png": b"?"}), "not a PNG"),
        (zipped(files(), zipfile.ZIP_LZMA), "packed in a way"),
        (patched(ONE, 8, "<H", 1), "locked with a password"),
        (patched(ONE, 10, "<H", 77), "packed in a way"),
        (patched(ONE, 24, "<I", 50), "damaged"),
        (patched(ONE, 42, "<I", 10**9), "damaged"),
    ],
)
def test_a_bad_zip_is_refused_in_plain_words(data: bytes, message: str) -> None:
    with pytest.raises(ArchiveError, match=message) as caught:
        read_archive(data)
    assert str(caught.value).endswith(".")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no file none\.zip"):
        Archive(tmp_path / "none.zip")
    with pytest.raises(ArchiveError, match=r"folder|may not be read"):
        Archive(tmp_path)


def peak_of(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=r"do harm|damaged"):
            action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_is_given_up_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "LARGEST_FILE", 1 << 20)
    bomb = zipped({"a_1.png": bytes(60_000_000)})
    assert peak_of(lambda: read_archive(bomb, size=SIZE)) < 4e6
    lying = patched(bomb, 24, "<I", 1000)
    assert peak_of(lambda: read_archive(lying, size=SIZE)) < 4e6


def test_many_small_bombs_are_one_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_BYTES", 1 << 20)
    pad = grey(SHAPES[1]) + bytes(100_000)
    data = zipped({f"a_{n}.png": pad for n in range(1, 30)})
    assert peak_of(lambda: read_archive(data)) < 10e6


def test_masks_that_need_too_much_memory_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_COVERAGE", SIZE.width * SIZE.height * 3)
    white = grey(np.full((SIZE.height, SIZE.width), 255, np.uint8))
    with pytest.raises(ArchiveError, match="together need more"):
        read_archive(zipped({f"a_{n}.png": white for n in range(1, 6)}))


@pytest.mark.parametrize("long_form", [False, True])
def test_a_directory_that_says_it_is_huge_is_not_read(long_form: bool) -> None:
    end = ONE.index(b"PK\5\6")
    huge = bytearray(ONE)
    if long_form:
        record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
        locator = b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
        huge[end:end] = record + locator
    else:
        struct.pack_into("<I", huge, end + 12, 1 << 30)
    with pytest.raises(ArchiveError, match="far too many files"):
        Archive(bytes(huge))


def written_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.getbasetemp() / "valid.zip"
    write_archive(MASKS.replace(visual_id=HEX), target)
    return target.read_bytes()


@pytest.mark.parametrize("source", ["ours", "theirs", "stored"])
@settings(max_examples=150)
@given(seed=st.integers(0, 1 << 32), cut=st.booleans())
def test_a_damaged_zip_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, source: str, seed: int, cut: bool
) -> None:
    """Never any other error, whatever happened to the bytes."""
    kinds = {"theirs": zipfile.ZIP_DEFLATED, "stored": zipfile.ZIP_STORED}
    valid = written_bytes(tmp_path_factory) if source == "ours" else zipped(files(), kinds[source])
    chance = random.Random(seed)
    damaged = bytearray(valid[: chance.randrange(len(valid))] if cut else valid)
    for _ in range(chance.choice([0, 1, 1, 5, 50]) if damaged else 0):
        damaged[chance.randrange(len(damaged))] = chance.choice([0, 255, chance.randrange(256)])
    with contextlib.suppress(ArchiveError):
        read_archive(bytes(damaged))


@settings(max_examples=100)
@given(seed=st.integers(0, 1 << 32))
def test_damage_with_right_checksums_is_read_or_refused(seed: int) -> None:
    """The zip is whole; the PNGs in it are not, though their checksums say so."""
    chance = random.Random(seed)
    named = files(HEX, "")
    name = chance.choice(list(named))
    picture = bytearray(named[name])
    for _ in range(chance.randrange(1, 4)):
        picture[chance.randrange(8, len(picture))] = chance.randrange(256)
    at = 8
    while at + 12 <= len(picture):
        length = min(int.from_bytes(picture[at : at + 4], "big"), len(picture) - at - 12)
        end = at + 8 + length
        picture[end : end + 4] = zlib.crc32(picture[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    with contextlib.suppress(ArchiveError):
        read_archive(zipped(named | {name: bytes(picture)}))
