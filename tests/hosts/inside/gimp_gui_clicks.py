"""The right button, and the two buttons beside the picture, put right what was picked: "not this", "this too"."""

from maskpick_bridge import MaskFile
from maskpick_gimp import kept

HOUSE, DOOR, TREE = 1, 2, 4
IN_HOUSE, IN_DOOR, IN_TREE, GRASS = (210, 200), (125, 300), (480, 200), (40, 380)
POINTS = (IN_TREE, IN_HOUSE, IN_DOOR, GRASS)
RIGHT = 3


def steps(drive):
    before = drive.state()
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines and drive.session.idle, "the objects are found")
    yield from drive.click(drive.at(*GRASS), button=RIGHT)
    yield from drive.until(lambda: drive.desk.notice, "without a pick the right button says what it is for")
    drive.record("said", drive.saying())
    drive.desk.put_away()
    yield from drive.rest()
    yield from by_the_right_button(drive)
    yield from back_and_forth(drive)
    yield from by_the_buttons(drive)
    drive.record("untouched", drive.state() == before)
    yield from a_layer(drive)
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.until(lambda: drive.picking.ids == (TREE,), "a click picks again")
    drive.record("points at the end", drive.session.clicks.points)
    drive.record("all are there", {HOUSE, DOOR, TREE} <= {*drive.session.file.masks})


def by_the_right_button(drive):
    session, picking = drive.session, drive.picking
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.until(lambda: picking.ids == (TREE,), "a click picks the tree")
    yield from drive.click(drive.at(*IN_HOUSE), button=RIGHT, holding=["shift"])
    yield from drive.until(lambda: counts(session) == (2, 0), "its two points are shown")
    yield from drive.until(lambda: picking.ids not in ((TREE,), ()) and session.idle, "the house has come to the tree")
    [both] = picking.ids
    drive.record("both", [both in session.file.at(*point) for point in POINTS])
    yield from drive.click(drive.at(*IN_DOOR), button=RIGHT)
    yield from drive.until(lambda: counts(session) == (2, 1), "the point outside is shown")
    yield from drive.until(lambda: both not in session.file.at(*IN_DOOR) and session.idle, "the door is gone")
    drive.record("without the door", [both in session.file.at(*point) for point in POINTS])
    drive.record("named", session.file.masks[both].name)
    yield from drive.until(lambda: both in drive.panel.list._places, "it is in the list")
    yield from drive.move(drive.at(580, 30))
    yield from drive.photograph("clicks")
    yield from drive.until(lambda: both in known(drive.image), "it is kept with the image")


def back_and_forth(drive):
    """One click after another is taken back, and done again."""
    session, picking = drive.session, drive.picking
    [both] = picking.ids
    yield from drive.key("ctrl+z")
    yield from drive.until(lambda: both in session.file.at(*IN_DOOR) and session.idle, "the door is back")
    drive.record("points after one", counts(session))
    yield from drive.key("ctrl+z")
    yield from drive.until(lambda: picking.ids == (TREE,), "the tree alone is picked again")
    drive.record("points after two", counts(session))
    yield from drive.key("ctrl+y")
    yield from drive.until(lambda: picking.ids == (both,), "both are picked again")


def by_the_buttons(drive):
    """A click on the picture, with a button down, says the same; Esc lets clicks pick again."""
    session, picking = drive.session, drive.picking
    yield from drive.push("maskpick-not-this")
    yield from drive.until(lambda: drive.panel.view.put_right, "clicks mean: not this")
    yield from drive.move(drive.at(*IN_DOOR))
    yield from drive.photograph("not-this")
    yield from drive.click()
    yield from drive.until(lambda: counts(session) == (0, 1), "the point is shown")
    yield from drive.until(lambda: session.idle and picking.ids, "the engine has answered")
    [made] = picking.ids
    drive.record("by the button", [made in session.file.at(*point) for point in POINTS])
    yield from drive.push("maskpick-this-too")
    yield from drive.until(lambda: not drive.widget("maskpick-not-this").get_active(), "the other button comes up")
    yield from drive.click(drive.at(*IN_DOOR))
    yield from drive.rest()
    drive.record("a point is one or the other", counts(session))
    yield from drive.key("Escape")
    yield from drive.until(lambda: not drive.panel.view.put_right, "Esc lets clicks pick again")
    drive.record("picked after Esc", list(picking.ids) == [made])


def a_layer(drive):
    """What is made of it is made of what the clicks came to, in one step."""
    before, [id] = drive.state(), drive.picking.ids
    yield from drive.push("maskpick-layers")
    yield from drive.until(lambda: drive.state() != before and not drive.desk.working, "a layer is made")
    [layer] = drive.image.get_layers()[0].get_children()
    drive.record("layer", [layer.get_name(), drive.session.file.masks[id].name])
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until_state(before, "the layer is undone by one step")


def counts(session):
    return tuple(map(len, session.clicks.points))


def known(image):
    """The objects that the image keeps."""
    data = kept.kept(image)
    return MaskFile(data).masks if data else {}
