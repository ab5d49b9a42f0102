from __future__ import annotations

import io
import json
import mmap
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick import maskfile
from maskpick.errors import ArchiveError, OutputError
from maskpick.maskfile import (
    from_bytes,
    read_digest,
    read_mask_file,
    read_pixel_digests,
    to_bytes,
    write_leaning,
    write_mask_file,
)
from maskpick.masks import Box, Mask, MaskSet, Size
from strategies import mask_sets, named_mask_sets

SET = MaskSet(
    Size(30, 20),
    (
        Mask(2, Box(3, 4, 10, 9), np.full((9, 10), 255, np.uint8), name="shirt", parent=9),
        Mask(9, Box(1, 1, 20, 18), np.full((18, 20), 200, np.uint8), confidence=0.25),
    ),
    "0123456789abcdef",
)


def remade(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The file with another header, whose checksum and lengths are right."""
    magic, version, header_length, _, _, zero = maskfile.PROLOGUE.unpack_from(data)
    start = maskfile.PROLOGUE.size
    header = json.loads(data[start : start + header_length])
    blocks = data[-(-(start + header_length) // 64) * 64 :]
    change(header)
    text = json.dumps(header).encode()
    at = -(-(start + len(text)) // 64) * 64
    prologue = maskfile.PROLOGUE.pack(magic, version, len(text), at + len(blocks), zlib.crc32(text), zero)
    return prologue + text + bytes(at - start - len(text)) + blocks


@given(named_mask_sets(), st.booleans())
def test_what_was_written_is_read(masks: MaskSet, compressed: bool) -> None:
    again = from_bytes(to_bytes(masks, compressed=compressed))
    assert again == masks
    assert again.regions.table == masks.regions.table
    assert np.array_equal(again.regions.index, masks.regions.index)


def test_the_region_map_comes_from_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    again = from_bytes(to_bytes(SET))
    monkeypatch.setattr("maskpick.regions.RegionMap.build", None)
    assert again.at(4, 5) == (2, 9)
    assert again.at(0, 0) == ()


def test_a_large_file_is_mapped_and_not_read(tmp_path: Path) -> None:
    size = Size(2000, 1000)
    path = tmp_path / "large.maskpick"
    write_mask_file(MaskSet(size, (Mask.from_array(1, np.ones((1000, 2000), bool)),)), path)
    coverage: Any = read_mask_file(path)[1].coverage
    while isinstance(coverage, np.ndarray):
        coverage = coverage.base
    assert isinstance(coverage.obj, mmap.mmap)


def test_a_small_file_leaves_no_handle_open_and_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "small.maskpick"
    write_mask_file(SET, path, digest="abc")
    kept = read_mask_file(path)
    write_mask_file(kept.replace(visual_id="other"), path)
    assert read_mask_file(path).visual_id == "other"
    assert kept == SET
    assert [entry.name for entry in tmp_path.iterdir()] == ["small.maskpick"]


def test_a_compressed_file_is_small() -> None:
    large = SET.resized(Size(900, 600))
    assert len(to_bytes(large, compressed=True)) < len(to_bytes(large, compressed=False)) / 50


def test_the_digest_of_the_picture_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.maskpick"
    write_mask_file(SET, path, digest="abc")
    assert read_digest(path) == "abc"


def test_an_open_file_can_be_written_to() -> None:
    file = io.BytesIO()
    write_mask_file(SET, file, compressed=True)
    assert file.getvalue() == to_bytes(SET)


def test_a_panoptic_map_seen_through_a_crop_is_written_whole() -> None:
    labels = np.arange(600, dtype=np.uint16).reshape(20, 30)
    cropped = SET.replace(panoptic=labels).cropped(Box(5, 5, 7, 8))
    assert from_bytes(to_bytes(cropped)) == cropped


def test_a_missing_file_is_an_archive_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no\.maskpick"):
        read_mask_file(tmp_path / "no.maskpick")


def test_an_unwritable_place_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_mask_file(SET, tmp_path / "file" / "a.maskpick")


@pytest.mark.parametrize("length", [0, 7, 8, 31, 32, 100])
def test_a_cut_file_is_refused(length: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.maskpick"
    path.write_bytes(to_bytes(SET)[:length])
    with pytest.raises(ArchiveError, match=r"cut\.maskpick"):
        read_mask_file(path)


def test_a_file_of_a_newer_version_says_so() -> None:
    data = bytearray(to_bytes(SET))
    data[8] = 9
    with pytest.raises(ArchiveError, match="version 9"):
        from_bytes(bytes(data))


DAMAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no size": lambda h: h.pop("size"),
    "a size that is text": lambda h: h.update(size="big"),
    "a size of fractions": lambda h: h.update(size=[30.0, 20.0]),
    "a size of truths": lambda h: h.update(size=[True, True]),
    "a huge size": lambda h: h.update(size=[1 << 40, 1 << 40]),
    "no masks": lambda h: h.update(masks=None),
    "a mask that is a number": lambda h: h.update(masks=[7]),
    "two masks with one id": lambda h: h["masks"][0].update(id=9),
    "id 0": lambda h: h["masks"][0].update(id=0),
    "a box outside": lambda h: h["masks"][0].update(box=[25, 4, 10, 9]),
    "a negative box": lambda h: h["masks"][0].update(box=[3, 4, -10, -9]),
    "a larger box": lambda h: h["masks"][0].update(box=[3, 4, 11, 9]),
    "no number for confidence": lambda h: h["masks"][0].update(confidence=float("nan")),
    "a name that is a list": lambda h: h["masks"][0].update(name=[]),
    "parts in a circle": lambda h: h["masks"][1].update(parent=2),
    "a part of itself": lambda h: h["masks"][0].update(parent=2),
    "alternates in a circle": lambda h: h["masks"][1].update(alternate_of=9),
    "a block beyond the end": lambda h: h["regions"]["index"].update(offset=1 << 20),
    "a negative offset": lambda h: h["regions"]["index"].update(offset=-64),
    "a huge length": lambda h: h["regions"]["index"].update(length=(1 << 63) - 1),
    "a short length": lambda h: h["regions"]["index"].update(length=3),
    "an unknown codec": lambda h: h["regions"]["index"].update(codec="rar"),
    "an unknown dtype": lambda h: h["regions"]["index"].update(dtype="O"),
    "a wide table": lambda h: h["regions"]["starts"].update(shape=[1 << 40]),
    "a table that is too long": lambda h: h["regions"]["ids"].update(shape=[8]),
    "an empty table": lambda h: h["regions"]["starts"].update(shape=[1]),
    "the table's starts for its ids": lambda h: h["regions"].update(ids=h["regions"]["starts"]),
    "coverage for a region map": lambda h: h["regions"].update(index=h["masks"][0]["coverage"]),
    "another block for a panoptic map": lambda h: h.update(panoptic=h["masks"][0]["coverage"]),
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_hostile_header_is_refused(damage: str, compressed: bool) -> None:
    data = remade(to_bytes(SET, compressed=compressed), DAMAGES[damage])
    with pytest.raises(ArchiveError):
        from_bytes(data)


def test_a_header_nested_without_end_is_refused() -> None:
    text = b"[" * 200_000
    prologue = maskfile.PROLOGUE.pack(maskfile.MAGIC, 1, len(text), 32 + len(text), zlib.crc32(text), 0)
    with pytest.raises(ArchiveError):
        from_bytes(prologue + text)


def test_a_region_map_that_points_beyond_its_table_is_refused() -> None:
    data = bytearray(to_bytes(SET, compressed=False))
    data[-(-(maskfile.PROLOGUE.size + int.from_bytes(data[12:16], "little")) // 64) * 64] = 200
    with pytest.raises(ArchiveError, match="region map"):
        from_bytes(bytes(data))


def with_blocks(data: bytes, blocks: bytes) -> bytes:
    """The file with other bytes in place of all its blocks."""
    at = -(-(maskfile.PROLOGUE.size + int.from_bytes(data[12:16], "little")) // 64) * 64
    return data[:16] + (at + len(blocks)).to_bytes(8, "little") + data[24:at] + blocks


@pytest.mark.parametrize(("count", "message"), [(1, "wrong length"), (5000, "too many bytes")])
def test_a_bomb_is_refused_before_it_unpacks(count: int, message: str) -> None:
    bomb = zlib.compress(bytes(50_000_000))
    block = {"offset": 0, "length": len(bomb), "codec": "zlib", "dtype": "u1", "shape": [1000, 1000]}

    def plant(header: dict[str, Any]) -> None:
        header["size"] = [1000, 1000]
        fields = {**header["masks"][0], "box": [0, 0, 1000, 1000], "coverage": block}
        header["masks"] = [{**fields, "id": number} for number in range(1, count + 1)]

    data = with_blocks(remade(to_bytes(SET), plant), bomb)
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=message):
            from_bytes(data)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@given(mask_sets(), st.data(), st.booleans())
def test_any_damage_is_an_archive_error_or_harmless(masks: MaskSet, data: st.DataObject, compressed: bool) -> None:
    torn = bytearray(to_bytes(masks, compressed=compressed))
    for _ in range(data.draw(st.integers(1, 3))):
        torn[data.draw(st.integers(0, len(torn) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = from_bytes(bytes(torn))
    except ArchiveError:
        return
    assert {id for row in found.regions.table for id in row} <= set(masks.ids)
    found.at(masks.size.width - 1, masks.size.height - 1)


CLICKED = Mask(12, Box(5, 2, 6, 7), np.full((7, 6), 130, np.uint8), name="clicked")
MORE = Mask(13, Box(0, 0, 4, 4), np.full((4, 4), 255, np.uint8), name="more")


def plus(masks: MaskSet, mask: Mask) -> MaskSet:
    return masks.replace(masks=(*masks.masks, mask))


@pytest.fixture
def leaning(tmp_path: Path) -> Path:
    """A file of SET and CLICKED, which leans on one of SET."""
    base, target = tmp_path / "base.maskpick", tmp_path / "leaning.maskpick"
    write_mask_file(SET, base, digest="abc", pixel_digests={2: "two"})
    assert write_leaning(plus(SET, CLICKED), base, target, pixel_digests={12: "twelve"}) == base
    return target


@given(named_mask_sets(), st.booleans())
def test_a_file_that_leans_on_another_holds_all_the_masks(masks: MaskSet, compressed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base, target = Path(folder, "base.maskpick"), Path(folder, "leaning.maskpick")
        write_mask_file(masks, base, compressed=compressed)
        more = plus(read_mask_file(base), Mask.from_array(10_000, np.ones((1, 1), bool)))
        write_leaning(more, base, target)
        again = read_mask_file(target)
        assert again == more
        assert again.regions.table == more.regions.table
        assert np.array_equal(again.regions.index, more.regions.index)
        assert from_bytes(to_bytes(again)) == more, "written by itself, it is whole"


def test_it_holds_no_more_than_what_is_new(tmp_path: Path) -> None:
    base, target = tmp_path / "base.maskpick", tmp_path / "leaning.maskpick"
    noise = np.random.default_rng(1).integers(1, 256, (300, 400), np.uint8)
    masks = MaskSet(Size(400, 300), tuple(Mask(id, Box(0, 0, 400, 300), noise) for id in range(1, 21)))
    write_mask_file(masks, base)
    write_leaning(plus(masks, CLICKED.replace(id=99)), base, target)
    assert base.stat().st_size > 20 * 300 * 400
    assert target.stat().st_size < 3 * 300 * 400, "two bytes a pixel for the region map, and the new mask"


def test_one_that_leans_on_a_leaning_one_needs_the_first_alone(leaning: Path, tmp_path: Path) -> None:
    target = tmp_path / "third.maskpick"
    both = plus(read_mask_file(leaning), MORE)
    base = write_leaning(both, leaning, target, pixel_digests={13: "thirteen"})
    assert base == tmp_path / "base.maskpick"
    leaning.unlink()
    assert read_mask_file(target) == plus(plus(SET, CLICKED), MORE)
    assert read_digest(target) == "abc"
    assert read_pixel_digests(target) == {2: "two", 12: "twelve", 13: "thirteen"}


def test_without_the_file_it_leans_on_it_is_refused(leaning: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="not whole by itself"):
        from_bytes(leaning.read_bytes())
    write_mask_file(SET.replace(visual_id="another"), tmp_path / "base.maskpick")
    with pytest.raises(ArchiveError, match="has changed"):
        read_mask_file(leaning)
    (tmp_path / "base.maskpick").unlink()
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_mask_file(leaning)


@pytest.mark.parametrize("name", ["../base.maskpick", "/etc/passwd", "", "."])
def test_it_names_a_file_beside_it_and_no_other(leaning: Path, name: str) -> None:
    leaning.write_bytes(remade(leaning.read_bytes(), lambda header: header["base"].update(file=name)))
    with pytest.raises(ArchiveError):
        read_mask_file(leaning)


def test_a_file_that_is_whole_leans_on_nothing(tmp_path: Path) -> None:
    path = tmp_path / "odd.maskpick"
    path.write_bytes(remade(to_bytes(SET, compressed=False), lambda header: header.update(base={"file": "a"})))
    with pytest.raises(ArchiveError, match="version"):
        read_mask_file(path)
    lost = remade(to_bytes(SET, compressed=False), lambda header: header["masks"][0]["coverage"].update(base=True))
    with pytest.raises(ArchiveError, match="beyond its end"):
        from_bytes(lost)


def test_areas_that_cannot_be_are_counted_anew() -> None:
    def change(header: dict[str, Any]) -> None:
        header["regions"]["areas"]["offset"] = header["regions"]["starts"]["offset"]

    again = from_bytes(remade(to_bytes(SET, compressed=False), change))
    assert again.regions.areas.tolist() == SET.regions.areas.tolist()
