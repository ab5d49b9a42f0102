"""How long the view takes to follow the pointer, on the picture enlarged to twelve megapixels: see docs/figures.md."""

import time

WIDTH, HEIGHT = 4243, 2829


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    drive.image.scale(WIDTH, HEIGHT)
    started = time.perf_counter()
    drive.desk.look_again()
    drive.record("picture read and shown, s", round(time.perf_counter() - started, 2))
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.until(lambda: drive.session.thumbnail(1), "the list has its thumbnails")
    drive.record("objects", len(drive.session.file.masks))
    view = drive.panel.view
    paces = []
    paint = view._draw

    def timed(widget, context):
        wall, busy = time.perf_counter(), time.process_time()
        paint(widget, context)
        paces.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - busy)))
        return False

    view.disconnect_by_func(view._draw)
    view.connect("draw", timed)
    for place in ("fit", "zoomed"):
        if place == "zoomed":
            view.zoom(lambda camera: camera.zoom_by(5))
        yield from drive.rest()
        paces.clear()
        width, height = view.camera.view
        for x in range(20, width - 20, 45):
            for y in range(20, height - 20, 90):
                yield from drive.move(drive.on_screen(view, x, y))
        drive.record(place, {"frames": len(paces), **_told([busy for _wall, busy in paces])})
    for picked in ("panned", "panned with everything picked"):
        if picked == "panned":
            drive.picking.clear()
        else:
            drive.picking.pick(drive.session.file.masks)
        drive.session.picked()
        middle = drive.on_screen(view)
        yield from drive.move(middle)
        paces.clear()
        yield from drive.run("xdotool", "mousedown", 2)
        for step in range(1, 41):
            yield from drive.move((middle[0] + 6 * step, middle[1] + 4 * step))
        yield from drive.run("xdotool", "mouseup", 2)
        drive.record(picked, {"frames": len(paces), **_told([busy for _wall, busy in paces])})


def _told(times):
    times = sorted(times)
    return {"median ms": round(times[len(times) // 2], 1), "95 % ms": round(times[int(0.95 * len(times))], 1)}
