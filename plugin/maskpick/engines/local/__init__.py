"""The embedded segmenter: finds the objects of a picture without a network connection or an account.

An edge map of the picture at working size, from a small net or hand-made measures, cut into small regions by a
watershed; trees that merge them, most alike first; the best nodes of the trees as nested masks, and a cut through the
first as the panoptic map; their common borders refined against the full picture. Each step is a module here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from maskpick.errors import SettingsError
from maskpick.hookspecs import hookimpl

if TYPE_CHECKING:
    from maskpick.engines import Segmenter
    from maskpick.masks import MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Progress

EdgeKind = Literal["hand", "net"]


@dataclass(frozen=True)
class LocalOptions:
    """Settings of `LocalSegmenter`."""

    most: int = field(default=100, metadata={"help": "Find at most this many objects."})
    flat_regions: int = field(default=40, metadata={"help": "Regions of the flat (panoptic) map, at most."})
    softness: float = field(default=0.8, metadata={"help": "Softness of the borders (sigma, in pixels); 0 is hard."})
    working_size: int = field(
        default=480, metadata={"help": "Long side, in pixels, of the copy the objects are found on."}
    )
    edges: EdgeKind = field(
        default="net", metadata={"help": "What finds borders: hand-made measures, or a net trained on photos."}
    )

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("most", self.most, 1, 1000),
            ("flat_regions", self.flat_regions, 1, 200),
            ("softness", self.softness, 0, 10),
            ("working_size", self.working_size, 16, 2048),
        ):
            if not low <= value <= high:
                raise SettingsError(
                    f"The local engine's {name} cannot be {value}.", f"Choose something from {low} to {high}."
                )
        if self.edges not in get_args(EdgeKind):
            raise SettingsError(
                f"The local engine's edges cannot be {self.edges!r}.", f"Choose one of {', '.join(get_args(EdgeKind))}."
            )


class LocalSegmenter:
    """Finds objects on this computer alone."""

    name: ClassVar[str] = "local"
    title: ClassVar[str] = "On this computer"
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 4
    Options: ClassVar[type[LocalOptions]] = LocalOptions

    def __init__(self, options: LocalOptions | None = None) -> None:
        self.options = options or LocalOptions()

    def segment(self, picture: Picture, progress: Progress) -> MaskSet:
        """Return nested masks, best first, and the panoptic map. Raises `Cancelled`."""
        from maskpick.engines.local.segmentation import segment

        return segment(picture.rgb8, picture.alpha8, self.options, progress)


@hookimpl
def register_segmenters(register: Callable[[type[Segmenter]], None]) -> None:
    register(LocalSegmenter)
