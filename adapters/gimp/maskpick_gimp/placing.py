"""Results in their places: selections, layers, masks and channels. Each function is exactly one step of undo.

What may fail is done first, beside the image; then the pieces are put in. If that fails all the same they are taken
out again, and the step is closed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple

from gi.repository import Babl, Gegl, Gimp

from maskpick_bridge import ADD, INTERSECT, REPLACE, SUBTRACT, Box, Filled, MaskInfo, Node, Part
from maskpick_bridge.words import _
from maskpick_gimp import patches
from maskpick_gimp.images import Seen, exchange, refuse_floating
from maskpick_gimp.running import Refused

OPERATIONS = {
    REPLACE: Gimp.ChannelOps.REPLACE,
    ADD: Gimp.ChannelOps.ADD,
    SUBTRACT: Gimp.ChannelOps.SUBTRACT,
    INTERSECT: Gimp.ChannelOps.INTERSECT,
}
COLOURS = ("#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#911eb4", "#46f0f0", "#f032e6", "#bcf60c", "#008080")
"""Of channels, one after another."""


def select(image: Gimp.Image, part: Part | None, operation: str = REPLACE) -> None:
    """Make a part the selection, or change the selection by it; None is a part that is empty."""
    channel = _channel(image, _("Objects"), part)
    with _same_selected(image), _plain_context():
        # GIMP selects by what is in the image only. Were the coming and going of the channel in the undo history, going
        # back through it would select no layer any more.
        with _unrecorded(image):
            _must(image.insert_channel(channel, None, 0))
        try:
            _must(image.select_item(OPERATIONS[operation], channel))
        finally:
            with _unrecorded(image):
                image.remove_channel(channel)


def add_layers(
    image: Gimp.Image, nodes: Sequence[Node], name: str, above: Sequence[Gimp.Layer] = ()
) -> Gimp.GroupLayer:
    """Put a group with layers on top of the image, or right above the topmost of the layers ``above``.

    ``nodes`` are bottom to top, their pixels in the format of `exchange`.
    """
    with _Pieces(image) as pieces:
        ready = [pieces.of(node) for node in nodes]
        return pieces.put(_Piece(pieces.group(name), ready), above)


def add_masked_layers(
    image: Gimp.Image, parts: Sequence[Part], seen: Seen, name: str, above: Sequence[Gimp.Layer] = ()
) -> Gimp.GroupLayer:
    """Put a group with a layer for each part in the image: what is seen in its box, with its coverage as a layer mask.

    ``parts`` are bottom to top.
    """
    with _Pieces(image) as pieces:
        ready = []
        for part in parts:
            layer = pieces.layer(part.name, part.box, seen.cut(part.box))
            _add_mask(layer, part)
            ready.append(_Piece(layer))
        return pieces.put(_Piece(pieces.group(name), ready), above)


def largest_first(parts: Iterable[Part], masks: Mapping[int, MaskInfo]) -> list[Part]:
    """Parts, each of one object, in the order for `add_masked_layers`: none is hidden by another that it lies on."""
    return sorted(parts, key=lambda part: -masks[part.id].area if part.id is not None else 0)


def add_filled(image: Gimp.Image, filled: Filled, above: Sequence[Gimp.Layer] = ()) -> Gimp.Layer:
    """Put what was filled in the image, as a layer of its box alone: a patch of the layers ``above``."""
    with _Pieces(image) as pieces:
        patch = pieces.layer(filled.name, filled.box, filled.data)
        patches.note(patch, above)
        return pieces.put(_Piece(patch), above)


def mask_layer(layer: Gimp.Layer, part: Part) -> None:
    """Give a layer a mask that shows only the part. Raises `Refused` where it has one already."""
    if layer.get_mask() is not None:
        what = _("The layer “{name}” has a mask already.").format(name=layer.get_name())
        raise Refused(what, _("Apply or delete it first, or make layers of the objects."))
    with _one_step(layer.get_image()):
        _add_mask(layer, part)


def add_channels(image: Gimp.Image, parts: Sequence[Part]) -> list[Gimp.Channel]:
    """Put a channel for each part in the image, the first on top; the layers that are selected stay so."""
    loose = [_channel(image, part.name, part, COLOURS[place % len(COLOURS)]) for place, part in enumerate(parts)]
    placed: list[Gimp.Channel] = []
    with _one_step(image), _same_selected(image):
        try:
            while loose:
                _must(image.insert_channel(loose[0], None, len(placed)))
                placed.append(loose.pop(0))
        except BaseException:
            for channel in placed:
                image.remove_channel(channel)
            for channel in loose:
                channel.delete()
            raise
    return placed


class _Piece(NamedTuple):
    """A layer that is ready, or a group and what goes into it, bottom to top."""

    layer: Gimp.Layer
    parts: Sequence[_Piece] = ()


class _Pieces:
    """Layers that are in no image yet. Those that never come into one are deleted at the end of the ``with``."""

    def __init__(self, image: Gimp.Image) -> None:
        """Raises `Refused` where no layer can be put in."""
        refuse_floating(image)
        self._image = image
        self._form = exchange(image)
        self._loose: list[Gimp.Layer] = []

    def layer(self, name: str, box: Box, data: Any) -> Gimp.Layer:
        """A layer with its pixels in it."""
        kind, normal = self._form.type, Gimp.LayerMode.NORMAL
        layer = _must(Gimp.Layer.new(self._image, name, box.width, box.height, kind, 100.0, normal))
        self._loose.append(layer)
        layer.set_offsets(box.x, box.y)
        _write(layer, box, self._form.gegl, data, box.x, box.y)
        return layer

    def group(self, name: str) -> Gimp.GroupLayer:
        group = _must(Gimp.GroupLayer.new(self._image, name))
        self._loose.append(group)
        return group

    def of(self, node: Node) -> _Piece:
        if node.nodes is None:
            return _Piece(self.layer(node.name, node.box, node.data))
        return _Piece(self.group(node.name), [self.of(one) for one in node.nodes])

    def put(self, piece: _Piece, above: Sequence[Gimp.Layer]) -> Any:
        """Put all of it into the image, in one step; returns its layer."""
        image = self._image
        parent, position = _place(image, above)
        with _one_step(image), _same_selected(image):
            try:
                self._insert(piece, parent, position)
            except BaseException:
                if piece.layer not in self._loose:
                    image.remove_layer(piece.layer)  # with all that is in it
                raise
        return piece.layer

    def _insert(self, piece: _Piece, parent: Gimp.Layer | None, position: int) -> None:
        _must(self._image.insert_layer(piece.layer, parent, position))
        self._loose.remove(piece.layer)
        for part in piece.parts:
            self._insert(part, piece.layer, 0)  # each on top of those before

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for layer in self._loose:
            layer.delete()


def _place(image: Gimp.Image, above: Sequence[Gimp.Layer]) -> tuple[Gimp.Layer | None, int]:
    """The group, None for none, and the position in it, of what is to lie right above the topmost of some layers and of
    their patches: beneath the patches it would be hidden, and above all else it would hide the cut-outs."""

    def way(layer: Gimp.Layer) -> list[int]:
        """The positions that lead to a layer, from the outermost group on: the least is topmost."""
        parent = layer.get_parent()
        return [*(way(parent) if parent is not None else ()), image.get_item_position(layer)]

    if not above:
        return None, 0
    topmost = min([*above, *patches.above(above)], key=way)
    return topmost.get_parent(), image.get_item_position(topmost)


def _channel(image: Gimp.Image, name: str, part: Part | None, colour: str = COLOURS[0]) -> Gimp.Channel:
    """A channel of the whole canvas, in no image yet, that holds a part."""
    size = image.get_width(), image.get_height()
    channel = _must(Gimp.Channel.new(image, name, *size, 50.0, Gegl.Color.new(colour)))
    channel.set_visible(False)
    if part is not None:
        _write_coverage(channel, part, 0, 0)
    return channel


def _add_mask(layer: Gimp.Layer, part: Part) -> None:
    mask = _must(layer.create_mask(Gimp.AddMaskType.BLACK))
    _worked, left, top = layer.get_offsets()
    _write_coverage(mask, part, left, top)
    _must(layer.add_mask(mask))
    layer.set_edit_mask(False)


def _write_coverage(drawable: Gimp.Drawable, part: Part, left: int, top: int) -> None:
    """Write coverage into a channel or mask whose corner lies at (left, top); what lies beside it is passed over."""
    native = drawable.get_format()
    model = str(Babl.format_get_encoding(native)).split(" ")[0]
    # Its values are shares, not light: written in the channel's own encoding, they are what they were.
    name = Babl.get_name(Babl.format_with_space(f"{model} u8", Babl.format_get_space(native)))
    _write(drawable, part.box, name, part.coverage, left, top)


def _write(drawable: Gimp.Drawable, box: Box, form: str, data: Any, left: int = 0, top: int = 0) -> None:
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(box.x - left, box.y - top, box.width, box.height), form, bytes(data))
    buffer.flush()


@contextlib.contextmanager
def _one_step(image: Gimp.Image) -> Iterator[None]:
    """All that happens is one step of undo."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


@contextlib.contextmanager
def _unrecorded(image: Gimp.Image) -> Iterator[None]:
    """Nothing that happens is a step of undo: for what is taken back at once."""
    image.undo_freeze()
    try:
        yield
    finally:
        image.undo_thaw()


@contextlib.contextmanager
def _same_selected(image: Gimp.Image) -> Iterator[None]:
    """The layers, or channels, that the artist works on stay those."""
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    try:
        yield
    finally:
        if channels:
            image.set_selected_channels(channels)
        elif layers:  # GIMP takes no answer that names none
            image.set_selected_layers(layers)


@contextlib.contextmanager
def _plain_context() -> Iterator[None]:
    """Selections are made as they are asked for, whatever the artist's tools are set to."""
    Gimp.context_push()
    try:
        Gimp.context_set_feather(False)
        Gimp.context_set_antialias(True)
        yield
    finally:
        Gimp.context_pop()


def _must(worked: Any) -> Any:
    """What GIMP answered. Raises `Refused`, with GIMP's words, where it could not do what was asked."""
    if not worked:
        said = Gimp.get_pdb().get_last_error()
        raise Refused(_("GIMP could not do it: {said}").format(said=said))
    return worked
