"""The mask service's zip: every form of it, both ways, lazily; and what is no such zip, or was made to do harm."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import struct
import threading
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from maskpick import archive as archive_module
from maskpick import archive_details, panoptic
from maskpick.archive import Archive, read_archive, write_archive
from maskpick.archive_listing import MOST_MASKS
from maskpick.errors import ArchiveError, Cancelled, OutputError, PickError
from maskpick.masks import Mask, MaskSet, Size
from maskpick.progress import Progress, Step
from pngs import KINDS, image, png
from strategies import disc, mask_sets

HEX = "0123456789abcdef"
UUID = "3f1c9c4e-5b0a-4f52-9f6e-0d5a4c1b7a86"
SIZE = Size(90, 60)


def grey(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return buffer.getvalue()


def hard(x: float, y: float, radius: float) -> NDArray[np.uint8]:
    return disc(SIZE, x, y, radius).astype(np.uint8) * 255


SHAPES = {1: hard(30, 30, 25), 2: hard(35, 30, 10), 5: hard(70, 20, 8)}
MASKS = MaskSet(SIZE, tuple(Mask.from_array(id, array) for id, array in SHAPES.items()))
MAP = panoptic.build(MASKS)


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return buffer.getvalue()


def files(visual_id: str = UUID, folder: str = f"{UUID}/") -> dict[str, bytes]:
    """The files of a zip as the service sends it."""
    named = {f"{folder}{visual_id}_{id}.png": grey(array) for id, array in SHAPES.items()}
    return named | {f"{folder}{visual_id}_panoptic.png": grey(MAP.astype(np.uint8))}


def same_masks(one: MaskSet, other: MaskSet) -> bool:
    return one.size == other.size and tuple(one) == tuple(other)


# Forms of the zip


@pytest.mark.parametrize("visual_id", [HEX, UUID, "my_photo 1"])
@pytest.mark.parametrize("folder", ["", f"{UUID}/", "a/b.c/d/", "a\\b\\", "../../", "/etc/"])
def test_masks_are_found_in_any_folder_and_under_any_id(visual_id: str, folder: str) -> None:
    read = read_archive(zipped(files(visual_id, folder)))
    assert read.visual_id == visual_id
    assert same_masks(read, MASKS)
    assert np.array_equal(read.panoptic, MAP)


def test_order_in_the_zip_and_letter_case_do_not_matter() -> None:
    mixed = dict(reversed(files().items()))
    read = read_archive(zipped({name.replace(".png", ".PNG"): data for name, data in mixed.items()}))
    assert same_masks(read, MASKS)


def test_a_zip_that_is_stored_only_is_read() -> None:
    assert same_masks(read_archive(zipped(files(), zipfile.ZIP_STORED)), MASKS)


def test_a_path_bytes_and_an_open_file_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "masks.zip"
    path.write_bytes(zipped(files()))
    with path.open("rb") as file:
        assert read_archive(path) == read_archive(str(path)) == read_archive(path.read_bytes()) == read_archive(file)
        assert not file.closed


def test_files_that_do_not_belong_are_left_out_with_a_note() -> None:
    extra = {"readme.txt": b"?", "thumb.png": b"?", f"__MACOSX/._{UUID}_9.png": b"?", ".DS_Store": b"?", "a.json": b""}
    with Archive(zipped(files() | extra)) as archive:
        assert archive.notes == ("3 other files were left out.",)
        assert same_masks(archive.load(), MASKS)


def test_of_several_pictures_the_one_with_most_files_is_taken() -> None:
    with Archive(zipped({f"{HEX}_7.png": b"?"} | files())) as archive:
        assert archive.visual_id == UUID
        assert archive.ids == (1, 2, 5)
        assert "other pictures" in archive.notes[0]


def test_number_0_is_no_mask() -> None:
    with Archive(zipped(files() | {f"{UUID}_0.png": b"?"})) as archive:
        assert archive.ids == (1, 2, 5)
        assert "0" in archive.notes[0]


def test_a_zip_without_a_map_is_read() -> None:
    without = {name: data for name, data in files().items() if "panoptic" not in name}
    with Archive(zipped(without)) as archive:
        assert archive.labels is None
        assert archive.size == SIZE
        assert archive.load() == MASKS.replace(visual_id=UUID)


def test_a_map_without_masks_is_an_empty_set() -> None:
    read = read_archive(zipped({f"{HEX}_panoptic.png": grey(MAP.astype(np.uint8))}))
    assert len(read) == 0
    assert read.panoptic is not None
    assert not read.panoptic.any()


@pytest.mark.parametrize(("colour", "depth"), KINDS)
def test_masks_of_every_kind_of_png_are_read(colour: int, depth: int) -> None:
    inside = disc(SIZE, 40, 30, 20)
    full = (1 << depth) - 1
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    samples = np.repeat((inside * full).astype(np.uint16)[:, :, None], channels, axis=2)
    extra = [(b"PLTE", bytes(3 * full) + b"\xff\xff\xff")] if colour == 3 else []
    read = read_archive(zipped({f"{HEX}_1.png": png(samples, colour, depth, extra=extra)}))
    assert read[1] == Mask.from_array(1, inside)


def test_soft_masks_stay_soft() -> None:
    ramp = np.tile(np.arange(90, dtype=np.uint8), (60, 1))
    assert read_archive(zipped({f"{HEX}_1.png": grey(ramp)}))[1] == Mask.from_array(1, ramp)


def test_ids_above_255_come_out_of_16_bit_maps_whole() -> None:
    labels = np.where(SHAPES[1] > 0, 40000, 0).astype(np.uint16)
    read = read_archive(zipped({f"{HEX}_40000.png": grey(SHAPES[1]), f"{HEX}_panoptic.png": grey(labels)}))
    assert np.array_equal(read.panoptic, labels)


# Sizes


def test_smaller_masks_are_scaled_to_the_map() -> None:
    small = {f"{HEX}_1.png": grey(SHAPES[1][::2, ::2]), f"{HEX}_panoptic.png": grey(MAP.astype(np.uint8))}
    read = read_archive(zipped(small))
    assert read.size == SIZE
    assert np.mean((read[1].canvas(SIZE) >= 128) != (SHAPES[1] >= 128)) < 0.03


def test_without_a_map_the_largest_mask_gives_the_size() -> None:
    read = read_archive(zipped({f"{HEX}_1.png": grey(SHAPES[1][::3, ::3]), f"{HEX}_2.png": grey(SHAPES[2])}))
    assert read.size == SIZE
    assert read[2].box == MASKS[2].box


def test_a_given_size_goes_for_masks_and_map() -> None:
    read = read_archive(zipped(files()), size=(180, 120))
    assert read.size == Size(180, 120)
    assert read.panoptic is not None
    assert read.panoptic.shape == (120, 180)
    for mask in read:
        assert abs(mask.area / 4 / MASKS[mask.id].area - 1) < 0.05


def test_a_shape_off_by_rounding_is_accepted() -> None:
    read = read_archive(zipped({f"{HEX}_1.png": grey(np.full((33, 50), 255, np.uint8))}), size=(4000, 2667))
    assert read[1].box.width == 4000


def test_masks_of_another_shape_are_refused() -> None:
    with pytest.raises(ArchiveError, match="another shape than the picture's 90 x 60"):
        read_archive(zipped(files() | {f"{UUID}_8.png": grey(np.zeros((60, 80), np.uint8))}))
    with pytest.raises(ArchiveError, match="another shape"):
        read_archive(zipped(files()), size=(90, 90))


# The map


def test_a_wrong_map_is_repaired() -> None:
    wrong = MAP.astype(np.uint8)
    wrong[40:50, 20:40] = 5  # a mask that lies elsewhere
    wrong[0:5] = 77  # a mask that does not exist
    read = read_archive(zipped(files() | {f"{UUID}/{UUID}_panoptic.png": grey(wrong)}))
    assert np.array_equal(read.panoptic, MAP)


def test_a_right_map_is_left_as_it_is() -> None:
    """Even where it shows a large mask over a small one: the engine may have meant it."""
    labels = np.where(SHAPES[1] > 0, 1, 0).astype(np.uint8)
    read = read_archive(zipped(files() | {f"{UUID}/{UUID}_panoptic.png": grey(labels)}))
    assert np.array_equal(read.panoptic, labels)


# Laziness


def test_opening_decodes_nothing() -> None:
    broken = dict.fromkeys(files(), b"not a png")
    with Archive(zipped(broken)) as archive:
        assert (archive.visual_id, archive.ids, archive.complete) == (UUID, (1, 2, 5), False)
        with pytest.raises(ArchiveError, match=r"_5\.png in The zip is not a PNG"):
            archive.mask(5)


def test_a_first_answer_decodes_the_mask_the_map_names() -> None:
    broken = {name: data if "_2." in name or "panoptic" in name else b"?" for name, data in files().items()}
    with Archive(zipped(broken)) as archive:
        assert archive.at(35, 30) == (2,)
        assert not archive.complete


def test_a_wrong_label_is_not_believed() -> None:
    labels = MAP.astype(np.uint8)
    labels[20:40, 25:45] = 5
    with Archive(zipped(files() | {f"{UUID}/{UUID}_panoptic.png": grey(labels)})) as archive:
        assert archive.at(35, 30)[0] in (1, 2)


@given(st.data())
def test_the_answers_at_a_point_become_the_stack(data: st.DataObject) -> None:
    masks = data.draw(mask_sets(highest_id=9))
    labels = data.draw(hnp.arrays(np.uint8, (masks.size.height, masks.size.width), elements=st.integers(0, 9)))
    named = {f"a_{mask.id}.png": grey(mask.canvas(masks.size)) for mask in masks}
    x, y = data.draw(st.integers(0, masks.size.width - 1)), data.draw(st.integers(0, masks.size.height - 1))
    with Archive(zipped(named | {"a_panoptic.png": grey(labels)})) as archive:
        first = archive.at(x, y)
        assert set(first) <= set(masks.at(x, y))
        assert bool(first) == bool(masks.at(x, y))
        archive.wait()
        assert archive.complete
        assert archive.at(x, y) == masks.at(x, y) == archive.load().at(x, y)


def test_a_point_outside_and_an_unknown_id_are_pick_errors() -> None:
    with Archive(zipped(files())) as archive:
        with pytest.raises(PickError, match="outside"):
            archive.at(90, 0)
        with pytest.raises(PickError, match="no object number 3"):
            archive.mask(3)


def test_the_background_decodes_everything() -> None:
    reached = threading.Event()
    with Archive(zipped(files())) as archive:
        archive.start(Progress(lambda step: reached.set()))
        archive.wait()
        assert archive.complete
        assert tuple(archive.load()) == tuple(MASKS)


def test_what_goes_wrong_in_the_background_is_raised_to_whoever_waits() -> None:
    with Archive(zipped(files() | {f"{UUID}/{UUID}_5.png": b"?"})) as archive:
        archive.start()
        with pytest.raises(ArchiveError, match=r"_5\.png"):
            archive.wait()
        assert archive.mask(1) == MASKS[1]


def test_loading_can_be_cancelled_and_taken_up_again() -> None:
    progress = Progress(lambda step: progress.cancel() if step.fraction > 0 else None)
    with Archive(zipped(files())) as archive:
        with pytest.raises(Cancelled):
            archive.load(progress)
        assert same_masks(archive.load(), MASKS)


def test_loading_reports_how_far_it_is() -> None:
    steps: list[Step] = []
    read_archive(zipped(files()), progress=Progress(steps.append))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert {step.stage for step in steps} == {"Reading the masks"}


def test_closing_lets_go_of_the_file_and_the_threads(tmp_path: Path) -> None:
    path = tmp_path / "masks.zip"
    path.write_bytes(zipped(files()))
    archive = Archive(path)
    archive.start()
    archive.close()
    path.unlink()  # Windows would refuse if it were still open
    assert not any(thread.name.startswith("maskpick-archive") for thread in threading.enumerate())


def test_many_threads_may_ask_at_once() -> None:
    with Archive(zipped(files())) as archive:
        archive.start()
        answers: list[Mask] = []
        threads = [threading.Thread(target=lambda: answers.extend(map(archive.mask, (5, 2, 1)))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(mask) for mask in answers}) == 3


def test_who_asks_for_a_mask_that_is_being_decoded_gets_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(zipped(files())) as archive:
        begun, go_on, decode = threading.Event(), threading.Event(), archive._decode

        def slowly(id: int, *rest: object) -> Mask:
            begun.set()
            assert go_on.wait(60)
            return decode(id, *rest)

        monkeypatch.setattr(archive, "_decode", slowly)
        answers: list[Mask] = []
        first, second = (threading.Thread(target=lambda: answers.append(archive.mask(1))) for _ in range(2))
        first.start()
        assert begun.wait(60)
        second.start()
        second.join(0.2)
        assert second.is_alive()
        go_on.set()
        first.join()
        second.join()
        assert len(answers) == 2
        assert answers[0] is answers[1]


# Writing

NAMES = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=20)


@st.composite
def written_sets(draw: st.DrawFn) -> MaskSet:
    """Sets with a tree, names, and a map that is right or none."""
    found = draw(mask_sets(highest_id=draw(st.sampled_from([12, 255, 65535]))))
    kept: list[Mask] = []
    for mask in found:
        earlier = st.sampled_from([None, *(other.id for other in kept)])
        fields = {"name": draw(NAMES), "confidence": draw(st.floats(0, 1)), "background": draw(st.booleans())}
        kept.append(mask.replace(parent=draw(earlier), alternate_of=draw(earlier), **fields))
    labels = panoptic.build(found)
    labels[draw(hnp.arrays(bool, labels.shape))] = 0
    visual_id = draw(st.uuids().map(str) | st.from_regex("[0-9a-f]{16}", fullmatch=True))
    return MaskSet(found.size, tuple(draw(st.permutations(kept))), visual_id, labels)


@given(written_sets())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, masks: MaskSet) -> None:
    target = tmp_path_factory.getbasetemp() / "round.zip"
    write_archive(masks, target)
    assert read_archive(target) == masks


def test_a_written_zip_is_what_the_contract_says(tmp_path: Path) -> None:
    write_archive(MASKS.replace(visual_id=UUID), tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as file:
        pictures = [name for name in file.namelist() if name.endswith(".png")]
        assert pictures == [f"{UUID}/{UUID}_{what}.png" for what in (1, 2, 5, "panoptic")]
        decoded = [Image.open(io.BytesIO(file.read(name))) for name in pictures]
        assert {(picture.mode, picture.size) for picture in decoded} == {("L", SIZE)}
        assert np.array_equal(np.asarray(decoded[1]), SHAPES[2])
        assert np.array_equal(np.asarray(decoded[3]), MAP)


def test_the_map_has_16_bits_from_id_256_on(tmp_path: Path) -> None:
    for highest, mode in ((255, "L"), (256, "I;16")):
        masks = MaskSet(SIZE, (MASKS[1], MASKS[2].replace(id=highest)), HEX)
        write_archive(masks, tmp_path / "out.zip")
        with zipfile.ZipFile(tmp_path / "out.zip") as file:
            picture = Image.open(io.BytesIO(file.read(f"{HEX}/{HEX}_panoptic.png")))
        assert picture.mode == mode
        assert np.array_equal(np.asarray(picture), panoptic.build(masks))


def test_an_id_no_map_can_hold_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="65536"):
        write_archive(MaskSet(SIZE, (MASKS[1].replace(id=65536),)), tmp_path / "out.zip")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("visual_id", ["", "../../evil", "a/b", "C:\\x", "x" * 300])
def test_an_id_that_makes_no_file_name_is_replaced(tmp_path: Path, visual_id: str) -> None:
    write_archive(MASKS.replace(visual_id=visual_id), tmp_path / "out.zip")
    read = read_archive(tmp_path / "out.zip")
    assert re.fullmatch("[0-9a-f]{16}", read.visual_id)
    assert same_masks(read, MASKS)


def test_the_same_masks_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_archive(MASKS, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_cancelled_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    target.write_bytes(b"old")
    progress = Progress(lambda step: progress.cancel() if step.fraction > 0 else None)
    with pytest.raises(Cancelled):
        write_archive(MASKS, target, progress)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


# Details


def with_details(details: object) -> MaskSet:
    data = details if isinstance(details, bytes) else json.dumps(details).encode()
    return read_archive(zipped(files() | {f"{UUID}/{UUID}.json": data}))


def test_details_give_order_names_and_tree() -> None:
    read = with_details({"masks": [{"id": 5, "name": "pear"}, {"id": 2, "parent": 1, "confidence": 0.5}]})
    assert read.ids == (5, 2, 1)
    assert read[5].name == "pear"
    assert (read[2].parent, read[2].confidence) == (1, 0.5)


NONSENSE: list[object] = [
    b"", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, [], 7, {"masks": 3}, {"masks": [[], 3, None, {}, {"id": "1"}]},
    {"masks": [{"id": True}, {"id": 77}, {"id": 1.0}, {"id": [1]}]},
    {"masks": [{"id": 1, "confidence": float("nan"), "name": 3, "parent": 9, "alternate_of": "2", "background": 1}]},
    {"masks": [{"id": 1, "confidence": 10**400, "parent": 1}, {"id": 1, "name": "second"}]},
]  # fmt: skip


@pytest.mark.parametrize("details", NONSENSE)
def test_details_that_make_no_sense_are_as_if_not_there(details: object) -> None:
    assert same_masks(with_details(details), MASKS)


def test_parents_in_a_circle_are_let_go() -> None:
    read = with_details({"masks": [{"id": 1, "parent": 2}, {"id": 2, "parent": 5}, {"id": 5, "parent": 1}]})
    parents = [mask.parent for mask in read]
    assert parents.count(None) == 1


def test_names_are_cut_and_cleaned() -> None:
    name = with_details({"masks": [{"id": 1, "name": "a\x1b[31m\u202e\ud800b" + "x" * 500}]})[1].name
    assert name.startswith("a[31mbx")
    assert len(name) <= archive_details.LONGEST_NAME


def test_details_too_large_to_be_true_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_details, "LARGEST", 10)
    assert with_details({"masks": [{"id": 1, "name": "a name"}]})[1].name == ""


# Harm


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
