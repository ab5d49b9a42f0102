"""Find, hover, click, walk, lasso and the list: everything that is picked with the mouse and the keys."""

import cairo
from gi.repository import Gdk

HOUSE, DOOR, KNOB, TREE = 1, 2, 3, 4
IN_KNOB, IN_DOOR, IN_HOUSE, IN_TREE, BESIDE = (140, 258), (125, 300), (300, 120), (480, 200), (580, 380)

BESIDE_TRUNK = (520, 200)


def steps(drive):
    before = drive.state()
    drive.record("hint", drive.widget("maskpick-hint").get_visible())
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")

    yield from hovering(drive)
    yield from clicking(drive)
    yield from all_and_the_others(drive)
    yield from the_list(drive)
    yield from lassoing(drive)
    yield from moving(drive)
    drive.record("hint after", drive.widget("maskpick-hint").get_visible())
    drive.record("untouched", drive.state() == before)


def hovering(drive):
    picking = drive.picking
    yield from drive.move(drive.at(*IN_HOUSE))
    yield from drive.until(lambda: picking.hovered == HOUSE, "the house is hovered")
    yield from drive.move(drive.at(*IN_KNOB))
    yield from drive.until(lambda: picking.hovered == KNOB, "the knob is hovered")
    yield from drive.wheel(1, holding=["shift"])
    yield from drive.until(lambda: picking.hovered == DOOR, "the wheel walks to the door")
    yield from drive.key("Up")
    yield from drive.until(lambda: picking.hovered == HOUSE, "a key walks to the house")
    yield from drive.wheel(-1, holding=["alt"])
    yield from drive.until(lambda: picking.hovered == DOOR, "the wheel walks back")
    yield from drive.photograph("walked")
    yield from drive.click()
    yield from drive.until(lambda: picking.ids == (DOOR,), "what was walked to is picked")
    yield from drive.move(drive.at(*BESIDE))
    yield from drive.until(lambda: picking.hovered is None, "nothing is hovered beside everything")


def clicking(drive):
    picking = drive.picking
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.until(lambda: picking.ids == (TREE,), "a click picks one")
    yield from drive.click(drive.at(*IN_HOUSE), holding=["shift"])
    yield from drive.until(lambda: set(picking.ids) == {TREE, HOUSE}, "Shift adds")
    yield from drive.move(drive.at(*IN_DOOR))
    yield from drive.run("xdotool", "keydown", "alt")
    yield from drive.until(lambda: drive.panel.view.operation == "subtract", "Alt shows that it takes away")
    yield from drive.run("xdotool", "keyup", "alt")
    yield from drive.click(holding=["alt"])
    yield from drive.until(lambda: not picking.is_picked(*IN_DOOR) and picking.is_picked(*IN_HOUSE), "Alt takes away")
    yield from drive.click(drive.at(*IN_TREE), holding=["ctrl"])
    yield from drive.until(lambda: picking.ids == (HOUSE,), "Ctrl takes away, too")
    yield from drive.key("ctrl+z")
    yield from drive.until(lambda: set(picking.ids) == {TREE, HOUSE}, "a pick is taken back")
    yield from drive.key("ctrl+y")
    yield from drive.until(lambda: picking.ids == (HOUSE,), "and done again")
    yield from drive.until(lambda: drive.session.area is not None, "its size is known")
    drive.record("summary", drive.widget("maskpick-summary").get_text())
    yield from drive.key("Escape")
    yield from drive.until(lambda: not picking, "Esc lets go of everything")


def all_and_the_others(drive):
    picking = drive.picking
    yield from drive.key("ctrl+a")
    yield from drive.until(lambda: set(picking.ids) == {TREE, HOUSE}, "everything is picked")
    yield from drive.key("ctrl+shift+a")
    yield from drive.until(lambda: not picking, "nothing is picked")
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.key("ctrl+i")
    yield from drive.until(lambda: picking.ids == (HOUSE,), "all the others are picked")
    yield from drive.key("ctrl+i")
    yield from drive.until(lambda: picking.ids == (TREE,), "and the other way round")
    yield from drive.key("Escape")
    yield from drive.until(lambda: not picking, "Esc lets go of it")


