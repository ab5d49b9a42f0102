"""The client's manners, against servers that take notes: to whom the token goes, what is repeated, how it lets go."""

from __future__ import annotations

import datetime
import io
import ipaddress
import socket
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import cv2
import keyring
import keyring.backends.fail
import numpy as np
import pytest

from maskpick.engines.bria import BriaOptions, BriaSegmenter
from maskpick.engines.bria.http import Limits, Service
from maskpick.engines.bria.usage import Meter, UsageCounter
from maskpick.errors import Cancelled, EngineError, SettingsError
from maskpick.masks import MaskSet
from maskpick.pictures import Picture
from maskpick.progress import Progress, Step
from maskpick.tokens import Token
from maskpick.web.waiting import THREAD
from processes import PATIENCE, until
from recording import Asked, Recorder, Reply, as_json, recording

SECRET = "tOp-sEcReT-0123456789"
QUICK = Limits(connect=PATIENCE, answer=PATIENCE, work=PATIENCE, poll=0.01, retry_after=2.5, backoff=0.01)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The client finds a token, no keyring, and no proxy or certificates of the machine's."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BRIA_API_TOKEN", SECRET)
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture
def elsewhere() -> Iterator[Recorder]:
    """Another host: the same machine by another name, on another port."""
    with recording() as recorder:
        yield recorder


@pytest.fixture
def picture() -> Picture:
    return Picture(np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8))


def service(recorder: Recorder, progress: Progress | None = None, limits: Limits = QUICK, cap: int = 0) -> Service:
    return Service(recorder.at(), Token(SECRET), limits, progress or Progress(), Meter(recorder.at(), cap))


def paid(recorder: Recorder) -> int:
    return UsageCounter().this_month(recorder.at())


