"""What a batch has done so far, so that it can go on where it was stopped, however it was stopped.

A file of JSON lines in the output folder. A line is written before a picture is begun and another when it is done; a
last line that was cut off by a crash is ignored. One batch at a time holds the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from maskpick.errors import OutputError
from maskpick.files import output_error, replacing

FOLDER = ".maskpick"

Fingerprint = tuple[int, int]
"""Bytes, and time of the last change in nanoseconds; for a folder the sum and the latest."""


@dataclass(frozen=True)
class Entry:
    """One output: what it was made from, and what it looked like when it was done.

    ``output`` is relative to the output folder, with slashes. ``settings`` is a hash of engine, options and format;
    ``source`` is the picture file, ``pixels`` the picture's digest. ``result`` is None while it is being made.
    """

    output: str
    settings: str
    source: Fingerprint
    pixels: str = ""
    result: Fingerprint | None = None


class Ledger:
    """The entries of one output folder, by output. Made by `open_ledger`."""

    def __init__(self, folder: Path, entries: dict[str, Entry], file: IO[str]) -> None:
        self.folder = folder
        self._entries = entries
        self._file = file

    def key(self, output: Path) -> str:
        return output.relative_to(self.folder).as_posix()

    def __getitem__(self, output: Path) -> Entry | None:
        return self._entries.get(self.key(output))

    def write(self, entry: Entry) -> None:
        """Remember ``entry``, also if this process is killed the moment after. Raises `OutputError`."""
        self._entries[entry.output] = entry
        try:
            self._file.write(json.dumps(asdict(entry)) + "\n")
            self._file.flush()
        except OSError as error:
            raise output_error(error, self.folder / FOLDER) from error


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """Hold the ledger of an output folder. Raises `OutputError` when it cannot be written or another batch has it."""
    import filelock

    home = folder / FOLDER
    path = home / "batch.jsonl"
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(home / "batch.lock")
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise OutputError(f"Another batch is at work in {folder}.", "Wait for it, or choose another folder.") from None
    except OSError as error:
        raise output_error(error, folder) from error
    try:
        entries = _read(path)
        with replacing(path) as fresh:
            fresh.write_text("".join(json.dumps(asdict(one)) + "\n" for one in entries.values()), encoding="utf-8")
        with path.open("a", encoding="utf-8") as file:
            yield Ledger(folder, entries, file)
    finally:
        lock.release()


def known_outputs(folder: Path) -> set[Path]:
    """The files and folders a batch has made in ``folder``, as far as its ledger can be read."""
    return {folder / entry for entry in _read(folder / FOLDER / "batch.jsonl")}


def fingerprint(path: Path) -> Fingerprint | None:
    """What tells whether a file or folder was changed; None where there is nothing."""
    try:
        files = [one.stat() for one in path.rglob("*")] if path.is_dir() else [path.stat()]
    except FileNotFoundError:
        return None
    return sum(one.st_size for one in files), max((one.st_mtime_ns for one in files), default=0)


def _read(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    for line in lines:
        entry = _entry(line)
        if entry is not None:
            entries[entry.output] = entry
    return entries


def _entry(line: str) -> Entry | None:
    try:
        fields = json.loads(line)
        source, result = fields["source"], fields["result"]
        return Entry(
            output=str(fields["output"]),
            settings=str(fields["settings"]),
            source=(int(source[0]), int(source[1])),
            pixels=str(fields["pixels"]),
            result=None if result is None else (int(result[0]), int(result[1])),
        )
    except (ValueError, KeyError, TypeError, IndexError):  # the line a crash cut off
        return None
