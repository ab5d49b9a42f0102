"""What following the pointer and panning cost the dialog's thread, on a picture enlarged to twelve megapixels.

For benchmarks/gimp_dialog.py.
"""

import time

WIDTH, HEIGHT = 4243, 2829
PANNED = 40
"""Frames of panning."""


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    drive.image.scale(WIDTH, HEIGHT)
    started = time.perf_counter()
    drive.desk.look_again()
    drive.record("opened", time.perf_counter() - started)
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found", 600)
    yield from drive.until(lambda: drive.session.thumbnail(1), "the list has its thumbnails", 600)
    drive.record("objects", len(drive.session.file.masks))
    frames = Frames(drive.panel.view)
    told = {}
    told["hover, fit to the window"] = yield from hovered(drive, frames)
    drive.panel.view.zoom(lambda camera: camera.zoom_by(5))
    told["hover, zoomed in"] = yield from hovered(drive, frames)
    told["panned"] = yield from panned(drive, frames)
    drive.picking.pick(drive.session.file.masks)
    drive.session.picked()
    told["hover, everything picked"] = yield from hovered(drive, frames)
    told["panned, everything picked"] = yield from panned(drive, frames)
    drive.record("frames", told)


class Frames:
    """Times of a view's frames: of what moves of the mouse bring about, and of the drawing that follows."""

    def __init__(self, view):
        self.milliseconds = []
        self._spent = 0.0
        draw, moved = view._draw, view._moved

        def timed_draw(widget, context):
            self._spent += taken(draw, widget, context)
            self.milliseconds.append(1000 * self._spent)
            self._spent = 0.0
            return False

        def timed_move(widget, event):
            self._spent += taken(moved, widget, event)
            return True

        view.disconnect_by_func(draw)
        view.disconnect_by_func(moved)
        view.connect("draw", timed_draw)
        view.connect("motion-notify-event", timed_move)


def taken(work, *given):
    """Seconds of the processor that this thread takes for it."""
    started = time.thread_time()
    work(*given)
    return time.thread_time() - started


def hovered(drive, frames):
    view = drive.panel.view
    yield from drive.rest()
    frames.milliseconds.clear()
    width, height = view.camera.view
    for x in range(20, width - 20, 45):
        for y in range(20, height - 20, 90):
            yield from drive.move(drive.on_screen(view, x, y))
    return summed_up(frames.milliseconds)


def panned(drive, frames):
    x, y = drive.on_screen(drive.panel.view)
    yield from drive.move((x, y))
    frames.milliseconds.clear()
    yield from drive.run("xdotool", "mousedown", 2)
    for step in range(1, PANNED + 1):
        yield from drive.move((x + 6 * step, y + 4 * step))
    yield from drive.run("xdotool", "mouseup", 2)
    return summed_up(frames.milliseconds)


def summed_up(times):
    times = sorted(times)
    return {
        "frames": len(times),
        "median": times[len(times) // 2],
        "p95": times[int(0.95 * len(times))],
        "most": times[-1],
    }
