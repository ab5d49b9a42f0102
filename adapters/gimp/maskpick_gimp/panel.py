"""All that is in the dialog: the picture, and beside it what finds objects, their list, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gdk, Gtk

from maskpick_bridge.clicks import Clicks
from maskpick_bridge.maskfile import MaskInfo
from maskpick_bridge.picking import Picking
from maskpick_bridge.saying import HINT, QUESTION, TROUBLE, Answer, Saying
from maskpick_bridge.session import OBJECTS, STATE
from maskpick_bridge.words import _
from maskpick_gimp.desk import Desk
from maskpick_gimp.edge import EdgeOptions
from maskpick_gimp.finding import FindBar
from maskpick_gimp.object_list import ObjectList
from maskpick_gimp.put_right import PutRight
from maskpick_gimp.results import Results
from maskpick_gimp.saying import Card
from maskpick_gimp.status import StatusLine
from maskpick_gimp.view import PictureView

WIDTH = 290
"""How wide what stands beside the picture is, in logical pixels."""
SHIFT, CONTROL, ALT = Gdk.ModifierType.SHIFT_MASK, Gdk.ModifierType.CONTROL_MASK, Gdk.ModifierType.MOD1_MASK
HINT_STYLE = b"label { background: rgba(20, 20, 20, 0.82); color: white; border-radius: 6px; padding: 8px 14px; }"
KEYS = {
    SHIFT: (Gdk.KEY_Shift_L, Gdk.KEY_Shift_R),
    CONTROL: (Gdk.KEY_Control_L, Gdk.KEY_Control_R),
    ALT: (Gdk.KEY_Alt_L, Gdk.KEY_Alt_R, Gdk.KEY_Meta_L, Gdk.KEY_Meta_R),
}


class Panel(Gtk.Box):
    """Shows a `Desk`. Call `refresh` with all that the desk tells, and `key` with the keys of its window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self.desk = desk
        self.view = PictureView(desk.session, lambda: self.status.show_zoom(self.view.camera), desk.put_right)
        self.view.set_name("maskpick-view")
        self.view.get_accessible().set_name(_("The picture"))
        self.status = StatusLine(desk, self.view.zoom)
        self.find = FindBar(desk)
        self.list = ObjectList(desk, self._frame)
        self.put_right = PutRight(desk, self.view)
        self.edge = EdgeOptions(desk)
        self.results = Results(desk)
        self._labels = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
        for label in (*self.find.labels, self.put_right.label, *self.edge.labels, self.results.label):
            self._labels.add_widget(label)
        self.card = Card()
        self._hint = _hint()
        desk.changed = self.show_picture
        self.pack_start(self.card, False, False, 0)
        self.pack_start(self._columns(), True, True, 0)
        self.pack_start(self.status, False, False, 0)

    def show_picture(self) -> None:
        """Show the image as it is now."""
        picture = self.desk.picture()
        if picture is not None:
            self.view.show_picture(picture)

    def refresh(self, what: str) -> None:
        """Show the desk as it is now; ``what`` is what it told."""
        self.view.shadows = self.desk.options.with_shadow
        self.view.refresh(what)
        if what != STATE:
            self.list.refresh(what)
        self.status.renew()
        self.put_right.renew()
        self.results.renew()
        if what in (STATE, OBJECTS):
            self.find.renew()
            self.card.say(self._saying())
        if self.desk.session.picking:
            self.desk.options.explained = True
        self._hint.set_visible(not self.desk.options.explained)

    # Keys.

    def key(self, event: Any, down: bool) -> bool:
        """A key of the window goes down or up. True when that is all there is to it."""
        held = {mask: down if event.keyval in keys else bool(event.state & mask) for mask, keys in KEYS.items()}
        self.view.hold(held[SHIFT], held[CONTROL], held[ALT])
        # As on GIMP's own canvas, keys go where the pointer is, but for what is typed into a field.
        typing = isinstance(self.get_toplevel().get_focus(), Gtk.Entry)
        if not down:
            return self.view.key(event, down)
        state = event.state & Gtk.accelerator_get_default_mod_mask()
        if event.keyval == Gdk.KEY_Escape and not state:
            return self._escape()
        change = COMMANDS.get((int(state), Gdk.keyval_name(Gdk.keyval_to_lower(event.keyval))))
        picking = self.desk.session.picking
        if typing:
            return False
        if change is None or picking is None:
            return self.view.meant and self.view.key(event, down)
        if change(picking, self.desk.session.clicks):
            self.desk.session.picked()
        self.view.queue_draw()
        return True

    def _escape(self) -> bool:
        """Stop what is under way, or else let go of what is picked; whether there was anything."""
        picking = self.desk.session.picking
        if self.view.give_up():
            return True
        if self.desk.working:
            self.desk.cancel()
            return True
        if self.put_right.end():
            return True
        if picking is not None and picking.clear():
            self.desk.session.picked()
            return True
        return False

    # What is in it.

    def _columns(self) -> Any:
        frame = Gtk.Frame(shadow_type=Gtk.ShadowType.IN)
        overlay = Gtk.Overlay()
        overlay.add(self.view)
        overlay.add_overlay(self._hint)
        overlay.set_overlay_pass_through(self._hint, True)
        overlay.set_size_request(260, 220)
        frame.add(overlay)
        frame.set_margin_end(6)
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=9)
        side.set_size_request(WIDTH, -1)
        side.set_margin_start(6)
        side.pack_start(self.find, False, False, 0)
        side.pack_start(self.list, True, True, 0)
        side.pack_start(self.put_right, False, False, 0)
        side.pack_start(self.edge, False, False, 0)
        side.pack_start(self.results, False, False, 0)
        columns = Gtk.Paned(orientation=Gtk.Orientation.HORIZONTAL, wide_handle=True)
        columns.pack1(frame, resize=True, shrink=False)
        columns.pack2(side, resize=False, shrink=False)
        return columns

    def _saying(self) -> Saying | None:
        """An error comes first, then a question, then what is worth knowing."""
        desk, session = self.desk, self.desk.session
        if session.error is not None:
            return Saying(TROUBLE, session.error.happened, session.error.advice, dismiss=desk.put_away)
        if desk.question is not None:
            agree = Answer(_("Sen_d"), desk.agree)
            refuse = Answer(_("Do N_ot Send"), desk.put_away)
            return Saying(QUESTION, desk.question.title, "\n".join(desk.question.lines), (agree, refuse))
        notes = [desk.notice] if desk.notice else session.notes
        if notes and not session.busy:
            return Saying(HINT, notes[0], "\n".join(notes[1:]), dismiss=desk.put_away)
        return None

    def _frame(self, mask: MaskInfo) -> None:
        self.view.zoom(lambda camera: camera.frame(*mask.box))


