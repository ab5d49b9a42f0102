"""What goes wrong in GIMP is said in plain words, and leaves layers, selection and undo history as they were."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hosts.editors import made
from hosts.engine import FOLDER
from hosts.gimp_batch import GIMPS, gimp_batch, wrong
from hosts.hosts import HOSTS

pytestmark = pytest.mark.hosts

INSIDE = Path(__file__).with_name("inside")
NOT_INSTALLED = (
    "maskpick's engine is not installed, or it has been moved. Run `python3 install.py setup` in maskpick's folder, "
    "and try again."
)
TOLD = {
    "nothing is named": "No object is named. Give its number, a point on it, or a box around it.",
    "no numbers": "“three” is no list of objects. Write numbers: 3, 5.",
    "no pairs": "“1,2 3” is no list of points. Write x,y x,y: 120,80 300,45.",
    "no box": "“1,2,3” is no box. Write x, y, width and height: 10, 20, 300, 200.",
    "an unknown object": "There is no object 9999. The numbers are those that finding them returns.",
    "beside the picture": "There is no object at -5, 20. Point at another place.",
    "an empty box": "No object lies inside the box 10, 10, 2, 2. Draw it more generously.",
    "nothing to remove": "Nothing is selected, and no object is named. Select what is to go, or name it.",
    "nothing selected": "Nothing is selected. Select what is to go, and try again.",
    "nothing to go by": "There is neither a sample point nor a selection to go by. ",
    "an unknown engine": "There is no engine that finds objects called 'wonder'. ",
    "an unknown remover": "There is no engine that removes objects called 'wonder'. ",
    "no file": "There is no file to write to. Name one on this computer.",
    "an unknown ending": "objects.xyz has an ending no format answers to. ",
    "no folder to write to": "",
    "an engine that fails": "The engine cannot see this picture. Turn on the light.",
    "an engine with a fault": "",
    "an engine that dies": "The engine stopped unexpectedly. ",
    "an engine that finds nothing": "No objects were found. Try another engine, or another part of the picture.",
    "run by hand where there is no screen": "There is no screen to ask on. ",
    "a window for a script": "Picking objects needs a window. ",
    "cancelled": "",
    **{f"no engine, {name}": NOT_INSTALLED for name in ("to-layers", "all-to-layers", "find", "select", "remove")},
}
"""What is said, or how that begins."""


@pytest.fixture(scope="module", params=GIMPS)
def records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("failures")
    (out / "plugins").mkdir()
    shutil.copy(INSIDE / "engines_that_fail.py", out / "plugins")
    (out / "home").mkdir()
    note = {"interpreter": str(FOLDER / "bin/python"), "python": "3"}
    (out / "home" / "engine.json").write_text(json.dumps(note), "utf-8")
    variables = {"MASKPICK_HOME": "/out/home", "MASKPICK_PLUGIN_FOLDER": "/out/plugins"}
    return gimp_batch(made(HOSTS[GIMPS[request.param]]), "gimp_failures", out, variables=variables)


def test_every_failure_leaves_the_image_as_it_was(records: dict[str, Any]) -> None:
    assert not wrong(records)


def test_every_failure_says_what_happened_and_what_to_do(records: dict[str, Any]) -> None:
    told = records["told"]
    assert told.keys() == TOLD.keys()
    for about, (status, said) in told.items():
        assert status in ("error", "calling error"), about
        assert said.startswith(TOLD[about]), about
        assert said, about
        assert "Traceback" not in said


def test_a_cancelled_call_takes_the_engine_along_and_the_next_one_works(records: dict[str, Any]) -> None:
    assert records["the engine is gone"]
    assert records["and it works again"] == "success"


def test_failures_leave_no_files_and_a_trace_in_the_log(records: dict[str, Any]) -> None:
    assert not [name for name in records["left files"] if name.startswith(("objects", "never", ".maskpick"))]
    assert "plug-in-maskpick-to-layers was refused: No objects were found." in records["log"]
    assert "There is no object 9999" in records["log"]
