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
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import requests.adapters
import urllib3
import urllib3.connectionpool
from urllib3.exceptions import MaxRetryError, ResponseError

from maskpick import contract
from maskpick.engines.bria.answers import ServiceError, refusal
from maskpick.errors import EngineError, SettingsError

if TYPE_CHECKING:
    from maskpick.progress import Progress
    from maskpick.tokens import Token

Answer = TypeVar("Answer")

_LOOK_EVERY = 0.1
_CHUNK = 1 << 16
_MAX_JSON = 4_000_000
_STARTING_PATIENCE = {"connect": 3, "read": 0, "other": 0, "status": 4, "status_forcelist": {contract.TOO_MANY}}
_ASKING_PATIENCE = {
    "connect": 4,
    "read": 4,
    "other": 2,
    "status": 6,
    "status_forcelist": contract.WORTH_ASKING_AGAIN,
}


@dataclass(frozen=True)
class Limits:
    """How long each kind of wait may last, in seconds, and how large a download may be, in bytes."""

    connect: float = 10.0
    answer: float = 180.0
    work: float = 300.0
    poll: float = 2.0
    retry_after: float = 60.0
    backoff: float = 0.5
    download: int = 2_000_000_000


class _Retry(urllib3.Retry):
    """urllib3's, but a longer ``Retry-After`` than the limit ends the tries: the user is told how long instead."""

    longest_wait = 60.0

    def new(self, **changes: Any) -> _Retry:
        fresh = super().new(**changes)
        fresh.longest_wait = self.longest_wait
        return fresh

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: urllib3.connectionpool.ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> _Retry:
        wait = self.get_retry_after(response) if response is not None else None
        if wait is not None and wait > self.longest_wait and _pool is not None and url is not None:
            raise MaxRetryError(_pool, url, ResponseError("asked to wait too long"))
        return super().increment(method, url, response, error, _pool, _stacktrace)


class _Adapter(requests.adapters.HTTPAdapter):
    """Trusts what the system trusts - a company's own certificates included - besides the usual authorities."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        import ssl

        import truststore

        super().init_poolmanager(*args, ssl_context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **kwargs)


class _Body(io.BytesIO):
    """A request's body that can be called back while it waits for its turn."""

    withdrawn = False

    def read(self, size: int | None = -1) -> bytes:
        if self.withdrawn:
            raise OSError("the request was withdrawn")
        return super().read(size)


