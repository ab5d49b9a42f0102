"""Draws shapes - masks added, taken away, intersected - as images to lay over the canvas: a tint and a line round it.

The line lies just outside of what is picked, so that it hides nothing of it, and is light within dark: one of the two
is seen on any picture. Overlapping masks are one shape, with one tint and one line round all of them. Many of them
take a while; they are drawn bit by bit, so that Krita can paint and listen in between.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any, List, NamedTuple, Tuple

from maskpick_bridge.highlight import AGAIN, DASHES, HOVERED, LASSO, PICKED, RIM, Look, Shape, cast, picked
from maskpick_bridge.picking import ADD, INTERSECT
from maskpick_bridge.session import Session
from maskpick_bridge.thinning import Bits, at_once
from maskpick_krita.paths import paths_of
from maskpick_krita.qt import QtCore, QtGui

Mode = QtGui.QPainter.CompositionMode
OVER, WITHOUT, WITHIN = (
    Mode.CompositionMode_SourceOver,
    Mode.CompositionMode_DestinationOut,
    Mode.CompositionMode_DestinationIn,
)
Rgb = Tuple[float, float, float]


class Style(NamedTuple):
    """How the artist wants objects shown: colours as red, green, blue in 0..1, None for maskpick's own.

    ``opacity`` multiplies that of the tints; at 0 there are lines only. ``shadows``: those of what is picked, too.
    """

    picked: Rgb | None = None
    hovered: Rgb | None = None
    opacity: float = 1.0
    shadows: bool = False

    def of_picked(self, session: Session) -> list[Shape]:
        """What is shown as picked."""
        return [*(cast(session) if self.shadows else []), *picked(session)]

    def applied(self, look: Look) -> Look:
        """A look as the artist wants it."""
        chosen = self.picked if look is PICKED else self.hovered if look in (HOVERED, AGAIN) else None
        alpha = min(1.0, look.tint[3] * self.opacity)
        if chosen is None:
            return look._replace(tint=(*look.tint[:3], alpha))
        red, green, blue = (0.4 * value + 0.6 for value in chosen)
        return look._replace(tint=(*chosen, alpha), line=(red, green, blue, 1.0))


class Drawn(NamedTuple):
    """An image with alpha, the part of it that is meant, and its place on the widget, in the widget's own pixels."""

    image: Any
    part: Any
    place: Any


ONE = QtCore.QSize(1, 1)
LONG = 2000
"""An outline of more corners is not drawn at once: it takes some three milliseconds."""


class Paper:
    """An image to draw on again and again: to get a new one may cost as much as what is drawn on it."""

    def __init__(self, size: Any = ONE) -> None:
        self._image = _blank(size)

    def blank(self, size: Any) -> Any:
        """An image that is at least of this size, and empty there. What was on it before is gone."""
        if self._image.size().expandedTo(size) != self._image.size():
            self._image = _blank(self._image.size().expandedTo(size))
        else:
            self._image.setDevicePixelRatio(1.0)
            with painting(self._image) as painter:
                painter.setCompositionMode(Mode.CompositionMode_Clear)
                painter.fillRect(QtCore.QRect(QtCore.QPoint(0, 0), size), QtCore.Qt.GlobalColor.transparent)
        return self._image


def draw(
    shapes: Sequence[Shape], style: Style, transform: Any, within: Any, ratio: float, paper: Paper
) -> Bits[Drawn | None]:
    """Draw shapes, the first at the bottom; None where nothing of them is seen. What ``paper`` had on it may be gone
    at the end, and not before.

    ``transform`` takes image pixels to the widget's, ``within`` is the part of the widget that is seen, ``ratio`` how
    many of the screen's pixels make one of the widget's.
    """
    to_device = transform * QtGui.QTransform.fromScale(ratio, ratio)
    scale = abs(to_device.determinant()) ** 0.5
    # What is near enough to the edge for its line to be seen is drawn, too.
    rims = room(max((shape.look for shape in shapes), key=lambda look: look.width), ratio)
    seen = QtCore.QRectF(0, 0, within.width() * ratio, within.height() * ratio).toAlignedRect().marginsAdded(rims)
    combined = []
    box = QtCore.QRect()
    for shape in shapes:
        steps = yield from _mapped(shape, to_device, scale, QtCore.QRectF(seen))
        combined.append((style.applied(shape.look), steps))
        for operation, paths in steps:
            if operation == ADD:
                for path in filter(_is_something, paths):
                    box |= path.controlPointRect().toAlignedRect().marginsAdded(rims)
    box &= seen
    if box.isEmpty():
        return None
    (look, steps), *above = combined
    image = yield from _Shape(box, look, ratio).drawn(steps, Paper() if above else paper)
    for look, steps in above:
        upper = yield from _Shape(box, look, ratio).drawn(steps, Paper())
        yield
        _lay(image, upper, OVER)
    image.setDevicePixelRatio(ratio)
    place = QtCore.QRectF(box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio)
    return Drawn(image, QtCore.QRect(QtCore.QPoint(0, 0), box.size()), place)


