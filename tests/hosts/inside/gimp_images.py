"""Runs in GIMP: images and layers of every kind, seen and given back; the worker's layers in all precisions."""

import array
import itertools
import random
import tempfile
from pathlib import Path

from gi.repository import Gegl, Gimp
from gimp_calls import box_of, call, file, known_of, pixels, record, state, visible, worked

from maskpick_bridge import Box, Coverage, Filled, Node, Part
from maskpick_gimp import images, kept, placing
from maskpick_gimp.running import Refused

RGB, GREY = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY
NORMAL = Gimp.LayerMode.NORMAL
WIDTH, HEIGHT = 96, 72
TYPES = {
    RGB: (Gimp.ImageType.RGB_IMAGE, Gimp.ImageType.RGBA_IMAGE),
    GREY: (Gimp.ImageType.GRAY_IMAGE, Gimp.ImageType.GRAYA_IMAGE),
}
dice = random.Random(11)


def shapes(width=WIDTH, height=HEIGHT):
    """A disc and a square on green, with noise: RGB, 8 bits on sRGB's curve."""
    data = bytearray()
    for y, x in itertools.product(range(height), range(width)):
        inside = (x - 30) ** 2 + (y - 36) ** 2 <= 324
        colour = (200, 40, 40) if inside else (40, 60, 190) if 60 <= x < 86 and 20 <= y < 52 else (70, 150, 80)
        data += bytes(value + dice.randrange(-3, 4) for value in colour)
    return bytes(data)


SHAPES = shapes()


def write(drawable, form, data, box=None):
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(*(box or (0, 0, drawable.get_width(), drawable.get_height()))), form, bytes(data))
    buffer.flush()


def made(base, precision, alpha=False, profile=None):
    """An image of one layer that shows the shapes."""
    image = Gimp.Image.new_with_precision(WIDTH, HEIGHT, base, precision)
    if profile is not None:
        image.set_color_profile(profile)
    layer = Gimp.Layer.new(image, "base", WIDTH, HEIGHT, TYPES[base][alpha], 100.0, NORMAL)
    write(layer, "R'G'B' u8", SHAPES)
    if alpha:
        write(layer, "R'G'B'A u8", bytes(40 * 16 * 4), (50, 30, 40, 16))
    image.insert_layer(layer, None, 0)
    image.clean_all()
    return image


def native(layer):
    """A layer's own bytes with alpha, seen in the image of that layer alone."""
    return visible(layer.get_image())


# Every precision, seen and given back.

PRECISIONS = [name for name in dir(Gimp.Precision) if name.endswith(("LINEAR", "PERCEPTUAL"))]
seen_as, exact = {}, {}
part = Part(1, "part", Box(20, 30, 16, 16), bytes(range(256)))
for base, name, alpha in itertools.product((RGB, GREY), PRECISIONS, (False, True)):
    profile = Gimp.ColorProfile.new_rgb_adobe() if base == RGB and alpha else None
    image = made(base, getattr(Gimp.Precision, name), alpha, profile)
    kind = f"{'RGB' if base == RGB else 'grey'} {name}{' with alpha and a profile' if alpha else ''}"
    before = state(image)
    with images.Seen(image) as seen, tempfile.TemporaryDirectory() as folder:
        told = seen.pixels().described(folder)
        raw = Path(told["file"]).read_bytes()
        icc = Path(told["icc"]).stat().st_size if "icc" in told else 0
        seen_as[kind] = [told["format"], told["linear"], icc > 0, len(raw)]
        checks = {"looking changes nothing": state(image) == before}
        wide = name.startswith(("U32", "DOUBLE"))
        checks["the image's own bytes"] = wide or raw == visible(image)
        box = Box(5, 6, 40, 30)
        cut = seen.cut(box)
        group = placing.add_layers(image, [Node("n", 1, box, cut, None)], "g")
        checks["layers are exact"] = wide or pixels(group.get_children()[0], seen.exchange.gegl) == cut
        masked = placing.add_masked_layers(image, [part], seen, "m").get_children()[0]
        checks["masked layers are exact"] = wide or pixels(masked, seen.exchange.gegl) == seen.cut(part.box)
        checks["masks are exact"] = pixels(masked.get_mask(), "Y u8") == part.coverage
        (channel,) = placing.add_channels(image, [part])
        form = "Y' u8" if name == "U8_NON_LINEAR" else "Y u8"
        checks["channels are exact"] = pixels(channel, form, part.box) == part.coverage
        placing.select(image, part)
        checks["the selection is exact"] = images.selected_coverage(image, part.box) == part.coverage
        layer = placing.add_filled(image, Filled("f", box, cut, told["format"], told["linear"]))
        checks["what was filled is exact"] = wide or pixels(layer, seen.exchange.gegl) == cut
        checks["nothing else is selected to work on"] = [one.get_name() for one in image.get_selected_layers()] == [
            "base"
        ]
    exact[kind] = [check for check, good in checks.items() if not good]
    image.delete()
