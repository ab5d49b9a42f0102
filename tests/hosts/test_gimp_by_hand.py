"""Procedures run by hand from GIMP's own menu: GIMP's *Cancel* stops them, and a service elsewhere is asked about."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hosts.editors import made
from hosts.gimp_driver import GIMPS, drive_gimp
from hosts.hosts import HOSTS
from processes import spawning, until

pytestmark = [pytest.mark.hosts, pytest.mark.parametrize("gimp", GIMPS)]

INSIDE = Path(__file__).with_name("inside")


def test_gimps_own_cancel_stops_a_procedure_and_leaves_everything_as_it_was(gimp: str, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    shutil.copy(INSIDE / "engines_that_fail.py", tmp_path / "plugins")
    variables = {"MASKPICK_PLUGIN_FOLDER": "/out/plugins", "MASKPICK_ENGINE": "patient", "NO_DOCKS": "1"}
    records = drive_gimp(made(HOSTS[GIMPS[gimp]]), "gimp_gui_cancelling", tmp_path, variables=variables)
    assert records["untouched"]
    assert records["status"] == "cancelled"
    assert records["untouched when called"]
    assert records["selected"] == [50, 60, 120, 140]


@contextlib.contextmanager
def service(folder: Path) -> Iterator[str]:
    """What stands in for the hosted service: its address."""
    log = folder / "service.log"
    serve = ("serve", "--port", "0", "--folder", str(folder / "served"), "--engine", "shapes", "--workers", "1")
    settings = {**os.environ, "MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines")}
    with spawning() as spawn, log.open("w") as file:
        process = spawn([sys.executable, "-m", "maskpick", *serve], stderr=file, env=settings)
        until(lambda: "serving at " in log.read_text("utf-8"), process)
        (address,) = re.findall('serving at ([^"]+)', log.read_text("utf-8"))
        yield address


def test_a_service_is_sent_nothing_before_the_artist_has_agreed(
    gimp: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    host = made(HOSTS[GIMPS[gimp]])
    with service(tmp_path_factory.mktemp("service")) as address:
        variables = {"BRIA_BASE_URL": address, "MASKPICK_ENGINE": "bria", "MASKPICK_REMOVER": "bria", "NO_DOCKS": "1"}
        records = drive_gimp(host, "gimp_gui_hosted", tmp_path, variables=variables)
    assert f"To: {address}" in records["dialog"]
    assert records["belongs to GIMP"]
    assert records["untouched"]
    assert not records["sent after a no"]
    assert f"To: {address}" in records["dialog asks to remove"]
    assert records["untouched by a no"]
    assert records["still picked"]
    assert not records["removed after a no"]
    assert records["removed in the dialog"] == "Removed: tree"
    assert records["sent"] == {"mask_generator": 1, "remove": 1, "eraser": 1}
