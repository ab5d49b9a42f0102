"""One service, spoken to over HTTP: what is sent, what is asked again, how long anything may take.

What starts work is sent once. It is tried again only where it cannot have arrived (the connection was refused) or was
turned away at the door (429). Asking for a status and downloading are free of consequences and are tried again on
passing faults. Every wait ends at a limit, and a cancel takes effect within a tenth of a second.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from maskpick import contract
from maskpick.engines.bria.answers import ServiceError, refusal
from maskpick.errors import EngineError
from maskpick.web.sessions import ASKING, STARTING, Interruption, WithdrawnError, open_session
from maskpick.web.trouble import trouble_of
from maskpick.web.waiting import LOOK_EVERY, TooLateError, wait_for

if TYPE_CHECKING:
    from maskpick.engines.bria.usage import Meter
    from maskpick.progress import Progress
    from maskpick.tokens import Token

Outcome = TypeVar("Outcome")

_CHUNK = 1 << 16
_MAX_JSON = 4_000_000
_DOWNLOADS = 3  # tries
_EXPIRED = frozenset({contract.FORBIDDEN, contract.NOT_FOUND, contract.GONE})


@dataclass(frozen=True)
class Limits:
    """How long each kind of wait may last, in seconds, and how large a download may be, in bytes.

    ``answer`` and ``work`` begin anew whenever a byte has moved: a slow line is no fault. ``retry_after`` is what a
    service may ask us to wait in all.
    """

    connect: float = 10.0
    answer: float = 180.0
    work: float = 300.0
    poll: float = 2.0
    retry_after: float = 60.0
    backoff: float = 0.5
    download: int = 2_000_000_000


class _Answer(NamedTuple):
    """What came back; ``body`` is cut off where no sensible answer would be that long."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class _Body(io.BytesIO):
    """A request's body of which nothing more is sent after the interruption."""

    def __init__(self, data: bytes, interruption: Interruption) -> None:
        super().__init__(data)
        self.total = len(data)
        self._interruption = interruption

    def read(self, size: int | None = -1) -> bytes:
        if self._interruption.is_set:
            raise WithdrawnError("the request was withdrawn")
        return super().read(size)

    @property
    def is_sent(self) -> bool:
        return self.tell() >= self.total


