"""Picking in the real GIMP's dialog: what each move of the pointer costs its user interface, at 12 megapixels.

    python benchmarks/gimp_dialog.py [--json] [--gimp GIMP-3.2]

A photo enlarged to 4243 x 2829 pixels, with all masks that the local engine finds in it. The pointer goes over the
whole view, so that nearly every move hovers another object: looking it up, showing it in the list and drawing it are
timed together, in milliseconds of the processor that the dialog takes for one frame. "Panned" is one frame while the
picture is dragged along. "Opened" is how long the picture takes to be read from GIMP and shown, by the clock.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hosts.gimp_driver import GIMPS, drive_gimp
from hosts.hosts import HOSTS


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gimp", choices=GIMPS, default="GIMP-3.2")
    flags = parser.parse_args()
    host = HOSTS[GIMPS[flags.gimp]]
    host.prepare()
    with tempfile.TemporaryDirectory() as folder:
        found = drive_gimp(host, "gimp_gui_pace", Path(folder), limit=1200)
    if flags.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{flags.gimp:<36}{'median':>10}{'95 %':>10}{'most':>10}")
    for name, times in found["frames"].items():
        print(f"{name:<36}{times['median']:>7.2f} ms{times['p95']:>7.2f} ms{times['most']:>7.2f} ms")
    print(f"{'opened':<36}{found['opened']:>7.2f} s")
    print(f"{found['objects']} objects.")


if __name__ == "__main__":
    main()
