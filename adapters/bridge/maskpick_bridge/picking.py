"""The picking state: what lies under the pointer, what is picked, and how it came about.

It knows no editor: positions are whole image pixels, and what changed is told by what the methods return. Picks are
steps, one after another - *add* these, *take away* those, *keep only* these - so that a shirt can be taken out of a
person: the worker combines them pixel by pixel (the parameter ``pick`` of its requests), and here a region at a time.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from maskpick_bridge import lasso
from maskpick_bridge.maskfile import Box, MaskFile, MaskInfo

REPLACE, ADD, SUBTRACT, INTERSECT = "replace", "add", "subtract", "intersect"
MOST_UNDO = 200
SURE = 2.5
LEAST_SURE = 0.02
"""See `likeliest`."""


class Step(NamedTuple):
    """``operation`` is ADD, SUBTRACT or INTERSECT."""

    operation: str
    ids: tuple[int, ...]


def operation_of(shift: bool, alt: bool) -> str:
    """What a click means: it picks; Shift adds, Alt takes away, both keep only what is in both."""
    if shift and alt:
        return INTERSECT
    return ADD if shift else SUBTRACT if alt else REPLACE


def likeliest(stack: Sequence[int], masks: Mapping[int, MaskInfo]) -> int | None:
    """The id that is most likely meant where ``stack`` lies, smallest first; None where nothing does.

    It is the one whose confidence to the power of `SURE`, by area, is largest: a small one that its engine is sure of,
    and the smallest among equally sure ones. It is the same all over a region, so that nothing flickers while the
    pointer moves. `docs/choosing-masks.md` has the figures.
    """

    def worth(id: int) -> float:  # noqa: A002
        mask = masks[id]
        return float(max(LEAST_SURE, mask.confidence) ** SURE / max(1, mask.area))

    return max(stack, key=worth, default=None)


class Picking:
    """The state over one mask file. Methods that change something return True when there is something to redraw.

    ``stack`` is the ids under the pointer, smallest first; ``hovered`` the one of them that is meant, or None.
    """

    def __init__(self, file: MaskFile) -> None:
        self.file = file
        self.stack: tuple[int, ...] = ()
        self.hovered: int | None = None
        self._region = 0
        self._walked: int | None = None
        self._steps: tuple[Step, ...] = ()
        self._undo: list[tuple[Step, ...]] = []
        self._redo: list[tuple[Step, ...]] = []

    def renew(self, file: MaskFile) -> None:
        """Go on with another file of the same picture, which has all of these objects."""
        self.file = file
        for known in ("_children", "_stacks"):
            vars(self).pop(known, None)
        self._region = -1  # the next move sees what has come

    # Under the pointer.

    def hover(self, x: int, y: int) -> bool:
        """The pointer is over pixel (x, y), which may lie outside. One read from the region map, most of the time."""
        region = self.file.region(x, y)
        if region == self._region:
            return False
        self._region = region
        self.stack = self.file.stack(region)
        # Who has walked to the person stays with the person, wherever it still lies under the pointer.
        meant = self._walked if self._walked in self.stack else likeliest(self.stack, self.file.masks)
        changed, self.hovered = meant != self.hovered, meant
        return changed

    def leave(self) -> bool:
        """The pointer has left the canvas."""
        self._walked = None
        return self.hover(-1, -1)

    def walk(self, notches: int) -> bool:
        """Go up the stack under the pointer (to larger objects), or down with a negative number; stops at its ends."""
        if not self.stack or self.hovered is None:
            return False
        at = min(len(self.stack) - 1, max(0, self.stack.index(self.hovered) + notches))
        if self.stack[at] == self.hovered:
            return False
        self.hovered = self._walked = self.stack[at]
        return True

    # What is picked.

    @property
    def steps(self) -> tuple[Step, ...]:
        """The picks, as they are sent to the worker: ``pick=picking.steps``."""
        return self._steps

    @property
    def ids(self) -> tuple[int, ...]:
        """The objects that are picked, for lists and for layers; what is left of one still counts as it."""
        picked: dict[int, None] = {}
        for operation, ids in self._steps:
            if operation == ADD:
                picked.update(dict.fromkeys(ids))
            elif operation == SUBTRACT:
                picked = dict.fromkeys(id for id in picked if not self._within(id, ids))  # noqa: A001
            else:
                kept = [id for id in picked if self._within(id, ids)]  # noqa: A001
                parts = [id for id in ids if id not in picked and self._within(id, picked)]  # noqa: A001
                picked = dict.fromkeys([*kept, *parts])
        return tuple(picked)

    def __bool__(self) -> bool:
        return bool(self._steps)

    def is_picked(self, x: int, y: int) -> bool:
        """Whether pixel (x, y) is part of what is picked."""
        return self._covered(self.file.stack(self.file.region(x, y)), self._steps)

    def click(self, operation: str = REPLACE) -> bool:
        """Pick what is hovered; a plain click beside everything picks nothing."""
        if self.hovered is None:
            return self.clear() if operation == REPLACE else False
        return self.pick((self.hovered,), operation)

    def pick(self, ids: Iterable[int], operation: str = REPLACE) -> bool:
        """Pick masks, as a list or a lasso does. Ids the file does not have are passed over."""
        ids = tuple(id for id in dict.fromkeys(ids) if id in self.file.masks)  # noqa: A001
        if operation == REPLACE:
            return self._set((Step(ADD, ids),) if ids else ())
        if operation == ADD:
            new = tuple(id for id in ids if id not in self._whole())  # noqa: A001
            return self._set((*self._steps, Step(ADD, new))) if new else False
        if not self._steps:
            return False
        if operation == SUBTRACT:
            return self._set(self._without(ids))
        return self._set((*self._steps, Step(INTERSECT, ids)) if ids else ())

    def lasso(self, points: Sequence[tuple[float, float]], operation: str = REPLACE) -> bool:
        """Pick what a closed line (x, y in image pixels) encloses."""
        return self.pick(self.shown(lasso.inside_lasso(self.file, points)), operation)

    def enclosed(self, points: Sequence[tuple[float, float]]) -> tuple[int, ...]:
        """What a lasso encloses as far as it has come, for views to show while it is drawn; nothing is picked.

        It looks less closely than `lasso`: of what just is, or just is not, enclosed the two may differ.
        """
        return self.shown(lasso.inside_lasso(self.file, points, budget=lasso.FOLLOWING_ROWS))

    def rectangle(self, box: Box, operation: str = REPLACE) -> bool:
        """Pick what a rectangle encloses."""
        return self.pick(self.shown(lasso.inside_box(self.file, box)), operation)

    def invert(self) -> bool:
        """Pick the objects that are not: of one that is picked in part, its other parts; the background as well."""
        picked = set(self.ids)
        return self._set((Step(ADD, rest),) if (rest := tuple(self._rest(None, picked))) else ())

    def clear(self) -> bool:
        return self._set(())

    def undo(self) -> bool:
        """Take the last change of the picks back."""
        return self._go(self._undo, self._redo)

    def redo(self) -> bool:
        return self._go(self._redo, self._undo)

    # The tree.

    def shown(self, ids: Iterable[int]) -> tuple[int, ...]:
        """``ids`` without those that stand for nearly the same as another one of them."""
        ids = tuple(ids)
        return tuple(id for id in ids if self.file.masks[id].alternate_of not in ids)  # noqa: A001

    def children(self, id: int | None) -> tuple[MaskInfo, ...]:  # noqa: A002
        """The parts of an object that lists show, best first; the outermost objects for None."""
        return self._children.get(id, ())

    @functools.cached_property
    def _children(self) -> dict[int | None, tuple[MaskInfo, ...]]:
        found: dict[int | None, list[MaskInfo]] = {}
        for mask in self.file.masks.values():
            if mask.alternate_of is None:
                found.setdefault(mask.parent if mask.parent in self.file.masks else None, []).append(mask)
        return {parent: tuple(parts) for parent, parts in found.items()}

    def _rest(self, parent: int | None, picked: set[int]) -> Iterable[int]:
        for mask in self.children(parent):
            if mask.id in picked:
                continue
            if any(self._within(id, (mask.id,)) for id in picked):  # noqa: A001
                yield from self._rest(mask.id, picked)
            else:
                yield mask.id

    def _within(self, id: int, wholes: Iterable[int]) -> bool:  # noqa: A002
        """Whether an object is one of ``wholes``, or a part of one."""
        wholes, seen = set(wholes), set()
        at: int | None = id
        while at is not None and at not in seen:
            if at in wholes:
                return True
            seen.add(at)
            at = self.file.masks[at].parent if at in self.file.masks else None
        return False

    # Steps.

    def _whole(self) -> set[int]:
        """The ids that are picked with nothing taken away from them since."""
        whole: set[int] = set()
        for operation, ids in self._steps:
            whole = whole | set(ids) if operation == ADD else set()
        return whole

    def _without(self, ids: tuple[int, ...]) -> tuple[Step, ...]:
        """The steps with ``ids`` taken away: a whole pick is dropped, a part is cut out."""
        steps = tuple(
            Step(operation, kept)
            for operation, old in self._steps
            if (kept := old if operation != ADD else tuple(id for id in old if not self._within(id, ids)))  # noqa: A001
        )
        if not steps or steps[0].operation != ADD:
            return ()
        # Taking the shirt away from a picked person is a cut; from the cup beside it, nothing.
        cut = tuple(id for id in ids if self._overlaps(id, steps))  # noqa: A001
        return (*steps, Step(SUBTRACT, cut)) if cut else steps

    def _overlaps(self, id: int, steps: tuple[Step, ...]) -> bool:  # noqa: A002
        return any(id in stack and self._covered(stack, steps) for stack in self._stacks)

    @functools.cached_property
    def _stacks(self) -> tuple[tuple[int, ...], ...]:
        return self.file.stacks()

    @staticmethod
    def _covered(stack: tuple[int, ...], steps: tuple[Step, ...]) -> bool:
        covered = False
        for operation, ids in steps:
            here = any(id in ids for id in stack)  # noqa: A001
            if operation == ADD:
                covered = covered or here
            elif operation == SUBTRACT:
                covered = covered and not here
            else:
                covered = covered and here
        return covered

    def _set(self, steps: tuple[Step, ...]) -> bool:
        if not any(self._covered(stack, steps) for stack in self._stacks):
            steps = ()
        if steps == self._steps:
            return False
        self._undo = [*self._undo[-MOST_UNDO + 1 :], self._steps]
        self._redo.clear()
        self._steps = steps
        return True

    def _go(self, source: list[tuple[Step, ...]], target: list[tuple[Step, ...]]) -> bool:
        if not source:
            return False
        target.append(self._steps)
        self._steps = source.pop()
        return True
