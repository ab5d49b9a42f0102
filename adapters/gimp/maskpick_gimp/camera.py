"""Which part of the picture a view shows, and how large: zooming and panning, without a toolkit."""

from __future__ import annotations

from typing import NamedTuple

STEP = 1.25
"""What one notch of the wheel zooms by."""
LARGEST = 64.0
"""Screen pixels to a picture's pixel, at most."""
KEPT = 0.25
"""The share of the view that the picture is never pushed out of."""
FRAMED = 0.7
"""How much of the view an object fills that is zoomed to."""
FRAMED_LARGEST = 8.0
"""Screen pixels to a picture's pixel, at most, when an object is zoomed to."""


class Camera:
    """Positions in the view are logical pixels of the screen, positions on the picture its own pixels.

    ``zoom`` is logical pixels to a picture's pixel; ``x``, ``y`` is where the picture's left top corner lies in the
    view. While ``fitting``, the picture fills the view however it is resized.
    """

    def __init__(self) -> None:
        self.picture = (1, 1)
        self.view = (1, 1)
        self.scale = 1
        self.zoom = 1.0
        self.x = self.y = 0.0
        self.fitting = True

    def show(self, width: int, height: int) -> None:
        """Show a picture of this size: one of the same size where the last one was, another one as a whole."""
        if (width, height) != self.picture:
            self.picture = (width, height)
            self.fit()

    def resize(self, width: int, height: int, scale: int = 1) -> None:
        """The view has this size in logical pixels, each of ``scale`` times as many of the screen's."""
        self.view, self.scale = (max(1, width), max(1, height)), scale
        if self.fitting:
            self.fit()
        else:
            self._keep_in_sight()

    def fit(self) -> None:
        """Show all of the picture, as large as that is possible."""
        self.zoom, self.fitting = self._fit_zoom(), True
        self.x = (self.view[0] - self.picture[0] * self.zoom) / 2
        self.y = (self.view[1] - self.picture[1] * self.zoom) / 2
        self._keep_in_sight()

    def actual(self, x: float | None = None, y: float | None = None) -> None:
        """One pixel of the screen for one of the picture, about a position in the view (default: its middle)."""
        self.zoom_to(1 / self.scale, x, y)

    def zoom_by(self, notches: float, x: float | None = None, y: float | None = None) -> None:
        """Zoom in, or out with a negative number; what lies at a position in the view stays there."""
        self.zoom_to(self.zoom * STEP**notches, x, y)

    def zoom_to(self, zoom: float, x: float | None = None, y: float | None = None) -> None:
        x = self.view[0] / 2 if x is None else x
        y = self.view[1] / 2 if y is None else y
        lowest = min(self._fit_zoom(), 1 / self.scale) / 2
        zoom = min(LARGEST / self.scale, max(lowest, zoom))
        grown = zoom / self.zoom
        self.x, self.y = x - (x - self.x) * grown, y - (y - self.y) * grown
        self.zoom, self.fitting = zoom, False
        self._keep_in_sight()

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Show a part of the picture with some of what is round it, no smaller than the whole picture is shown."""
        room = min(self.view[0] / max(1.0, width), self.view[1] / max(1.0, height)) * FRAMED
        self.zoom_to(max(self._fit_zoom(), min(room, FRAMED_LARGEST / self.scale)))
        at = self.in_view(x + width / 2, y + height / 2)
        self.pan(self.view[0] / 2 - at[0], self.view[1] / 2 - at[1])

    def pan(self, dx: float, dy: float) -> None:
        self.x, self.y, self.fitting = self.x + dx, self.y + dy, False
        self._keep_in_sight()

    def on_picture(self, x: float, y: float) -> tuple[float, float]:
        """Where on the picture a position of the view lies; it may be outside."""
        return (x - self.x) / self.zoom, (y - self.y) / self.zoom

    def in_view(self, x: float, y: float) -> tuple[float, float]:
        """Where in the view a position on the picture lies."""
        return self.x + x * self.zoom, self.y + y * self.zoom

    @property
    def percent(self) -> float:
        """The zoom as editors show it: pixels of the screen to a picture's pixel, in per cent."""
        return 100 * self.zoom * self.scale

    @property
    def look(self) -> Look:
        """What differs when a picture drawn before does not do any more."""
        return Look(self.picture, self.view, self.scale, self.zoom, self.x, self.y)

    def _fit_zoom(self) -> float:
        return min(LARGEST / self.scale, self.view[0] / self.picture[0], self.view[1] / self.picture[1])

    def _keep_in_sight(self) -> None:
        self.x = self._held(self.x, self.view[0], self.picture[0] * self.zoom)
        self.y = self._held(self.y, self.view[1], self.picture[1] * self.zoom)

    def _held(self, at: float, view: float, picture: float) -> float:
        """Where the picture begins on one axis, so that some of it is seen.

        On a whole pixel of the screen, so that the picture is as crisp as it can be.
        """
        at = min(view * (1 - KEPT), max(view * KEPT - picture, at))
        return round(at * self.scale) / self.scale


class Look(NamedTuple):
    """All that a camera is."""

    picture: tuple[int, int]
    view: tuple[int, int]
    scale: int
    zoom: float
    x: float
    y: float