record("seen as", seen_as)
record("not exact", {"got": {kind: wrong for kind, wrong in exact.items() if wrong}, "wanted": {}})

# The worker's layers, in precisions that say more than 8 bits on sRGB's curve can.

CODES = {"u8": "B", "u16": "H", "half": "H", "float": "f"}


def whole_layers(group):
    for layer in group.get_children():
        yield from whole_layers(layer) if layer.is_group() else [layer]


def checked_layers(image, form):
    """What is wrong with the layers of an image: in their own format, their colours are the image's."""
    channels = 2 if image.get_base_type() == GREY else 4
    code = CODES[form.split()[-1]]
    before = array.array(code, visible(image, form))
    (group,) = worked("all-to-layers", image)
    wrong, covered = [], bytearray(WIDTH * HEIGHT)
    for layer in whole_layers(group):
        left, top, width, height = box_of(layer)
        data = array.array(code, pixels(layer, form))
        for y, x in itertools.product(range(height), range(width)):
            at, there = (y * width + x) * channels, ((top + y) * WIDTH + left + x) * channels
            if data[at + channels - 1]:
                covered[(top + y) * WIDTH + left + x] = 1
                if data[at : at + channels - 1] != before[there : there + channels - 1]:
                    wrong.append([layer.get_name(), x, y])
    image.get_layer_by_name("base").set_visible(False)
    shows = array.array(code, visible(image, form))
    image.get_layer_by_name("base").set_visible(True)
    image.remove_layer(group)
    difference = max(abs(a - b) for a, b in zip(before, shows, strict=True)) if code != "H" or "half" not in form else 0
    return [len(wrong), all(covered), difference <= (1e-5 if code == "f" else 1)]


def checked_removal(image, form):
    """Where the disc was is green: [x of its box, and so on], and how the middle of it looks."""
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 8, 14, 44, 44)
    (layer,) = worked("remove-selection", image)
    box, colour = box_of(layer), layer.get_pixel(22, 22).get_rgba()
    inside = (
        [colour[1] / max(0.01, colour[0] + colour[1] + colour[2]) > 0.5] if image.get_base_type() == RGB else [True]
    )
    image.remove_layer(layer)
    Gimp.Selection.none(image)
    return [box, *inside]


kinds = {
    "RGB U8_LINEAR": (made(RGB, Gimp.Precision.U8_LINEAR), "RGBA u8"),
    "RGB U16_LINEAR": (made(RGB, Gimp.Precision.U16_LINEAR), "RGBA u16"),
    "grey U16_NON_LINEAR": (made(GREY, Gimp.Precision.U16_NON_LINEAR), "Y'A u16"),
    "RGB HALF_PERCEPTUAL": (made(RGB, Gimp.Precision.HALF_PERCEPTUAL), "R~G~B~A half"),
    "RGB FLOAT_LINEAR": (made(RGB, Gimp.Precision.FLOAT_LINEAR), "RGBA float"),
}
bright = kinds["RGB FLOAT_LINEAR"][0].get_layers()[0]
write(bright, "RGB float", array.array("f", [4.5, 1.0, -0.25] * 4).tobytes(), (30, 36, 2, 2))  # beyond white and black
for kind, (image, form) in kinds.items():
    record(f"layers of {kind}", {"got": checked_layers(image, form), "wanted": [0, True, True]})
    record(f"removal in {kind}", {"got": checked_removal(image, form), "wanted": [[8, 14, 44, 44], True]})
    image.delete()

