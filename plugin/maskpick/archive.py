"""The mask service's zip: read, as lazily as wanted, and written.

Reading touches nothing but memory: no entry is ever unpacked to a disk. The masks are what counts; the panoptic map is
used as a hint about which mask to decode first, and comes out repaired where it is wrong.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from maskpick import archive_details, panoptic, png, resampling
from maskpick.archive_details import Details
from maskpick.archive_listing import check_directory, listed
from maskpick.archive_writing import write_archive
from maskpick.errors import ArchiveError, Cancelled
from maskpick.masks import LabelMap, Mask, MaskSet, Size
from maskpick.progress import Progress

__all__ = ["Archive", "read_archive", "write_archive"]

LARGEST_FILE = 1 << 27
"""No single file of a zip may inflate to more bytes (128 MB)."""
MOST_BYTES = 1 << 30
"""All files of a zip together may not inflate to more bytes (1 GB)."""
MOST_COVERAGE = 1 << 32
"""All masks of a zip together may not have boxes of more pixels, a byte each (4 GB)."""
HINT_REACH = 4
"""Where the map's label at a point is wrong, those this many pixels around are tried: real borders are as wide."""

Source = str | Path | bytes | BinaryIO

_AGAIN = "Save it or download it once more."
_TORN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What `zipfile` raises over a torn or hostile zip."""


class Archive:
    """A zip of masks that stays open; masks are decoded when they are asked for, or in the background.

    ``source`` is a path, the bytes of a zip, or a seekable binary file, which stays the caller's. ``size`` is the
    picture's; without it, it is the panoptic map's, or else the largest mask's. Masks of another size must have the
    same shape, give or take a pixel, and are scaled.

    Opening reads the zip's directory only. Use it as a context manager, or call `close`. Safe to use from several
    threads. Everything raises `ArchiveError` for a zip, or a file in it, that is damaged or not safe to read.
    """

    def __init__(self, source: Source, size: Size | tuple[int, int] | None = None) -> None:
        self._name = Path(source).name if isinstance(source, (str, Path)) else "The zip"
        self._zip_lock = threading.Lock()
        self._lock = threading.RLock()
        self._labels_lock = threading.Lock()  # its own, so that masks are decoded while the map is
        self._owned = contextlib.ExitStack()
        with self._owned:
            with self._in_words():
                file = self._opened(source)
                check_directory(file, self._name)
                self._zip = self._owned.enter_context(zipfile.ZipFile(file))
            self._listing = listed(self._zip.infolist(), self._name)
            self._owned = self._owned.pop_all()
        self.visual_id: str = self._listing.visual_id
        self.ids: tuple[int, ...] = tuple(self._listing.masks)
        """The masks' ids, ascending."""
        self.notes: tuple[str, ...] = self._listing.notes
        """What was left out, in words for the user."""
        self._size = None if size is None else Size(*size)
        self._labels: LabelMap | None = None
        self._details: Details | None = None
        self._decoding: dict[int, Future[Mask]] = {}
        self._workers: ThreadPoolExecutor | None = None
        self._inflated = 0
        self._covered = 0

    @property
    def size(self) -> Size:
        """The picture's size. Without a map, and if it was not given, costs the first bytes of every mask."""
        with self._lock:
            if self._size is None:
                first = self._listing.panoptic
                entries = [first] if first is not None else list(self._listing.masks.values())
                sizes = [self._header(entry).size for entry in entries]
                self._size = max(sizes, key=lambda size: size.width * size.height)
            return self._size

    @property
    def labels(self) -> LabelMap | None:
        """The panoptic map as it lies in the zip, at `size`; None where there is none. Decoded on first use.

        Do not believe it: a label may be wrong, or name no mask. `load` gives the repaired one.
        """
        entry = self._listing.panoptic
        with self._labels_lock:
            if self._labels is None and entry is not None:
                self._fit(self._header(entry).size, entry)
                labels = panoptic.read(self._read(entry), self.ids)
                if labels.shape != (self.size.height, self.size.width):
                    labels = resampling.nearest(labels, self.size)
                self._labels = labels
            return self._labels

    @property
    def complete(self) -> bool:
        """Whether every mask is decoded, so that `at` knows the whole stack."""
        with self._lock:
            return len(self._decoded()) == len(self.ids)

    def mask(self, id: int) -> Mask:  # noqa: A002
        """One mask, decoded now if it is not yet. Raises `PickError` where there is none of this id."""
        if id not in self._listing.masks:
            MaskSet(self.size, ())[id]
        with self._lock:
            future = self._decoding.get(id)
            # What waits in the queue is taken out of it: whoever asks does not stand in line.
            mine = future is None or future.cancel() or (future.done() and isinstance(future.exception(), Cancelled))
            if mine:
                future = self._decoding[id] = Future()
                future.set_running_or_notify_cancel()  # so that nobody who asks meanwhile takes it out again
        assert future is not None
        if mine:
            try:
                future.set_result(self._decode(id))
            except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
                future.set_exception(error)
        return future.result()

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The ids of the masks known to contain pixel (x, y), smallest first: at least one, if there is any.

        Every id is verified against its mask. While `complete` is False, only as many masks are decoded as it takes to
        find one that contains the pixel, those first that the map names there or close by; masks of the stack that are
        not decoded yet are missing from the answer. Once `complete` is True this is `MaskSet.at`.
        Raises `PickError` when the point lies outside the picture.
        """
        MaskSet(self.size, ()).check_point(x, y)
        if not self.complete:
            self._find_one(x, y)
        with self._lock:
            stack = [mask for mask in self._decoded().values() if mask.contains(x, y)]
        return tuple(mask.id for mask in sorted(stack, key=lambda mask: (mask.area, mask.id)))

    def _find_one(self, x: int, y: int) -> None:
        labels = self.labels
        hinted: list[int] = []
        if labels is not None:
            label = int(labels[y, x])
            if label in self._listing.masks and self.mask(label).contains(x, y):
                return
            around = labels[max(0, y - HINT_REACH) : y + HINT_REACH + 1, max(0, x - HINT_REACH) : x + HINT_REACH + 1]
            names, counts = np.unique(around, return_counts=True)
            hinted = [int(name) for name in names[np.argsort(-counts)] if int(name) in self._listing.masks]
        decoded = list(self._decoded())
        for id in dict.fromkeys((*decoded, *hinted, *self.ids)):  # noqa: A001
            if self.mask(id).contains(x, y):
                return

    def start(self, progress: Progress | None = None) -> None:
        """Decode the masks in the background. ``progress`` may stop that; `mask` and `at` go on to serve meanwhile."""
        with self._lock:
            if self._workers is None:
                # Whoever waits decodes as well, so one fewer than there are processors.
                count = max(1, min(4, os.cpu_count() or 1) - 1)
                self._workers = ThreadPoolExecutor(count, thread_name_prefix="maskpick-archive")
            for id in self.ids:  # noqa: A001
                if id not in self._decoding:
                    self._decoding[id] = self._workers.submit(self._decode, id, progress)

    def stop(self) -> None:
        """Give up decoding in the background. What is decoded stays; `start` takes up the rest again."""
        with self._lock:
            self._decoding = {key: future for key, future in self._decoding.items() if not future.cancel()}

    def wait(self, progress: Progress | None = None) -> None:
        """Come back when every mask is decoded, lending a hand. Raises what went wrong in the background, too.

        Reports the stage "Reading the masks" to ``progress``; when that is cancelled the background stops as well.
        """
        progress = progress or Progress()
        self.start(progress)
        try:
            # From the other end than the background: in the same order, we would wait for each mask it has just begun.
            for done, id in enumerate(reversed(self.ids)):  # noqa: A001
                progress.report("Reading the masks", done, len(self.ids))
                self.mask(id)
            progress.report("Reading the masks", 1)
        except BaseException:
            self.stop()
            raise

    def load(self, progress: Progress | None = None) -> MaskSet:
        """All of it: every mask, and the panoptic map, repaired if any label of it is wrong.

        Masks stand in the order they were written in, where the zip tells, else by id.
        """
        progress = progress or Progress()
        self.start(progress)
        try:
            labels = self.labels
        except BaseException:
            self.stop()
            raise
        self.wait(progress)
        masks = MaskSet(self.size, tuple(map(self.mask, self._known_details().order)), self.visual_id)
        if labels is not None:
            if panoptic.verify(labels, masks).wrong:
                labels = panoptic.repaired(labels, masks)
            masks = masks.replace(panoptic=labels)
        return masks

    def close(self) -> None:
        """Stop the background and let go of the file. What was decoded stays in memory until this object goes."""
        self.stop()
        if self._workers is not None:
            self._workers.shutdown(wait=True, cancel_futures=True)
        self._owned.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive {self.visual_id} of {len(self.ids)} masks, {len(self._decoded())} decoded>"

    def _opened(self, source: Source) -> BinaryIO:
        if isinstance(source, bytes):
            return io.BytesIO(source)
        if isinstance(source, (str, Path)):
            return self._owned.enter_context(Path(source).open("rb"))
        return source

    def _decoded(self) -> dict[int, Mask]:
        with self._lock:
            return {
                key: future.result()
                for key, future in self._decoding.items()
                if future.done() and not future.cancelled() and future.exception() is None
            }

    def _decode(self, id: int, progress: Progress | None = None) -> Mask:  # noqa: A002
        if progress is not None:
            progress.check()
        entry = self._listing.masks[id]
        try:
            drawing = png.read_coverage(self._read(entry))
        except png.DamagedPngError as error:
            raise self._damaged(entry, error) from error
        size = self.size
        self._fit(drawing.size, entry)
        mask = Mask(id, drawing.box, drawing.coverage).resized(drawing.size, size)
        with self._lock:
            self._covered += mask.coverage.size
            if self._covered > MOST_COVERAGE:
                raise ArchiveError(
                    f"The masks in {self._name} together need more than {MOST_COVERAGE >> 30} GB.",
                    "Ask for fewer masks, or for masks of a smaller picture.",
                )
        return mask.replace(**self._known_details().fields.get(id, {}))

    def _known_details(self) -> Details:
        with self._lock:
            if self._details is None:
                entry, data = self._listing.details, b""
                if entry is not None and entry.file_size <= archive_details.LARGEST:
                    data = self._read(entry)
                self._details = archive_details.read(data, self._listing.masks.keys())
            return self._details

    def _fit(self, size: Size, entry: zipfile.ZipInfo) -> None:
        """Make sure that a file of ``size`` shows the whole picture and nothing but it."""
        wanted = self.size
        across = abs(size.width - size.height * wanted.width / wanted.height)
        down = abs(size.height - size.width * wanted.height / wanted.width)
        if min(across, down) > 1:
            raise ArchiveError(
                f"{entry.filename} in {self._name} is {size.width} x {size.height} pixels, "
                f"which is another shape than the picture's {wanted.width} x {wanted.height}.",
                "These masks belong to another picture, or to a cropped one.",
            )

    def _header(self, entry: zipfile.ZipInfo) -> png.Header:
        try:
            return png.read_header(self._read(entry, 33))
        except png.DamagedPngError as error:
            raise self._damaged(entry, error) from error

    def _damaged(self, entry: zipfile.ZipInfo, error: png.DamagedPngError) -> ArchiveError:
        return ArchiveError(f"{entry.filename} in {self._name} {error}.", _AGAIN)

    def _read(self, entry: zipfile.ZipInfo, count: int | None = None) -> bytes:
        """The first ``count`` bytes of an entry, or all of it, checksum verified. Limits hold for what is inflated."""
        if entry.flag_bits & 0x1:
            raise ArchiveError(f"{self._name} is locked with a password.", "Unpack it, and zip the files without one.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(
                f"{self._name} is packed in a way zips seldom are.", "Unpack it, and zip the files anew."
            )
        # One at a time: zipfile's count of who reads is not safe among threads. The files are small, decoding is not.
        with self._in_words(entry), self._zip_lock, self._zip.open(entry) as file:
            # One byte more than promised makes zipfile look for the end, where it compares checksums.
            data = file.read(min(entry.file_size, LARGEST_FILE) + 1 if count is None else count)
            self._inflated += len(data)
        if len(data) > LARGEST_FILE or self._inflated > MOST_BYTES:
            raise ArchiveError(
                f"{self._name} unpacks to far more than masks can be.", "It is damaged, or was made to do harm."
            )
        return data

    @contextlib.contextmanager
    def _in_words(self, entry: zipfile.ZipInfo | None = None) -> Iterator[None]:
        """Turn what the system and `zipfile` raise into `ArchiveError`."""
        what = self._name if entry is None else f"{entry.filename} in {self._name}"
        try:
            yield
        except FileNotFoundError as error:
            raise ArchiveError(f"There is no file {what}.", "Check the name and the folder.") from error
        except IsADirectoryError as error:
            raise ArchiveError(f"{what} is a folder, not a zip.", "Give the zip itself.") from error
        except PermissionError as error:
            raise ArchiveError(f"{what} may not be read.", "Check whose file it is.") from error
        except zipfile.BadZipFile as error:
            wrong = "is not a zip, or only a part of one" if entry is None else "is damaged"
            raise ArchiveError(f"{what} {wrong}.", _AGAIN) from error
        except _TORN as error:
            raise ArchiveError(f"{what} cannot be read: it is damaged.", _AGAIN) from error


def read_archive(
    source: Source, size: Size | tuple[int, int] | None = None, progress: Progress | None = None
) -> MaskSet:
    """Read a whole zip of masks; see `Archive`. Raises `ArchiveError`, `Cancelled`."""
    with Archive(source, size) as archive:
        return archive.load(progress)
