"""Scenarios in a real GIMP with windows: what a person does there, with a real mouse and real keys.

A scenario is a module in `tests/hosts/inside`, say `gimp_gui_picking.py`. It runs beside the plug-in's dialog, in its
process, when GIMP has opened a picture and *Pick Objects…* has been called by its shortcut; its ``steps`` does what
takes no time at once, and waits for the rest by ``yield from``, so that the dialog goes on meanwhile::

    def steps(drive):
        yield from drive.push("maskpick-find")                  # click the widget of that name
        yield from drive.until(lambda: drive.session.outlines, "the objects are found")
        yield from drive.click(drive.at(120, 80), holding=["shift"])
        before = drive.state()                                  # the image in GIMP: layers, selection, hashes
        yield from drive.in_gimp("ctrl+z")
        drive.record("layers", before["layers"])
        yield from drive.photograph("picked")                   # /out/picked.png

All that ``drive`` has stands in `tests/hosts/inside/gimp_gui_drive.py`. Outside, a test says::

    records = drive_gimp(host, "gimp_gui_picking", tmp_path)

and gets what was written down. It fails with the scenario's own error, or with what was waited for in vain; the last
look at the screen is then `failed.png` in the output folder.

To look at one by hand: ``python tests/hosts/gimp_driver.py forky gimp_gui_picking FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts.hosts import HOSTS, INSIDE, SRC, Host, HostError

GIMPS = {"GIMP-3.0": "trixie", "GIMP-3.2": "forky"}
"""The versions, and the suites that have them."""
LIMIT = 300.0
"""Seconds for a scenario, with GIMP's start."""
PICTURE = SRC / "docs" / "photos" / "coffee.jpg"


def drive_gimp(
    host: Host,
    scenario: str,
    out: Path,
    *,
    picture: Path = PICTURE,
    limit: float = LIMIT,
    variables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run a scenario over an output folder, /out inside; what it recorded. Raises `HostError`."""
    found = out / "scenario.json"
    found.unlink(missing_ok=True)
    settings = {"DRIVER_SCENARIO": scenario, **(variables or {})}
    said = ended = None
    try:
        said = host.run([INSIDE / "gimp_gui.sh", picture], out=out, screen=True, limit=limit, variables=settings)
    except HostError as error:
        ended = error
    if not found.exists():
        raise HostError(f"{scenario} did not come to its end in {host.suite}:\n{ended or said}")
    told = json.loads(found.read_text("utf-8"))
    if told["error"]:
        raise HostError(f"{scenario} failed in {host.suite}:\n{told['error']}\n{ended or said}")
    records: dict[str, Any] = told["records"]
    return records


def main() -> None:
    """Run one scenario and print what it recorded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("suite", choices=GIMPS.values())
    parser.add_argument("scenario")
    parser.add_argument("out", type=Path)
    parser.add_argument("--picture", type=Path, default=PICTURE, help="as it is called inside")
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable it sees")
    given = parser.parse_args()
    variables = dict(one.split("=", 1) for one in given.set)
    try:
        records = drive_gimp(
            HOSTS[given.suite], given.scenario, given.out, picture=given.picture, limit=given.limit, variables=variables
        )
    except HostError as error:
        raise SystemExit(str(error)) from None
    print(json.dumps(records, indent=2))


if __name__ == "__main__":
    main()