def room(look: Look, ratio: float) -> Any:
    """What the line of a look needs around a mask: margins, in device pixels."""
    reach = int((look.width + RIM) * ratio) + 2
    return QtCore.QMargins(reach, reach, reach, reach)


Steps = List[Tuple[str, List[Any]]]
"""Operations, and the paths they are done with, in device pixels."""


def _mapped(shape: Shape, to_device: Any, scale: float, seen: Any) -> Bits[Steps]:
    """The steps of a shape, cut off at what is ``seen``, in device pixels: to fill what reaches far beyond it may take
    Qt ten times as long."""
    paths, seen_of_image = paths_of(shape.outlines), to_device.inverted()[0].mapRect(seen)
    frame = QtGui.QPainterPath()
    frame.addRect(seen)
    steps: Steps = []
    for step in shape.steps:
        steps.append((step.operation, []))
        for id in step.ids:  # noqa: A001
            path = yield from paths.path(id, scale, seen_of_image)
            yield
            path = to_device.map(path)
            steps[-1][1].append(path if seen.contains(path.controlPointRect()) else path.intersected(frame))
            yield
    return steps


def _is_something(path: Any) -> bool:
    return not path.isEmpty()


class _Shape:
    """Draws one shape into images of the size of ``box``, which is in device pixels."""

    def __init__(self, box: Any, look: Look, ratio: float) -> None:
        self._box = box
        self._look = look
        light, dark = look.width * ratio, (look.width + RIM) * ratio
        on, off = (length * ratio for length in DASHES)
        # Side by side in all directions, dashes become longer by the width of the line, and gaps shorter.
        dashes = [max(1.0, on - 2 * light + 1), off + 2 * light - 1] if look.dashed else []
        # Colour, how far outside the line begins and ends, dashes; from the bottom to the top.
        self._lines: tuple[tuple[Any, float, float, list[float]], ...] = (
            (colour(look.under), dark, light, []),
            (colour(look.line), light, 0.0, dashes),
        )

    def drawn(self, steps: Steps, paper: Paper) -> Bits[Any]:
        """An image, of which the part as large as the box is meant; ``paper`` may become it."""
        if len(steps) != 1 or len(steps[0][1]) != 1:
            return (yield from self._drawn_together(steps))
        [path] = steps[0][1]
        if path.elementCount() > LONG:
            image = _blank(self._box.size())  # for what the paper has on it is seen meanwhile
            yield
            yield from self._drawn_alone(path, image)
        else:
            image = paper.blank(self._box.size())
            at_once(self._drawn_alone(path, image))
        return image

    def _drawn_alone(self, path: Any, image: Any) -> Bits[None]:
        """One mask, which is what moving the pointer draws: lines along it, whose inner half makes way for the tint.

        They are many thin ones side by side, which take Qt a twentieth of the time of a wide one.
        """
        with self._painting(image) as painter:
            painter.setClipRect(self._box)
            for paint, outer, inner, dashes in self._lines:
                pen = QtGui.QPen(paint, 1)
                pen.setCosmetic(True)
                if dashes:
                    pen.setDashPattern(dashes)
                for x, y in _around(outer, inner):
                    painter.translate(x, y)
                    painter.strokePath(path, pen)
                    painter.translate(-x, -y)
                    yield
            painter.setCompositionMode(Mode.CompositionMode_Source)  # in place of what is there
            _fill(painter, path, colour(self._look.tint))

    def _drawn_together(self, steps: Steps) -> Bits[Any]:
        """Several masks, whose common edge no path runs along: the lines are their shape, widened, without itself."""
        (under, dark, _, _), (line, light, _, _) = self._lines
        inside = yield from self._combined(steps, line)
        image = _blank(self._box.size())
        yield from self._widen(image, inside, dark)
        _dye(image, under)
        yield from self._widen(image, inside, light)
        _lay(image, inside, WITHOUT)
        yield
        _dye(inside, colour(self._look.tint))
        yield
        _lay(image, inside, OVER)
        return image

    def _combined(self, steps: Steps, paint: Any) -> Bits[Any]:
        """What the steps give, in one colour that covers."""
        inside = _blank(self._box.size())
        for operation, paths in steps:
            if operation == INTERSECT:
                common = _blank(self._box.size())
                yield from self._fill(common, paths, paint, OVER)
                _lay(inside, common, WITHIN)
            else:
                yield from self._fill(inside, paths, paint, OVER if operation == ADD else WITHOUT)
        return inside

    def _fill(self, image: Any, paths: Sequence[Any], paint: Any, mode: Any) -> Bits[None]:
        for path in paths:
            with self._painting(image) as painter:
                painter.setCompositionMode(mode)
                _fill(painter, path, paint)
            yield

    @staticmethod
    def _widen(image: Any, inside: Any, reach: float) -> Bits[None]:
        for x, y in _circle(math.ceil(reach)):
            with painting(image) as painter:
                painter.drawImage(round(x), round(y), inside)
            yield

    @contextlib.contextmanager
    def _painting(self, image: Any) -> Iterator[Any]:
        with painting(image) as painter:
            painter.translate(-self._box.x(), -self._box.y())
            yield painter


