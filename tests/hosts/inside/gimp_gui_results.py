"""Everything that can be made of what is picked, each shown in GIMP at once, undone by one Ctrl+Z and redone by one."""

from gi.repository import Gegl, Gimp

HOUSE, DOOR, KNOB, TREE = 1, 2, 3, 4
IN_HOUSE, IN_TREE = (300, 120), (480, 200)


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.until(lambda: drive.image.get_parasite("maskpick-objects"), "they are kept with the image")
    yield from both(drive)
    for action in ("select", "layers", "layer-masks"):
        yield from done(drive, action)
    yield from removing(drive)
    yield from both(drive)
    yield from done(drive, "channels")
    yield from own_channel(drive)
    yield from selections(drive)


def both(drive):
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.click(drive.at(*IN_HOUSE), holding=["shift"])
    yield from drive.until(lambda: set(drive.picking.ids) == {HOUSE, TREE}, "two are picked")


def done(drive, action):
    """Do it, take it back, do it again and take it back once more, with GIMP's own keys in GIMP's own window."""
    before = drive.state()
    yield from drive.push(f"maskpick-{action}")
    yield from ended(drive, action, before)
    after = drive.state()
    drive.record(action, after)
    yield from drive.photograph_screen(f"made-{action}")
    # GIMP takes a new channel back without a layer selected, also its own: see `own_channel`.
    lost = ["selected"] if action == "channels" else []
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until_state(before, f"{action} is undone by one step", but=lost)
    yield from drive.in_gimp("ctrl+y")
    # Which layers are selected is not in GIMP's undo history: it selects what a redone step has put in.
    yield from drive.until_state(after, f"{action} is redone by one step", but=["selected"])
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until_state(before, f"{action} is undone again", but=lost)


def ended(drive, action, before):
    yield from drive.until(
        lambda: drive.session.error or (not drive.desk.working and drive.state() != before), f"{action} is done"
    )
    if drive.session.error:
        raise drive.session.error


def own_channel(drive):
    """What is selected once channels are undone: ours, and one that is made without us."""
    ours = drive.state()["selected"]
    image = drive.image
    image.set_selected_layers(image.get_layers())
    channel = Gimp.Channel.new(image, "own", *drive.session.file.size, 50.0, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until(lambda: not image.get_channels(), "it is undone")
    drive.record("selected after channels", {"ours": ours, "own": drive.state()["selected"]})
    image.set_selected_layers(image.get_layers())


def selections(drive):
    """The house, the tree added, the house subtracted, and the tree intersected: the tree."""
    states = []
    for place, action in ((IN_HOUSE, "select"), (IN_TREE, "select-add"), (IN_HOUSE, "select-subtract")):
        before = drive.state()
        yield from drive.click(drive.at(*place))
        yield from drive.push(f"maskpick-{action}")
        yield from ended(drive, action, before)
        states.append(drive.selected_box())
    yield from both(drive)
    yield from drive.push("maskpick-select-intersect")
    yield from drive.until(lambda: not drive.desk.working, "intersected")
    states.append(drive.selected_box())
    drive.record("selections", states)


def removing(drive):
    """What is removed is gone from the view as well."""
    drawn = drive.panel.view._picture
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.until(lambda: drive.picking.ids == (TREE,), "the tree is picked")
    yield from done(drive, "remove")
    drive.record("drawn anew", drive.panel.view._picture is not drawn)
    yield from drive.until(lambda: not drive.session.stale, "what was undone in GIMP is seen: nothing is out of date")
    drive.record("picked after", drive.picking.ids)
    drive.record("nothing to remove", not drive.widget("maskpick-remove").get_sensitive())