# Indexed.

image = made(RGB, Gimp.Precision.U8_NON_LINEAR)
image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 64, False, False, "")
image.clean_all()
record("layers of indexed", {"got": checked_layers(image, "R'G'B'A u8"), "wanted": [0, True, True]})
record("removal in indexed", {"got": checked_removal(image, "R'G'B'A u8"), "wanted": [[8, 14, 44, 44], True]})
known = known_of(image.get_layers()[0])
record(
    "objects of indexed",
    {"got": worked("select", image, points="30,36")[1], "wanted": str(known.session.file.at(30, 36)[0])},
)
known.close()
image.delete()

# Layers of every kind, seen alone.

image = made(RGB, Gimp.Precision.U8_NON_LINEAR)
base = image.get_layers()[0]


def added(name, box, colour, parent=None, position=0):
    layer = Gimp.Layer.new(image, name, box[2], box[3], Gimp.ImageType.RGBA_IMAGE, 100.0, NORMAL)
    write(layer, "R'G'B'A u8", bytes(colour) * (box[2] * box[3]))
    layer.set_offsets(*box[:2])
    image.insert_layer(layer, parent, position)
    return layer


def at(source, drawables, *points):
    with images.Seen(image, source, drawables) as seen:
        return [list(seen.cut(Box(x, y, 1, 1))) for x, y in points]