class Service:
    """A mask service at one base address. ``meter`` counts what may cost. After a wait was given up, by a cancel or at
    its limit, the service is not to be used again."""

    def __init__(self, address: str, token: Token | None, limits: Limits, progress: Progress, meter: Meter) -> None:
        self.address = address
        self._token = token
        self._limits = limits
        self._progress = progress
        self._meter = meter
        self._interruption = Interruption()
        patient = (limits.backoff, limits.retry_after, self._interruption)
        self._starting = open_session(STARTING, *patient)
        self._asking = open_session(ASKING, *patient)

    def start(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST ``body`` as JSON: this starts work and may cost. Returns the answer. Raises `ServiceError`,
        `EngineError`, `Cancelled`."""
        data = _Body(json.dumps(body).encode(), self._interruption)

        def post() -> _Answer:
            response = self._starting.post(
                self.address + path,
                data=data,
                headers={**self._secret_headers(self.address), "Content-Type": "application/json"},
                timeout=(self._limits.connect, self._limits.answer),
                allow_redirects=False,
                stream=True,
            )
            return _received(response)

        def look() -> int:
            sent = data.tell()
            self._progress.report(*(("Uploading", sent, data.total) if sent < data.total else ("Waiting", 0.0, 1.0)))
            return sent

        month = self._meter.take()
        answer = None
        try:
            answer = self._wait_for(post, self._limits.answer + self._limits.retry_after, look, starts_work=True)
        finally:
            # What did not arrive as a whole, or was turned away, costs nothing. Where the answer was lost, it may have.
            if not (answer.ok if answer is not None else data.is_sent):
                self._meter.give_back(month)
        return self._json(answer)

    def ask(self, address: str) -> dict[str, Any]:
        """GET a JSON answer. The token goes along only to the service's own address."""
        place = urljoin(self.address + "/", address)

        def get() -> _Answer:
            response = self._asking.get(
                place,
                headers=self._secret_headers(place),
                timeout=(self._limits.connect, self._limits.answer),
                allow_redirects=False,
                stream=True,
            )
            return _received(response)

        return self._json(self._wait_for(get, self._limits.answer, self._look_waiting))

    def is_ready(self, link: str) -> bool:
        """Whether a link that is filled later has its file: its first byte is asked for."""

        def get() -> _Answer:
            response = self._asking.get(
                _checked_link(link),
                headers={"Range": "bytes=0-0"},
                timeout=(self._limits.connect, self._limits.answer),
                stream=True,
            )
            return _received(response, most=0 if response.ok else _CHUNK)

        answer = self._wait_for(get, self._limits.answer, self._look_waiting)
        if answer.status == contract.GONE:
            raise refusal(contract.INTERNAL, answer.body)
        if answer.status == 416 or (answer.ok and answer.headers.get("Content-Length") == "0"):
            raise ServiceError(416, "The service's answer is an empty file.", "Try again later.")
        return answer.status in (200, 206)

    def status(self) -> int:
        """The HTTP status the service's front page answers with, whatever it is: something is there. No token is sent.
        Raises `EngineError`."""

        def get() -> int:
            limit = self._limits.connect
            with self._asking.get(self.address, timeout=(limit, limit), allow_redirects=False, stream=True) as response:
                return response.status_code

        return self._wait_for(get, self._limits.answer, self._look_waiting)

    def until(self, ready: Callable[[], Outcome | None]) -> Outcome:
        """Call ``ready`` every few seconds until it returns something. Raises `EngineError` at the limit."""
        end = time.monotonic() + self._limits.work
        while True:
            answer = ready()
            if answer is not None:
                return answer
            if time.monotonic() + self._limits.poll > end:
                raise EngineError(
                    f"The service was not done within {self._limits.work:.0f} seconds.",
                    "Try again later; the work may have been charged.",
                )
            self._pause(self._limits.poll)

    def download(self, link: str, target: Path) -> None:
        """Fetch a result into the file ``target``. The token never goes along. A download that breaks off is begun
        again, and a link that has expired is asked for once more. After a fault there is no file."""
        tries = 0
        expired = False
        while True:
            try:
                return self._download(link, target)
            except _CutShortError:
                tries += 1
                if tries == _DOWNLOADS:
                    raise
            except ServiceError as error:
                if error.status not in _EXPIRED:
                    raise
                if expired:
                    raise ServiceError(
                        error.status,
                        "The link to the result has expired before it was fetched.",
                        "Start again; that is a new, paid request.",
                    ) from error
                expired = True
            self._pause(self._limits.backoff)

    def _download(self, link: str, target: Path) -> None:
        done, total = 0, 0

        def fetch() -> None:
            nonlocal done, total
            response = self._asking.get(
                _checked_link(link), timeout=(self._limits.connect, self._limits.answer), stream=True
            )
            with response:
                if not response.ok:
                    raise refusal(response.status_code, b"", response.headers.get("Retry-After"))
                total = int(response.headers.get("Content-Length") or 0)
                with target.open("wb") as file:
                    for chunk in response.iter_content(_CHUNK):
                        done += file.write(chunk)
                        if self._interruption.is_set:
                            raise WithdrawnError("the download was withdrawn")
                        if done > self._limits.download:
                            raise ServiceError(
                                200,
                                f"The service's result is larger than {self._limits.download / 1e9:.0f} GB.",
                                "Nobody needs masks that large; tell whoever runs the service.",
                            )
                if done < total and "Content-Encoding" not in response.headers:
                    raise requests.exceptions.ChunkedEncodingError("the download was cut short")

        def look() -> int:
            self._progress.report("Downloading", done, max(total, done, 1))
            return done

        whole = False
        try:
            self._wait_for(fetch, self._limits.work, look)
            whole = True
        finally:
            if not whole:
                target.unlink(missing_ok=True)

    def _secret_headers(self, address: str) -> dict[str, str]:
        if self._token is None or _origin(address) != _origin(self.address):
            return {}
        return {contract.TOKEN_HEADER: self._token.reveal()}

    def _json(self, answer: _Answer) -> dict[str, Any]:
        if 300 <= answer.status < 400:
            raise ServiceError(
                answer.status,
                f"The service at {self.address} sends the request elsewhere.",
                "Set the service's address to its true one; the token is not sent to another place.",
            )
        if not answer.ok:
            raise refusal(answer.status, answer.body, answer.headers.get("Retry-After"))
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise ServiceError(
                answer.status,
                f"What answers at {self.address} is not a mask service: its answer cannot be read.",
                "Check the service's address in the settings.",
            )
        return told

    def _look_waiting(self) -> int:
        self._progress.report("Waiting")
        return 0

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._progress.report("Waiting")
            threading.Event().wait(min(left, LOOK_EVERY))

    def _wait_for(
        self, work: Callable[[], Outcome], limit: float, look: Callable[[], int], *, starts_work: bool = False
    ) -> Outcome:
        """Do ``work`` in a thread of its own, so that a cancel or the limit need not wait for the network.

        ``look`` reports progress and returns how many bytes have moved; the limit counts from the last one. A wait
        that is given up closes the connections, which ends the thread.
        """

        def in_words() -> Outcome:
            try:
                return work()
            except Exception as error:
                told = _in_words(error, self.address, starts_work=starts_work)
                if told is error:
                    raise
                raise told from error

        try:
            return wait_for(in_words, look, self._interruption.set, limit)
        except TooLateError:
            told = f"{self.address} did not answer within {limit:.0f} seconds."
            raise EngineError(told, _LOST * starts_work) from None


class _CutShortError(EngineError):
    """A download that broke off in the middle."""


_LOST = "It is not known whether the work was done; it may have been charged. It is not sent again by itself."


def _received(response: requests.Response, most: int = _MAX_JSON) -> _Answer:
    with response:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK) if most else ():
            body += chunk
            if len(body) >= most:
                break
        return _Answer(response.status_code, response.headers, bytes(body[:most]))


def _in_words(error: Exception, address: str, *, starts_work: bool) -> Exception:
    """What a fault of the network means."""
    where = urlsplit(address).hostname or address
    trouble = trouble_of(error)
    if trouble == "certificate":
        return EngineError(
            f"The certificate of {where} is not trusted, so nothing was sent.",
            "Where a company has certificates of its own, name their file in the variable REQUESTS_CA_BUNDLE.",
        )
    if trouble == "proxy":
        return EngineError(
            "The proxy does not let the request through, so nothing was sent.",
            "Check HTTPS_PROXY and the proxy's name and password.",
        )
    if trouble == "unreachable":
        return EngineError(
            f"{where} cannot be reached, so nothing was sent.",
            "Check the network and the service's address, or use the local engine.",
        )
    if trouble == "broken":
        if starts_work:
            return EngineError(f"The connection to {where} broke before the answer came.", _LOST)
        return _CutShortError(f"The connection to {where} broke in the middle of the answer.", "Try again.")
    if isinstance(error, OSError):
        return EngineError(f"The answer of {where} could not be kept: {error}.", "Is there room on the disk?")
    return error


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _checked_link(link: str) -> str:
    if urlsplit(link).scheme not in ("http", "https"):
        raise ServiceError(200, "The service named a result that is no web address.", "Try again later.")
    return link
