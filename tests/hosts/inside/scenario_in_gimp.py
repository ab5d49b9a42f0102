"""Runs in GIMP: scenario.json through the procedures; everything that became of it to /out, for the test to compare.

The other hosts write the same: scenario_in_krita.py, and test_one_scenario.py itself for the command line.
"""

import json
from pathlib import Path

from gimp_calls import box_of, file, load, pixels, record, visible, worked

OUT = Path("/out")
scenario = json.loads(Path("/src/tests/hosts/inside/scenario.json").read_text("utf-8"))


def leaves(layer):
    if layer.is_group():
        return [leaf for child in reversed(layer.get_children()) for leaf in leaves(child)]
    return [{"name": layer.get_name(), "box": box_of(layer), "order": "RGBA", "data": pixels(layer, "R'G'B'A u8")}]


def write(what, layers):
    for number, layer in enumerate(layers):
        layer["file"] = f"{what}-{number}.raw"
        (OUT / layer["file"]).write_bytes(bytes(layer.pop("data")))
    (OUT / f"{what}.json").write_text(json.dumps(layers), "utf-8")


image = load(OUT / "photo.png")
worked("find", image, file=file(OUT / "masks.maskpick"), engine="local")
picked = []
for pick in scenario["picks"]:
    x, y = pick["point"]
    answer = worked("select", image, points=f"{x},{y}", larger=pick["larger"])
    picked.append(int(answer[1]))
(OUT / "picked.json").write_text(json.dumps(picked), "utf-8")
(group,) = worked("to-layers", image, within_selection=False)
write("layers", leaves(group))
image.remove_layer(group)
ids = ",".join(str(picked[place]) for place in scenario["removed"])
(patch,) = worked("remove", image, ids=ids, remover="fill")
write("removed", leaves(patch))
box = [0, 0, image.get_width(), image.get_height()]
write("seen", [{"name": "", "box": box, "order": "RGBA", "data": visible(image, "R'G'B'A u8")}])
image.delete()
record("done", True)
