"""What a batch has done so far, so that it can go on where it was stopped, however it was stopped.

A file of JSON lines in the output folder. A line is written when a result is ready, before it is renamed into place:
whenever the process is killed, the result there is the one of before or the one that was announced, and anything else
is somebody's own. A last line that was cut off by a crash is ignored. One batch at a time holds the ledger.
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
    """One output: what it was made from, and what it looks like.

    ``output`` is relative to the output folder, with slashes. ``settings`` is a hash of engine, options and format;
    ``source`` is the picture file, ``pixels`` the picture's digest. ``before`` is what lay there until it was
    replaced by ``result``; None stands for nothing.
    """

    output: str
    settings: str
    source: Fingerprint
    pixels: str
    before: Fingerprint | None
    result: Fingerprint

    def is_in_place(self, now: Fingerprint | None) -> bool:
        """Whether the result, or what somebody made of it, lies at the output now."""
        return now is not None and (now == self.result or now != self.before)

    def may_be_replaced(self, now: Fingerprint | None) -> bool:
        """Whether nothing is lost when what lies at the output now is replaced."""
        return now in (None, self.before, self.result)


class Ledger:
    """The entries of one output folder, by output. Made by `open_ledger`."""

    def __init__(self, folder: Path, entries: dict[str, Entry], file: IO[str]) -> None:
        self.folder = folder
        self._entries = entries
        self._file = file

    @property
    def workroom(self) -> Path:
        """The folder results are made in, on the same disk as the place they go to."""
        return self.folder / FOLDER / "work"

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
        before = fields["before"]
        return Entry(
            output=str(fields["output"]),
            settings=str(fields["settings"]),
            source=_fingerprint(fields["source"]),
            pixels=str(fields["pixels"]),
            before=None if before is None else _fingerprint(before),
            result=_fingerprint(fields["result"]),
        )
    except (ValueError, KeyError, TypeError, IndexError):  # the line a crash cut off
        return None


def _fingerprint(written: list[int]) -> Fingerprint:
    return int(written[0]), int(written[1])
