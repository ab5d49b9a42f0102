"""The plug-in's start in a real GIMP: its procedures and their dialogs, and what is said when it cannot be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.editors import made
from hosts.gimp_batch import GIMPS, gimp_batch, wrong
from hosts.hosts import HOSTS

pytestmark = pytest.mark.hosts


@pytest.mark.parametrize("version", GIMPS)
def test_run_by_hand_procedures_ask_and_can_be_cancelled_and_repeated(version: str, tmp_path: Path) -> None:
    assert not wrong(gimp_batch(made(HOSTS[GIMPS[version]]), "gimp_asked", tmp_path, screen=True))


@pytest.mark.parametrize("version", GIMPS)
def test_a_plug_in_that_cannot_be_loaded_says_so_in_the_menu_and_in_the_log(version: str, tmp_path: Path) -> None:
    records = gimp_batch(
        made(HOSTS[GIMPS[version]]), "gimp_broken", tmp_path, variables={"BREAK": "maskpick_gimp/images.py"}
    )
    assert not records["pick"]
    assert records["menu"] == ["Maskpick Is Broken: Why?", ["<Image>/Filters/Maskpick"]]
    failed, said = records["told"]
    assert failed
    assert said.startswith("Maskpick cannot be loaded: SyntaxError: ")
    assert "install.py" in said
    assert "gimp.log" in said
    assert "Traceback (most recent call last)" in records["log"]
    assert "images.py" in records["log"]
