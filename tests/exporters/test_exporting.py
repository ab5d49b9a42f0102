from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import maskpick
from layered import objects, photo
from maskpick.errors import Cancelled, OutputError, PictureError
from maskpick.exporters import Folder, OpenRaster, Photoshop, ServiceZip
from maskpick.masks import MaskSet, Size
from maskpick.plugins import Plugins
from maskpick.progress import Progress


def test_the_exporters_come_in_as_a_plugin() -> None:
    exporters = Plugins.load(only=["exporters"]).exporters
    assert exporters == {"ora": OpenRaster, "psd": Photoshop, "folder": Folder, "zip": ServiceZip}


def test_registering_them_loads_nothing_heavy() -> None:
    heavy = ("cv2", "numpy", "PIL", "psd_tools", "zipfile")
    asked = f"import sys, maskpick.exporters; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", ["photo.ora", "photo.psd", "photo"])
def test_stopping_leaves_nothing_behind_and_the_old_file_alone(tmp_path: Path, name: str) -> None:
    maskpick.export(photo(), MaskSet(photo().size, ()), tmp_path / name)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        maskpick.export(photo(), objects(), tmp_path / name, progress=progress)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    maskpick.export(photo(), objects(), tmp_path / "photo")
    assert len(list((tmp_path / "photo").iterdir())) == 7
    maskpick.export(photo(), MaskSet(photo().size, ()), tmp_path / "photo")
    assert sorted(path.name for path in (tmp_path / "photo").iterdir()) == ["001 Background.png", "layers.json"]


def test_masks_of_another_picture_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(PictureError):
        maskpick.export(photo(), MaskSet(Size(3, 3), ()), tmp_path / "photo.ora")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        maskpick.export(photo(), objects(), tmp_path / "file" / "photo.ora")
