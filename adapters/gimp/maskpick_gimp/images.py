"""What one sees of an image, as pixels; nothing here changes the image.

The answer for every kind of image:

- The *visible image* is what GIMP shows of it: all visible layers with their groups, masks, modes and opacities.
- The *selected layers* are what GIMP would show if no other layers were there, hidden ones among them shown; of a
  selected group, what is visible in it. What was removed from them is gone, as long as its patch is shown. Both fill
  the canvas: what lies beside it is not looked at.
- RGB and grey images are read with alpha at their own precision and in their own colour space, so that results are
  exactly theirs. 32-bit integers and 64-bit floats are read as 32-bit floats. Indexed ones are read as 8-bit RGB; what
  comes back gets the palette's nearest colours, which are the very same for pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple

from gi.repository import Babl, Gegl, Gimp

from maskpick_bridge import Box, Coverage, Pixels
from maskpick_bridge.words import _
from maskpick_gimp import patches
from maskpick_gimp.running import Refused

VISIBLE, LAYERS = "visible", "layers"
"""Where to look for objects: in the visible image, or in the selected layers."""

_CHANNELS = {
    "R'G'B'A": ("rgba", False),
    "RGBA": ("rgba", True),
    "R~G~B~A": ("rgba", False),
    "Y'A": ("greya", False),
    "YA": ("greya", True),
    "Y~A": ("greya", False),
}
_DEPTHS = {"u8": "8", "u16": "16", "half": "16f", "float": "32f"}
_DISPLAY = "cairo-ARGB32"


class Exchange(NamedTuple):
    """How pixels of an image come and go: GEGL's name of the format, the worker's, and GIMP's type for new layers."""

    gegl: str
    worker: str
    linear: bool
    type: Gimp.ImageType


def exchange(image: Gimp.Image) -> Exchange:
    """The format an image's layers, with alpha, are read and written in."""
    base = image.get_base_type()
    kind = {
        Gimp.ImageBaseType.RGB: Gimp.ImageType.RGBA_IMAGE,
        Gimp.ImageBaseType.GRAY: Gimp.ImageType.GRAYA_IMAGE,
        Gimp.ImageBaseType.INDEXED: Gimp.ImageType.INDEXEDA_IMAGE,
    }[base]
    probe = Gimp.Layer.new(image, "probe", 1, 1, kind, 100.0, Gimp.LayerMode.NORMAL)
    native = probe.get_format()
    space = Babl.format_get_space(native)
    encoding = "R'G'B'A u8" if base == Gimp.ImageBaseType.INDEXED else str(Babl.format_get_encoding(native))
    probe.delete()
    model, depth = encoding.split(" ")
    depth = depth if depth in _DEPTHS else "float"
    order, linear = _CHANNELS[model]
    # A format of another colour space than sRGB has a name of its own, by which GEGL finds it again.
    name = Babl.get_name(Babl.format_with_space(f"{model} {depth}", space))
    return Exchange(str(name), order + _DEPTHS[depth], linear, kind)


class Seen:
    """What is seen of an image, held as it was when this was made. Close it, or use it in a ``with``.

    ``layers`` are those whose pixels are meant, topmost first: all but for what is not in ``LAYERS``.
    """

    def __init__(self, image: Gimp.Image, source: str = VISIBLE, drawables: Iterable[Gimp.Drawable] = ()) -> None:
        """``drawables``: the selected ones, by default those selected in the image. Raises `Refused`."""
        refuse_floating(image)
        self.image = image
        self.exchange = exchange(image)
        self.size = (int(image.get_width()), int(image.get_height()))
        self.layers: list[Gimp.Layer] = []
        if source == VISIBLE:
            self._copy = None
            of = image
        else:
            self.layers = selected_layers(image, drawables)
            shown = [patch for patch in patches.above(self.layers) if patch.get_visible()]
            self._copy = of = _only(image, [*self.layers, *shown])
        # It takes its place in no image: no undo step, no change.
        self._layer = Gimp.Layer.new_from_visible(of, of, "maskpick")

    def pixels(self) -> Pixels:
        """The pixels, to be handed to the worker."""
        _gegl, worker, linear, _type = self.exchange
        profile = self.image.get_color_profile()
        icc = None if profile is None else bytes(profile.get_icc_profile())
        data = self.cut(Box(0, 0, *self.size))
        return Pixels(data, *self.size, worker, linear=linear, icc=icc)

    def cut(self, box: Box) -> bytes:
        """The pixels of a box, in the format `exchange` names."""
        return _read(self._layer, box, self.exchange.gegl)

    def display(self, scale: float = 1.0) -> tuple[int, int, bytes]:
        """For a window: width, height and pixels as a cairo image surface (ARGB32) has them, in sRGB."""
        width, height = (max(1, round(side * scale)) for side in self.size)
        rectangle = Gegl.Rectangle.new(0, 0, width, height)
        data = self._layer.get_buffer().get(rectangle, scale, _DISPLAY, Gegl.AbyssPolicy.CLAMP)
        return width, height, data

    def close(self) -> None:
        self._layer.delete()
        if self._copy is not None:
            self._copy.delete()

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def selected_area(image: Gimp.Image) -> Coverage | None:
    """The selection, None where there is none: to look only there, or to remove what is there."""
    box = selected_box(image)
    return None if box is None else Coverage(selected_coverage(image, box), box)


def selected_box(image: Gimp.Image) -> Box | None:
    """The box around the selection, None where there is none."""
    _worked, some, left, top, right, bottom = Gimp.Selection.bounds(image)
    return Box(left, top, right - left, bottom - top) if some else None


def selected_coverage(image: Gimp.Image, box: Box) -> bytes:
    """How much of each pixel of a box is selected: one byte each, 0..255."""
    return _read(image.get_selection(), box, "Y u8")


def selected_layers(image: Gimp.Image, drawables: Iterable[Gimp.Drawable] = ()) -> list[Gimp.Layer]:
    """The layers meant by drawables (of a layer mask, its layer); by default those selected in the image.

    Raises `Refused` where there are none.
    """
    given = [Gimp.Layer.from_mask(one) if one.is_layer_mask() else one for one in drawables]
    layers = [one for one in given if one.is_layer()] or list(image.get_selected_layers())
    if not layers:
        raise Refused(_("No layer is selected."), _("Select one, or choose the visible image."))
    return layers


def refuse_floating(image: Gimp.Image) -> None:
    """A floating selection is half a layer: GIMP puts no layers beside it. Raises `Refused`."""
    if image.get_floating_sel() is not None:
        raise Refused(_("There is a floating selection."), _("Anchor it, or make it a layer, and try again."))


def _read(drawable: Gimp.Drawable, box: Box, form: str) -> Any:
    return drawable.get_buffer().get(Gegl.Rectangle.new(*box), 1.0, form, Gegl.AbyssPolicy.NONE)


def _only(image: Gimp.Image, layers: list[Gimp.Layer]) -> Gimp.Image:
    """A copy of an image in which nothing shows but ``layers``; it shares their pixels, and costs little."""
    copy = image.duplicate()
    wanted = {layer.get_id() for layer in layers}

    def show(originals: list[Gimp.Layer], copies: list[Gimp.Layer]) -> bool:
        some = False
        for original, twin in zip(originals, copies, strict=True):
            shown = original.get_id() in wanted
            if not shown and original.is_group():
                shown = show(original.get_children(), twin.get_children())
            twin.set_visible(shown)
            some = some or shown
        return some

    show(image.get_layers(), copy.get_layers())
    return copy
