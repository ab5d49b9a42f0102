"""The shadows of what is picked, offered to be removed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maskpick_bridge.handover import taken
from maskpick_bridge.latest import Latest
from maskpick_bridge.outlines import Outlines

if TYPE_CHECKING:
    from maskpick_bridge.protocol import WorkerError
    from maskpick_bridge.session import Session

ALL = 0
"""The id of the outline round all shadows."""


class Shadows:
    """A part of a `Session`: what is known of the shadows of its picks, looked for after each change of these.

    ``count`` is how many can be told, and ``outlines`` holds one outline round them all, of the id `ALL`; 0 and None
    while nothing is known. Both are told as `PREVIEW`. They are looked for in the pixels the objects were found in.
    """

    def __init__(self, session: Session) -> None:
        self.count = 0
        self.outlines: Outlines | None = None
        self._session = session
        self._looking = Latest(session.connection)

    @property
    def busy(self) -> bool:
        return self._looking.busy

    def forget(self) -> None:
        """Nothing is known any more."""
        self._looking.cancel()
        self.count, self.outlines = 0, None

    def look(self) -> None:
        """To be called when what is picked has changed; the last look is given up."""
        session, pixels = self._session, self._session.seen
        self.forget()
        if pixels is None or session.picking is None or not session.picking:
            return
        steps = session.picking.steps

        def current() -> bool:
            return session.seen is pixels and session.picking is not None and session.picking.steps == steps

        def told(result: Any) -> None:
            drawn = None if result["outlines"] is None else Outlines(bytes(taken(result["outlines"])))
            if current():
                self.count, self.outlines = result["count"], drawn
                session._tell("preview")

        def failed(error: WorkerError) -> None:
            """None is shown then; whoever removes with the shadow will be told."""

        self._looking.ask("shadows", told, failed, masks=session._masks, pick=steps, pixels=pixels)
