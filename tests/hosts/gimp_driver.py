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

import sys
from collections.abc import Mapping
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts import scenarios
from hosts.hosts import INSIDE, SRC, Host

GIMPS = {"GIMP-3.0": "trixie", "GIMP-3.2": "forky"}
"""The versions, and the suites that have them."""
PICTURE = SRC / "docs" / "photos" / "coffee.jpg"


def drive_gimp(
    host: Host,
    scenario: str,
    out: Path,
    *,
    picture: Path = PICTURE,
    limit: float = scenarios.LIMIT,
    variables: Mapping[str, str] | None = None,
) -> scenarios.Records:
    """Run a scenario over an output folder, /out inside; what it recorded. Raises `HostError`."""
    command = [INSIDE / "gimp_gui.sh", picture]
    # GIMP itself is ended with the run.
    return scenarios.drive(host, scenario, out, command, dict(variables or {}), limit=limit, ends_well=False)


if __name__ == "__main__":
    scenarios.by_hand(__doc__ or "", GIMPS.values(), drive_gimp)
