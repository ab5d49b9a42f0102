"""GIMP's dialog with a real mouse and real keys, in every GIMP: what is picked, what becomes of it, what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hosts.editors import made
from hosts.gimp_driver import GIMPS, PICTURE, drive_gimp
from hosts.hosts import HOSTS, INSIDE

pytestmark = [pytest.mark.hosts, pytest.mark.parametrize("gimp", GIMPS)]

STAGED = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "shapes"}
"""Four rectangles, at known places: a house with a door with a knob, and a tree."""
HOUSE, DOOR, KNOB, TREE = 1, 2, 3, 4
HOUSE_BOX, TREE_BOX = [60, 80, 300, 240], [420, 120, 120, 200]


def drive(gimp: str, scenario: str, out: Path, picture: Path = PICTURE, **variables: str) -> dict[str, Any]:
    host = made(HOSTS[GIMPS[gimp]])
    return drive_gimp(host, scenario, out, picture=picture, variables={**STAGED, **variables})


def test_objects_are_hovered_walked_through_clicked_and_lassoed(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_picking", tmp_path)
    assert records["rows"] == ["house", "door", "knob", "tree"]
    assert records["summary"] == "1 object, 27 % of the picture"
    assert records["picked after the search"] == [HOUSE]
    (red, _, blue), (red_enclosed, _, blue_enclosed) = records["the tree turns orange while the lasso encloses it"]
    assert red_enclosed >= red
    assert blue_enclosed < blue
    assert records["after a lasso given up"] == [DOOR, KNOB]
    assert records["stays under the pointer"]
    assert records["dragged by"] == [-60, -40]
    assert records["picked while dragged"] == [DOOR, KNOB]
    assert records["off by when shifted"] <= 2, "a panned view looks as one that is painted anew"
    assert (records["hint"], records["hint after"]) == (True, False)
    assert records["untouched"]


def test_clicks_put_right_what_was_picked(gimp: str, tmp_path: Path) -> None:
    painted = Image.new("RGB", (600, 400), "#406030")
    for (x, y, width, height), colour in (
        (HOUSE_BOX, "#c8b090"),
        ([120, 200, 60, 120], "#703010"),
        (TREE_BOX, "#20c040"),
    ):
        painted.paste(colour, (x, y, x + width, y + height))
    painted.save(tmp_path / "painted.png")
    records = drive(gimp, "gimp_gui_clicks", tmp_path, picture=Path("/out/painted.png"))
    assert records["said"].startswith("Pick an object first.")
    assert records["both"] == [True, True, True, False]
    assert records["without the door"] == [True, True, False, False]
    assert records["named"].endswith(", by clicks")
    assert (records["points after one"], records["points after two"]) == ([2, 0], [0, 0])
    assert records["by the button"] == [True, True, False, False]
    assert records["a point is one or the other"] == [0, 1]
    assert records["picked after Esc"]
    assert records["untouched"]
    layer, name = records["layer"]
    assert layer == name
    assert records["points at the end"] == [[], []]
    assert records["all are there"]


def test_each_result_is_one_step_of_undo_and_shows_at_once(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_results", tmp_path)
    photo = records["select"]["layers"]
    for action in ("layers", "layer-masks"):
        (name, *_place, below), *rest = records[action]["layers"]
        assert (name, rest) == ("Objects", photo)
        assert [child[0] for child in below] == ["tree", "house"], "the larger lies below, though picked last"
        assert {child[0]: child[1:5] for child in below} == {"house": HOUSE_BOX, "tree": TREE_BOX}
        assert all(bool(mask) == (action == "layer-masks") for *_, mask, _none in below)
    assert [channel[0] for channel in records["channels"]["channels"]] == ["tree", "house"]
    undone = records["selected after channels"]
    assert undone["ours"] == undone["own"], "GIMP takes its own channels back no better"
    (name, x, y, width, height, *_), *rest = records["remove"]["layers"]
    assert (name, rest) == ("Removed: tree", photo)
    assert x <= 420
    assert y <= 120
    assert x + width >= 540
    assert y + height >= 320
    assert width * height < 600 * 400 / 4
    assert records["drawn anew"]
    assert records["picked after"] == []
    assert records["nothing to remove"]
    assert records["selections"] == [[60, 80, 360, 320], [60, 80, 540, 320], [420, 120, 540, 320], [420, 120, 540, 320]]


def test_results_of_objects_in_a_layer_come_right_above_it_and_procedures_know_them(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_layers", tmp_path)
    assert records["found as"] == {"engine": "shapes", "source": "layers", "whole": True}
    newest_lowest = ["top", "Objects", "Objects #1"]
    assert records["layers"][:5] == [*newest_lowest, "Removed: house", "Removed: tree"], "but a patch on the patches"
    seen = records["tree"]
    assert seen["first"] == seen["opened"] == records["patch"] != records["photo"]
    assert seen["hidden"] == records["photo"]


def test_trouble_is_told_in_words_and_leaves_the_image_as_it_was(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_troubles", tmp_path, CLOSES="1")
    assert records["stage"] == "Looking for edges"
    assert records["said when cancelled"] == ""
    assert records["said when it fails"] == "The engine is out of breath. Let it rest."
    assert records["said afterwards"] == ""
    assert records["said when killed"].startswith("The engine stopped unexpectedly.")
    assert "To: far away" in records["asked"]
    assert not records["sent before"]
    assert not records["sent after a no"]
    assert records["said without a selection"].startswith("Nothing is selected in GIMP.")
    assert (records["dirty"], records["dirty after"]) == (False, False)
    assert records["untouched"]
    assert records["untouched by undo"]
    assert (tmp_path / "left").read_text() == "", "a worker is left"


def test_the_last_action_is_repeated_and_the_dialog_comes_back_as_it_was(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_again", tmp_path, AGAIN="1")
    first = json.loads((tmp_path / "first.json").read_text("utf-8"))
    assert first["error"] is None
    (group, photo), again = first["records"]["layers"], records["layers"]
    assert len(again) == 3, "repeated, it makes another group"
    assert again[1:] == [group, photo]
    assert again[0][7][0][1:] == group[7][0][1:], "of the same pixels, with the same fine edge"
    assert records["picked"] == [TREE]
    assert records["said"].startswith("These objects were kept with the image.")


def test_an_image_that_was_closed_is_told_of(gimp: str, tmp_path: Path) -> None:
    records = drive(gimp, "gimp_gui_gone", tmp_path, CLOSES="1")
    assert records["said"] == "The image has been closed in GIMP. Close this window, too."
    assert (tmp_path / "left").read_text() == "", "a worker is left"