def _fill(painter: Any, path: Any, paint: Any) -> None:
    """Fill a path; smoothly, but where it has thousands of corners, for which Qt would take ten times as long."""
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, path.elementCount() <= LONG)
    painter.fillPath(path, paint)


def _around(outer: float, inner: float) -> Iterator[tuple[float, float]]:
    """Where to shift a line of one pixel, so that all its places fill a wide line from ``inner`` to ``outer``."""
    radius = outer - 0.5
    while radius > inner - 0.5 and radius >= 0.5:  # a ring's sides already fill what is nearer
        yield from _circle(radius)
        radius -= 1.25


def _circle(radius: float) -> Iterator[tuple[float, float]]:
    for turn in range(8):
        yield radius * math.cos(turn * math.pi / 4), radius * math.sin(turn * math.pi / 4)


def draw_lasso(painter: Any, line: Any) -> None:
    """Draw a lasso, a polygon in the painter's pixels, as far as it has come; what it would close is tinted."""
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour(LASSO.tint))
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.drawPolygon(line)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    light = QtGui.QPen(colour(LASSO.line), LASSO.width)
    light.setDashPattern([length / LASSO.width for length in DASHES])
    for pen in (QtGui.QPen(colour(LASSO.under), LASSO.width + 2 * RIM), light):
        painter.setPen(pen)
        painter.drawPolyline(line)


def colour(rgba: Sequence[float]) -> Any:
    return QtGui.QColor.fromRgbF(*rgba)


@contextlib.contextmanager
def painting(surface: Any) -> Iterator[Any]:
    """A painter on something, smooth; it always ends, for one that does not spoils all painting."""
    painter = QtGui.QPainter(surface)
    try:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        yield painter
    finally:
        painter.end()


def _blank(size: Any) -> Any:
    image = QtGui.QImage(size, QtGui.QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    return image


def _dye(image: Any, paint: Any) -> None:
    """Give what is drawn on an image one colour."""
    with painting(image) as painter:
        painter.setCompositionMode(Mode.CompositionMode_SourceIn)
        painter.fillRect(image.rect(), paint)


def _lay(lower: Any, upper: Any, mode: Any) -> None:
    """Compose an image onto another of the same size."""
    with painting(lower) as painter:
        painter.setCompositionMode(mode)
        painter.drawImage(0, 0, upper)
