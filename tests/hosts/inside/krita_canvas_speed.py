"""A scenario that measures picking on the canvas: see benchmarks/canvas.py."""

import statistics
import time

from driver.qt import QtCore, QtGui, QtWidgets
from krita import Krita
from krita_canvas_scene import Scene

from maskpick_krita.overlay import Overlay

MOVES = 60
PICKED = 40
FRAMES = 30
NOTHING = QtCore.Qt.MouseButton.NoButton


class Paints:
    """How long the overlay's painting has taken: milliseconds of the processor, in Krita's own thread."""

    def __init__(self):
        self.times = []
        painted = Overlay.paintEvent

        def measured(overlay, event):
            began = time.thread_time()
            painted(overlay, event)
            self.times.append(1000 * (time.thread_time() - began))

        Overlay.paintEvent = measured

    def taken(self):
        times, self.times = self.times, []
        return sum(times)


def steps(drive):
    paints = Paints()
    yield from drive.fill_screen()
    yield from drive.open("/out/photo.png")
    scene = Scene(drive, "photo")
    scene.begin()
    view = Krita.instance().activeWindow().activeView()
    for name, zoom in (("fitted", None), ("100 %", 1.0), ("400 %", 4.0)):
        if zoom:
            view.canvas().setZoomLevel(zoom)
        yield from scene.still()
        scene.picking.clear()
        drive.record(f"{name}: hover", (yield from moves(drive, scene, paints)))
        scene.picking.pick(list(scene.session.file.masks)[:PICKED])
        drive.record(f"{name}: hover, {PICKED} picked", (yield from moves(drive, scene, paints)))
        drive.record(f"{name}: view panned, {PICKED} picked", (yield from pans(drive, scene, paints)))
        drive.record(f"{name}: at rest again, {PICKED} picked", drawn_anew(scene))
    drive.record("look at rest", summary([timed(scene.picker._tick) for _ in range(200)]))
    view = None


def moves(drive, scene, paints):
    """The pointer in steps over the whole canvas: the event handled, and what it changed painted."""
    canvas = drive.canvas()
    times, changes = [], 0
    for step in range(MOVES):
        at = QtCore.QPointF(step * 7919 % canvas.width(), step * 104_729 % canvas.height())
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, at, at, NOTHING, NOTHING, QtCore.Qt.KeyboardModifier.NoModifier
        )
        before = scene.picking.hovered
        yield from drive.until(lambda: True, "Krita has had its turn")
        paints.taken()
        handled = timed(lambda event=event: QtWidgets.QApplication.sendEvent(canvas, event))
        changed = scene.picking.hovered != before
        changes += changed
        if changed:
            yield from drive.until(lambda: paints.times, "the overlay is painted")
        times.append(handled + paints.taken())
    return {**summary(times), "changes": changes}


def pans(drive, scene, paints):
    """A frame of panning each: the overlay follows the view, and is painted."""
    area = drive.canvas()
    while not isinstance(area, QtWidgets.QAbstractScrollArea):
        area = area.parentWidget()
    bars = area.horizontalScrollBar(), area.verticalScrollBar()
    times = []
    for step in range(1, FRAMES + 1):
        before = drive.image_to_canvas()
        for bar in bars:
            bar.setValue(bar.value() + (7 if step <= FRAMES // 2 else -7))
        assert drive.image_to_canvas() != before
        paints.taken()
        followed = timed(scene.picker.look)
        yield from drive.until(lambda: paints.times, "the overlay is painted")
        times.append(followed + paints.taken())
    return summary(times)


def drawn_anew(scene):
    """The parts in which all overlays are drawn as they are to stay, once the view is at rest."""
    overlay = scene.overlays()[0]
    times = []
    for _ in range(12):
        overlay._picked._about = overlay._hovered._about = ()
        times.append(timed(scene.picker.look))
        while overlay._picked._drawing is not None:
            times.append(timed(scene.picker.look))
    return summary(times)


def timed(work):
    began = time.thread_time()
    work()
    return 1000 * (time.thread_time() - began)


def summary(times):
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p95": ordered[int(0.95 * len(ordered))], "most": ordered[-1]}
