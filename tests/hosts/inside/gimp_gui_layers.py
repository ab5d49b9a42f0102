"""Objects are found in a selected layer: what is made of them comes right above it, and procedures know them."""

from gi.repository import Gimp, Gio
from gimp_calls import pixels, sha

from maskpick_bridge import Box
from maskpick_gimp import kept
from maskpick_gimp.images import LAYERS, Seen

TREE = 4
IN_HOUSE, IN_TREE = (300, 120), (480, 200)


def steps(drive):
    image = drive.image
    top = Gimp.Layer.new(image, "top", 600, 400, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    photo = image.get_layers()[0]
    image.insert_layer(top, None, 0)
    image.set_selected_layers([photo])
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    drive.widget("maskpick-source").set_active_id("layers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.until(lambda: image.get_parasite("maskpick-objects"), "they are kept with the image")
    drive.record("found as", kept.found_as(image))
    image.set_selected_layers([top])
    yield from drive.click(drive.at(*IN_TREE))
    for made, action in enumerate(("layers", "layer-masks", "remove"), 3):
        yield from drive.push(f"maskpick-{action}")
        yield from drive.until(
            lambda made=made: drive.session.error or (len(image.get_layers()) == made and not drive.desk.working),
            action,
        )
        if drive.session.error:
            raise drive.session.error
    patch = image.get_layers()[3]
    yield from drive.until(lambda: TREE in drive.session.stale, "what was removed is out of date")
    yield from drive.click(drive.at(*IN_HOUSE))
    yield from drive.push("maskpick-remove")
    yield from drive.until(lambda: len(image.get_layers()) == 6 and not drive.desk.working, "the house is removed, too")
    drive.record("layers", [layer.get_name() for layer in image.get_layers()])
    yield from saved_and_opened(drive, photo, patch)


def saved_and_opened(drive, photo, patch):
    """What is seen of the layer: without what was removed, also once the image has been saved and opened."""
    file = Gio.File.new_for_path("/tmp/patches.xcf")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, drive.image, file, None)
    opened = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    again = opened.get_layer_by_name(photo.get_name())
    record = {"first": corner(Seen(drive.image, LAYERS, [photo])), "opened": corner(Seen(opened, LAYERS, [again]))}
    patch.set_visible(False)
    record["hidden"] = corner(Seen(drive.image, LAYERS, [photo]))
    drive.record("tree", record)
    drive.record("patch", corner(patch, patch.get_offsets()[1:]))
    drive.record("photo", corner(photo))
    opened.delete()
    yield from drive.rest()


def corner(of, offsets=(0, 0)):
    """The bytes of a box in the tree."""
    x, y = IN_TREE[0] - offsets[0], IN_TREE[1] - offsets[1]
    if isinstance(of, Seen):
        with of as seen:
            return sha(seen.cut(Box(x, y, 20, 20)))
    return sha(pixels(of, "R'G'B'A u8", (x, y, 20, 20)))
