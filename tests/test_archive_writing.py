"""What is written is a zip as the service sends it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from maskpick import panoptic
from maskpick.archive import read_archive, write_archive
from maskpick.errors import Cancelled, OutputError
from maskpick.masks import Mask, MaskSet
from maskpick.progress import Progress
from service_zips import HEX, MAP, MASKS, SHAPES, SIZE, UUID, same_masks
from strategies import mask_sets

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
