"""What becomes of objects in the real Krita, by its scripting module: layers, masks, selections, filled areas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hosts.editors import krita, made
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS
from hosts.test_krita_documents import FORMATS, HEIGHT, WIDTH, photo

pytestmark = pytest.mark.hosts

OFFSET = (20, -10)
"""Where the layer lies in the document with groups."""
ON_CANVAS = (20, 0, 140, 110)
"""What of it is on the canvas."""


@dataclass
class Results:
    """What Krita's side wrote down."""

    folder: Path
    told: dict[str, dict[str, Any]]

    def bytes(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def image(self, name: str, channels: int = 4) -> NDArray[np.int64]:
        """A file of what lies on the canvas of the layer, or of the whole canvas."""
        seen = np.fromfile(self.folder / name, np.uint8).astype(np.int64)
        height, width = (HEIGHT, WIDTH) if seen.size == WIDTH * HEIGHT * channels else (ON_CANVAS[3], ON_CANVAS[2])
        return seen.reshape(height, width, channels) if channels > 1 else seen.reshape(height, width)


@pytest.fixture(scope="module", params=KRITAS)
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("results")
    (folder / "photo.bgra").write_bytes(photo().tobytes())
    krita(made(HOSTS[KRITAS[request.param]]), "krita_results", folder)
    return Results(folder, json.loads((folder / "results.json").read_text("utf-8")))


def slices(box: list[int]) -> tuple[slice, slice]:
    """A box on the canvas, within the layer's part of it."""
    x, y = box[0] - ON_CANVAS[0], box[1] - ON_CANVAS[1]
    return slice(y, y + box[3]), slice(x, x + box[2])


@pytest.mark.parametrize("name", FORMATS)
def test_all_objects_as_layers_are_exactly_the_picture(results: Results, name: str) -> None:
    found = results.told["everything_to_layers"][name]
    assert found["count"] > 2
    assert results.bytes(f"{name}.alone") == results.bytes(f"{name}.before")


@pytest.mark.parametrize("name", FORMATS)
def test_saved_and_opened_again_they_still_are(results: Results, name: str) -> None:
    found = results.told["everything_to_layers"][name]
    assert found["tree again"] == found["tree"]
    assert results.bytes(f"{name}.again") == results.bytes(f"{name}.before")


@pytest.mark.parametrize("name", FORMATS)
def test_where_the_picture_is_opaque_the_new_layers_change_nothing_that_is_seen(results: Results, name: str) -> None:
    opaque = len(results.bytes(f"{name}.before")) // HEIGHT * 100
    assert results.bytes(f"{name}.with")[:opaque] == results.bytes(f"{name}.before")[:opaque]


def group(results: Results, step: str) -> list[Any]:
    """The group that the layer is in, bottom to top."""
    below, group = results.told["of_a_layer"][step]
    assert below == ["Below", "paintlayer", [0, 0, WIDTH, HEIGHT]]
    assert group[0] == "Group"
    assert group[1][0][:3] == ["Photo", "paintlayer", [*OFFSET, WIDTH, HEIGHT]]
    assert group[1][-1][0] == "Above"
    inside: list[Any] = group[1][1:-1]
    return inside


def names(results: Results) -> dict[str, str]:
    return results.told["of_a_layer"]["names"]


def boxes(results: Results) -> dict[str, list[int]]:
    return results.told["of_a_layer"]["boxes"]


def test_cut_outs_are_boxes_in_a_group_right_above_their_layer(results: Results) -> None:
    ((name, layers),) = group(results, "layers")
    assert name == "Objects"
    wanted = {names(results)[one]: boxes(results)[one] for one in ("disc", "square")}
    assert {name: box for name, kind, box in layers} == wanted
    assert {kind for _, kind, _ in layers} == {"paintlayer"}


def test_a_single_cut_out_needs_no_group(results: Results) -> None:
    assert group(results, "one layer")[0] == [names(results)["disc"], "paintlayer", boxes(results)["disc"]]


def test_cut_outs_are_blended_as_their_layer_is_and_parts_are_folded_away(results: Results) -> None:
    told = results.told["as_its_layer"]
    part = ["part", "paintlayer", [30, 40, 2, 2]]
    assert told["tree"] == [["whole", [part]], part]
    assert told["blended"] == ["multiply", 128]
    assert told["collapsed"] == [True, False]


def test_masked_duplicates_hold_all_of_the_layer_and_show_one_object(results: Results) -> None:
    name, copies = group(results, "layer masks")[0]
    assert name == "Objects"
    assert [copy[:3] for copy in copies] == [
        [names(results)[one], "paintlayer", [*OFFSET, WIDTH, HEIGHT]] for one in ("disc", "square")
    ]
    assert [[(mask[0], mask[1]) for mask in copy[3]] for copy in copies] == [
        [(names(results)[one], "transparencymask")] for one in ("disc", "square")
    ]
    original = photo()[10:, :140].astype(np.int64)
    np.testing.assert_array_equal(results.image("masked.pixels"), original)
    mask = results.image("masked.mask", channels=1)
    here = slices(boxes(results)["disc"])
    assert mask[here].max() == 255
    mask[here] = 0
    assert not mask.any()
    shown, mask = results.image("masked.projection")[:, :, 3], results.image("masked.mask", channels=1)
    assert np.abs(shown - original[:, :, 3] * mask / 255).max() <= 1


def test_selection_masks_have_the_objects_names(results: Results) -> None:
    name, masks = group(results, "selection masks")[0]
    assert name == "Selections"
    assert [mask[:2] for mask in masks] == [[names(results)[one], "selectionmask"] for one in ("disc", "square")]


def test_a_single_selection_mask_lies_on_its_layer(results: Results) -> None:
    layer = results.told["of_a_layer"]["selection mask"][1][1][0]
    assert [mask[:2] for mask in layer[3]] == [[names(results)["square"], "selectionmask"]]


def test_removed_areas_are_layers_with_only_the_filled_box(results: Results) -> None:
    first, second = group(results, "removed")
    assert first[0] == f"Removed: {names(results)['disc']}"
    assert second[0] == f"Removed: {names(results)['square']}"
    for layer, one in ((first, "disc"), (second, "square")):
        x, y, width, height = boxes(results)[one]
        grown = (x - 16, y - 16, width + 32, height + 32)
        assert layer[2][0] >= grown[0]
        assert layer[2][1] >= max(grown[1], 0)
        assert layer[2][2] <= grown[2]
        assert layer[2][3] <= grown[3]


def test_what_is_removed_next_builds_on_what_was_removed_before(results: Results) -> None:
    before, first, second = (results.image(f"removed.{name}") for name in ("before", "first", "second"))
    patches = [slices(layer[2]) for layer in group(results, "removed")]
    for old, new, patch in ((before, first, patches[0]), (first, second, patches[1])):
        changed = (old != new).any(axis=2)
        assert changed[patch].any()
        changed[patch] = False
        assert not changed.any()
    assert not (first[:, :, :3] == [60, 110, 180]).all(axis=2).any(), "the disc is gone"
    assert not (second[:, :, :3] == [170, 130, 80]).all(axis=2).any(), "and so is the square"


def test_each_way_to_select(results: Results) -> None:
    told = results.told["selections"]
    ways = ("replace", "add", "subtract", "add to nothing", "intersect")
    seen = {way: results.image(f"{way}.selected", channels=1) for way in ways}
    disc, square = seen["replace"], seen["add to nothing"]
    assert disc[60, 50] == square[45, 115] == 255
    assert disc[45, 115] == square[60, 50] == 0
    np.testing.assert_array_equal(seen["add"], np.minimum(disc + square, 255))
    np.testing.assert_array_equal(seen["subtract"], np.maximum(seen["add"] - disc, 0))
    np.testing.assert_array_equal(seen["intersect"], square)
    assert told["intersect with nothing"] is None
    assert told["subtract from nothing"] is None


def test_the_edge_that_is_wanted_is_what_is_selected(results: Results) -> None:
    square, shrunk = (results.image(f"{name}.selected", channels=1) for name in ("add to nothing", "shrunk"))
    assert 0.4 * square.sum() < shrunk.sum() < 0.9 * square.sum()
    assert ((shrunk > 0) & (shrunk < 255)).sum() > 100, "it is feathered"


def test_layers_stay_below_the_selection(results: Results) -> None:
    before, after = results.told["selections"]["layers stay below the selection"]
    assert before == ["paintlayer", "selectionmask"]
    assert after == ["paintlayer", "paintlayer", "selectionmask"]


def test_objects_are_kept_with_the_file(results: Results) -> None:
    told = results.told["keeping"]
    assert told["same"]
    assert told["stale at first"] == []
    assert told["stale"] == [True, False], "the disc was painted on, the square was not"


def test_finding_asks_nobody_to_save(results: Results) -> None:
    assert not results.told["keeping"]["modified"]


def test_strange_notes_in_a_file_do_no_harm(results: Results) -> None:
    told = results.told["keeping"]
    assert told["strange"] is None
    assert told["damaged"].endswith("Find the objects again.")
    assert told["strange patches"]


@pytest.mark.parametrize(
    ("what", "kind", "happened"),
    [
        ("no document", "Unfit", "There is no picture."),
        ("no such engine", "EngineError", "There is no engine that finds objects called 'eyes'."),
        ("nothing picked", "PickError", "Nothing is picked."),
        ("nothing to select", "PickError", "Nothing is picked."),
        ("no such remover", "EngineError", "There is no engine that removes objects called 'rubber'."),
        ("animated", "Unfit", "This picture is animated: what is added would show in every frame."),
    ],
)
def test_scripts_are_told_what_happened_and_what_to_do(results: Results, what: str, kind: str, happened: str) -> None:
    told = results.told["errors"][what]
    assert told[:2] == [kind, happened]
    assert told[2]


def test_after_errors_the_document_is_as_it_was(results: Results) -> None:
    assert results.told["errors"]["unchanged"]
