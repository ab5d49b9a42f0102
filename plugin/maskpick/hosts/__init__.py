"""What a host and an exporter are.

A host is a place where pictures are edited: Krita, GIMP, or a script. An exporter writes a picture and
its masks to a file or folder that other programs open.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from maskpick.layers import Stack
    from maskpick.masks import Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Progress


class Exporter(Protocol):
    name: ClassVar[str]
    """The word it is chosen by, for instance ``ora``."""
    title: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    """File endings it answers to, lower case with the dot; an empty tuple is a folder."""

    def export(self, stack: Stack, target: Path, progress: Progress) -> None:
        """Write to ``target``, which does not exist yet; the caller renames it into place.

        ``stack`` holds the picture, its masks and, cut when they are asked for, the layers they make.

        Raises `maskpick.errors.OutputError` for what the format cannot hold; an `OSError` of the
        file system may pass through: the caller turns it into words.
        """
        ...


class Document(Protocol):
    """One opened picture inside a host."""

    def picture(self) -> Picture:
        """The visible picture, flattened, at the document's size."""
        ...

    def add_layers(self, masks: MaskSet) -> None:
        """Add one layer for each mask, in groups after the tree, as one undo step."""
        ...

    def select(self, mask: Mask | None) -> None:
        """Make ``mask`` the selection; None selects nothing."""
        ...

    def add_filled(self, filled: Picture, hole: Mask, name: str) -> None:
        """Add a layer that holds only the pixels of ``filled`` under ``hole``, above everything."""
        ...

    def save(self, target: Path) -> None: ...


class Host(Protocol):
    name: ClassVar[str]
    title: ClassVar[str]

    def open(self, path: Path) -> Document: ...
