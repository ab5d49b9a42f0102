"""What the programs in GIMP share: calling procedures as scripts do, looking at images, writing down what was seen."""

import hashlib
import json
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
gi.require_version("Babl", "0.1")
from gi.repository import Gegl, Gimp, Gio, GLib  # noqa: E402

from maskpick_bridge import Connection, Pixels  # noqa: E402
from maskpick_bridge.session import Edge, Session  # noqa: E402

NONINTERACTIVE, INTERACTIVE = Gimp.RunMode.NONINTERACTIVE, Gimp.RunMode.INTERACTIVE
WITH_LAST_VALS = Gimp.RunMode.WITH_LAST_VALS
RECORDED = Path("/out/recorded.json")
_records = {}


def record(name, value):
    """Write something down for the test outside."""
    _records[name] = value
    RECORDED.write_text(json.dumps(_records), "utf-8")


def load(path):
    return Gimp.file_load(NONINTERACTIVE, Gio.File.new_for_path(str(path)))


def file(path):
    return Gio.File.new_for_path(str(path))


class Answer:
    """How a procedure ended: its status by name, its values, and its words if it failed."""

    def __init__(self, status, values, error):
        self.status, self.values, self.error = status, values, error

    @property
    def told(self):
        return [self.status, self.error]


def call(name, image, mode=NONINTERACTIVE, **arguments):
    """Call plug-in-maskpick-NAME. The words of an argument's name are joined by underscores."""
    procedure = Gimp.get_pdb().lookup_procedure(f"plug-in-maskpick-{name}")
    config = procedure.create_config()
    config.set_property("run-mode", mode)
    config.set_property("image", image)
    config.set_core_object_array("drawables", image.get_selected_drawables())
    for argument, value in arguments.items():
        config.set_property(argument.replace("_", "-"), value)
    result = procedure.run(config)
    statuses = {
        int(Gimp.PDBStatusType.SUCCESS): "success",
        int(Gimp.PDBStatusType.EXECUTION_ERROR): "error",
        int(Gimp.PDBStatusType.CALLING_ERROR): "calling error",
        int(Gimp.PDBStatusType.CANCEL): "cancelled",
    }
    status = statuses[int(result.index(0))]
    worked = status == "success"
    values = [result.index(place) for place in range(1, result.length())] if worked else []
    return Answer(status, values, "" if worked else Gimp.get_pdb().get_last_error())


def worked(name, image, mode=NONINTERACTIVE, **arguments):
    """Call a procedure; its values."""
    answer = call(name, image, mode, **arguments)
    assert answer.status == "success", f"{name}: {answer.status}: {answer.error}"
    return answer.values


def pixels(drawable, form=None, box=None):
    """A drawable's bytes: all of them, or those of a box in its own coordinates."""
    box = box or (0, 0, drawable.get_width(), drawable.get_height())
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, form, Gegl.AbyssPolicy.NONE)


def sha(data):
    return hashlib.sha256(bytes(data)).hexdigest()[:16]


def visible(image, form=None):
    """What is seen of an image, as bytes of its own format."""
    layer = Gimp.Layer.new_from_visible(image, image, "seen")
    data = pixels(layer, form)
    layer.delete()
    return data


def tree(layers, form="R'G'B'A u8"):
    """Layers bottom to top: [name, box, hash of their pixels, hash of their masks], or [name, what is in it]."""
    told = []
    for layer in reversed(layers):
        if layer.is_group():
            told.append([layer.get_name(), tree(layer.get_children(), form)])
        else:
            mask = layer.get_mask()
            covers = sha(pixels(mask, "Y u8")) if mask is not None else None
            told.append([layer.get_name(), box_of(layer), sha(pixels(layer, form)), covers])
    return told


def box_of(layer):
    _worked, x, y = layer.get_offsets()
    return [x, y, layer.get_width(), layer.get_height()]


def state(image):
    """All of an image that a failure must not touch."""
    _worked, some, *bounds = Gimp.Selection.bounds(image)
    return {
        "layers": tree(image.get_layers()),
        "channels": [[one.get_name(), sha(pixels(one))] for one in image.get_channels()],
        "selection": [some, *bounds, sha(pixels(image.get_selection()))],
        "selected": [one.get_name() for one in image.get_selected_layers()],
        "seen": sha(visible(image)),
        "undo": image.is_dirty(),
    }


class Known:
    """The worker's own answers for a picture, over the bridge and without GIMP's part."""

    def __init__(self, given, find=True):
        self.connection = Connection("a test", lambda: GLib.idle_add(self.connection.pump))
        self.session = Session(self.connection, lambda _what: None, shows=False)
        self.pixels = given
        if find:
            self._done(self.session.find(given.shared()))

    @property
    def masks(self):
        return self.session.file.masks

    def shown(self):
        return list(self.session.picking.shown(self.masks))

    def pick(self, ids):
        self.session.picking.pick(ids)

    def middle(self, id):
        """A pixel of an object, somewhere in its middle."""
        left, top, width, height = self.masks[id].box
        inside = [
            (x, y)
            for y in range(top, top + height)
            for x in range(left, left + width)
            if id in self.session.file.at(x, y)
        ]
        return inside[len(inside) // 2]

    def find_at(self, inside, outside):
        self.session.picking.clear()
        self.session.clicks.find(inside, outside, self.pixels.shared())
        self._done(True)

    def cut(self, edge, each=False):
        self.session.set_edge(edge)
        made = []
        self._done(self.session.cut(made.extend, each=each, read=self.pixels.shared))
        return made

    def layers(self, everything=False, edge=None):
        self.session.set_edge(edge or Edge())
        made = []
        self._done(self.session.layers(self.pixels.shared(), made.extend, everything=everything))
        return made

    def remove(self, coverage=None, with_shadow=False):
        made = []
        about = {"coverage": coverage, "with_shadow": with_shadow}
        self._done(self.session.remove(self.pixels.shared(), made.append, **about))
        return made[0]

    def close(self):
        self.session.close()
        self.connection.close()
        assert self.connection.join(60), "the worker did not end"

    def _done(self, begun):
        assert begun
        while not self.session.idle:
            GLib.MainContext.default().iteration(True)
        if self.session.error is not None:
            raise self.session.error


def known_of(layer, form="R'G'B' u8", worker="rgb8", linear=False, find=True):
    """The worker's answers for a layer that is all of an image."""
    size = layer.get_width(), layer.get_height()
    return Known(Pixels(pixels(layer, form), *size, worker, linear=linear), find)


def nodes_told(nodes):
    """The worker's layers as `tree` tells of GIMP's."""
    return [
        [node.name, list(node.box), sha(node.data), None] if node.nodes is None else [node.name, nodes_told(node.nodes)]
        for node in nodes
    ]
