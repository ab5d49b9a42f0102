"""maskpick's docker in the real Krita: how long the window stands still, with 12 megapixels and 300 objects.

    python benchmarks/docker.py [--json] [--krita Krita-5.3]

Milliseconds between two turns of a timer that should come every millisecond: *longest* by the clock, *busy* of which
Krita's own thread had the processor (the rest went to other programs), *over 16* how many turns were busier than that.
"reading" is the picture's pixels being read out of Krita, which cannot be done elsewhere.
"""

from __future__ import annotations

import json

from _in_krita import run_in_krita  # first, for it tells where the next one lies
from hosts.hosts import INSIDE


def main() -> None:
    engine = {"MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"), "MASKPICK_ENGINE": "many"}
    krita, as_json, told = run_in_krita(__doc__, "krita_docker_fluid", variables=engine)
    found = {
        name: dict(zip(("longest", "busy", "over 16"), told[name], strict=True)) for name in ("find", "list", "search")
    }
    if as_json:
        print(json.dumps({**found, "reading": told["reading"][0]}, indent=2))
        return
    print(f"{krita:<24}{'longest':>12}{'busy':>12}{'over 16':>10}")
    for name, times in found.items():
        print(f"{name:<24}{times['longest']:>9.1f} ms{times['busy']:>9.1f} ms{times['over 16']:>10}")
    print(f"{'reading':<24}{told['reading'][0]:>9.1f} ms")


if __name__ == "__main__":
    main()
