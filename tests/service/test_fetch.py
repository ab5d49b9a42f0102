"""What the service fetches for a client, and what it does not."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from maskpick.service import fetch as fetching
from maskpick.service.fetch import FetchError, fetch, is_public
from processes import PATIENCE

PACKED = gzip.compress(bytes(50_000_000))


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            while not self.server.ended.wait(0.1):
                self.wfile.write(b"x")
                self.wfile.flush()
        elif self.path == "/drip":  # headers without end
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not self.server.ended.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        elif self.path == "/announced":
            self.send_response(200)
            self.send_header("Content-Length", str(10**12))
            self.end_headers()
            self.server.ended.wait()
        elif self.path == "/packed":
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(PACKED)
        elif self.path == "/nonsense":
            self.wfile.write(b"\xff\xfe\r\n\r\n")
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            with_everything = b"x" * 100_000
            for _ in range(100):
                self.wfile.write(with_everything)
        elif self.path == "/picture":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"picture of " + self.headers["Host"].encode())
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """A web server; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.ended = threading.Event()
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


def get(url: str, **changes: object) -> bytes:
    return fetch(url, **{"max_bytes": 1_000_000, "seconds": PATIENCE, "allow_private": True, **changes})


def test_a_picture_is_fetched_in_the_name_of_its_host(elsewhere: int) -> None:
    assert get(f"http://localhost:{elsewhere}/picture") == f"picture of localhost:{elsewhere}".encode()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::7f00:1", "fec0::1", "64:ff9b:1::a00:1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_that_are_nobody_s_business_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::1%25lo]",
        "[::ffff:127.0.0.1]",
        "0x7f000001",
        "2130706433",
        "127.1",
        "①②⑦.0.0.1",
    ],
)
def test_no_spelling_of_this_computer_is_fetched_from(elsewhere: int, host: str) -> None:
    with pytest.raises(FetchError, match=r"does not fetch from|cannot be found") as raised:
        get(f"http://{host}:{elsewhere}/picture", allow_private=False)
    assert raised.value.status == 460


def resolving(answers: dict[str, list[str]]) -> Callable[..., list[tuple[object, ...]]]:
    true = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, **kind: object) -> list[tuple[object, ...]]:
        if host in answers:
            found = answers[host]
            address = found.pop(0) if len(found) > 1 else found[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        return true(host, port, **kind)

    return getaddrinfo


def test_a_name_that_resolves_to_the_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolving({"innocent.example": ["10.0.0.5"]}))
    with pytest.raises(FetchError, match="does not fetch from"):
        get("http://innocent.example/picture", allow_private=False)


def test_a_name_that_changes_its_mind_is_asked_only_once(elsewhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Checked as public, then pointed inside: the connection must go where the check looked.
    answers = {"rebinding.example": ["203.0.113.7", "127.0.0.1"]}
    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolving(answers))
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "203.0.113.7")
    tried: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        tried.append(address[0])
        raise OSError("no network in this test")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(FetchError):
        get(f"http://rebinding.example:{elsewhere}/picture", allow_private=False)
    assert tried == ["203.0.113.7"]


def test_a_redirect_is_checked_like_the_first_address(elsewhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    assert get(f"http://127.0.0.1:{elsewhere}/to//picture", allow_private=False).startswith(b"picture")
    with pytest.raises(FetchError, match="does not fetch from"):
        get(f"http://127.0.0.1:{elsewhere}/to/http://127.0.0.2:{elsewhere}/picture", allow_private=False)
    for inside in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"):
        with pytest.raises(FetchError, match="not an http"):
            get(f"http://127.0.0.1:{elsewhere}/to/{inside}", allow_private=False)


def test_a_circle_of_redirects_ends(elsewhere: int) -> None:
    with pytest.raises(FetchError, match="redirected too often"):
        get(f"http://127.0.0.1:{elsewhere}" + "/to/" * 9)


def test_size_and_time_are_limited(elsewhere: int) -> None:
    with pytest.raises(FetchError, match="larger than") as raised:
        get(f"http://127.0.0.1:{elsewhere}/large")
    assert raised.value.status == 413
    with pytest.raises(FetchError, match="larger than"):
        get(f"http://127.0.0.1:{elsewhere}/announced")


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_a_server_that_takes_its_time_is_left(elsewhere: int, path: str) -> None:
    with pytest.raises(FetchError, match="took too long"):
        get(f"http://127.0.0.1:{elsewhere}/{path}", seconds=0.3)


def test_a_server_that_never_greets_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for scheme in ("http", "https"):
            with pytest.raises(FetchError, match="took too long"):
                get(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)


@pytest.mark.parametrize("path", ["short", "nonsense"])
def test_an_answer_that_is_none_is_said(elsewhere: int, path: str) -> None:
    with pytest.raises(FetchError, match="could be fetched") as raised:
        get(f"http://127.0.0.1:{elsewhere}/{path}")
    assert raised.value.status == 460


def test_nothing_is_unpacked(elsewhere: int) -> None:
    assert get(f"http://127.0.0.1:{elsewhere}/packed") == PACKED


def test_the_environment_s_proxies_are_not_asked(elsewhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(f"http://127.0.0.1:{elsewhere}/picture").startswith(b"picture")


def test_what_no_line_may_hold_is_written_with_escapes(elsewhere: int) -> None:
    with pytest.raises(FetchError, match="answers with 404"):
        get(f"http://127.0.0.1:{elsewhere}/ä b\x7f?ü= \x01")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/x", "file:///etc/passwd", "http://", "http://u:p@example.org/", "http://a:99999/", "x"],
)
def test_what_is_no_web_address_is_a_bad_request(url: str) -> None:
    with pytest.raises(FetchError) as raised:
        get(url)
    assert raised.value.status == 400


def test_what_is_not_there_is_said(elsewhere: int) -> None:
    with pytest.raises(FetchError, match="answers with 404"):
        get(f"http://127.0.0.1:{elsewhere}/nothing")
