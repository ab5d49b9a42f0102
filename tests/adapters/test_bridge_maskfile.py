from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick.errors import ArchiveError
from maskpick.maskfile import from_bytes, to_bytes, write_leaning, write_mask_file
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick_bridge import MaskFile, MaskFileError
from strategies import mask_sets, named_mask_sets

BRIDGE = Path(__file__).resolve().parents[2] / "adapters" / "bridge"

# What an editor's own Python does with a mask file: no site-packages (-S), no environment, no working folder (-I).
READER = """
import sys
sys.path.insert(0, sys.argv[1])
from maskpick_bridge import MaskFile
with MaskFile.open(sys.argv[2]) as file:
    print(file.size, file.visual_id, file.digest)
    for x, y in ((4, 5), (19, 17), (0, 0), (-1, 3), (3, 20)):
        print(file.at(x, y))
    shirt = file.masks[2]
    print(shirt.name, tuple(shirt.box), shirt.area, shirt.parent)
    with file.coverage(2) as coverage:
        print(len(coverage), coverage[0], sum(coverage))
print(sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)))
"""


def a_set() -> MaskSet:
    shirt = Mask(2, Box(3, 4, 10, 9), np.full((9, 10), 255, np.uint8), name="shirt", parent=9)
    person = Mask(9, Box(1, 1, 20, 18), np.full((18, 20), 200, np.uint8), confidence=0.25)
    return MaskSet(Size(30, 20), (shirt, person), "0123456789abcdef")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_bare_python_reads_a_mask_file(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "a.maskpick"
    write_mask_file(a_set(), path, compressed=compressed, digest="abc")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", READER, str(BRIDGE), str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "(30, 20) 0123456789abcdef abc",
        "(2, 9)",
        "(9,)",
        "()",
        "()",
        "()",
        "shirt (3, 4, 10, 9) 90 9",
        f"90 255 {90 * 255}",
        "['__main__', 'maskpick_bridge']",
    ]


