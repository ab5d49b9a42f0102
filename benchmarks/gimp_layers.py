"""GIMP's part of *Objects to Layers*: 86 objects of a 12-megapixel picture, in a real GIMP.

    python benchmarks/gimp_layers.py

Layers as maskpick puts them in - boxes, filled first, in one step - beside layers of the whole canvas put in one by
one, in the same run; how long each takes, and by how much GIMP grows. The layers are ready as bytes: the engine's part
is in the worker's figures. Needs what the editors' tests need: root on a Debian machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hosts.gimp_batch import GIMPS, gimp_batch
from hosts.hosts import HOSTS, Unavailable


def main() -> None:
    print(f"{'GIMP':10} {'':15} {'seconds':>8} {'MB':>6}")
    for version, suite in GIMPS.items():
        host = HOSTS[suite]
        try:
            host.prepare()
        except Unavailable as reason:
            print(f"{version}: not measured, for {reason}")
            continue
        with tempfile.TemporaryDirectory() as out:
            told = gimp_batch(host, "gimp_layers", Path(out))
        print(f"{told['version']:10} {'reading':15} {told['read']['seconds']:8.2f}")
        for way in ("boxes", "whole canvases"):
            print(f"{told['version']:10} {way:15} {told[way]['seconds']:8.2f} {told[way]['bytes'] / 1e6:6.0f}")
    print(f"The boxes cover {told['covered']:.0%} of the picture.")


if __name__ == "__main__":
    main()
