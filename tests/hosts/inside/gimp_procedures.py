"""Runs in GIMP: every procedure on a photo, beside the worker's own answers for the same pixels."""

from pathlib import Path

from gi.repository import Gimp
from gimp_calls import (
    WITH_LAST_VALS,
    box_of,
    file,
    known_of,
    load,
    nodes_told,
    pixels,
    record,
    sha,
    tree,
    visible,
    worked,
)

from maskpick_bridge import Box, Coverage
from maskpick_bridge.session import Edge
from maskpick_gimp import kept

PHOTO = Path("/src/docs/photos/coffee.jpg")
EDGE = {"grow": 2.0, "feather": 1.5}

image = load(PHOTO)
base = image.get_layers()[0]
before = visible(image)
known = known_of(base)

# Find, to files.
count, ids, names = worked("find", image, file=file("/out/found.maskpick"))
shown = known.shown()
record("found", {"got": [count, ids], "wanted": [len(shown), ",".join(map(str, shown))]})
record("names", {"got": list(names), "wanted": [known.masks[id].name or f"object {id}" for id in shown]})
worked("find", image, file=file("/out/found.zip"))
worked("find", image, file=file("/out/found.ora"))
record(
    "finding leaves no trace but what is kept",
    {"got": [sha(visible(image)), len(image.get_layers())], "wanted": [sha(before), 1]},
)
few = sorted(shown, key=lambda number: -known.masks[number].area)[1:4]
listed = ", ".join(map(str, few))

# To layers.
(group,) = worked("to-layers", image)
record("all layers", {"got": tree([group]), "wanted": [["Objects", nodes_told(known.layers(everything=True))]]})
record("all layers show the picture", {"got": sha(visible(image)), "wanted": sha(before)})
record(
    "the layers selected stay so",
    {"got": [one.get_name() for one in image.get_selected_layers()], "wanted": [base.get_name()]},
)
base.set_visible(False)
record("all layers alone show the picture", {"got": sha(visible(image)), "wanted": sha(before)})
base.set_visible(True)
image.remove_layer(group)
known.pick(few)
(group,) = worked("to-layers", image, ids=listed)
plain = nodes_told(known.layers())
record("some layers", {"got": tree(group.get_children()), "wanted": plain})
image.remove_layer(group)
(group,) = worked("to-layers", image, ids=listed, fine=True)
wanted = nodes_told(known.layers(edge=Edge(fine=True)))
record("some layers with fine edges", {"got": tree(group.get_children()), "wanted": wanted})
record("fine edges are not the plain ones", {"got": wanted != plain, "wanted": True})
image.remove_layer(group)
(again,) = worked("to-layers", image, WITH_LAST_VALS)
record("with last values it is everything, for scripts leave none", {"got": [again.get_name()], "wanted": ["Objects"]})
image.remove_layer(again)
(group,) = worked("all-to-layers", image)
record(
    "all objects to layers", {"got": tree([group]), "wanted": [["Objects", nodes_told(known.layers(everything=True))]]}
)
image.remove_layer(group)

# To layer masks.
parts = sorted(known.cut(Edge(**EDGE), each=True), key=lambda part: -known.masks[part.id].area)
(group,) = worked("to-layer-masks", image, ids=listed, **EDGE)
masked = [[part.name, list(part.box), sha(pixels(base, "R'G'B'A u8", part.box)), sha(part.coverage)] for part in parts]
record("layer masks", {"got": tree(group.get_children()), "wanted": masked})
record("layer masks show the picture", {"got": sha(visible(image)), "wanted": sha(before)})
image.remove_layer(group)