@pytest.mark.parametrize("path", sorted(BRIDGE.rglob("*.py")), ids=lambda path: path.name)
def test_the_bridge_imports_the_standard_library_alone_in_the_syntax_of_python_3_8(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    known = {*sys.stdlib_module_names, "maskpick_bridge"}
    assert {name for name in imported if name.partition(".")[0] not in known} == set()


@given(named_mask_sets(), st.booleans())
def test_the_bridge_and_the_core_read_the_same(masks: MaskSet, compressed: bool) -> None:
    data = to_bytes(masks, compressed=compressed, digest="abc")
    with MaskFile(data) as file:
        assert (file.size, file.visual_id, file.digest) == (tuple(masks.size), masks.visual_id, "abc")
        assert list(file.masks) == list(masks.ids)
        for y in range(-1, masks.size.height + 1):
            for x in range(-1, masks.size.width + 1):
                assert file.at(x, y) == (masks.at(x, y) if masks.canvas.contains(x, y) else ())
        for mask in masks:
            known = file.masks[mask.id]
            assert known[:1] + known[3:] == (
                mask.id,
                mask.confidence,
                mask.name,
                mask.parent,
                mask.alternate_of,
                mask.background,
            )
            assert (tuple(known.box), known.area) == (tuple(mask.box), mask.area)
            with file.coverage(mask.id) as coverage:
                assert coverage.tobytes() == mask.coverage.tobytes()


def test_the_reader_in_the_documentation_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (BRIDGE.parents[1] / "docs" / "mask-file.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    write_mask_file(a_set(), tmp_path / "photo.maskpick")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["at"](4, 5) == [2, 9]
    assert names["at"](0, 0) == []


def test_beyond_65535_regions_the_map_is_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    size = Size(400, 300)
    masks = MaskSet(size, tuple(Mask.from_array(id, rng.random((300, 400)) < 0.5) for id in range(1, 21)))
    assert len(masks.regions.table) > 65_536
    data = to_bytes(masks)
    assert np.array_equal(from_bytes(data).regions.index, masks.regions.index)
    with MaskFile(data) as file:
        for x, y in ((0, 0), (399, 299), (17, 230)):
            assert file.at(x, y) == masks.at(x, y) != ()


def test_a_machine_that_reads_numbers_the_other_way_round_turns_them(monkeypatch: pytest.MonkeyPatch) -> None:
    # On such a machine the file's numbers look as they do here when their bytes are swapped in the file.
    data = bytearray(to_bytes(a_set(), compressed=False))
    length = int.from_bytes(data[12:16], "little")
    at = -(-(32 + length) // 64) * 64
    for block in json.loads(data[32 : 32 + length])["regions"].values():
        part = slice(at + block["offset"], at + block["offset"] + block["length"])
        data[part] = np.frombuffer(data[part], block["dtype"]).byteswap().tobytes()
    monkeypatch.setattr(sys, "byteorder", {"little": "big", "big": "little"}[sys.byteorder])
    with MaskFile(bytes(data)) as file:
        assert file.at(4, 5) == (2, 9)
        assert file.at(0, 0) == ()


def test_a_large_file_is_mapped_and_can_be_deleted_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "large.maskpick"
    write_mask_file(MaskSet(Size(1500, 1000), (Mask.from_array(1, np.ones((1000, 1500), bool)),)), path)
    file = MaskFile.open(path)
    assert file.at(1499, 999) == (1,)
    file.close()
    path.unlink()
    with pytest.raises(ValueError, match="released"):
        file.at(0, 0)


def test_a_view_that_is_still_held_outlives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.maskpick"
    write_mask_file(MaskSet(Size(1500, 1000), (Mask.from_array(1, np.ones((1000, 1500), bool)),)), path)
    with MaskFile.open(path) as file:
        coverage = file.coverage(1)
    assert coverage[-1] == 255


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MaskFileError, match=r"no\.maskpick"):
        MaskFile.open(tmp_path / "no.maskpick")


def test_a_cut_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.maskpick"
    write_mask_file(MaskSet(Size(1500, 1000), (Mask.from_array(1, np.ones((1000, 1500), bool)),)), path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MaskFileError, match="not whole"):
        MaskFile.open(path)


@given(mask_sets(), st.data(), st.booleans())
def test_damage_is_told_or_harmless_and_never_read_where_the_core_refuses(
    masks: MaskSet, data: st.DataObject, compressed: bool
) -> None:
    torn = bytearray(to_bytes(masks, compressed=compressed))
    torn[data.draw(st.integers(0, len(torn) - 1))] = data.draw(st.integers(0, 255))
    try:
        expected: MaskSet | None = from_bytes(bytes(torn))
    except ArchiveError:
        expected = None
    try:
        with MaskFile(bytes(torn)) as file:
            stacks = {(x, y): file.at(x, y) for x in range(masks.size.width) for y in range(masks.size.height)}
            for id in file.masks:
                file.coverage(id).release()
    except MaskFileError:
        assert expected is None
        return
    assert expected is not None
    assert all(expected.at(x, y) == stack for (x, y), stack in stacks.items())


def test_one_that_leans_on_another_is_read_with_it(tmp_path: Path) -> None:
    base, target = tmp_path / "base.maskpick", tmp_path / "leaning.maskpick"
    large = np.random.default_rng(1).integers(128, 256, (1000, 1500), np.uint8)
    masks = MaskSet(Size(1500, 1000), (Mask(1, Box(0, 0, 1500, 1000), large),))
    write_mask_file(masks, base)
    more = masks.replace(masks=(*masks.masks, Mask(2, Box(3, 4, 2, 2), np.full((2, 2), 255, np.uint8))))
    write_leaning(more, base, target)
    with MaskFile.open(target) as file:
        assert file.at(3, 4) == (2, 1)
        for mask in more:
            with file.coverage(mask.id) as coverage:
                assert coverage == mask.coverage.tobytes()
    with pytest.raises(MaskFileError, match="not whole by itself"):
        MaskFile(target.read_bytes())
    target.unlink()  # both are let go of
    write_mask_file(masks.replace(visual_id="another"), base)
    write_leaning(more, base, target)
    write_mask_file(masks, base)
    with pytest.raises(MaskFileError, match="has changed"):
        MaskFile.open(target)
    base.unlink()
    with pytest.raises(MaskFileError, match="cannot be read"):
        MaskFile.open(target)
