"""Panoptic maps as bad as real ones, for tests: see `maskpick.service.faults`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from maskpick.files import replacing

_MAP = "_panoptic.png"


def spoil_map(zipped: Path, fault: str) -> None:
    """Write the zip again with its map ``interpolated`` (borders name masks that are not there) or ``sixteen-bit``."""
    with zipfile.ZipFile(zipped) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for name, data in entries.items():
        if name.endswith(_MAP):
            with Image.open(io.BytesIO(data)) as image:
                labels: NDArray[Any] = np.asarray(image)
            entries[name] = _png(_interpolated(labels) if fault == "interpolated" else labels.astype(np.uint16))
    with replacing(zipped) as fresh, zipfile.ZipFile(fresh, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def _interpolated(labels: NDArray[Any]) -> NDArray[Any]:
    """Shrunk and enlarged smoothly, as the hosted service's are."""
    height, width = labels.shape
    small = cv2.resize(labels, (max(1, width // 3), max(1, height // 3)), interpolation=cv2.INTER_NEAREST)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(labels.dtype)


def _png(labels: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(labels).save(buffer, "PNG")
    return buffer.getvalue()
