from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from maskpick.errors import MaskpickError, OutputError, PickError, PictureError
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick_script import ScriptHost
from maskpick_script.document import ScriptDocument

DISC, SQUARE = (50, 60), (120, 65)


@pytest.fixture(scope="module")
def objects() -> MaskSet:
    """What `shapes` shows, told rather than found: the disc, a spot in it, and the square."""
    y, x = np.mgrid[:120, :160]
    return MaskSet(
        Size(160, 120),
        (
            Mask.from_array(1, (x - 50) ** 2 + (y - 60) ** 2 <= 30**2, name="disc"),
            Mask.from_array(2, (x >= 100) & (x < 140) & (y >= 40) & (y < 90), name="square"),
            Mask.from_array(7, (x - 50) ** 2 + (y - 60) ** 2 <= 5**2, name="spot", parent=1),
        ),
    )


@pytest.fixture
def document(shapes: Picture, objects: MaskSet) -> ScriptDocument:
    document = ScriptDocument(shapes)
    document.use(objects)
    return document


def test_the_host_comes_in_through_the_same_door_as_any_plugin() -> None:
    plugins = Plugins.load()
    assert plugins.hosts["script"] is ScriptHost
    assert not plugins.problems


def test_registering_the_host_loads_nothing_heavy() -> None:
    asked = (
        "import sys, maskpick_script.plugin; print([name for name in ('cv2', 'numpy', 'PIL') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_from_a_file_to_layers_with_the_embedded_engines(tmp_path: Path, shapes: Picture) -> None:
    shapes.save(tmp_path / "shapes.png")
    document = ScriptHost().open(tmp_path / "shapes.png")
    found = document.find()
    assert set(document.at(*DISC)) != set(document.at(*SQUARE))
    picked = document.pick(points=[DISC])
    assert 0.8 < picked.area / (np.pi * 30**2) < 1.2
    document.remove_selected()
    seen = document.picture().pixels
    assert np.abs(seen[60, 50].astype(int) - (70, 150, 80)).max() < 30, "the green behind the disc"
    assert np.array_equal(seen[40:90, 100:140], shapes.pixels[40:90, 100:140])
    document.save(tmp_path / "out" / "shapes.ora")
    with zipfile.ZipFile(tmp_path / "out" / "shapes.ora") as ora:
        names = [element.attrib["name"] for element in ElementTree.fromstring(ora.read("stack.xml")).iter("layer")]
        merged = np.array(Image.open(io.BytesIO(ora.read("mergedimage.png"))))
    assert names[0] == f"Without {found[found.at(*DISC)[0]].name}"
    assert np.array_equal(merged, seen)


def test_a_point_picks_the_smallest_object_and_several_picks_make_one_selection(document: ScriptDocument) -> None:
    assert document.at(*DISC) == (7, 1)
    assert document.pick(points=[DISC]).area == document.masks[7].area
    both = document.pick(ids=[1], points=[DISC, SQUARE])
    assert both.area == document.masks[1].area + document.masks[2].area
    assert document.selection is both


def test_every_action_is_one_step_back_and_forth(document: ScriptDocument, shapes: Picture) -> None:
    document.pick(ids=[2])
    document.remove_selected()
    removed = document.picture()
    assert document.selection is None
    assert document.undo()
    assert document.selection is not None
    assert np.array_equal(document.picture().pixels, shapes.pixels)
    assert document.redo()
    assert np.array_equal(document.picture().pixels, removed.pixels)
    assert not document.redo()
    steps = 0
    while document.undo():
        steps += 1
    assert steps == 3  # use, pick, remove
    with pytest.raises(PickError):
        document.at(*DISC)


def test_a_new_action_forgets_what_was_undone(document: ScriptDocument) -> None:
    document.pick(ids=[1])
    document.undo()
    document.pick(ids=[2])
    assert not document.redo()


def test_below_what_was_removed_the_object_is_still_there(document: ScriptDocument, shapes: Picture) -> None:
    before = [(layer.name, layer.pixels) for layer in document.layers()]
    document.pick(ids=[2])
    document.remove_selected()
    *below, patch = document.layers()
    assert patch.name == "Without square"
    for layer, (name, pixels) in zip(below, before, strict=True):
        assert layer.name == name
        assert np.array_equal(layer.pixels, pixels)
    outside = np.ones((120, 160), bool)
    outside[patch.box.slices()] = patch.share == 0
    assert np.array_equal(document.picture().pixels[outside], shapes.pixels[outside])


def test_two_removals_lie_above_each_other(document: ScriptDocument, tmp_path: Path) -> None:
    for one in ([1], [2, 7]):
        document.pick(ids=one)
        document.remove_selected()
    assert [layer.name for layer in document.layers()[-2:]] == ["Without disc", "Without 2 objects"]
    seen = document.picture().pixels.astype(int)
    assert np.abs(seen - (70, 150, 80)).max() < 30, "nothing but green is left"


def test_a_selection_of_ones_own_is_removed_as_it_is(document: ScriptDocument) -> None:
    own = Mask.from_array(1, np.ones((20, 10), bool), 110, 50)
    document.select(own)
    document.remove_selected()
    assert document.layers()[-1].box == own.box
    assert document.layers()[-1].name == "Without the selection"


def test_only_the_given_objects_get_layers(document: ScriptDocument, objects: MaskSet) -> None:
    assert [layer.name for layer in document.layers()] == ["Background", "Rest of disc", "spot", "square"]
    document.add_layers(objects.with_masks([objects[2]]))
    assert [layer.name for layer in document.layers()] == ["Background", "square"]


def test_the_ending_chooses_what_is_written(document: ScriptDocument, tmp_path: Path) -> None:
    for name in ("seen.png", "layers.ora", "layers.psd", "layers", "seen.tif"):
        document.save(tmp_path / name)
    assert np.array_equal(np.array(Image.open(tmp_path / "seen.png")), document.picture().pixels)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "layers",
        "layers.ora",
        "layers.psd",
        "seen.png",
        "seen.tif",
    ]
    with pytest.raises(OutputError, match="no format answers to"):
        document.save(tmp_path / "layers.doc")


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (lambda document: document.pick(), PickError, "Nothing is picked"),
        (lambda document: document.pick(ids=[99]), PickError, "no object number 99"),
        (lambda document: document.pick(points=[(1, 1)]), PickError, "No object lies at 1, 1"),
        (lambda document: document.pick(points=[(160, 0)]), PickError, "outside the picture"),
        (lambda document: document.remove_selected(), PickError, "Nothing is selected"),
        (lambda document: document.use(MaskSet(Size(3, 3), ())), PictureError, "3 x 3"),
        (lambda document: document.add_layers(MaskSet(Size(3, 3), ())), PictureError, "3 x 3"),
        (lambda document: document.select(Mask.from_array(1, np.ones((5, 5), bool), 158)), PickError, "outside"),
        (lambda document: document.find("no such engine"), MaskpickError, "no such engine"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    document: ScriptDocument, action: object, error: type[Exception], words: str
) -> None:
    document.pick(ids=[1])
    document.undo()
    with pytest.raises(error, match=words):
        action(document)
    assert document.redo(), "no step was added"
    assert document.selection.area == document.masks[1].area


def test_before_finding_there_are_no_objects(shapes: Picture) -> None:
    with pytest.raises(PickError, match="Find them first"):
        ScriptDocument(shapes).at(1, 1)
