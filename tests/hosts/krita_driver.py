"""Scenarios in a real Krita with windows: what a person does there, with a real mouse and real keys.

A scenario is a module in `tests/hosts/inside`, say `krita_canvas.py`. Krita's own Python runs its ``steps``, which
does what takes no time at once, and waits for the rest by ``yield from``, so that Krita goes on meanwhile::

    def steps(drive):
        yield from drive.fill_screen()
        document = yield from drive.open("/out/photo.png")      # or drive.new_document(800, 600)
        yield from drive.click(drive.on_canvas(120.5, 80.5), holding=["shift"])
        yield from drive.until(lambda: document.selection(), "there is a selection")
        drive.record("width", document.selection().width())
        yield from drive.photograph_at_rest("selected")           # /out/selected.png

All that ``drive`` has stands in `tests/hosts/inside/pykrita/driver/drive.py`: clicks, drags, wheel, keys, programs,
windows and canvas, pictures of the screen, how long the user interface stood still. Outside, a test says::

    records = drive_krita(host, "krita_canvas", tmp_path, variables={"LEVEL": "2"})

and gets what was written down. It fails with the scenario's own error, with what was waited for in vain, with an
exception that nobody caught in any plug-in, or when Krita does not end with status 0 by itself; the last look at the
screen is then `failed.png` in the output folder. maskpick's plug-in is installed and enabled. At the end the documents
are closed and Krita quits; after ``drive.close_documents = False`` it quits with them open. A scenario holds documents
and nodes in local variables only, for Krita crashes over a wrapper that outlives its document.

To look at one by hand: ``python tests/hosts/krita_driver.py forky krita_canvas FOLDER``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts import scenarios
from hosts.hosts import INSIDE, Host

KRITAS = {"Krita-5.2": "trixie", "Krita-5.3": "forky", "Krita-6": "experimental"}
"""The versions, and the suites that have them."""


def drive_krita(
    host: Host,
    scenario: str,
    out: Path,
    *,
    limit: float = scenarios.LIMIT,
    variables: Mapping[str, str] | None = None,
) -> scenarios.Records:
    """Run a scenario over an output folder, /out inside; what it recorded. Raises `HostError`."""
    command = [INSIDE / "pykrita" / "driver" / "start.sh"]
    return scenarios.drive(host, scenario, out, command, dict(variables or {}), limit=limit)


if __name__ == "__main__":
    scenarios.by_hand(__doc__ or "", KRITAS.values(), drive_krita)