def masks_zip() -> bytes:
    drawing = np.zeros((40, 60), np.uint8)
    drawing[5:20, 5:20] = 255
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, pixels in (("0123456789abcdef_1.png", drawing), ("0123456789abcdef_panoptic.png", drawing // 255)):
            archive.writestr(name, cv2.imencode(".png", pixels)[1].tobytes())
    return stored.getvalue()


def segment(recorder: Recorder, picture: Picture, progress: Progress | None = None, **options: object) -> MaskSet:
    chosen = BriaOptions(address=recorder.at(), seconds=PATIENCE, **options)  # type: ignore[arg-type]
    return BriaSegmenter(chosen).segment(picture, progress or Progress())


def clients() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == THREAD]


# To whom the token goes


def test_the_token_goes_to_the_configured_host_and_not_to_the_zip_s(
    server: Recorder, elsewhere: Recorder, picture: Picture
) -> None:
    server.answer = lambda _: as_json({"objects_masks": f"{elsewhere.at('localhost')}/masks.zip"})
    elsewhere.answer = lambda _: Reply(200, masks_zip())
    assert len(segment(server, picture)) == 1
    assert [asked.headers.get("api_token") for asked in server.asked] == [SECRET]
    assert [asked.method for asked in elsewhere.asked] == ["GET", "GET"]  # its first byte, and the whole
    assert SECRET not in str(elsewhere.asked)


def test_the_token_does_not_go_to_downloads_of_the_same_host_either(server: Recorder, picture: Picture) -> None:
    def answer(asked: Asked) -> Reply:
        zip_there = as_json({"objects_masks": f"{server.at()}/masks.zip"})
        return zip_there if asked.method == "POST" else Reply(200, masks_zip())

    server.answer = answer
    segment(server, picture)
    assert ["api_token" in asked.headers for asked in server.asked] == [True, False, False]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_follows_a_redirect_of_work_or_status(server: Recorder, elsewhere: Recorder, status: int) -> None:
    server.answer = lambda asked: Reply(status, b"", (("Location", elsewhere.at("localhost") + asked.path),))
    with pytest.raises(EngineError, match="sends the request elsewhere"):
        service(server).start("/v1/objects/mask_generator", {"file": "x"})
    with pytest.raises(EngineError, match="sends the request elsewhere"):
        service(server).ask("/v2/status/1")
    assert elsewhere.asked == []
    assert paid(server) == 0


def test_a_download_follows_a_redirect_without_the_token(server: Recorder, elsewhere: Recorder, tmp_path: Path) -> None:
    server.answer = lambda _: Reply(302, b"", (("Location", elsewhere.at("localhost") + "/file"),))
    elsewhere.answer = lambda _: Reply(200, b"result")
    service(server).download(server.at() + "/file", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"result"
    assert SECRET not in str(server.asked) + str(elsewhere.asked)


def test_a_status_at_another_host_is_asked_without_the_token(server: Recorder, elsewhere: Recorder) -> None:
    elsewhere.answer = lambda _: as_json({})
    service(server).ask(elsewhere.at("localhost") + "/v2/status/1")
    assert SECRET not in str(elsewhere.asked)


# Proxies and certificates


def test_a_proxy_of_the_environment_is_used(
    server: Recorder, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.at())
    server.answer = lambda _: as_json({"message": "no credit"}, 402)
    with pytest.raises(EngineError, match="no credit left"):
        BriaSegmenter(BriaOptions(address="http://masks.example")).segment(picture, Progress())
    assert [asked.path for asked in server.asked] == ["http://masks.example/v1/objects/mask_generator"]


def test_no_proxy_names_hosts_that_are_reached_without_it(
    server: Recorder, elsewhere: Recorder, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", elsewhere.at())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(EngineError, match="does not know"):
        segment(server, picture, api="v1")
    assert len(server.asked) == 1
    assert elsewhere.asked == []


def test_a_proxy_that_refuses_is_told(server: Recorder, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.at())
    server.answer = lambda _: Reply(403)
    with pytest.raises(EngineError, match="proxy does not let the request through, so nothing was sent"):
        BriaSegmenter(BriaOptions(address="https://masks.example")).segment(picture, Progress())
    assert {asked.method for asked in server.asked} == {"CONNECT"}
    assert SECRET not in str(server.asked)
    assert UsageCounter().this_month("https://masks.example") == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"


@pytest.fixture
def secure(certificate: Path) -> Iterator[Recorder]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with recording(context) as recorder:
        recorder.answer = lambda _: as_json({"ok": True})
        yield recorder


def test_a_certificate_nobody_trusts_stops_everything(secure: Recorder) -> None:
    with pytest.raises(EngineError, match=r"certificate of 127\.0\.0\.1 is not trusted, so nothing was sent"):
        service(secure).start("/v1/eraser", {})
    assert secure.asked == []
    assert paid(secure) == 0


def test_a_certificate_of_the_bundle_is_trusted(
    secure: Recorder, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert service(secure).start("/v1/eraser", {}) == {"ok": True}
    assert secure.asked[0].headers["api_token"] == SECRET


def test_a_bundle_that_is_not_there_is_told(secure: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
    with pytest.raises(SettingsError, match="REQUESTS_CA_BUNDLE names a file of certificates that does not exist"):
        service(secure)


# What is sent again, and what is not


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_work_is_not_sent_again_even_where_the_service_asks_for_it(server: Recorder, status: int) -> None:
    server.answer = lambda _: as_json({}, status, Retry_After="0")
    with pytest.raises(EngineError):
        service(server).start("/v1/eraser", {})
    assert len(server.asked) == 1
    assert paid(server) == 0


def test_work_whose_connection_breaks_after_it_was_sent_is_not_sent_again_and_counts(server: Recorder) -> None:
    server.answer = lambda _: Reply(0)
    with pytest.raises(EngineError, match="broke before the answer came"):
        service(server).start("/v1/eraser", {})
    assert len(server.asked) == 1
    assert paid(server) == 1


def test_work_that_was_turned_away_is_sent_again_as_a_whole(server: Recorder) -> None:
    server.answers(as_json({}, 429, Retry_After="soon"), as_json({}, 429, Retry_After="0"), as_json({"done": 1}))
    assert service(server).start("/v1/eraser", {"file": "abc"}) == {"done": 1}
    assert [asked.body for asked in server.asked] == [b'{"file": "abc"}'] * 3
    assert paid(server) == 1


def test_a_wait_longer_than_the_limit_is_told_and_not_waited_for(server: Recorder) -> None:
    server.answer = lambda _: as_json({}, 429, Retry_After="3600")
    with pytest.raises(EngineError, match=r"Too many requests.* Try again in 3600 seconds"):
        service(server).start("/v1/eraser", {})
    assert len(server.asked) == 1
    assert paid(server) == 0


def test_all_the_waits_together_stay_within_the_limit(server: Recorder) -> None:
    server.answer = lambda _: as_json({}, 429, Retry_After="1")
    with pytest.raises(EngineError, match="Try again in 1 seconds"):
        service(server).start("/v1/eraser", {})
    assert len(server.asked) == 3  # two waits of a second, of the two and a half allowed


def test_asking_and_downloading_are_tried_again(server: Recorder, tmp_path: Path) -> None:
    server.answers(Reply(503), Reply(0), Reply(502), as_json({"status": "COMPLETED"}))
    assert service(server).ask("/v2/status/1") == {"status": "COMPLETED"}
    server.answers(Reply(504), Reply(0), Reply(200, b"result"))
    service(server).download(server.at() + "/file", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"result"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_result_that_expired_is_never_paid_for_twice(server: Recorder, picture: Picture, status: int) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.method == "POST":
            return as_json({"objects_masks": f"{server.at()}/masks.zip"})
        return Reply(206, b"P") if "range" in asked.headers else Reply(status)

    server.answer = answer
    with pytest.raises(EngineError, match="has expired before it was fetched"):
        segment(server, picture, api="auto")
    assert sum(asked.method == "POST" for asked in server.asked) == 1
    assert paid(server) == 1


def test_the_cap_holds_for_several_at_once(server: Recorder) -> None:
    server.answer = lambda _: as_json({"done": 1})
    refused = []

    def work() -> None:
        try:
            service(server, cap=3).start("/v1/eraser", {})
        except EngineError as error:
            refused.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(server.asked) == paid(server) == 3
    assert all("limit of 3 paid calls" in str(error) for error in refused)


def test_an_answer_without_end_is_read_up_to_a_size(server: Recorder) -> None:
    server.answer = lambda _: Reply(200, b" " * 9_000_000 + b"{}")
    with pytest.raises(EngineError, match="not a mask service"):
        service(server).ask("/v2/status/1")


# Waiting, and letting go


def cancelled(work: Callable[[Progress], object], when: Callable[[], bool]) -> None:
    """Do ``work`` and cancel it as soon as ``when`` holds."""

    class Impatient(Progress):
        def check(self) -> None:
            if when():
                self.cancel()
            super().check()

    with pytest.raises(Cancelled):
        work(Impatient())


def test_a_cancel_hangs_up_and_leaves_no_thread(server: Recorder) -> None:
    server.answer = server.hang()
    cancelled(lambda progress: service(server, progress).start("/v1/eraser", {}), lambda: bool(server.asked))
    assert server.gone.wait(PATIENCE)
    until(lambda: clients() == [])
    assert paid(server) == 1  # the work was sent, and may be done


def test_a_cancel_hangs_up_on_a_server_that_never_shakes_hands() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeted, left = threading.Event(), threading.Event()

        def listen() -> None:
            line, _ = listener.accept()
            with line:
                line.settimeout(PATIENCE)
                while line.recv(4096):
                    greeted.set()
            left.set()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        slow = Limits(connect=10 * PATIENCE, answer=10 * PATIENCE)
        meter = Meter(address, 0)
        cancelled(
            lambda progress: Service(address, Token(SECRET), slow, progress, meter).start("/v1/eraser", {}),
            greeted.is_set,
        )
        assert left.wait(PATIENCE)
        until(lambda: clients() == [])
        thread.join(PATIENCE)
    assert UsageCounter().this_month(address) == 0


def test_a_cancel_ends_the_wait_for_a_busy_service_and_sends_nothing_more(server: Recorder) -> None:
    server.answer = lambda _: as_json({}, 429, Retry_After="50")
    patient = Limits(connect=PATIENCE, answer=PATIENCE, retry_after=60)
    cancelled(lambda progress: service(server, progress, patient).start("/v1/eraser", {}), lambda: bool(server.asked))
    until(lambda: clients() == [])
    assert len(server.asked) == 1


def test_a_cancelled_upload_stops_sending_and_costs_nothing(server: Recorder) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    server.before_body = hold
    body = {"file": "x" * 16_000_000}
    try:
        cancelled(lambda progress: service(server, progress).start("/v1/eraser", body), begun.is_set)
        until(lambda: clients() == [])
    finally:
        go_on.set()
    assert paid(server) == 0


def test_an_answer_that_never_comes_is_given_up(server: Recorder) -> None:
    server.answer = server.hang()
    hurried = Limits(connect=PATIENCE, answer=0.2, retry_after=0.2, backoff=0.01)
    with pytest.raises(EngineError, match="may have been charged"):
        service(server, limits=hurried).start("/v1/eraser", {})
    until(lambda: clients() == [])
    assert paid(server) == 1


def test_a_slow_line_is_no_fault_as_long_as_something_moves(server: Recorder, tmp_path: Path) -> None:
    waited = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "400000")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x" * 10_000)
            handler.wfile.flush()
            waited.wait(0.1)

    server.before_body = drip  # the answer of its own comes too late to be read
    hurried = Limits(connect=PATIENCE, answer=3, work=3)  # seconds: less than the whole, far more than a piece
    service(server, limits=hurried).download(server.at() + "/file", tmp_path / "file")
    assert (tmp_path / "file").stat().st_size == 400_000


def test_progress_of_an_upload_is_told_by_bytes(server: Recorder) -> None:
    half_way = threading.Event()
    steps: list[Step] = []

    def listen(step: Step) -> None:
        steps.append(step)
        if step.stage == "Uploading" and 0 < step.fraction < 1:
            half_way.set()

    def hold(handler: object) -> None:
        assert half_way.wait(PATIENCE)

    server.before_body = hold
    server.answer = lambda _: as_json({})
    service(server, Progress(listen)).start("/v1/eraser", {"file": "x" * 16_000_000})
    uploading = [step.fraction for step in steps if step.stage == "Uploading"]
    assert uploading == sorted(uploading)
    assert steps[-1].stage == "Waiting"


# Version 2


def test_work_of_version_2_is_asked_for_until_it_is_done(server: Recorder, picture: Picture) -> None:
    drawing = np.zeros((40, 60), np.uint8)
    drawing[5:20, 5:20] = 255
    running = as_json({"request_id": "r 1", "status": "IN_PROGRESS"})
    masks = [{"id": 1, "area": 225, "confidence": 0.9, "image_url": f"{server.at()}/1.png"}]
    states = [running, as_json({"status": "UNKNOWN"}), as_json({"status": "COMPLETED", "result": {"masks": masks}})]

    def answer(asked: Asked) -> Reply:
        if asked.method == "POST":
            return as_json({"request_id": "r 1", "status_url": "http://elsewhere.example/status"}, 202)
        if asked.path == "/v2/status/r%201":
            assert asked.headers["api_token"] == SECRET
            return states.pop(0)
        return Reply(200, cv2.imencode(".png", drawing)[1].tobytes())

    server.answer = answer
    assert [mask.area for mask in segment(server, picture, api="v2")] == [225]
    assert states == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (as_json({"detail": "unknown"}, 404), r"knows nothing of the request any more \(request r1\)"),
        (as_json({"status": "COMPLETED"}), r"names no result \(request r1\)"),
        (
            as_json({"status": "ERROR", "error": {"code": "422", "message": "blocked", "details": "image"}}),
            r"unsuitable: blocked - image\. \(request r1\)",
        ),
        (as_json({"status": "ERROR", "error": {"code": "E_42", "message": "odd"}}), "fault of its own: odd"),
        (as_json({"status": "ERROR", "error": {"code": "404", "message": "odd"}}), "does not know"),
        (as_json({"status": "ERROR"}), "fault of its own"),
    ],
)
def test_every_bad_end_of_asynchronous_work_is_told_and_counts(
    server: Recorder, picture: Picture, status: Reply, words: str
) -> None:
    server.answer = lambda asked: as_json({"request_id": "r1"}, 202) if asked.method == "POST" else status
    with pytest.raises(EngineError, match=words):
        segment(server, picture, api="v2")
    assert sum(asked.method == "POST" for asked in server.asked) == 1
    assert paid(server) == 1
