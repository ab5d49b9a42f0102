"""maskpick's docker in the real Krita, used by mouse and keys: find, pick, make something of it, take it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hosts.editors import made
from hosts.hosts import HOSTS, INSIDE
from hosts.krita_driver import KRITAS, drive_krita

pytestmark = pytest.mark.hosts

Records = dict[str, Any]
Drive = Callable[..., Records]

MOST_CALLS = 30_000
"""Of Python's, in one turn of Krita's own thread: a hundred for each of 300 objects, and none for each pair of them."""


@pytest.fixture(params=KRITAS.values(), ids=KRITAS)
def drive(request: pytest.FixtureRequest, tmp_path: Path) -> Drive:
    """Runs a scenario in one of the Kritas, with an engine of `inside/engines`."""

    def run(scenario: str, engine: str = "shapes", **variables: str) -> Records:
        plugins = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": engine}
        return drive_krita(made(HOSTS[request.param]), scenario, tmp_path, variables={**plugins, **variables})

    return run


def test_the_docker_finds_picks_and_makes(drive: Drive) -> None:
    told = drive("krita_docker_work")
    assert told["hint"].startswith("Find the objects of your picture.")
    assert told["collisions"]["both"] == []
    assert "Ctrl+Shift+O" in told["collisions"]["ours"]
    assert {"Find objects", "Layers", "Remove selected", "Settings…"} <= set(told["menu"])
    assert told["rows"] == ["house", "door", "knob", "tree"]
    assert told["summary"] == "1 object, 3.0 % of the picture"
    assert names(told["maskpick_layers"]) == {"Objects": {"house": {}, "tree": {}}}
    assert names(told["maskpick_layer_masks"]) == {"Objects": {"house": {"house": {}}, "tree": {"tree": {}}}}
    assert names(told["maskpick_selection_masks"]) == {"Selections": {"house": {}, "tree": {}}}
    assert set(names(told["maskpick_all_to_layers"])["Objects"]) == {"Background", "house", "tree"}
    assert names(told["maskpick_remove"]) == {"Removed: house, tree": {}}
    assert told["selection"] == [40, 60, 320, 180]
    assert told["at work while it is made"] == [True], "nothing else can begin in the middle"


def test_the_docker_says_what_goes_wrong_and_what_to_do(drive: Drive) -> None:
    told = drive("krita_docker_trouble")
    assert told["shown while finding"] is False
    assert told["progress"] == 420
    assert told["after cancel"] == [True, True]
    assert told["failed"] == ["The engine is out of breath.\nLet it rest.", ["Try again", "Settings…"]]
    assert told["said after it was mended"] is False
    assert told["crashed"] == [["Try again", "Why?"], 1]
    assert told["objects after a crash"] is True
    asked, answers = told["asked"]
    assert answers == ["Send", "Do not send"]
    assert "To: far away" in asked
    assert told["sent without leave"] is False
    assert told["sent with leave"] is True
    assert set(told["shown of the token"]) == {"\u25cf"}
    assert told["left of the token"] == ""
    assert told["token among the findings"] is False


def test_without_an_engine_the_docker_says_how_to_get_one(drive: Drive) -> None:
    told = drive("krita_docker_alone", MASKPICK_HOME="/nowhere")
    said, answers = told["said"]
    assert said.startswith("maskpick's engine is not installed")
    assert "install.py" in said
    assert answers == ["Try again", "Why?"]
    assert "install.py" in told["doctor"]


def test_kept_objects_are_offered_and_those_painted_over_are_marked(drive: Drive) -> None:
    told = drive("krita_docker_kept")
    assert told["works after closing"] == 0
    assert told["offered"] == ["The objects of this picture were kept with it.", ["Show them"], True]
    assert told["rows"] == 4
    assert told["picking"] is False
    assert told["stale at first"] == told["stale before the docker is used"] == []
    assert told["stale"] == [4]


def test_results_are_about_the_layer_that_the_objects_were_found_in(drive: Drive) -> None:
    told = drive("krita_docker_layer")
    assert told["of the layer"]
    assert told["stale after painting above"] == []
    assert told["stale after painting below"] == [4]
    assert told["layers"] == ["below", "tree", "above"]
    assert told["said of a layer that is gone"].startswith("The layer with these objects is gone.")
    assert told["said again"] == ""


def test_the_pictures_are_sharp_on_a_scaled_screen(drive: Drive) -> None:
    told = drive("krita_docker_sharp", QT_SCALE_FACTOR="2")
    assert told["ratio"] == 2
    assert max(told["picture"]) == 96


def test_closing_a_document_and_krita_in_the_middle_ends_well(drive: Drive) -> None:
    told = drive("krita_docker_close", engine="waiting")
    assert told == {"works": 0, "asked of the new one": ""}


def test_nothing_stands_still_while_objects_are_found(drive: Drive) -> None:
    told = drive("krita_docker_turns", engine="many-later")
    assert told["at work all the while"]
    assert told["readings"] == ["visible"], "the pixels are read once, which the editor has to do itself"
    assert told["rows"] == 300
    assert (told["rows when the first was picked"], told["shown as picked"], told["picking"]) == ([0], [7], True)
    assert told["most calls in a turn"] < MOST_CALLS
    assert told["most calls in a turn that picks many"] < MOST_CALLS


def names(layers: list[list[Any]]) -> dict[str, Any]:
    """The names of layers, and of those in them."""
    return {name: names(inside) for name, _, inside in layers}
