"""Write a mask set as the mask service would have sent it."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from maskpick import archive_details, panoptic
from maskpick.archive_listing import HIGHEST_ID
from maskpick.errors import OutputError
from maskpick.files import replacing
from maskpick.masks import LabelMap, Mask, MaskSet
from maskpick.png_writing import write_grey
from maskpick.progress import Progress

LEVEL = 1
"""zlib's level: 6 makes the files half as large and takes twice the time."""

_VISUAL_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say; the same masks make the same bytes on any day


def write_archive(masks: MaskSet, target: str | Path, progress: Progress | None = None) -> None:
    """Write ``masks`` to the zip ``target``, beside it first and then renamed.

    In a folder called after the visual id: for each mask an 8-bit grey PNG of the picture's size that holds the soft
    coverage, and the panoptic map, 8-bit grey up to id 255 and 16-bit beyond; a set without a map gets one built. A
    JSON file keeps order, names, parents and confidence for `read_archive`. A set without a usable visual id
    gets one from its content, 16 hex digits.

    Raises `OutputError`, also for an id above 65,535, which no map can hold; `Cancelled`.
    """
    progress = progress or Progress()
    highest = max(masks.ids, default=0)
    if highest > HIGHEST_ID:
        raise OutputError(f"Object number {highest} does not fit into a zip of masks.", f"The highest is {HIGHEST_ID}.")
    visual_id = masks.visual_id if _VISUAL_ID.fullmatch(masks.visual_id) else _id_of(masks)
    labels = panoptic.build(masks) if masks.panoptic is None else masks.panoptic
    stem = f"{visual_id}/{visual_id}"
    with replacing(Path(target)) as fresh, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, (mask, data) in enumerate(_drawn(masks)):
            progress.report("Writing the masks", done, len(masks) + 1)
            _add(archive, f"{stem}_{mask.id}.png", data)
        progress.report("Writing the masks", len(masks), len(masks) + 1)
        _add(archive, f"{stem}_panoptic.png", _map_drawn(masks, labels))
        _add(archive, f"{stem}.json", archive_details.written(masks))
        progress.report("Writing the masks", 1)


def _drawn(masks: MaskSet) -> Iterator[tuple[Mask, bytes]]:
    """Each mask, by id, and its PNG; made by several threads, as zlib runs beside Python."""
    ordered = sorted(masks, key=lambda mask: mask.id)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="maskpick-archive") as workers:
        try:
            yield from zip(
                ordered,
                workers.map(lambda mask: write_grey(masks.size, mask.box, mask.coverage, LEVEL), ordered),
                strict=True,
            )
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def _map_drawn(masks: MaskSet, labels: LabelMap) -> bytes:
    highest = max(max(masks.ids, default=0), int(labels.max(initial=0)))
    return write_grey(masks.size, masks.canvas, labels.astype(np.uint8) if highest <= 255 else labels, LEVEL)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = 0o644 << 16
    # Long runs of blank rows leave a pattern in a PNG's own compression that a second one takes out.
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=1)


def _id_of(masks: MaskSet) -> str:
    """16 hex digits, the same for the same masks."""
    seen = hashlib.blake2b(f"{masks.size}".encode(), digest_size=8)
    for mask in masks:
        seen.update(f"{mask.id} {mask.box} ".encode())
        seen.update(mask.coverage.data)
    return seen.hexdigest()
