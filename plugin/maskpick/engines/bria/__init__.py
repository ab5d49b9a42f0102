"""The hosted mask service - or any service with the same contract - as a segmenter and a remover.

Nothing is sent unless one of these engines was chosen. Both need a token (`maskpick config token`), except with a
service on this computer. Each step is a module of this package.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from maskpick.contract import ADDRESS_VARIABLE
from maskpick.errors import SettingsError
from maskpick.hookspecs import hookimpl

if TYPE_CHECKING:
    from maskpick.engines import Remover, Segmenter
    from maskpick.engines.bria.plan import Plan
    from maskpick.masks import Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Progress

VERSIONS = ("auto", "v1", "v2")


@dataclass(frozen=True)
class BriaOptions:
    """Settings of both engines."""

    address: str = field(
        default="", metadata={"help": "the service's address; empty: the variable BRIA_BASE_URL, or the hosted service"}
    )
    api: str = field(default="auto", metadata={"help": "the contract's version: auto, v1 or v2"})
    image_url: str = field(
        default="", metadata={"help": "send this address of the same picture; the service fetches it there"}
    )
    content_moderation: bool = field(default=False, metadata={"help": "have unsuitable pictures refused"})
    sync: bool = field(
        default=False, metadata={"help": "wait in one long request instead of asking again", "answer": False}
    )
    cap: int = field(default=0, metadata={"help": "paid calls a month at most; 0: no limit", "answer": False})
    seconds: int = field(default=300, metadata={"help": "how long to wait for the work", "answer": False})

    def __post_init__(self) -> None:
        if not self.address:  # looked up now, so that answers of different services are kept apart
            object.__setattr__(self, "address", os.environ.get(ADDRESS_VARIABLE, ""))
        if self.api not in VERSIONS:
            raise SettingsError(f"The service's version cannot be {self.api!r}.", f"Choose {', '.join(VERSIONS)}.")
        if self.cap < 0 or self.seconds < 1:
            raise SettingsError("The service's cap and seconds cannot be negative.", "A cap of 0 is no limit.")


class _Bria:
    """What the two engines have in common."""

    name: ClassVar[str] = "bria"
    title: ClassVar[str] = "Hosted service (Bria)"
    offline: ClassVar[bool] = False
    version: ClassVar[int] = 1
    Options: ClassVar[type[BriaOptions]] = BriaOptions

    def __init__(self, options: BriaOptions | None = None) -> None:
        self.options = options or BriaOptions()


class BriaSegmenter(_Bria):
    """Has the objects found by a mask service."""

    def segment(self, picture: Picture, progress: Progress) -> MaskSet:
        """Return the service's masks at the picture's own size, as they came. Raises `EngineError`, `Cancelled`."""
        from maskpick.engines.bria.work import segment

        return segment(picture, self.options, progress)

    def plan(self, picture: Picture, progress: Progress) -> Plan:
        """What `segment` would send, and where; nothing is sent."""
        from maskpick.engines.bria.plan import plan

        return plan(picture, self.options, progress)


class BriaRemover(_Bria):
    """Has objects removed by a mask service."""

    def remove(
        self,
        picture: Picture,
        hole: Mask,
        keep_out: Sequence[Mask],  # noqa: ARG002 - the contract has no place for it
        progress: Progress,
    ) -> Picture:
        """Erase ``hole``; the service itself decides what to copy. Raises `EngineError`, `Cancelled`."""
        from maskpick.engines.bria.work import erase

        return erase(picture, hole, self.options, progress)

    def remove_picked(
        self, picture: Picture, masks: MaskSet, ids: Sequence[int], hole: Mask, progress: Progress
    ) -> Picture | None:
        """Remove masks the service made, by their ids; None when it cannot, and `remove` is to be used."""
        from maskpick.engines.bria.work import remove_generated

        return remove_generated(picture, masks, ids, hole, self.options, progress)

    def plan(self, picture: Picture, progress: Progress) -> Plan:
        """What `remove` would send, and where; nothing is sent. For objects the service found itself less may do."""
        from maskpick.engines.bria.plan import plan

        besides = "; and the mask, or for objects the service found itself only their numbers, one paid call each"
        return plan(picture, self.options, progress, besides)


@hookimpl
def register_segmenters(register: Callable[[type[Segmenter]], None]) -> None:
    register(BriaSegmenter)


@hookimpl
def register_removers(register: Callable[[type[Remover]], None]) -> None:
    register(BriaRemover)
