"""Picking on the canvas of the real Krita: what each move of the pointer costs its user interface, at 12 megapixels.

    python benchmarks/canvas.py [--json] [--krita Krita-5.3]

A photo enlarged to 4243 x 2828 pixels, with the 86 best masks that the local engine finds in it. The pointer jumps over
the whole canvas, so that nearly every move hovers another object: looking it up, drawing it and painting the overlay
are timed together, in milliseconds of the processor that Krita's own thread takes. "View panned" is one frame of it,
"at rest again" comes once after it, when all that is picked is drawn as it is to stay, "look at rest" is what goes on
60 times a second while nothing changes.
"""

from __future__ import annotations

import json

from _in_krita import run_in_krita  # first, for it tells where the next one lies
from hosts.canvas_scenes import write_large_photo


def main() -> None:
    krita, as_json, found = run_in_krita(__doc__, "krita_canvas_speed", write_large_photo)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"{krita:<36}{'median':>10}{'95 %':>10}{'most':>10}")
    for name, times in found.items():
        print(f"{name:<36}{times['median']:>7.2f} ms{times['p95']:>7.2f} ms{times['most']:>7.2f} ms")


if __name__ == "__main__":
    main()
