from __future__ import annotations

from pathlib import Path

import numpy as np

from layered import objects, photo
from maskpick.archive import read_archive
from maskpick.exporters import ServiceZip
from maskpick.layers import Stack
from maskpick.progress import Progress


def test_the_zip_holds_every_mask(tmp_path: Path) -> None:
    ServiceZip().export(Stack(photo(), objects()), tmp_path / "photo.zip", Progress())
    masks = read_archive(tmp_path / "photo.zip")
    assert masks.ids == objects().ids
    for mask in masks:
        assert mask.box == objects()[mask.id].box
        assert np.array_equal(mask.coverage, objects()[mask.id].coverage)
