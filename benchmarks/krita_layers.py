"""Krita's part of *All to layers*: 86 objects of a 12-megapixel picture, in a real Krita with its window.

    python benchmarks/krita_layers.py

Layers as maskpick puts them in - boxes, in a group that is built first, in one step - beside the way other plug-ins
do it, layers of the whole canvas added one by one, in the same run; how long each takes until all is drawn, and by how
much Krita grows. The slow way makes fewer layers: see the column. The layers are ready as bytes: the engine's part is
in the worker's figures. Needs what the editors' tests need: root on a Debian machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hosts.hosts import HOSTS, Unavailable
from hosts.krita_driver import KRITAS, drive_krita


def main() -> None:
    print(f"{'version':10} {'':15} {'layers':>6} {'seconds':>8} {'a layer':>8} {'MB':>6}")
    covered = ""
    for version, suite in KRITAS.items():
        host = HOSTS[suite]
        try:
            host.prepare()
        except Unavailable as reason:
            print(f"{version}: not measured, for {reason}")
            continue
        with tempfile.TemporaryDirectory() as out:
            told = drive_krita(host, "krita_layers", Path(out), limit=600)
        print(f"{version:10} {'reading':15} {'':6} {told['read']['seconds']:8.2f}")
        for way in ("boxes", "whole canvases"):
            count, seconds = told[way]["layers"], told[way]["seconds"]
            size = told[way]["bytes"] / 1e6
            print(f"{version:10} {way:15} {count:6} {seconds:8.2f} {seconds / count:8.3f} {size:6.0f}")
        covered = f"The boxes cover {told['covered']:.0%} of the picture, counted one by one."
    print(covered)


if __name__ == "__main__":
    main()