def _hint() -> Any:
    """What explains the view to who sees it for the first time."""
    text = _("Find the objects, then point at them: a click picks one, Shift adds, Ctrl takes away.") + "\n"
    text += _("The wheel zooms; with Shift it goes from a part to the whole that it belongs to.") + "\n"
    text += _("Not quite it? The right button says “not this”, with Shift “this too”.")
    label = Gtk.Label(label=text, wrap=True, justify=Gtk.Justification.CENTER, max_width_chars=80, no_show_all=True)
    label.set_margin_start(12)
    label.set_margin_end(12)
    label.set_margin_bottom(12)
    label.set_halign(Gtk.Align.CENTER)
    label.set_valign(Gtk.Align.END)
    label.set_name("maskpick-hint")
    style = Gtk.CssProvider()
    style.load_from_data(HINT_STYLE)
    label.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
    return label


def _pick_all(picking: Picking, _clicks: Clicks) -> bool:
    return picking.pick(mask.id for mask in picking.children(None))


def _undo(picking: Picking, clicks: Clicks) -> bool:
    """Take back the last click that put the object right, or else the last pick; whether it was a pick."""
    return not clicks.undo() and picking.undo()


def _redo(picking: Picking, clicks: Clicks) -> bool:
    return not clicks.redo() and picking.redo()


COMMANDS: dict[tuple[int, str | None], Callable[[Picking, Clicks], bool]] = {
    (int(CONTROL), "z"): _undo,
    (int(CONTROL), "y"): _redo,
    (int(CONTROL | SHIFT), "z"): _redo,
    (int(CONTROL), "a"): _pick_all,
    (int(CONTROL | SHIFT), "a"): lambda picking, _clicks: picking.clear(),
    (int(CONTROL), "i"): lambda picking, _clicks: picking.invert(),
}
"""GIMP's own keys, for what is picked; each tells whether that has changed."""
