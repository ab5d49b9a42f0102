"""The scripted host: it opens picture files. Imported at every start, so what it opens is imported later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings
    from maskpick_script.document import ScriptDocument


class ScriptHost:
    """Opens picture files as documents; see `maskpick.hosts.Host`.

    ``plugins`` and ``settings`` are what its documents work with; by default those of this computer.
    """

    name: ClassVar[str] = "script"
    title: ClassVar[str] = "Script"

    def __init__(self, *, plugins: Plugins | None = None, settings: Settings | None = None) -> None:
        self._plugins = plugins
        self._settings = settings

    def open(self, path: str | Path) -> ScriptDocument:
        """Open a picture file. Raises `PictureError`."""
        from maskpick.api import open_picture
        from maskpick_script.document import ScriptDocument

        return ScriptDocument(open_picture(path), plugins=self._plugins, settings=self._settings)
