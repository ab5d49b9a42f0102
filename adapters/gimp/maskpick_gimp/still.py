"""What of a view stays while the pointer moves: drawn once, and when it is panned only what comes into sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cairo

from maskpick_gimp.camera import Look


class Still:
    """``paint`` draws all of it on a cairo context; what is clipped away need not be drawn."""

    def __init__(self, widget: Any, paint: Callable[[Any], object]) -> None:
        self._widget = widget
        self._paint = paint
        self._surface: Any = None
        self._look: Any = None

    def forget(self) -> None:
        """It shows something else: draw all of it the next time."""
        self._surface = None

    def show(self, context: Any, look: Look) -> None:
        """Paint it as a camera sees it."""
        if self._surface is None or look != self._look:
            surface = self._widget.get_window().create_similar_surface(cairo.CONTENT_COLOR, *look.view)
            drawing = cairo.Context(surface)
            if self._surface is not None and look._replace(x=self._look.x, y=self._look.y) == self._look:
                self._shift(drawing, look)
            self._paint(drawing)
            self._surface, self._look = surface, look
        context.set_source_surface(self._surface)
        context.paint()

    def _shift(self, drawing: Any, look: Look) -> None:
        """Take over what stays in sight, and leave the rest to be painted. A camera moves by the screen's pixels."""
        dx, dy = look.x - self._look.x, look.y - self._look.y
        width, height = look.view
        drawing.set_source_surface(self._surface, dx, dy)
        drawing.get_source().set_filter(cairo.FILTER_NEAREST)
        drawing.paint()
        drawing.rectangle(0 if dx > 0 else width + dx, 0, abs(dx), height)
        drawing.rectangle(0, 0 if dy > 0 else height + dy, width, abs(dy))
        drawing.clip()
