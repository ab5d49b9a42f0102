"""*Repeat last*: what was done last in the dialog, done again without it."""

from __future__ import annotations

from gi.repository import Gimp, GLib

from maskpick_bridge.words import _
from maskpick_gimp.desk import Desk
from maskpick_gimp.running import Refused


def repeat(desk: Desk) -> None:
    """Do the last action to what was picked last, or to all objects, which are found if the image keeps none.

    Raises `Refused`, `WorkerError`.
    """
    Gimp.progress_init(_("Picking objects"))
    _settle(desk)
    desk.open_kept(picks=True)
    _settle(desk)
    if desk.session.file is None:
        desk.find()
        _settle(desk)
    if not desk.can(desk.options.action):
        raise Refused(_("Nothing is picked."), _("Pick objects first, with Filters > Maskpick > Pick Objects."))
    desk.do(desk.options.action)
    _settle(desk)
    desk.session.close()


def _settle(desk: Desk) -> None:
    """Wait until the desk has done what it is at."""

    def show(_what: str) -> None:
        Gimp.progress_set_text(desk.session.stage)
        Gimp.progress_update(desk.session.fraction)

    desk.tell = show
    while desk.working or desk.asking:
        GLib.MainContext.default().iteration(True)
    if desk.session.error is not None:
        raise desk.session.error
    if desk.question is not None:
        raise Refused(desk.question.title, _("Use Pick Objects, which asks you first."))
