"""What benchmarks in the real Krita have in common: their options, and how a scenario is run there."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS, drive_krita


class Ran(NamedTuple):
    """Which ``krita`` was asked for, whether figures are wanted ``as_json``, and what the scenario ``told``."""

    krita: str
    as_json: bool
    told: Any


def run_in_krita(
    about: str | None,
    scenario: str,
    prepare: Callable[[Path], object] = lambda _: None,
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """Read the command line, whose help begins with the first line of ``about``, and run the scenario in a new folder
    that ``prepare`` has put its files into."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--krita", choices=KRITAS, default="Krita-5.3")
    flags = parser.parse_args()
    host = HOSTS[KRITAS[flags.krita]]
    host.prepare()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        told = drive_krita(host, scenario, Path(folder), limit=1200, variables=variables)
    return Ran(flags.krita, flags.json, told)
