"""A post is removed alone, and with the shadow it casts, if it casts any."""

from pathlib import Path

from gi.repository import Gdk
from gimp_calls import box_of, pixels

POST, IN_SHADOW, BESIDE = (140, 100), (180, 167), (20, 20)


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the post is found")
    yield from drive.until(lambda: drive.image.get_parasite("maskpick-objects"), "it is kept with the image")
    yield from picked(drive)
    yield from removed(drive, "alone")
    yield from picked(drive)
    yield from drive.until(lambda: drive.session.idle, "its shadow has been looked for")
    yield from drive.move(drive.at(*BESIDE))
    bare = colour(drive)
    yield from drive.push("maskpick-with-shadow")
    yield from drive.until(lambda: drive.desk.options.with_shadow, "the shadow is wanted")
    yield from drive.move(drive.at(*BESIDE))
    if drive.session.shadows.count:
        yield from drive.until(lambda: colour(drive) != bare, "the shadow is shown")
    yield from drive.photograph("with-shadow")
    drive.record("shown", colour(drive) != bare)
    yield from removed(drive, "with its shadow")
    drive.record("said", drive.saying())


def picked(drive):
    yield from drive.click(drive.at(*POST))
    yield from drive.until(lambda: drive.picking.ids == (1,), "it is picked")


def removed(drive, name):
    """Remove it, write down what was filled, and take it back with one step."""
    before = drive.state()
    yield from drive.push("maskpick-remove")
    yield from drive.until(
        lambda: drive.session.error or (not drive.desk.working and drive.state() != before), f"it is removed {name}"
    )
    if drive.session.error:
        raise drive.session.error
    layer = drive.image.get_layers()[0]
    drive.record(name, [layer.get_name(), box_of(layer)])
    Path(f"/out/{name}.raw").write_bytes(bytes(pixels(layer, "R'G'B'A u8")))
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until_state(before, f"{name} is undone by one step")


def colour(drive):
    """Red, green and blue of a point in the shadow, as the window shows it."""
    x, y = drive.panel.view.camera.in_view(*IN_SHADOW)
    return list(Gdk.pixbuf_get_from_window(drive.panel.view.get_window(), int(x), int(y), 1, 1).get_pixels()[:3])
