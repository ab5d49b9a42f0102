"""A scenario: every result in a document with a window, undone and done again, each in one step; then all of them."""

import os
from pathlib import Path

import krita_made as made
from driver.qt import QtCore
from krita import Krita
from krita_results import disc_and_square

import maskpick_krita
from maskpick_krita import documents, selections

OUT = Path("/out")
WIDTH, HEIGHT = 160, 120


def state(document):
    """What undo has to bring back: layers, what is seen, what is selected."""
    nodes = sorted((node.uniqueId().toString(), node.name(), node.type()) for node in documents.layers_of(document))
    selection = document.selection()
    empty = selection is None or not (selection.width() and selection.height())
    kinds = [one for one in nodes if not (one[2] == "selectionmask" and one[1] == "Selection Mask")]
    selected = None if empty else bytes(selection.pixelData(0, 0, WIDTH, HEIGHT))
    return kinds, made.projection(document), selected


def _sum(selected):
    """How much is selected, in words."""
    return "nothing" if selected is None else f"{sum(selected) / 255:.0f} pixels"


def is_again(document, wanted):
    return lambda: state(document) == wanted


def once(document, action):
    """Undo or redo a step. Krita passes it over when it is busy drawing; then it is asked again, as a person would."""
    before, since = state(document), QtCore.QElapsedTimer()

    def taken():
        if state(document) != before:
            return True
        if not since.isValid() or since.elapsed() > 5000:
            document.waitForDone()
            action.trigger()
            since.restart()
        return False

    return taken


class Difference:
    """Says what was waited for, and what is still otherwise."""

    def __init__(self, what, document, wanted):
        self.what, self.document, self.wanted = what, document, wanted

    def __str__(self):
        nodes, seen, selected = state(self.document)
        missing, extra = set(self.wanted[0]) - set(nodes), set(nodes) - set(self.wanted[0])
        told = f"{self.what}; missing {missing}, too many {extra}"
        told = f"{told}; seen as before: {seen == self.wanted[1]}"
        return f"{told}; selected: {_sum(selected)}, before: {_sum(self.wanted[2])}"


def outlined(drive):
    """Whether there is a black line on the canvas, where no black is in the photo and the brush is elsewhere."""

    def look():
        x, y = drive.on_canvas(50.5, 60.5)
        left, top = drive.on_canvas(15.5, 25.5)
        seen = drive.window().screen().grabWindow(0, left, top, 2 * (x - left), 2 * (y - top)).toImage()
        dark = sum(
            seen.pixelColor(column, row).lightness() < 20
            for column in range(seen.width())
            for row in range(seen.height())
        )
        return dark > 40

    return look


def steps(drive):
    yield from drive.fill_screen()
    document = yield from drive.new_document(WIDTH, HEIGHT)
    layer = document.rootNode().childNodes()[0]
    layer.setPixelData((OUT / "photo.bgra").read_bytes(), 0, 0, WIDTH, HEIGHT)
    made.settle(document)
    document.setActiveNode(layer)
    undo, redo = (Krita.instance().action(f"edit_{what}") for what in ("undo", "redo"))

    source = os.environ["SOURCE"]
    objects = maskpick_krita.find(document, source, engine="local")
    disc, square = disc_and_square(objects)
    old = selections.version() < selections.UNDOABLE_FROM

    def many():
        objects.pick([disc, square])

    def one():
        objects.pick(disc)

    results = {
        "layers": (many, objects.to_layers, 1),
        "one layer": (one, objects.to_layers, 1),
        "all to layers": (one, lambda: objects.to_layers(everything=True), 1),
        "removed": (one, objects.remove, 1),
        "removed again": (many, objects.remove, 1),
        "selection": (one, objects.to_selection, 1),
        # Krita 5.2 takes the old selection away first.
        "more selection": (many, lambda: objects.to_selection("add"), 2 if old else 1),
        "less selection": (one, lambda: objects.to_selection("intersect"), 2 if old else 1),
        "nothing selected": (one, lambda: objects.to_selection("subtract"), 1),
        "layer masks": (many, objects.to_layer_masks, 1),
        "one layer mask": (one, objects.to_layer_masks, 1),
        "selection masks": (many, objects.to_selection_masks, 1),
        "one selection mask": (one, objects.to_selection_masks, 1),
        "mask of the layer": (one, objects.mask_layer, 1),
    }
    made_so_far = []

    def step_back(name, before, count):
        for _ in range(count):
            assert state(document) != before, f"{name} took fewer steps than {count}"
            yield from drive.until(once(document, undo), f"{name}: a step back")
        yield from drive.until(is_again(document, before), Difference(f"{name} is undone", document, before))

    def step_forward(name, after, count):
        for _ in range(count):
            yield from drive.until(once(document, redo), f"{name}: a step forward")
        yield from drive.until(is_again(document, after), Difference(f"{name} is done again", document, after))

    for name, (pick, make, count) in results.items():
        document.setActiveNode(layer)
        pick()
        before = state(document)
        make()
        made.settle(document)
        yield from drive.until(lambda: True, "Krita comes to itself")
        after = state(document)
        assert after != before, name
        if name == "nothing selected":
            assert before[2] is not None
            assert after[2] is None
        if name.startswith("removed") and source == "layer":
            assert documents.current_layer(document) == layer, f"{name} belongs to its layer"
        yield from step_back(name, before, count)
        yield from step_forward(name, after, count)
        made_so_far.append((name, before, after, count))
        drive.record(name, count)
    for name, before, _, count in reversed(made_so_far):
        yield from step_back(f"all, back to {name}", before, count)
    for name, _, after, count in made_so_far:
        yield from step_forward(f"all, on to {name}", after, count)
    for name, before, _, count in reversed(made_so_far):
        yield from step_back(f"all, back again to {name}", before, count)
    one()
    objects.to_selection()
    yield from drive.until(lambda: document.selection(), "something is selected")
    objects.close()
    yield from drive.until(outlined(drive), "the outline of the selection is drawn")
    drive.photograph("everything")
    drive.record("documents", len(Krita.instance().documents()))
