"""Krita's part of *All to layers*: 86 objects of a 12-megapixel picture, in a real Krita with its window.

    python benchmarks/krita_layers.py

Layers as maskpick puts them in - boxes, in a group that is built first, in one step - beside the way other plug-ins
do it, layers of the whole canvas added one by one, in the same run; how long each takes until all is drawn, and by how
much Krita grows. The slow way makes fewer layers: see the column.
"""

from __future__ import annotations

from _placing import print_costs
from hosts.krita_driver import KRITAS, drive_krita

if __name__ == "__main__":
    print_costs(KRITAS, lambda host, out: drive_krita(host, "krita_layers", out, limit=600))