red, blue, none = [250, 10, 20, 255], [10, 20, 250, 255], [0, 0, 0, 0]
small = added("small", (10, 5, 20, 10), red)
large = added("large", (-30, -20, 200, 200), blue)
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
inner = added("inner", (40, 40, 10, 10), red, group)
hidden = added("hidden", (40, 40, 30, 30), blue, group)
hidden.set_visible(False)
masked = added("masked", (50, 0, 20, 20), red)
placing.mask_layer(masked, Part(1, "m", Box(50, 0, 10, 20), bytes([128]) * 200))
half = added("half", (0, 50, 10, 10), blue)
half.set_opacity(50.0)
before = state(image)
record(
    "a layer with an offset",
    {"got": at("layers", [small], (9, 5), (10, 5), (29, 14), (30, 14)), "wanted": [none, red, red, none]},
)
record("a layer larger than the canvas", {"got": at("layers", [large], (0, 0), (95, 71)), "wanted": [blue, blue]})
record("a group shows what is visible in it", {"got": at("layers", [group], (45, 45), (60, 60)), "wanted": [red, none]})
record("a hidden layer is shown when it is meant", {"got": at("layers", [hidden], (60, 60)), "wanted": [blue]})
record(
    "a layer in a group, without the others", {"got": at("layers", [inner], (45, 45), (60, 60)), "wanted": [red, none]}
)
record("a mask counts", {"got": at("layers", [masked], (55, 5), (65, 5)), "wanted": [[*red[:3], 128], [*red[:3], 0]]})
record(
    "the mask that is edited stands for its layer",
    {"got": at("layers", [masked.get_mask()], (55, 5)), "wanted": [[*red[:3], 128]]},
)
record("opacity counts", {"got": at("layers", [half], (5, 55)), "wanted": [[*blue[:3], 128]]})
both = at("layers", [small, large], (15, 10), (60, 60))
record("several layers, the upper over the lower", {"got": both, "wanted": [blue, blue]})
image.set_selected_layers([small])
record("by default those selected", {"got": at("layers", [], (15, 10), (60, 60)), "wanted": [red, none]})
record("looking changes nothing", {"got": state(image) | {"selected": 0}, "wanted": before | {"selected": 0}})
channel = Gimp.Channel.new(image, "worked on", WIDTH, HEIGHT, 50.0, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
try:
    at("layers", [], (0, 0))
except Refused as refusal:
    record("no layer is selected", str(refusal))
image.remove_channel(channel)
for layer in (small, large, group, masked, half):
    layer.set_visible(False)
image.set_selected_layers([base, inner])
ids = worked("find", image, file=file("/tmp/a.maskpick"), source="layers")[1]
position = image.get_item_position(inner)
(placed,) = worked("to-layers", image, source="layers", ids=ids.split(",")[0])
record(
    "right above the topmost layer",
    {"got": [placed.get_parent() == group, image.get_item_position(placed)], "wanted": [True, position]},
)
image.remove_layer(placed)

# A layer beside the corner: the objects come where they lie.

image.set_selected_layers([base])
base.set_offsets(7, 4)
got = []
for point in ("37,40", "77,34"):
    worked("select", image, points=point, source="layers", hard=True)
    _worked, _some, left, top, right, bottom = Gimp.Selection.bounds(image)
    got.append([left, top, right - left, bottom - top])
wanted = [[19, 22, 37, 37], [67, 24]]  # of the square, the engine may find the upper half
near = [abs(a - b) <= 2 for sides in zip(got, wanted, strict=True) for a, b in zip(*sides, strict=False)]
record("the disc and the square, where the layer lies", {"got": all(near) or got, "wanted": True})
image.delete()

# Only within the selection; kept or found again.

image = made(RGB, Gimp.Precision.U8_NON_LINEAR)
base = image.get_layers()[0]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 52, 14, 40, 44)
_count, ids, _names = worked("find", image, file=file("/tmp/b.maskpick"))
with_area = known_of(base, find=False)
with_area._done(
    with_area.session.find(
        with_area.pixels.shared(), area=Coverage(images.selected_coverage(image, Box(52, 14, 40, 44)), (52, 14, 40, 44))
    )
)
record("within the selection", {"got": ids, "wanted": ",".join(map(str, with_area.shown()))})
boxes = [with_area.masks[id].box for id in with_area.shown()]
record(
    "inside it",
    all(box.x >= 52 and box.y >= 14 and box.x + box.width <= 92 and box.y + box.height <= 58 for box in boxes),
)
stored = []
with_area.session.store(stored.append)
with_area._done(True)
Gimp.Selection.none(image)
(_count, everywhere, _names) = worked("find", image, file=file("/tmp/c.maskpick"))
record("what was found in a part is not taken for all", everywhere != ids)
about = kept.found_as(image)
kept.keep(image, stored[0], about)  # as if it had been found so: whoever gets these numbers has not found again
record("what is kept is used", {"got": worked("find", image, file=file("/tmp/d.maskpick"))[1], "wanted": ids})
record(
    "unless it is to be found again",
    {"got": worked("find", image, file=file("/tmp/d.maskpick"), fresh=True)[1], "wanted": everywhere},
)
kept.keep(image, stored[0], about)
write(base, "R'G'B' u8", bytes(20 * 20 * 3), (64, 24, 20, 20))
base.update(64, 24, 20, 20)
painted = worked("find", image, file=file("/tmp/e.maskpick"))[1]
with_area.close()
known = known_of(base)
record("or has been painted over", {"got": painted, "wanted": ",".join(map(str, known.shown()))})
known.close()

# A floating selection.

image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
Gimp.Selection.float(image, [base], 3, 3)
record("a floating selection", call("to-layers", image).told)
image.delete()

# Failing in the midst of placing.

image = made(RGB, Gimp.Precision.U8_NON_LINEAR)
before = state(image)
put_in, count = placing._Pieces._insert, []


def failing(pieces, piece, parent, position):
    count.append(piece)
    if len(count) == 4:
        raise MemoryError("by the test")
    put_in(pieces, piece, parent, position)


placing._Pieces._insert = failing
nodes = [Node(str(number), number, Box(0, 0, 2, 2), bytes(16), None) for number in range(5)]
try:
    placing.add_layers(image, nodes, "Objects")
except MemoryError:
    record("failing midway leaves all as it was", {"got": state(image) | {"undo": 0}, "wanted": before | {"undo": 0}})
record("and no step of undo open", {"got": bool(image.undo_group_end()), "wanted": False})
image.delete()
record("done", True)
