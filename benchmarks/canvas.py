"""Picking on the canvas of the real Krita: what each move of the pointer costs its user interface, at 12 megapixels.

    python benchmarks/canvas.py [--json] [--krita Krita-5.3]

A photo enlarged to 4243 x 2828 pixels, with the 86 best masks that the local engine finds in it. The pointer jumps over
the whole canvas, so that nearly every move hovers another object: looking it up, drawing it and painting the overlay
are timed together, in milliseconds of the processor that Krita's own thread takes. "View panned" is one frame of it,
"at rest again" comes once after it, when all that is picked is drawn as it is to stay, "look at rest" is what goes on
60 times a second while nothing changes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hosts.canvas_scenes import write_large_photo
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS, drive_krita


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--krita", choices=KRITAS, default="Krita-5.3")
    flags = parser.parse_args()
    host = HOSTS[KRITAS[flags.krita]]
    host.prepare()
    with tempfile.TemporaryDirectory() as folder:
        write_large_photo(Path(folder))
        found = drive_krita(host, "krita_canvas_speed", Path(folder), limit=1200)
    if flags.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{flags.krita:<36}{'median':>10}{'95 %':>10}{'most':>10}")
    for name, times in found.items():
        print(f"{name:<36}{times['median']:>7.2f} ms{times['p95']:>7.2f} ms{times['most']:>7.2f} ms")


if __name__ == "__main__":
    main()
