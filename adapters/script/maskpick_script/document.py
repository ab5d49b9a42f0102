"""A document without a screen: open a picture, find and pick its objects, put them on layers, remove them, save."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from maskpick.pictures import Picture


class ScriptDocument:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture


class ScriptHost:
    name: ClassVar[str] = "script"
    title: ClassVar[str] = "Script"

    def open(self, path: str | Path) -> ScriptDocument:
        from maskpick.api import open_picture

        return ScriptDocument(open_picture(path))
