"""The embedded remover: it fills a hole with patches of its surroundings, without weights and without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from maskpick.hookspecs import hookimpl

if TYPE_CHECKING:
    from maskpick.engines import Remover
    from maskpick.masks import Mask
    from maskpick.pictures import Picture
    from maskpick.progress import Progress


@dataclass(frozen=True)
class FillOptions:
    """How the surroundings of a hole are searched."""

    search_megapixels: float = field(
        default=1.0,
        metadata={
            "help": "Surroundings up to this many megapixels are searched at full size, larger ones at a smaller."
        },
    )


class FillRemover:
    """Patches for texture, a membrane for thin holes; see `maskpick.engines.fill.fill`."""

    name: ClassVar[str] = "fill"
    title: ClassVar[str] = "Fill from the surroundings"
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 3
    Options: ClassVar[type[FillOptions]] = FillOptions

    def __init__(self, options: FillOptions | None = None) -> None:
        self.options = options or FillOptions()

    def remove(self, picture: Picture, hole: Mask, keep_out: Sequence[Mask], progress: Progress) -> Picture:
        """Return the picture with the pixels under `hole` invented anew; see `maskpick.engines.Remover`.

        Pixels the hole covers by half or more are replaced, fainter ones blended. Raises EngineError when nothing is
        left to copy from, Cancelled.
        """
        import numpy as np

        from maskpick.engines.blending import blended

        from .fill import fill_array

        progress.check()
        forbidden = np.zeros(picture.pixels.shape[:2], bool)
        for mask in keep_out:
            forbidden[mask.box.slices()] |= mask.coverage > 0
        covered = np.zeros(picture.pixels.shape[:2], bool)
        covered[hole.box.slices()] = hole.coverage > 0
        area = max(1, round(self.options.search_megapixels * 1e6))
        pixels = fill_array(picture.pixels, covered, forbidden, progress, area)
        return blended(picture, hole, pixels)


@hookimpl
def register_removers(register: Callable[[type[Remover]], None]) -> None:
    register(FillRemover)
