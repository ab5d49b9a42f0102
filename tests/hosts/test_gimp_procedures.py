"""The procedures in a real GIMP, on a photo: beside the worker's own answers, and when things go wrong."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from hosts.editors import made
from hosts.gimp_batch import GIMPS, gimp_batch, wrong
from hosts.hosts import HOSTS
from maskpick.maskfile import read_mask_file

pytestmark = pytest.mark.hosts


@pytest.fixture(scope="module", params=GIMPS)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What was recorded in one GIMP, and its output folder."""
    out = tmp_path_factory.mktemp("procedures")
    return gimp_batch(made(HOSTS[GIMPS[request.param]]), "gimp_procedures", out), out


def test_procedures_do_what_the_worker_answers(ran: tuple[dict[str, Any], Path]) -> None:
    records, _ = ran
    assert not wrong(records)


def test_objects_are_written_to_the_file_that_is_named(ran: tuple[dict[str, Any], Path]) -> None:
    records, out = ran
    masks = read_mask_file(out / "found.maskpick")
    shown = [mask.id for mask in masks if mask.alternate_of is None]
    assert sorted(shown) == sorted(map(int, records["found"]["got"][1].split(",")))
    assert any("panoptic" in name for name in zipfile.ZipFile(out / "found.zip").namelist())
    assert "stack.xml" in zipfile.ZipFile(out / "found.ora").namelist()


def test_quick_actions_say_what_they_went_by(ran: tuple[dict[str, Any], Path]) -> None:
    records, _ = ran
    for said in ("at the middle of the selection", "inside the selection", "at the sample point"):
        assert said in records["said"]