# To channels.
parts = known.cut(Edge(**EDGE), each=True)
count, names = worked("to-channels", image, ids=listed, **EDGE)
channels = image.get_channels()
got = [[one.get_name(), sha(pixels(one, "Y' u8", part.box))] for one, part in zip(channels, parts, strict=True)]
record("channels", {"got": got, "wanted": [[part.name, sha(part.coverage)] for part in parts]})
record(
    "channels are returned by name", {"got": [count, names], "wanted": [len(few), [one.get_name() for one in channels]]}
)
outside = sum(sum(pixels(one, "Y' u8")) for one in channels) - sum(sum(part.coverage) for part in parts)
record("channels are empty elsewhere", {"got": outside, "wanted": 0})
record(
    "no channel is worked on",
    {"got": [len(image.get_selected_channels()), image.get_selected_layers() == [base]], "wanted": [0, True]},
)
for channel in channels:
    image.remove_channel(channel)


# Select.
def selected(box):
    return sha(pixels(image.get_selection(), "Y u8", box))


(part,) = known.cut(Edge(**EDGE))
count, ids, _names = worked("select", image, ids=listed, **EDGE)
record(
    "selection by ids",
    {"got": [count, ids, selected(part.box)], "wanted": [3, ",".join(map(str, few)), sha(part.coverage)]},
)
(part,) = known.cut(Edge(hard=True))
worked("select", image, ids=listed, hard=True)
record("hard selection", {"got": selected(part.box), "wanted": sha(part.coverage)})
record("hard is hard", {"got": sorted(set(pixels(image.get_selection(), "Y u8"))), "wanted": [0, 255]})
(part,) = known.cut(Edge(fine=True))
worked("select", image, ids=listed, fine=True)
record("fine selection", {"got": selected(part.box), "wanted": sha(part.coverage)})

x, y = 300, 200
known.session.picking.hover(x, y)
stack, likeliest = known.session.file.at(x, y), known.session.picking.hovered
_count, ids, _names = worked("select", image, points=f"{x},{y}")
record("selection by a point", {"got": ids, "wanted": str(stack[0])})
_count, ids, _names = worked("select", image, points=f"{x},{y}", larger=1)
record("a larger one at a point", {"got": ids, "wanted": str(stack[min(1, len(stack) - 1)])})
known.session.picking.rectangle(Box(20, 20, 560, 360))
_count, ids, _names = worked("select", image, box="20,20,560,360")
record("selection by a box", {"got": ids, "wanted": ",".join(map(str, known.session.picking.ids))})

# One object by what belongs to it and what does not; it is an object like the others from then on.
beside = next((x, y) for x in range(4, 600, 8) for y in range(4, 400, 8) if not {*known.session.file.at(x, y)} & {*few})
inside = known.middle(few[0])
known.find_at([inside], [beside])
(part,) = known.cut(Edge())
count, ids, names = worked("select", image, at="{},{}".format(*inside), not_at="{},{}".format(*beside))
record("selection at points", {"got": [count, selected(part.box)], "wanted": [1, sha(part.coverage)]})
seen = pixels(image.get_selection(), "Y u8")
covers = [seen[y * image.get_width() + x] for x, y in (inside, beside)]
record("it has the one and not the other", {"got": [covers[0] > 127, covers[1] > 127], "wanted": [True, False]})
record("it is new", {"got": [int(ids) in shown, names[0].endswith(", by clicks")], "wanted": [False, True]})
(group,) = worked("to-layers", image, ids=ids)
record("and known by its number", {"got": [one[1] for one in tree(group.get_children())], "wanted": [list(part.box)]})
image.remove_layer(group)

image.select_rectangle(Gimp.ChannelOps.REPLACE, 100, 50, 300, 200)
rectangle = pixels(image.get_selection(), "Y u8")
whole = (0, 0, image.get_width(), image.get_height())
known.pick(few)
(part,) = known.cut(Edge())
cover = bytearray(len(rectangle))
for row in range(part.box.height):
    at = (part.box.y + row) * image.get_width() + part.box.x
    cover[at : at + part.box.width] = part.coverage[row * part.box.width : (row + 1) * part.box.width]
