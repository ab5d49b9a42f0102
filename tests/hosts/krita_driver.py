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

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts.hosts import HOSTS, INSIDE, Host, HostError

KRITAS = {"Krita-5.2": "trixie", "Krita-5.3": "forky", "Krita-6": "experimental"}
"""The versions, and the suites that have them."""
LIMIT = 300.0
"""Seconds for a scenario, with Krita's start and end."""


def drive_krita(
    host: Host, scenario: str, out: Path, *, limit: float = LIMIT, variables: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run a scenario over an output folder, /out inside; what it recorded. Raises `HostError`."""
    found = out / "scenario.json"
    found.unlink(missing_ok=True)
    start = INSIDE / "pykrita" / "driver" / "start.sh"
    said = ended = None
    try:
        said = host.run(
            [start], out=out, screen=True, limit=limit, variables={"DRIVER_SCENARIO": scenario, **(variables or {})}
        )
    except HostError as error:
        ended = error
    if not found.exists():
        raise HostError(f"{scenario} did not come to its end in {host.suite}:\n{ended or said}")
    told = json.loads(found.read_text("utf-8"))
    if told["error"]:
        raise HostError(f"{scenario} failed in {host.suite}:\n{told['error']}")
    if ended:
        raise HostError(f"{scenario} went well in {host.suite}, but Krita did not end well:\n{ended}")
    records: dict[str, Any] = told["records"]
    return records


def main() -> None:
    """Run one scenario and print what it recorded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("suite", choices=KRITAS.values())
    parser.add_argument("scenario")
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable it sees")
    given = parser.parse_args()
    variables = dict(one.split("=", 1) for one in given.set)
    try:
        records = drive_krita(HOSTS[given.suite], given.scenario, given.out, limit=given.limit, variables=variables)
    except HostError as error:
        raise SystemExit(str(error)) from None
    print(json.dumps(records, indent=2))


if __name__ == "__main__":
    main()
