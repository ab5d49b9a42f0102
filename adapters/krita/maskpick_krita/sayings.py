"""Which one thing the docker says now: the most pressing comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maskpick_bridge import WorkerError
from maskpick_bridge.saying import HINT, QUESTION, TROUBLE, Answer, Saying
from maskpick_bridge.words import _
from maskpick_krita.actions import FIND

if TYPE_CHECKING:
    from maskpick_krita.desk import Desk

NO_ENGINE = ("NotFound", "NotStarted", "Mismatch", "Crashed", "Fault")
"""Kinds of errors of the connection: there is no engine to be asked."""
SETTINGS = ("EngineError", "SettingsError", "PluginError")
"""Kinds of errors that another setting may cure."""
EXPLAINED, PICKS_EXPLAINED = "explained", "picks_explained"
"""Settings: what need not be said again."""


def saying(desk: Desk) -> Saying | None:
    """What there is to say; None when all goes its way."""
    work, session = desk.work, desk.session
    if work is not None and work.question is not None:
        return work.question
    error = session.error if session is not None and session.error is not None else desk.studio.trouble
    if error is not None:
        return Saying(TROUBLE, error.happened, error.advice, _steps(desk, error), desk.forgive)
    if desk.studio.notice:
        return Saying(TROUBLE, _(desk.studio.notice), dismiss=desk.forgive)
    if work is None or session is None:
        return Saying(HINT, _("Open a picture, then find its objects."))
    if desk.working:
        return None
    if session.file is None and work.kept:
        answers = (Answer(_("Show them"), desk.open_kept),)
        return Saying(QUESTION, _("The objects of this picture were kept with it."), "", answers, desk.leave_kept)
    if session.notes:
        return Saying(HINT, session.notes[0], " ".join(session.notes[1:]), dismiss=desk.forgive)
    return _hint(desk)


def _steps(desk: Desk, error: WorkerError) -> tuple[Answer, ...]:
    """The next steps that can be done from here."""
    work = desk.work
    again = [Answer(_("Try again"), desk.try_again)]
    if error.kind in NO_ENGINE:
        steps = [*again, Answer(_("Why?"), desk.open_doctor)]
    elif error.kind in SETTINGS:
        steps = [*again, Answer(_("Settings…"), desk.open_settings)]
    elif error.kind in ("MaskFileError", "ArchiveError") and work is not None:
        steps = [Answer(_("Find again"), lambda: desk.do(FIND))]
    else:
        steps = again
    return tuple(steps)


def _hint(desk: Desk) -> Saying | None:
    """What is worth knowing at first, until it was put away."""
    assert desk.session is not None
    if desk.session.file is None and not desk.studio.read(EXPLAINED):
        text = _("Then point at them on the picture and click, and choose below what becomes of them.")
        return Saying(HINT, _("Find the objects of your picture."), text, dismiss=lambda: desk.explained(EXPLAINED))
    if desk.picking and not desk.studio.read(PICKS_EXPLAINED):
        text = _(
            "Shift adds, Alt takes away. Ctrl and the wheel go from a part to the whole; "
            "Ctrl and a click say: not this. Esc: paint again."
        )
        done = lambda: desk.explained(PICKS_EXPLAINED)  # noqa: E731
        return Saying(HINT, _("Point at an object and click it."), text, dismiss=done)
    return None
