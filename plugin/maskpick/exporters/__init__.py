"""The built-in exporters: OpenRaster, PSD, a folder of PNGs, the service's zip. Each is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from maskpick.hookspecs import hookimpl

if TYPE_CHECKING:
    from pathlib import Path

    from maskpick.hosts import Exporter
    from maskpick.layers import Stack
    from maskpick.progress import Progress


class OpenRaster:
    """Layers for Krita, GIMP, MyPaint and others; see `maskpick.exporters.ora`."""

    name: ClassVar[str] = "ora"
    title: ClassVar[str] = "OpenRaster (Krita, GIMP)"
    suffixes: ClassVar[tuple[str, ...]] = (".ora",)

    def export(self, stack: Stack, target: Path, progress: Progress) -> None:
        from maskpick.exporters.ora import write_ora

        write_ora(stack, target, progress)


class Photoshop:
    """Layers for Photoshop and all that reads its files; see `maskpick.exporters.psd`."""

    name: ClassVar[str] = "psd"
    title: ClassVar[str] = "Photoshop document"
    suffixes: ClassVar[tuple[str, ...]] = (".psd",)

    def export(self, stack: Stack, target: Path, progress: Progress) -> None:
        from maskpick.exporters.psd import write_psd

        write_psd(stack, target, progress)


class Folder:
    """A folder of PNGs and a list of what lies where; see `maskpick.exporters.folder`."""

    name: ClassVar[str] = "folder"
    title: ClassVar[str] = "Folder of PNGs"
    suffixes: ClassVar[tuple[str, ...]] = ()

    def export(self, stack: Stack, target: Path, progress: Progress) -> None:
        from maskpick.exporters.folder import write_folder

        write_folder(stack, target, progress)


class ServiceZip:
    """The masks alone, as the hosted service packs them; see `maskpick.archive`."""

    name: ClassVar[str] = "zip"
    title: ClassVar[str] = "Zip of masks"
    suffixes: ClassVar[tuple[str, ...]] = (".zip",)

    def export(self, stack: Stack, target: Path, progress: Progress) -> None:
        from maskpick.archive import write_archive

        write_archive(stack.masks, target, progress)


@hookimpl
def register_exporters(register: Callable[[type[Exporter]], None]) -> None:
    for exporter in (OpenRaster, Photoshop, Folder, ServiceZip):
        register(exporter)
