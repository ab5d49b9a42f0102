"""A thing with hair becomes a selection, a layer and a layer mask, with a hard edge and with a fine one."""

from pathlib import Path

from gimp_calls import box_of, pixels

OUT = Path("/out")
MIDDLE = (80, 80)


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the thing is found")
    yield from drive.until(lambda: drive.image.get_parasite("maskpick-objects"), "it is kept with the image")
    yield from drive.click(drive.at(*MIDDLE))
    yield from drive.until(lambda: drive.picking.ids == (1,), "it is picked")
    yield from choose(drive, "hard", "Down")
    yield from made(drive, "select", lambda image: write("hard", image.get_selection(), "Y u8"))
    yield from choose(drive, "fine", "End")
    yield from drive.until(lambda: drive.session.preview_is_fine, "the outline shows the fine edge")
    drive.record("pixels", drive.session.area)
    yield from drive.photograph("fine-edge")
    yield from made(drive, "select", lambda image: write("fine", image.get_selection(), "Y u8"))
    yield from made(drive, "layers", lambda image: cut_out(drive, "layer", image))
    yield from made(drive, "layer-masks", lambda image: masked(drive, image))
    drive.record("edge", drive.desk.options.edge)


def choose(drive, kind, key):
    """Take a kind of edge from the list, by its keys."""
    combo = drive.widget("maskpick-edge")
    yield from drive.click(drive.on_screen(combo))
    yield from drive.until(lambda: combo.get_property("popup-shown"), "the list is open")
    yield from drive.key(key)
    yield from drive.key("Return")
    yield from drive.until(lambda: combo.get_active_id() == kind, f"the edge is {kind}")


def made(drive, action, look):
    """Make it, look at it, and take it back with one step."""
    before = drive.state()
    yield from drive.push(f"maskpick-{action}")
    yield from drive.until(
        lambda: drive.session.error or (not drive.desk.working and drive.state() != before), f"{action} is done"
    )
    if drive.session.error:
        raise drive.session.error
    look(drive.image)
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until_state(before, f"{action} is undone by one step")


def cut_out(drive, name, image):
    [layer] = image.get_layers()[0].get_children()
    drive.record(name, box_of(layer))
    write(name, layer, "R'G'B'A u8")


def masked(drive, image):
    [layer] = image.get_layers()[0].get_children()
    drive.record("mask", box_of(layer))
    write("mask", layer.get_mask(), "Y u8")


def write(name, drawable, form):
    (OUT / f"{name}.raw").write_bytes(bytes(pixels(drawable, form)))