combined = {
    "add": bytes(map(max, rectangle, cover)),
    "subtract": bytes(a if not b else max(0, a - b) for a, b in zip(rectangle, cover, strict=True)),
    "intersect": bytes(map(min, rectangle, cover)),
}
for operation, wanted in combined.items():
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 100, 50, 300, 200)
    worked("select", image, ids=listed, operation=operation)
    record(f"selection, {operation}", {"got": selected(whole), "wanted": sha(wanted)})
record("selecting makes no channel", {"got": len(image.get_channels()), "wanted": 0})

# Remove.
known.pick(few[:1])
filled = known.remove()
(layer,) = worked("remove", image, ids=str(few[0]))
got = [layer.get_name(), box_of(layer), sha(pixels(layer, "R'G'B'A u8")), image.get_item_position(layer)]
record("removed", {"got": got, "wanted": [filled.name, list(filled.box), sha(filled.data), 0]})
image.remove_layer(layer)
filled = known.remove(with_shadow=True)
(layer,) = worked("remove", image, ids=str(few[0]), with_shadow=True)
got = [layer.get_name(), box_of(layer), sha(pixels(layer, "R'G'B'A u8"))]
record("removed with its shadow", {"got": got, "wanted": [filled.name, list(filled.box), sha(filled.data)]})
image.remove_layer(layer)
image.select_ellipse(Gimp.ChannelOps.REPLACE, 200, 150, 90, 60)
area = (200, 150, 90, 60)
unknown = known_of(base, find=False)
filled = unknown.remove(Coverage(pixels(image.get_selection(), "Y u8", area), area))
unknown.close()
for name in ("remove", "remove-selection"):
    (layer,) = worked(name, image)
    got = [layer.get_name(), box_of(layer), sha(pixels(layer, "R'G'B'A u8"))]
    record(f"{name} fills the selection", {"got": got, "wanted": [filled.name, list(filled.box), sha(filled.data)]})
    image.remove_layer(layer)

# Select here.
image.select_rectangle(Gimp.ChannelOps.REPLACE, x - 2, y - 2, 5, 5)
_count, ids, _names = worked("select-here", image)
record("at the middle of the selection", {"got": ids, "wanted": str(likeliest)})
image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 20, 560, 360)
known.session.picking.rectangle(Box(20, 20, 560, 360))
_count, ids, _names = worked("select-here", image)
record("inside the selection", {"got": ids, "wanted": ",".join(map(str, known.session.picking.ids))})
for point in ((10, 10), (x, y)):
    image.add_sample_point(*point)
_count, ids, _names = worked("select-here", image)
record("at the newest sample point", {"got": ids, "wanted": str(likeliest)})

# Numbers are those of the last finding, whatever is selected by now, and wherever it looked.
known.pick(few)
image.select_rectangle(Gimp.ChannelOps.REPLACE, x - 40, y - 40, 80, 80)
(group,) = worked("to-layers", image, ids=listed)
record("numbers stay the same", {"got": tree(group.get_children()), "wanted": nodes_told(known.layers())})
image.remove_layer(group)
_count, ids, _names = worked("find", image, file=file("/out/within.maskpick"))
within = ids.split(",")
Gimp.Selection.none(image)
count, ids, _names = worked("select", image, ids=within[-1])
record("numbers of a finding in the selection", {"got": [count, ids], "wanted": [1, within[-1]]})
_worked, _selected, left, top, right, bottom = Gimp.Selection.bounds(image)
inside = x - 40 <= left < right <= x + 40 and y - 40 <= top < bottom <= y + 40
record("what they name lies in it", {"got": inside, "wanted": True})
Gimp.Selection.none(image)
worked("find", image, file=file("/out/found.maskpick"))

# Kept with the image, in its XCF.
(group,) = worked("to-layers", image, ids=listed)
data = kept.kept(image)
layers = tree(image.get_layers())
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file("/out/saved.xcf"), None)
reopened = load("/out/saved.xcf")
record(
    "an XCF has all of it",
    {"got": [sha(kept.kept(reopened)), tree(reopened.get_layers())], "wanted": [sha(data), layers]},
)
reopened.delete()
known.close()
image.delete()
record("done", True)
