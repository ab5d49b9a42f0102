"""The driver itself: it works Krita as a hand does, and does not hide what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.editors import made
from hosts.hosts import HOSTS, HostError
from hosts.krita_driver import KRITAS, drive_krita

pytestmark = pytest.mark.hosts


@pytest.mark.parametrize("krita", KRITAS)
def test_a_brush_stroke_and_its_undo_and_the_wheel_arrive(krita: str, tmp_path: Path) -> None:
    records = drive_krita(made(HOSTS[KRITAS[krita]]), "krita_driver_itself", tmp_path)
    assert krita.partition("-")[2] in records["version"]
    assert records["stall"][0] >= records["stall"][1] > 0
    assert (tmp_path / "zoomed.png").stat().st_size


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("wait in vain", "waited 0.2 s in vain: the moon is blue"),
        ("raise in a handler", "ZeroDivisionError"),
        ("crash", "did not come to its end"),
        ("stay", "did not end well"),
    ],
)
def test_what_goes_wrong_is_told(fault: str, said: str, tmp_path: Path) -> None:
    variables = {"FAULT": fault, "QUIT_WITHIN": "10"}
    with pytest.raises(HostError, match=said):
        drive_krita(made(HOSTS["forky"]), "krita_driver_itself", tmp_path, variables=variables)
