"""Fetching one file of a model: from the first address that gives the right one, going on where it was cut off.

What has come so far lies in a folder of parts and is gone on with the next time, whichever address gives the rest; the
sha256 of the whole decides whether it is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import threading
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from maskpick.errors import EngineError, OutputError
from maskpick.files import in_words, output_error
from maskpick.models.catalogue import Address, ModelFile
from maskpick.progress import Progress
from maskpick.web.sessions import Interruption, Patience, WithdrawnError, open_session
from maskpick.web.trouble import trouble_of
from maskpick.web.waiting import TooLateError, wait_for

PATIENCE = Patience(2, 2, 1, 3, frozenset({429, 502, 503, 504}))
_CHUNK = 1 << 14  # what may be lost of a download that is cut off
_TRIES = 3  # of an address that broke off without giving anything more
_MARGIN = 16_000_000
"""Bytes that are to be free on the disk beyond what is fetched."""
_TROUBLE = {
    "certificate": "its certificate is not trusted here",
    "proxy": "the proxy does not let the request through",
    "unreachable": "it cannot be reached",
    "broken": "the connection broke",
}


class Limits(NamedTuple):
    """Seconds: to connect, without a byte, the first pause before another try, what a server may have us wait."""

    connect: float = 15.0
    silence: float = 60.0
    backoff: float = 0.5
    retry_after: float = 30.0


class _RefusedError(Exception):
    """An address does not give the file; why, in a few words."""


class Fetcher:
    """Fetches files into ``folder`` for parts first. `close` when all are there, or none is to come."""

    def __init__(self, folder: Path, progress: Progress, limits: Limits | None = None) -> None:
        self._folder = folder
        self._progress = progress
        self._limits = limits or Limits()
        self._archives: dict[str, _Part] = {}

    def fetch(self, file: ModelFile, target: Path) -> None:
        """Get the file and put it at ``target``, at once and whole. Raises `EngineError` when no address gives it,
        `OutputError` when there is no room for it, `Cancelled`; what has come by then is kept for the next time, but
        when the disk was full."""
        part = self._part(file)
        why = []
        for address in file.addresses:
            host = urlsplit(address.url).hostname
            try:
                self._from(address, file, part)
            except _RefusedError as refused:
                why.append(f"{host}: {refused}")
                continue
            with in_words(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                part.path.replace(target)
                part.drop()
            return
        raise EngineError(
            f"{file.name} could not be fetched ({'; '.join(why)}).",
            "Try again later; what has come is kept. It can also be fetched by other means: see docs/models.md.",
        )

    def close(self) -> None:
        """Delete the archives that files were taken out of."""
        for archive in self._archives.values():
            archive.drop()
        self._archives.clear()

    def missing(self, file: ModelFile) -> int:
        """How many bytes are still to come; 0 where nobody knows."""
        return max(0, (file.bytes or 0) - self._part(file).size)

    def forget(self, file: ModelFile) -> None:
        """Delete what has come of the file, and of the archives it is in."""
        for part in (self._part(file), *(self._archive(one) for one in file.addresses if one.member)):
            part.drop()

    def _part(self, file: ModelFile) -> _Part:
        return _Part(self._folder / f"{file.sha256}.part")

    def _archive(self, address: Address) -> _Part:
        return _Part(self._folder / f"{hashlib.sha256(address.url.encode()).hexdigest()}.zip.part")

    def _from(self, address: Address, file: ModelFile, part: _Part) -> None:
        """Get the right file into ``part``. Raises `_RefusedError`."""
        for resumed in (part.size > 0, False):
            if address.member:
                self._unpack(address, file, part)
                resumed = False
            else:
                self._download(address.url, file.name, file.bytes, part)
            if self._digest(part.path, file.name) == file.sha256:
                return
            part.drop()
            if not resumed:
                break
        raise _RefusedError("what it gives is not this file")

    def _download(self, url: str, name: str, size: int | None, part: _Part) -> None:
        """Get all of ``url`` into ``part``, in as many goes as it takes."""
        failed = 0
        while True:
            before = part.size
            try:
                return self._go_on(url, name, size, part)
            except _BrokenError as broken:
                failed = failed + 1 if part.size <= before else 0
                if failed == _TRIES:
                    raise _RefusedError(str(broken)) from broken

    def _go_on(self, url: str, name: str, size: int | None, part: _Part) -> None:
        interruption, writing = Interruption(), threading.Lock()
        done = part.size
        total = size or 0

        def work() -> None:
            nonlocal done, total
            have = part.size
            if have and have == size:
                return
            if size is not None and have > size:
                part.drop()
                have = 0
            limits = self._limits
            with (
                open_session(PATIENCE, limits.backoff, limits.retry_after, interruption) as session,
                session.get(
                    url, headers=part.conditions(url), timeout=(limits.connect, limits.silence), stream=True
                ) as response,
            ):
                if response.status_code == 416 and response.headers.get("Content-Range") == f"bytes */{have}":
                    return  # all of it has come already
                with writing:
                    if interruption.is_set:
                        raise WithdrawnError("the download was withdrawn")
                    have = _accepted(response, part, have)
                    total = have + int(response.headers.get("Content-Length") or 0)
                    if size is not None and total not in (have, size):
                        raise _RefusedError(f"it gives a file of {total:,} bytes, not of {size:,}")
                    check_room(self._folder, total - have, name)
                    part.remember(url, response)
                    done = have
                    opened = part.path.open("ab" if have else "wb")
                with opened as stored:
                    for chunk in response.iter_content(_CHUNK):
                        with writing:
                            if interruption.is_set:
                                raise WithdrawnError("the download was withdrawn")
                            done += stored.write(chunk)
                            stored.flush()
                if done < total:
                    raise requests.exceptions.ChunkedEncodingError("the download was cut short")

        def let_go() -> None:
            # Not all connections can be closed from here. Whatever the thread still reads, it writes nothing any more:
            # the file may be another's by then.
            with writing:
                interruption.set()

        def look() -> int:
            self._progress.report(f"Downloading {name}", done, max(total, done, 1))
            return done

        try:
            wait_for(work, look, let_go, self._limits.silence)
        except TooLateError:
            raise _BrokenError(f"nothing came for {self._limits.silence:.0f} seconds") from None
        except (requests.RequestException, OSError) as error:
            trouble = trouble_of(error)
            if trouble == "broken":
                raise _BrokenError(_TROUBLE[trouble]) from error
            if trouble is not None:
                raise _RefusedError(_TROUBLE[trouble]) from error
            part.drop()  # a full disk is not left full
            raise output_error(error, part.path) from error

    def _unpack(self, address: Address, file: ModelFile, part: _Part) -> None:
        """Take the file out of the archive at ``address``, which is fetched once."""
        archive = self._archive(address)
        if address.url not in self._archives:
            self._download(address.url, address.url.rpartition("/")[2], None, archive)
            self._archives[address.url] = archive
        try:
            with zipfile.ZipFile(archive.path) as packed, packed.open(address.member) as member:
                length = packed.getinfo(address.member).file_size
                if file.bytes is not None and length != file.bytes:
                    raise _RefusedError("its archive holds another file")
                check_room(self._folder, length, file.name)
                with part.path.open("wb") as stored:
                    left = length
                    while left > 0 and (chunk := member.read(min(_CHUNK, left))):
                        self._progress.report(f"Unpacking {file.name}", length - left, length)
                        left -= stored.write(chunk)
        except OSError as error:
            part.drop()  # a full disk is not left full
            raise output_error(error, part.path) from error
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
            del self._archives[address.url]
            archive.drop()
            raise _RefusedError("its archive cannot be read") from error

    def _digest(self, path: Path, name: str) -> str:
        return digest(path, self._progress, f"Checking {name}")


class _BrokenError(Exception):
    """A download broke off; more may come at another try."""


class _Part:
    """What has come of a file so far, and beside it a note by which its server can tell whether its file is still the
    same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path.with_suffix(".json")

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def conditions(self, url: str) -> dict[str, str]:
        """The headers that ask for the rest."""
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers["Range"] = f"bytes={self.size}-"
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # without a note, the sha256 will tell
                told = json.loads(self._note.read_text("utf-8"))
                if told["url"] == url and told["validator"]:
                    headers["If-Range"] = str(told["validator"])
        return headers

    def remember(self, url: str, response: requests.Response) -> None:
        tag = response.headers.get("ETag", "")
        # A weak tag says that files are alike, not that they are the same.
        validator = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
        self._note.write_text(json.dumps({"url": url, "validator": validator}), "utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _accepted(response: requests.Response, part: _Part, have: int) -> int:
    """From which byte on the answer gives the file. Raises `_RefusedError`."""
    if response.status_code == 206:
        if response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            return have
        part.drop()
        raise requests.exceptions.ChunkedEncodingError("another piece came than was asked for")
    if response.status_code == 416 and have:
        part.drop()
        raise requests.exceptions.ChunkedEncodingError("there is no rest of this file")
    if response.status_code != 200:
        raise _RefusedError(f"it answers with the status {response.status_code}")
    return 0


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raise `OutputError` when ``needed`` bytes are not free where ``folder`` is."""
    free = shutil.disk_usage(folder).free
    if free < needed + _MARGIN:
        raise OutputError(
            f"There is not enough room for {what}: it takes {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free "
            f"in {folder}.",
            "Make room, or choose another place: maskpick config set model_folder PATH.",
        )


def digest(path: Path, progress: Progress, stage: str) -> str:
    """The sha256 (hex) of a file."""
    seen = hashlib.sha256()
    size, done = max(1, path.stat().st_size), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            seen.update(chunk)
            done += len(chunk)
            progress.report(stage, done, size)
    return seen.hexdigest()
