"""Putting a picked object right by clicks: "not this", "this too".

The first such click makes an object of its own beside the one that was picked, which takes its place among the picks;
further ones change it, each with all the points there are. It ends when something else is picked: then the object
stays, one like all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List, Optional, Tuple

from maskpick_bridge.handover import discard
from maskpick_bridge.maskfile import MaskFile, MaskFileError
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, SUBTRACT
from maskpick_bridge.picking import operation_of as picking_of
from maskpick_bridge.protocol import WorkerError

if TYPE_CHECKING:
    from maskpick_bridge.handover import Pixels
    from maskpick_bridge.picking import Step
    from maskpick_bridge.request import Request
    from maskpick_bridge.session import Session

Point = Tuple[int, int]

TOO, NOT = "this too", "not this"
"""What a click with Ctrl and Shift, or with Ctrl, says; beside the operations of picking."""


def operation_of(control: bool, shift: bool, alt: bool, picked: bool) -> str:
    """What a click means by the keys that are held. Without anything ``picked`` nothing can be put right."""
    if control and picked:
        return TOO if shift else NOT
    return picking_of(shift, alt)


def enclosing(operation: str) -> str:
    """What a lasso does by the same keys: it picks objects."""
    return {TOO: ADD, NOT: SUBTRACT}.get(operation, operation)


class Clicks:
    """The points of one object, and what they come to: a part of a `Session`, whose objects it adds to.

    ``inside`` and ``outside`` are whole image pixels; `points` are those to show.
    """

    def __init__(self, session: Session) -> None:
        self.inside: List[Point] = []
        self.outside: List[Point] = []
        self._session = session
        self._clicked: List[Tuple[Point, bool]] = []
        """The points that were added, in their order, and whether each is inside."""
        self._taken_back: List[Tuple[Point, bool]] = []
        self._steps: Tuple[Step, ...] = ()
        """The picks as they were left; others mean that something else has been picked."""
        self._seed: Optional[Point] = None
        self._start: Optional[int] = None
        self._own: Optional[int] = None
        self._base = ""
        self._pixels: Optional[Pixels] = None
        self._good: Tuple[List[Point], List[Point]] = ([], [])
        self._asking: Optional[Request] = None
        self._picturing: Optional[Request] = None

    @property
    def busy(self) -> bool:
        """Whether the engine has been asked and has not answered yet."""
        return self._asking is not None

    @property
    def points(self) -> Tuple[List[Point], List[Point]]:
        """The points to show: inside, outside; none once something else has been picked."""
        picking = self._session.picking
        if picking is None or picking.steps != self._steps:
            self.end()
        return self.inside, self.outside

    def picked(self, point: Point) -> None:
        """An object has been picked by a click at a pixel: there it is, in case it has to be put right."""
        self.end()
        picking = self._session.picking
        if picking is not None and picking.ids and picking.ids[-1] in picking.file.at(*point):
            self._steps, self._seed = picking.steps, point

    def add(self, point: Point, belongs: bool, read: Callable[[], Optional[Pixels]]) -> bool:
        """A pixel belongs to the object that was picked last, or does not. False, and nothing done, while it cannot be.

        ``read`` gives the pixels the objects were found in, None where that fails; it is called where the session has
        not kept them, once for all the clicks on an object.
        """
        session, picking = self._session, self._session.picking
        if session.busy or session.outlines is None or picking is None or not picking.ids:
            return False
        width, height = picking.file.size
        if not (0 <= point[0] < width and 0 <= point[1] < height) or point in (*self.inside, *self.outside):
            return False
        if picking.steps != self._steps:
            self.end()
            self._steps = picking.steps
        if self._pixels is None:
            seen = session.seen
            self._pixels, self._start = read() if seen is None else seen.shared(), picking.ids[-1]
            if self._pixels is None:
                return False
            self.inside = [self._seed] if self._seed is not None else []
        self._taken_back = []
        self._put((point, belongs))
        return True

    def find(self, inside: List[Point], outside: List[Point], pixels: Pixels) -> None:
        """Find the object at points alone, and add it to what is picked; for scripts. The pixels are let go of."""
        self.end()
        assert self._session.picking is not None
        self._steps, self._pixels = self._session.picking.steps, pixels
        self.inside, self.outside = list(inside), list(outside)
        self._ask()

    def undo(self) -> bool:
        """Take the last of several clicks back. False where the object has had no more than one: that is the picks'."""
        if not any(self.points):
            return False
        if len(self._clicked) > 1:
            self._taken_back.append(self._clicked.pop())
            point, belongs = self._taken_back[-1]
            (self.inside if belongs else self.outside).remove(point)
            if self._asking is None:
                self._ask()
            return True
        if self._own is None:  # it has not been answered yet, and nothing has become of it
            self.end()
            return True
        return False

    def redo(self) -> bool:
        """Click again what was taken back."""
        if not any(self.points) or not self._taken_back:
            return False
        self._put(self._taken_back.pop())
        return True

    def end(self) -> None:
        """Show no points any more; the object stays as it is."""
        if self._asking is not None:
            self._asking.cancel()
        if self._pixels is not None:
            self._pixels.release()
        if self._base and self._base != self._session._found:  # on that one leans what comes after it
            discard(self._base)
        self.inside, self.outside, self._good = [], [], ([], [])
        self._steps, self._seed, self._start, self._own = (), None, None, None
        self._base, self._pixels, self._asking = "", None, None
        self._clicked, self._taken_back = [], []

    def _put(self, click: Tuple[Point, bool]) -> None:
        point, belongs = click
        self._clicked.append(click)
        (self.inside if belongs else self.outside).append(point)
        if self._asking is None:
            self._ask()

    def _ask(self) -> None:
        session, pixels = self._session, self._pixels
        base = self._base or session._masks
        asked = (list(self.inside), list(self.outside))

        def found(result: Any) -> None:
            if self._asking is request and session.picking is not None and session.picking.steps == self._steps:
                self._asking, self._good = None, asked
                try:
                    self._take_up(base, result)
                except (MaskFileError, OSError) as error:
                    session.fail(WorkerError("MaskFileError", str(error)))
                if (self.inside, self.outside) != asked:
                    self._ask()

        def failed(error: WorkerError) -> None:
            if self._asking is request:
                self._asking = None
                self.inside, self.outside = map(list, self._good)
                self._clicked = [one for one in self._clicked if one[0] in (*self.inside, *self.outside)]
                if not error.cancelled:
                    session.fail(error)

        request = self._asking = session.connection.request(
            "clicks", found, failed, masks=base, pixels=pixels, start=self._start, inside=asked[0], outside=asked[1]
        )

    def _take_up(self, base: str, result: Any) -> None:
        """The objects with the one that was clicked, in place of those there were."""
        session, picking, id = self._session, self._session.picking, result["id"]  # noqa: A001
        assert picking is not None
        # A session's own affairs, in here that it may be read in one piece.
        fresh = Outlines.open(result["outlines"])
        discard(result["outlines"])
        file, before, replaced = MaskFile.open(result["masks"]), session.file, session._masks
        session.file, session._masks = file, result["masks"]
        picking.renew(file)
        if before is not None:
            before.close()
        if replaced != base and not session.busy:
            discard(replaced)
        session.outlines = fresh if session.outlines is None else session.outlines.joined(fresh)
        session._tell("objects")
        self._base = base
        if self._picturing is not None:
            self._picturing.cancel()
        if self._pixels is not None and session._shows:
            self._picturing = session.picture(self._pixels.shared(), [id])
        wrong, self._own = self._start if self._own is None else self._own, id
        ids = [id if one == wrong else one for one in picking.ids]
        picking.pick(ids if id in ids else [*ids, id])
        self._steps = picking.steps
        session.picked()
