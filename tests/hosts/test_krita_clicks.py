"""A picked object put right by clicks with a real mouse in the real Krita."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hosts.editors import made
from hosts.hosts import HOSTS, INSIDE
from hosts.krita_driver import KRITAS, drive_krita

pytestmark = pytest.mark.hosts

Drive = Callable[..., dict[str, Any]]


@pytest.fixture(params=KRITAS.values(), ids=KRITAS)
def drive(request: pytest.FixtureRequest, tmp_path: Path) -> Drive:
    """Runs a scenario in one of the Kritas, with an engine that finds four rectangles."""

    def run(scenario: str) -> dict[str, Any]:
        variables = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "shapes"}
        return drive_krita(made(HOSTS[request.param]), scenario, tmp_path, variables=variables)

    return run


def test_ctrl_and_a_click_put_right_what_was_picked(drive: Drive) -> None:
    records = drive("krita_clicks")
    assert records["both"] == [True, True, True, False]
    assert records["without the door"] == [True, True, False, False]
    assert records["picked"]
    assert records["named"].endswith(", by clicks")
    assert records["in the list"]
    assert records["named"] in str(records["layers"])
    assert records["still there"]
    assert not records["painted"]
