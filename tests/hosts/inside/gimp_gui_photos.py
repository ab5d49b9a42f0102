"""The pictures of docs/gimp.md: see `tests/hosts/photograph_gimp.py`."""

CUP = (330, 60)
SPOON = (380, 310)
HANDLE = (413, 86)
RIGHT = 3


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines and drive.session.thumbnail(1), "the objects are found")
    drive.desk.put_away()
    yield from drive.move(drive.at(*SPOON))
    yield from largest_below(drive, 9000)
    yield from drive.photograph("gimp-hover")
    yield from drive.click()
    yield from drive.move(drive.at(*CUP))
    yield from largest_below(drive, 40000)
    yield from drive.click(holding=["shift"])
    yield from drive.until(lambda: len(drive.picking.ids) == 2, "two are picked")
    yield from drive.move(drive.at(150, 260))
    yield from drive.photograph("gimp-pick")
    yield from drive.push("maskpick-layers")
    yield from drive.until(lambda: len(drive.image.get_layers()) > 1 and not drive.desk.working, "there are layers")
    yield from drive.key("Escape")
    yield from drive.move(drive.at(*SPOON))
    yield from largest_below(drive, 9000)
    yield from drive.click()
    yield from drive.click(drive.at(*HANDLE), button=RIGHT, holding=["shift"])
    yield from drive.until(lambda: any(drive.session.clicks.points), "its handle, too")
    yield from drive.until(lambda: drive.session.idle, "the handle has come to the spoon")
    yield from drive.move(drive.on_screen(drive.widget("maskpick-summary")))
    yield from drive.until(lambda: drive.picking.hovered is None, "the pointer is beside the picture")
    yield from drive.photograph("gimp-clicks")
    yield from drive.push("maskpick-remove")
    yield from drive.until(lambda: len(drive.image.get_layers()) > 2 and not drive.desk.working, "the spoon is gone")
    yield from drive.until(lambda: drive.session.stale, "the list tells what is out of date")
    yield from drive.photograph("gimp-remove")


def largest_below(drive, area):
    """Turn the wheel until the largest object under the pointer that is smaller than ``area`` pixels is meant."""
    picking = drive.picking
    yield from drive.until(lambda: picking.stack, "there is something under the pointer")
    fitting = [id for id in picking.stack if picking.file.masks[id].area < area]
    turns = picking.stack.index(fitting[-1]) - picking.stack.index(picking.hovered) if fitting else 0
    if turns:
        yield from drive.wheel(turns, holding=["shift"])
