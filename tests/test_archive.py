"""The mask service's zip: every form of it, its sizes, its map, and the details in it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from maskpick import archive_details
from maskpick.archive import Archive, read_archive
from maskpick.errors import ArchiveError
from maskpick.masks import Mask, MaskSet, Size
from pngs import KINDS, png
from service_zips import HEX, MAP, MASKS, SHAPES, SIZE, UUID, files, grey, same_masks, zipped
from strategies import disc

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
