"""What the benchmarks of placing layers share: 86 objects of a 12-megapixel picture, in every version of an editor.

The layers are ready as bytes: the engine's part is in the worker's figures. Needs what the editors' tests need: root on
a Debian machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hosts.hosts import HOSTS, Host, Unavailable

LAYERS = 86


def print_costs(suites: Mapping[str, str], measure: Callable[[Host, Path], dict[str, Any]]) -> None:
    """The time and memory that reading the picture took, boxes, and whole canvases, which may be fewer."""
    print(f"{'':10} {'':15} {'layers':>6} {'seconds':>8} {'a layer':>8} {'MB':>6}")
    covered = ""
    for version, suite in suites.items():
        host = HOSTS[suite]
        try:
            host.prepare()
        except Unavailable as reason:
            print(f"{version}: not measured, for {reason}")
            continue
        with tempfile.TemporaryDirectory() as out:
            told = measure(host, Path(out))
        print(f"{version:10} {'reading':15} {'':6} {told['read']['seconds']:8.2f}")
        for way in ("boxes", "whole canvases"):
            count, seconds = told[way].get("layers", LAYERS), told[way]["seconds"]
            size = told[way]["bytes"] / 1e6
            print(f"{version:10} {way:15} {count:6} {seconds:8.2f} {seconds / count:8.3f} {size:6.0f}")
        covered = f"The boxes cover {told['covered']:.0%} of the picture, counted one by one."
    print(covered)
