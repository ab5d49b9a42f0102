"""maskpick's docker in the real Krita: how long the window stands still, with 12 megapixels and 300 objects.

    python benchmarks/docker.py [--json] [--krita Krita-5.3]

Milliseconds between two turns of a timer that should come every millisecond: *longest* by the clock, *busy* of which
Krita's own thread had the processor (the rest went to other programs), *over 16* how many turns were busier than that.
"reading" is the picture's pixels being read out of Krita, which cannot be done elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from hosts.hosts import HOSTS, INSIDE
from hosts.krita_driver import KRITAS, drive_krita


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--krita", choices=KRITAS, default="Krita-5.3")
    flags = parser.parse_args()
    host = HOSTS[KRITAS[flags.krita]]
    host.prepare()
    engine = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "many"}
    with tempfile.TemporaryDirectory() as folder:
        told = drive_krita(host, "krita_docker_fluid", Path(folder), limit=1200, variables=engine)
    found = {
        name: dict(zip(("longest", "busy", "over 16"), told[name], strict=True)) for name in ("find", "list", "search")
    }
    if flags.json:
        print(json.dumps({**found, "reading": told["reading"][0]}, indent=2))
        return
    print(f"{flags.krita:<24}{'longest':>12}{'busy':>12}{'over 16':>10}")
    for name, times in found.items():
        print(f"{name:<24}{times['longest']:>9.1f} ms{times['busy']:>9.1f} ms{times['over 16']:>10}")
    print(f"{'reading':<24}{told['reading'][0]:>9.1f} ms")


if __name__ == "__main__":
    main()
