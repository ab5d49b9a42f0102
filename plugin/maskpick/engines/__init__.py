"""What an engine is. A segmenter finds the objects of a picture; a remover fills the hole one leaves.

An engine is a class, registered by a plugin (see `maskpick.hookspecs`). Its ``Options`` is a frozen
dataclass in which every field has a default, so that ``Engine()`` works at once; name, class name and
options together are the key under which answers are cached. The module that defines the class is
imported at every start, so heavy libraries are imported inside the methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from maskpick.errors import MaskpickError

if TYPE_CHECKING:
    from maskpick.errors import EngineError
    from maskpick.masks import Box, Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Progress
    from maskpick.settings import Settings

Point = tuple[int, int]
"""A pixel of a picture: x to the right, y down."""


class Engine(Protocol):
    """What segmenters and removers have in common."""

    name: ClassVar[str]
    """The word it is chosen by, for instance ``local``."""
    title: ClassVar[str]
    """What a menu shows."""
    offline: ClassVar[bool]
    """True when nothing of the picture leaves the computer."""
    version: ClassVar[int]
    """Raised whenever the same picture and options may give another answer: old cached answers are dropped."""
    Options: ClassVar[type[Any]]
    """A frozen dataclass; each field has a default and ``metadata={"help": ...}``, with ``"answer": False`` where it
    does not change the answer, so that a kept one holds."""

    def __init__(self, options: Any = None) -> None: ...


class Segmenter(Engine, Protocol):
    def segment(self, picture: Picture, progress: Progress) -> MaskSet:
        """Return the objects of ``picture``: masks of the picture's own size, best first, ids from 1."""
        ...


class Remover(Engine, Protocol):
    def remove(self, picture: Picture, hole: Mask, keep_out: Sequence[Mask], progress: Progress) -> Picture:
        """Return ``picture`` with the pixels under ``hole`` invented anew.

        A pixel whose coverage in ``hole`` is 0 is returned bit-exact. Nothing is copied from the
        pixels of ``keep_out``. The result has the picture's shape, dtype, profile and alpha.
        """
        ...


class Plan(Protocol):
    """What an engine would send for one picture."""

    @property
    def size(self) -> int:
        """Bytes of what would be sent."""
        ...

    @property
    def lines(self) -> tuple[str, ...]:
        """For a person to read: to whom, what, how large, what it costs. No secrets."""
        ...

    @property
    def about_all(self) -> tuple[str, ...]:
        """Those of the lines that hold for every picture."""
        ...

    @property
    def as_json(self) -> Mapping[str, Any]:
        """The same for a program."""
        ...


@runtime_checkable
class Planner(Protocol):
    """An engine that sends something, and can say beforehand what."""

    def plan(self, picture: Picture, progress: Progress) -> Plan:
        """What would be sent for ``picture``. Nothing is."""
        ...


@runtime_checkable
class PickedRemover(Protocol):
    """A remover that may do better when it knows which masks of a set were picked."""

    def remove_picked(
        self, picture: Picture, masks: MaskSet, ids: Sequence[int], hole: Mask, progress: Progress
    ) -> Picture | None:
        """As `Remover.remove`, for whole masks of ``masks``; None when `Remover.remove` is to be used instead."""
        ...


@runtime_checkable
class NeedsSetup(Protocol):
    """An engine that may not be ready: something has to be installed or fetched first. Until it is, editors do not
    offer it."""

    def obstacle(self) -> EngineError | None:
        """What keeps it from working, and what to do, in words for the user; None when it is ready. Quick."""
        ...


def is_ready(engine: type[Engine], settings: Settings) -> bool:
    """Whether an engine that may need setting up has been. One that is set up wrongly has: it says so when used."""
    try:
        made = engine(settings.engine_options(engine))
        return not isinstance(made, NeedsSetup) or made.obstacle() is None
    except MaskpickError:
        return True


@runtime_checkable
class AtClicks(Protocol):
    """A segmenter that finds one object by points, better than by choosing among the masks of `Segmenter.segment`."""

    def at_clicks(
        self,
        picture: Picture,
        inside: Sequence[Point],
        outside: Sequence[Point],
        progress: Progress,
        *,
        box: Box | None = None,
    ) -> Mask:
        """Return the object that holds all the pixels ``inside`` and none of those ``outside``, and lies about in
        ``box``. There is a box or at least one point inside.

        The mask has the id 1 and is of the picture's own size; it may be empty. What has to be worked out once for a
        picture is kept for the next clicks in it.
        """
        ...
