"""GIMP's part of *Objects to Layers*: 86 objects of a 12-megapixel picture, in a real GIMP.

    python benchmarks/gimp_layers.py

Layers as maskpick puts them in - boxes, filled first, in one step - beside layers of the whole canvas put in one by
one, in the same run; how long each takes, and by how much GIMP grows.
"""

from __future__ import annotations

from _placing import print_costs
from hosts.gimp_batch import GIMPS, gimp_batch

if __name__ == "__main__":
    print_costs(GIMPS, lambda host, out: gimp_batch(host, "gimp_layers", out))