class Service:
    """A mask service at one base address."""

    def __init__(self, address: str, token: Token | None, limits: Limits, progress: Progress) -> None:
        self.address = _checked(address)
        self._token = token
        self._limits = limits
        self._progress = progress
        self._starting = _session(_STARTING_PATIENCE, limits)
        self._asking = _session(_ASKING_PATIENCE, limits)

    def start(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """POST ``body`` as JSON: this starts work and may cost. Returns status and answer; raises `ServiceError`."""
        data = _Body(json.dumps(body).encode())
        total = data.getbuffer().nbytes

        def post() -> requests.Response:
            return self._starting.post(
                self.address + path,
                data=data,
                headers={**self._secret_headers(self.address), "Content-Type": "application/json"},
                timeout=(self._limits.connect, self._limits.answer),
                allow_redirects=False,
            )

        def look() -> None:
            sent = data.tell()
            self._progress.report(*(("Uploading", sent, total) if sent < total else ("Waiting", 0.0, 1.0)))

        def withdraw() -> None:
            data.withdrawn = True

        response = self._wait_for(
            post, self._limits.answer + self._limits.retry_after, look, withdraw, starts_work=True
        )
        return response.status_code, self._json(response)

    def ask(self, address: str) -> dict[str, Any]:
        """GET a JSON answer. The token goes along only to the service's own address."""

        def get() -> requests.Response:
            return self._asking.get(
                urljoin(self.address + "/", address),
                headers=self._secret_headers(urljoin(self.address + "/", address)),
                timeout=(self._limits.connect, self._limits.answer),
                allow_redirects=False,
            )

        return self._json(self._wait_for(get, self._limits.answer, lambda: self._progress.report("Waiting")))

    def is_ready(self, link: str) -> bool:
        """Whether a link that is filled later has its file: its first byte is asked for."""

        def get() -> requests.Response:
            return self._asking.get(
                _checked_link(link),
                headers={"Range": "bytes=0-0"},
                timeout=(self._limits.connect, self._limits.answer),
                stream=True,
            )

        with self._wait_for(get, self._limits.answer, lambda: self._progress.report("Waiting")) as response:
            if response.status_code == contract.GONE:
                raise refusal(contract.INTERNAL, response.raw.read(_CHUNK, decode_content=True))
            if response.status_code == 416 or (response.ok and response.headers.get("Content-Length") == "0"):
                raise ServiceError(416, "The service's answer is an empty file.", "Try again later.")
            return response.status_code in (200, 206)

    def until(self, ready: Callable[[], Answer | None]) -> Answer:
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
        """Fetch a result into the file ``target``. The token never goes along; a partial file is deleted."""

        def fetch() -> None:
            with self._asking.get(
                _checked_link(link), timeout=(self._limits.connect, self._limits.answer), stream=True
            ) as response:
                if not response.ok:
                    raise refusal(response.status_code, b"", response.headers.get("Retry-After"))
                counted.total = int(response.headers.get("Content-Length") or 0)
                with target.open("wb") as file:
                    for chunk in response.iter_content(_CHUNK):
                        counted.done += file.write(chunk)
                        if counted.withdrawn or counted.done > self._limits.download:
                            raise OSError("the download was stopped")
                if counted.done < counted.total and "Content-Encoding" not in response.headers:
                    raise requests.exceptions.ChunkedEncodingError("the download was cut short")

        def look() -> None:
            self._progress.report("Downloading", counted.done, max(counted.total, counted.done, 1))

        for attempt in range(3):
            counted = _Counted()
            try:
                return self._wait_for(fetch, self._limits.work, look, counted.withdraw)
            except _CutShortError:
                if attempt == 2:
                    raise
                self._pause(self._limits.backoff)
            finally:
                if counted.withdrawn:
                    target.unlink(missing_ok=True)
        raise AssertionError("unreachable")

    def _secret_headers(self, address: str) -> dict[str, str]:
        if self._token is None or _origin(address) != _origin(self.address):
            return {}
        return {contract.TOKEN_HEADER: self._token.reveal()}

    def _json(self, response: requests.Response) -> dict[str, Any]:
        if 300 <= response.status_code < 400:
            raise ServiceError(
                response.status_code,
                f"The service at {self.address} sends the request elsewhere.",
                "Set the service's address to its true one; the token is not sent to another place.",
            )
        if not response.ok:
            raise refusal(response.status_code, response.content[:_MAX_JSON], response.headers.get("Retry-After"))
        try:
            answer = json.loads(response.content[:_MAX_JSON])
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise ServiceError(
                response.status_code,
                f"What answers at {self.address} is not a mask service: its answer cannot be read.",
                "Check the service's address in the settings.",
            )
        return answer

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._progress.report("Waiting")
            threading.Event().wait(min(left, _LOOK_EVERY))

    def _wait_for(
        self,
        work: Callable[[], Answer],
        limit: float,
        look: Callable[[], None],
        withdraw: Callable[[], None] = lambda: None,
        *,
        starts_work: bool = False,
    ) -> Answer:
        """Do ``work`` in a thread of its own, so that a cancel or the limit need not wait for the network.

        A thread that is left behind ends by itself at its own time limits; ``withdraw`` makes sure that it
        sends nothing more.
        """
        outcome: list[Answer] = []
        fault: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as error:  # noqa: BLE001 - it is raised again in the waiting thread
                fault.append(error)

        thread = threading.Thread(target=run, name="maskpick-http", daemon=True)
        thread.start()
        end = time.monotonic() + limit
        try:
            while thread.is_alive():
                look()
                thread.join(_LOOK_EVERY)
                if time.monotonic() > end and thread.is_alive():
                    raise EngineError(f"{self.address} did not answer within {limit:.0f} seconds.", _LOST * starts_work)
            look()
        finally:
            if thread.is_alive():
                withdraw()
        if fault:
            raise _in_words(fault[0], self.address, starts_work=starts_work) from fault[0]
        return outcome[0]


class _Counted:
    """Bytes of a download, shared between the thread that fetches and the one that waits."""

    done = 0
    total = 0
    withdrawn = False

    def withdraw(self) -> None:
        self.withdrawn = True


class _CutShortError(EngineError):
    """A download that broke off in the middle."""


_LOST = "It is not known whether the work was done; it may have been charged. It is not sent again by itself."


def _in_words(error: BaseException, address: str, *, starts_work: bool) -> BaseException:
    """What a fault of the network means."""
    where = urlsplit(address).hostname or address
    if isinstance(error, requests.exceptions.SSLError):
        return EngineError(
            f"The certificate of {where} is not trusted, so nothing was sent.",
            "Where a company has certificates of its own, name their file in the variable REQUESTS_CA_BUNDLE.",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return EngineError(
            "The proxy does not let the request through, so nothing was sent.",
            "Check HTTPS_PROXY and the proxy's name and password.",
        )
    if isinstance(error, requests.exceptions.ConnectTimeout) or _refused(error):
        return EngineError(
            f"{where} cannot be reached, so nothing was sent.",
            "Check the network and the service's address, or use the local engine.",
        )
    if isinstance(error, requests.exceptions.RequestException):
        if starts_work:
            return EngineError(f"The connection to {where} broke before the answer came.", _LOST)
        return _CutShortError(f"The connection to {where} broke in the middle of the answer.", "Try again.")
    if isinstance(error, OSError):
        return EngineError(f"The answer of {where} could not be kept: {error}.", "Is there room on the disk?")
    return error


def _refused(error: BaseException) -> bool:
    """Whether no connection came about at all."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError))


def _session(patience: Mapping[str, Any], limits: Limits) -> requests.Session:
    retries = _Retry(
        # Without a total, a 503 with Retry-After does not send work a second time.
        total=None,
        redirect=0,
        allowed_methods=None,
        backoff_factor=limits.backoff,
        backoff_jitter=limits.backoff,
        backoff_max=limits.retry_after,
        raise_on_status=False,
        **patience,
    )
    retries.longest_wait = limits.retry_after
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(max_retries=retries))
    session.headers["User-Agent"] = "maskpick"
    return session


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            f"{address!r} is not the address of a service.",
            "It looks like https://masks.example.org or http://localhost:8765.",
        )
    path = parts.path.rstrip("/")
    for version in ("/v1", "/v2"):  # people copy the address with its version
        path = path.removesuffix(version)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _checked_link(link: str) -> str:
    if urlsplit(link).scheme not in ("http", "https"):
        raise ServiceError(200, "The service named a result that is no web address.", "Try again later.")
    return link