def the_list(drive):
    picking, tree = drive.picking, drive.panel.list.tree
    drive.record("rows", [list(row)[2] for row in _rows(tree.get_model())])
    yield from drive.move(row_of(drive, TREE))
    yield from drive.until(lambda: picking.hovered == TREE, "the list points at an object")
    yield from drive.click()
    yield from drive.until(lambda: picking.ids == (TREE,), "a click in the list picks")
    yield from drive.click(row_of(drive, DOOR), holding=["ctrl"])
    yield from drive.until(lambda: set(picking.ids) == {TREE, DOOR}, "Ctrl picks another in the list")
    yield from drive.click(drive.at(*IN_HOUSE))
    yield from drive.until(lambda: drive.panel.list._selected_ids() == [HOUSE], "a click in the view picks in the list")
    yield from drive.push("maskpick-search")
    yield from drive.run("xdotool", "type", "knob")
    yield from drive.until(
        lambda: KNOB in drive.panel.list._places and TREE not in drive.panel.list._places, "a search"
    )
    drive.widget("maskpick-search").set_text("")
    yield from drive.until(lambda: TREE in drive.panel.list._places, "all are there again")
    drive.record("picked after the search", picking.ids)


def lassoing(drive):
    picking = drive.picking
    corners = [(100, 190), (200, 190), (200, 330), (100, 330), (100, 200)]
    yield from drive.drag([drive.at(*corner) for corner in corners])
    yield from drive.until(lambda: set(picking.ids) == {DOOR, KNOB}, "a lasso picks what it encloses")
    around_tree = [(400, 60), (580, 60), (580, 350), (400, 350), (400, 70)]
    yield from drive.drag([drive.at(*corner) for corner in around_tree], holding=["shift"])
    yield from drive.until(lambda: set(picking.ids) == {DOOR, KNOB, TREE}, "with Shift it adds what it encloses")
    yield from drive.drag([drive.at(*corner) for corner in around_tree], holding=["ctrl"])
    yield from drive.until(lambda: set(picking.ids) == {DOOR, KNOB}, "with Ctrl it takes it away")
    yield from drive.move(drive.at(400, 60))
    yield from drive.run("xdotool", "mousedown", 1)
    yield from drive.reach(drive.at(560, 60))
    yield from drive.reach(drive.at(560, 350))
    not_yet = colour(drive)
    yield from drive.reach(drive.at(400, 350))
    yield from drive.until(lambda: colour(drive)[2] < not_yet[2], "the tree turns orange")
    yield from drive.photograph("lasso")
    drive.record("the tree turns orange while the lasso encloses it", [not_yet, colour(drive)])
    yield from drive.key("Escape")
    yield from drive.run("xdotool", "mouseup", 1)
    yield from drive.rest()
    drive.record("after a lasso given up", sorted(picking.ids))


def colour(drive):
    """Red, green and blue of a point in the tree that the lasso has passed, as the window shows it."""
    x, y = drive.panel.view.camera.in_view(*BESIDE_TRUNK)
    return list(Gdk.pixbuf_get_from_window(drive.panel.view.get_window(), int(x), int(y), 1, 1).get_pixels()[:3])


def painted(view):
    """The pixels of what stays while the pointer moves."""
    pixels = cairo.ImageSurface(cairo.FORMAT_RGB24, *view.camera.view)
    context = cairo.Context(pixels)
    context.set_source_surface(view._still._surface)
    context.paint()
    pixels.flush()
    return bytes(pixels.get_data())


def moving(drive):
    camera = drive.panel.view.camera
    x, y = drive.at(480, 200)
    yield from drive.move((x, y))
    zoom = camera.zoom
    yield from drive.wheel(3)
    yield from drive.until(lambda: camera.zoom > 1.5 * zoom, "the wheel zooms")
    at = drive.at(480, 200)
    drive.record("stays under the pointer", abs(at[0] - x) <= 2 and abs(at[1] - y) <= 2)
    yield from drive.drag([(x, y), (x - 60, y - 40)], button=2)
    moved = drive.at(480, 200)
    drive.record("dragged by", [moved[0] - at[0], moved[1] - at[1]])
    drive.record("picked while dragged", sorted(drive.picking.ids))
    yield from drive.rest()
    shifted = painted(drive.panel.view)
    drive.panel.view._still.forget()
    drive.panel.view.queue_draw()
    yield from drive.until(lambda: drive.panel.view._still._surface, "it is painted anew")
    anew = painted(drive.panel.view)
    drive.record("off by when shifted", max(abs(a - b) for a, b in zip(shifted, anew, strict=True)))
    yield from drive.key("1")
    yield from drive.until(lambda: camera.percent == 100, "1 shows pixel by pixel")
    yield from drive.key("0")
    yield from drive.until(lambda: camera.fitting, "0 shows the whole picture")


def row_of(drive, id):
    """Where on the screen the row of an object is."""
    tree = drive.panel.list.tree
    path = tree.get_model().get_path(drive.panel.list._places[id])
    area = tree.get_cell_area(path, tree.get_column(0))
    x, y = tree.convert_bin_window_to_widget_coords(area.x + area.width // 2, area.y + area.height // 2)
    return drive.on_screen(tree, x, y)


def _rows(rows):
    for row in rows:
        yield row
        yield from _rows(row.iterchildren())
