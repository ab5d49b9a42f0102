"""The view: the picture with its objects, to be zoomed, pointed at and picked from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gdk, Gtk, Pango, PangoCairo

from maskpick_bridge import highlight
from maskpick_bridge.clicks import TOO
from maskpick_bridge.enclosing import enclosed, enclosed_label
from maskpick_bridge.picking import REPLACE, Picking, operation_of
from maskpick_bridge.session import PICKS, Session
from maskpick_gimp.camera import Camera
from maskpick_gimp.painting import Picture, Shapes, mark, stroke
from maskpick_gimp.still import Still

DRAGGED = 5
"""Logical pixels the mouse moves, with its button down, before a click becomes a lasso."""
LEFT, MIDDLE, RIGHT = 1, 2, 3
BESIDE = (16, 14)
"""Where the words beside the pointer begin, from its tip."""
PADDING = 5
SHADE = 0.25
"""How much darker than the window it is round the picture."""
ROUND = 4

EVENTS = (
    Gdk.EventMask.POINTER_MOTION_MASK
    | Gdk.EventMask.BUTTON_PRESS_MASK
    | Gdk.EventMask.BUTTON_RELEASE_MASK
    | Gdk.EventMask.ENTER_NOTIFY_MASK
    | Gdk.EventMask.LEAVE_NOTIFY_MASK
    | Gdk.EventMask.SCROLL_MASK
    | Gdk.EventMask.SMOOTH_SCROLL_MASK
)


class PictureView(Gtk.DrawingArea):
    """Shows a picture and a session's objects, and lets them be picked.

    ``zoomed`` is called when the zoom has changed, ``clicked`` with a pixel that belongs to the object picked last
    (True) or does not. Call `refresh` with all that the session tells.
    """

    def __init__(
        self,
        session: Session,
        zoomed: Callable[[], object],
        clicked: Callable[[tuple[int, int], bool], object],
    ) -> None:
        super().__init__(can_focus=True, hexpand=True, vexpand=True)
        self.session = session
        self.camera = Camera()
        self.operation = REPLACE
        self.shadows = False
        """Whether the shadows of what is picked are shown, too."""
        self.put_right = ""
        """What clicks say of the object picked last (`NOT`, `TOO`), empty where they pick."""
        self._picture: Picture | None = None
        self._zoomed = zoomed
        self._clicked = clicked
        self._shapes = Shapes()
        self._still = Still(self, self._paint_still)
        self._picked_drawn: list[highlight.Shape] = []
        self._pointer: tuple[float, float] | None = None
        self._pressed: tuple[float, float] | None = None
        self._panning: tuple[float, float] | None = None
        self._space = False
        self._lasso = _Lasso()
        self.add_events(EVENTS)
        self.connect("draw", self._draw)
        self.connect("size-allocate", lambda *_: self._resized())
        self.connect("notify::scale-factor", lambda *_: self._resized())
        self.connect("motion-notify-event", self._moved)
        self.connect("button-press-event", self._button_pressed)
        self.connect("button-release-event", self._button_released)
        self.connect("enter-notify-event", self._moved)
        self.connect("leave-notify-event", self._left)
        self.connect("scroll-event", self._scrolled)

    # What is shown.

    def show_picture(self, picture: Picture) -> None:
        self._picture = picture
        self.camera.show(picture.width, picture.height)
        self._still.forget()
        self._seen_anew()

    def refresh(self, what: str) -> None:
        """Show what the session holds now; ``what`` is what it told."""
        if what != PICKS or self._picked_drawn != self._picked_now():
            self._still.forget()
        self.queue_draw()

    def zoom(self, change: Callable[[Camera], object]) -> None:
        """Move the camera: ``view.zoom(Camera.fit)``."""
        change(self.camera)
        self._seen_anew()

    def hold(self, shift: bool, control: bool, alt: bool) -> None:
        """These keys are down now: they say what a click would do."""
        # Many window managers keep clicks with Alt for themselves; GIMP's own selection tools take away with Control.
        operation = operation_of(shift, alt or control)
        if operation != self.operation:
            self.operation = operation
            self.queue_draw()

    @property
    def meant(self) -> bool:
        """Whether keys are meant for the view: it has the focus, or the pointer is on it."""
        return self._pointer is not None or bool(self.has_focus())

    def give_up(self) -> bool:
        """Stop what the mouse has begun; whether there was anything."""
        begun = bool(self._lasso)
        self._pressed, self._lasso = None, _Lasso()
        self.queue_draw()
        return begun

    # Painting.

    def _draw(self, _: object, context: Any) -> bool:
        self._still.show(context, self.camera.look)
        picking = self.session.picking
        if picking is None:
            return False
        if self._lasso:
            ids = self._lasso.enclosed(picking)
            self._shapes.paint(context, self.camera, enclosed(self.session, ids, self.operation))
            self._draw_lasso(context)
            self._draw_label(context, enclosed_label(picking, ids))
        elif self.put_right:
            self._draw_label(context, highlight.said(self.put_right))
        else:
            self._shapes.paint(context, self.camera, highlight.hovered(self.session, self.operation))
            self._draw_label(context, highlight.label(picking))
        self._draw_marks(context)
        return False

    def _paint_still(self, context: Any) -> None:
        """What stays while the pointer moves: the picture, and what is picked."""
        width, height = self.camera.view
        # A view has no background of its own; the window's follows the theme.
        Gtk.render_background(self.get_toplevel().get_style_context(), context, 0, 0, width, height)
        context.set_source_rgba(0, 0, 0, SHADE)
        context.paint()
        if self._picture is not None:
            self._picture.paint(context, self.camera)
        self._picked_drawn = self._picked_now()
        self._shapes.paint(context, self.camera, self._picked_drawn)

    def _picked_now(self) -> list[highlight.Shape]:
        return [*(highlight.cast(self.session) if self.shadows else []), *highlight.picked(self.session)]

    def _draw_lasso(self, context: Any) -> None:
        for x, y in self._lasso.points:
            context.line_to(*self.camera.in_view(x, y))
        context.close_path()
        context.set_source_rgba(*highlight.LASSO.tint)
        context.fill_preserve()
        stroke(context, highlight.LASSO)

    def _draw_marks(self, context: Any) -> None:
        """The points that put the object picked last right."""
        for points, belongs in zip(self.session.clicks.points, (True, False)):
            for x, y in points:
                mark(context, *self.camera.in_view(x + 0.5, y + 0.5), belongs)

    def _draw_label(self, context: Any, text: str) -> None:
        if not text or self._pointer is None:
            return
        layout = self.create_pango_layout(text)
        layout.set_ellipsize(Pango.EllipsizeMode.MIDDLE)
        layout.set_width(self.camera.view[0] * Pango.SCALE // 2)
        _, size = layout.get_pixel_extents()
        width, height = size.width + 2 * PADDING, size.height + 2 * PADDING
        # Beside the pointer, on its other side where there is no room.
        x, y = self._pointer[0] + BESIDE[0], self._pointer[1] + BESIDE[1]
        if x + width > self.camera.view[0]:
            x = max(0, self._pointer[0] - BESIDE[0] / 2 - width)
        if y + height > self.camera.view[1]:
            y = max(0, self._pointer[1] - BESIDE[1] / 2 - height)
        _rounded(context, round(x), round(y), width, height)
        context.set_source_rgba(0.1, 0.1, 0.1, 0.85)
        context.fill()
        context.set_source_rgb(1, 1, 1)
        context.move_to(round(x) + PADDING - size.x, round(y) + PADDING - size.y)
        PangoCairo.show_layout(context, layout)

    def _resized(self) -> None:
        size = self.get_allocation()
        self.camera.resize(size.width, size.height, self.get_scale_factor())
        self._seen_anew()

    def _seen_anew(self) -> None:
        self.queue_draw()
        self._zoomed()

    # Mouse.

    def _moved(self, _: object, event: Any) -> bool:
        self._pointer = (event.x, event.y)
        if self._panning is not None:
            before, self._panning = self._panning, self._pointer
            self.zoom(lambda camera: camera.pan(event.x - before[0], event.y - before[1]))
        elif self._pressed is not None and not self.put_right and (self._lasso or _far(self._pressed, self._pointer)):
            if not self._lasso:
                self._lasso.points.append(self.camera.on_picture(*self._pressed))
            self._lasso.points.append(self.camera.on_picture(event.x, event.y))
            self.queue_draw()
        else:
            self._hover()
        return True

    def _hover(self) -> None:
        """Look up what is under the pointer. The words beside it move along."""
        picking = self.session.picking
        if picking is None or self._pointer is None:
            return
        if picking.hover(*self._pixel(*self._pointer)):
            self.session.hovered()
        self.queue_draw()

    def _button_pressed(self, _: object, event: Any) -> bool:
        self.grab_focus()
        if event.type != Gdk.EventType.BUTTON_PRESS:  # the second press of a double click is told twice
            return True
        if event.button == MIDDLE or (event.button == LEFT and self._space):
            self._panning = (event.x, event.y)
            self._point("grabbing")
        elif event.button == LEFT and self.session.picking is not None:
            self._pressed = (event.x, event.y)
        elif event.button == RIGHT and self.session.picking is not None and self._pressed is None:
            self._clicked(self._pixel(event.x, event.y), bool(event.state & Gdk.ModifierType.SHIFT_MASK))
        return True

    def _button_released(self, _: object, event: Any) -> bool:
        picking = self.session.picking
        if self._panning is not None and event.button in (LEFT, MIDDLE):
            self._panning = None
            self._point("grab" if self._space else "")
            self._hover()
        elif event.button == LEFT and self._pressed is not None and picking is not None:
            pressed, lasso = self._pixel(*self._pressed), self._lasso.points
            self._lasso, self._pressed = _Lasso(), None
            operation = self._operation_of(event.state)
            if self.put_right:
                self._clicked(pressed, self.put_right == TOO)
            elif picking.lasso(lasso, operation) if lasso else picking.click(operation):
                if not lasso:
                    self.session.clicks.picked(pressed)
                self.session.picked()
            self.queue_draw()
        return True

    def _left(self, _: object, event: Any) -> bool:
        if event.mode == Gdk.CrossingMode.NORMAL and self._pressed is None and self._panning is None:
            self._pointer = None
            if self.session.picking is not None and self.session.picking.leave():
                self.session.hovered()
            self.queue_draw()
        return False

    def _scrolled(self, _: object, event: Any) -> bool:
        smooth, right, down = event.get_scroll_deltas()
        if not smooth:
            down = {Gdk.ScrollDirection.UP: -1.0, Gdk.ScrollDirection.DOWN: 1.0}.get(event.direction, 0.0)
        if event.state & (Gdk.ModifierType.SHIFT_MASK | Gdk.ModifierType.MOD1_MASK):
            self._walk(-(down or right))  # where Shift is down, some systems turn the wheel sideways
        elif down:
            self.zoom(lambda camera: camera.zoom_by(-down, event.x, event.y))
            self._hover()
        return True

    def _walk(self, notches: float) -> bool:
        """To the whole with a positive number, to the part with a negative one."""
        walked = round(notches) or (notches > 0) - (notches < 0)
        if self.session.picking is not None and self.session.picking.walk(walked):
            self.session.hovered()
            self.queue_draw()
        return True

    # Keys.

    def key(self, event: Any, down: bool) -> bool:
        """A key meant for the view goes down or up. True when that is all there is to it."""
        if down:
            return self._key_pressed(event)
        if Gdk.keyval_name(event.keyval) == "space" and self._space:
            self._space = False
            self._point("")
        return False

    def _key_pressed(self, event: Any) -> bool:
        command = event.state & Gtk.accelerator_get_default_mod_mask() & ~Gdk.ModifierType.SHIFT_MASK
        key = Gdk.keyval_name(Gdk.keyval_to_lower(event.keyval))
        if command:
            return False
        if key == "space":
            self._space = True
            self._point("grab")
            return True
        change = ZOOM_KEYS.get(key)
        if change is not None:
            self.zoom(change)
            return True
        if key in WALK_KEYS:
            return self._walk(WALK_KEYS[key])
        if key in ("Return", "KP_Enter") and self.session.picking is not None:
            if self.session.picking.click(self._operation_of(event.state)):
                self.session.picked()
            return True
        return False

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        """The picture's pixel at a point of the view."""
        x, y = self.camera.on_picture(x, y)
        return int(x // 1), int(y // 1)

    def _point(self, cursor: str) -> None:
        self.get_window().set_cursor(Gdk.Cursor.new_from_name(self.get_display(), cursor) if cursor else None)

    def _operation_of(self, state: int) -> str:
        kinds = Gdk.ModifierType
        away = state & (kinds.CONTROL_MASK | kinds.MOD1_MASK)
        return operation_of(bool(state & kinds.SHIFT_MASK), bool(away))


class _Lasso:
    """The line that the mouse draws, in the picture's pixels. False while there is none."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._enclosed: tuple[int, ...] = ()
        self._looked = 0

    def __bool__(self) -> bool:
        return bool(self.points)

    def enclosed(self, picking: Picking) -> tuple[int, ...]:
        """What it encloses as far as it has come; looked up once for each change, however often it is drawn."""
        if self._looked != len(self.points):
            self._enclosed, self._looked = picking.enclosed(self.points), len(self.points)
        return self._enclosed


ZOOM_KEYS: dict[str | None, Callable[[Camera], object]] = {
    **dict.fromkeys(("plus", "equal", "KP_Add"), lambda camera: camera.zoom_by(1)),
    **dict.fromkeys(("minus", "KP_Subtract"), lambda camera: camera.zoom_by(-1)),
    **dict.fromkeys(("0", "KP_0"), Camera.fit),
    **dict.fromkeys(("1", "KP_1"), Camera.actual),
}
WALK_KEYS: dict[str | None, int] = {"Up": 1, "Down": -1}


def _far(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) > DRAGGED


def _rounded(context: Any, x: float, y: float, width: float, height: float) -> None:
    quarter = 1.5707963267948966
    corners = (
        (x + width - ROUND, y + ROUND),
        (x + width - ROUND, y + height - ROUND),
        (x + ROUND, y + height - ROUND),
        (x + ROUND, y + ROUND),
    )
    context.new_sub_path()
    for number, (cx, cy) in enumerate(corners, -1):
        context.arc(cx, cy, ROUND, number * quarter, (number + 1) * quarter)
    context.close_path()
