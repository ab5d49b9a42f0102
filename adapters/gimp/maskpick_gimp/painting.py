"""Painting with cairo: the picture at any size, and the outlines that lie on it."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import cairo

from maskpick_bridge.highlight import DASHES, MARK, RIM, Look, Shape
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, SUBTRACT, Step
from maskpick_bridge.thinning import at_once, level_of, thinned
from maskpick_gimp.camera import Camera

CHECK = 8
"""The side of a check behind transparent pixels, in logical pixels."""
CHECKS = (0.4, 0.6)
TURN = 6.283185307179586
ENLARGED = 2.0
"""From this zoom on the picture's own pixels are shown as squares."""


class Picture:
    """A picture to be shown at any size: it is halved beforehand, so that a small view of it is quick and smooth.

    ``data`` are the pixels in cairo's own order (``cairo-ARGB32``: alpha premultiplied), rows from the top, no gaps.
    """

    def __init__(self, data: bytearray, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._sizes = [cairo.ImageSurface.create_for_data(data, cairo.FORMAT_ARGB32, width, height, 4 * width)]
        while min(width, height) > 1 and max(width, height) > 512:
            width, height = (width + 1) // 2, (height + 1) // 2
            self._sizes.append(_resized(self._sizes[-1], width, height))

    def paint(self, context: Any, camera: Camera) -> None:
        """Paint what the camera sees of it, over checks."""
        halved = 0
        while halved + 1 < len(self._sizes) and camera.zoom * camera.scale * 2 ** (halved + 1) <= 1:
            halved += 1
        surface = self._sizes[halved]
        context.save()
        context.translate(camera.x, camera.y)
        width, height = self.width * camera.zoom, self.height * camera.zoom
        context.rectangle(0, 0, width, height)
        context.clip()
        context.set_source(_checks())
        context.paint()
        context.scale(width / surface.get_width(), height / surface.get_height())
        context.set_source_surface(surface)
        large = camera.zoom * camera.scale >= ENLARGED
        context.get_source().set_filter(cairo.FILTER_NEAREST if large else cairo.FILTER_BILINEAR)
        context.get_source().set_extend(cairo.EXTEND_PAD)
        context.paint()
        context.restore()


class Shapes:
    """Paints outlines. The path of a mask is made once for all zooms that show as much of it."""

    def __init__(self) -> None:
        self._paths: weakref.WeakKeyDictionary[Outlines, dict[tuple[int, int], Any]] = weakref.WeakKeyDictionary()
        self._drawing = cairo.Context(cairo.ImageSurface(cairo.FORMAT_A8, 1, 1))

    def paint(self, context: Any, camera: Camera, shapes: Sequence[Shape]) -> None:
        # Half of the default's time, and on a line of this width nobody sees the difference.
        context.set_antialias(cairo.ANTIALIAS_FAST)
        context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
        context.set_line_join(cairo.LINE_JOIN_ROUND)
        for shape in shapes:
            self._fill(context, camera, shape)
            self._lines(context, camera, shape)

    def _fill(self, context: Any, camera: Camera, shape: Shape) -> None:
        context.push_group_with_content(cairo.CONTENT_ALPHA)
        for step in shape.steps:
            self._combine(context, camera, shape.outlines, step)
        region = context.pop_group()
        context.set_source_rgba(*shape.look.tint)
        context.mask(region)

    def _combine(self, context: Any, camera: Camera, outlines: Outlines, step: Step) -> None:
        """Add the masks of a step to what is painted, take them away from it, or leave only what is in them."""
        operators = {ADD: cairo.OPERATOR_OVER, SUBTRACT: cairo.OPERATOR_DEST_OUT}
        context.push_group_with_content(cairo.CONTENT_ALPHA)
        context.set_source_rgba(0, 0, 0, 1)
        for id in step.ids:  # noqa: A001 - the word everybody knows
            self._trace(context, camera, outlines, id)
            context.fill()
        context.pop_group_to_source()
        context.set_operator(operators.get(step.operation, cairo.OPERATOR_DEST_IN))
        context.paint()
        context.set_operator(cairo.OPERATOR_OVER)

    def _lines(self, context: Any, camera: Camera, shape: Shape) -> None:
        ids = [id for step in shape.steps for id in step.ids]  # noqa: A001
        for id in ids:  # noqa: A001
            self._trace(context, camera, shape.outlines, id)
        stroke(context, shape.look)

    def _trace(self, context: Any, camera: Camera, outlines: Outlines, id: int) -> None:  # noqa: A002
        context.save()
        context.translate(camera.x, camera.y)
        context.scale(camera.zoom, camera.zoom)
        context.append_path(self._path(outlines, id, level_of(camera.zoom * camera.scale)))
        context.restore()

    def _path(self, outlines: Outlines, id: int, level: int) -> Any:  # noqa: A002
        paths = self._paths.setdefault(outlines, {})
        if (id, level) not in paths:
            drawing = self._drawing
            drawing.new_path()
            for corners in at_once(thinned(outlines.corners(id), level)):
                drawing.new_sub_path()
                for x, y in zip(corners[::2], corners[1::2]):
                    drawing.line_to(x, y)
                drawing.close_path()
            paths[id, level] = drawing.copy_path()
        return paths[id, level]


def stroke(context: Any, look: Look) -> None:
    """Draw the line of a look along the path, and forget the path."""
    context.set_line_width(look.width + 2 * RIM)
    context.set_source_rgba(*look.under)
    context.stroke_preserve()
    context.set_dash(DASHES if look.dashed else ())
    context.set_line_width(look.width)
    context.set_source_rgba(*look.line)
    context.stroke()
    context.set_dash(())


def mark(context: Any, x: float, y: float, belongs: bool) -> None:
    """Draw the mark of a point that belongs to an object, +, or does not, -."""
    for colour, radius in (
        (MARK.under, MARK.radius + 2),
        (MARK.line, MARK.radius + 1),
        (MARK.fill(belongs), MARK.radius),
    ):
        context.arc(x, y, radius, 0, TURN)
        context.set_source_rgba(*colour)
        context.fill()
    context.move_to(x - MARK.sign, y)
    context.line_to(x + MARK.sign, y)
    if belongs:
        context.move_to(x, y - MARK.sign)
        context.line_to(x, y + MARK.sign)
    context.set_source_rgba(*MARK.line)
    context.set_line_width(2)
    context.set_line_cap(cairo.LINE_CAP_ROUND)
    context.stroke()


def _resized(surface: Any, width: int, height: int) -> Any:
    smaller = cairo.ImageSurface(cairo.FORMAT_ARGB32, width, height)
    context = cairo.Context(smaller)
    context.scale(width / surface.get_width(), height / surface.get_height())
    context.set_source_surface(surface)
    context.get_source().set_filter(cairo.FILTER_GOOD)
    context.get_source().set_extend(cairo.EXTEND_PAD)
    context.set_operator(cairo.OPERATOR_SOURCE)
    context.paint()
    return smaller


def _checks() -> Any:
    tile = cairo.ImageSurface(cairo.FORMAT_RGB24, 2 * CHECK, 2 * CHECK)
    context = cairo.Context(tile)
    for x, y in ((0, 0), (0, 1), (1, 0), (1, 1)):
        context.set_source_rgb(*[CHECKS[(x + y) % 2]] * 3)
        context.rectangle(x * CHECK, y * CHECK, CHECK, CHECK)
        context.fill()
    pattern = cairo.SurfacePattern(tile)
    pattern.set_extend(cairo.EXTEND_REPEAT)
    pattern.set_filter(cairo.FILTER_NEAREST)
    return pattern
