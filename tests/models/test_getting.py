"""Getting models and taking them away, against servers that cut off, lie, and have gone."""

from __future__ import annotations

import errno
import hashlib
import io
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maskpick.errors import Cancelled, EngineError, OutputError
from maskpick.models import download
from maskpick.models.catalogue import CATALOGUE, Address, Model, ModelFile
from maskpick.models.download import Limits
from maskpick.models.store import Store
from maskpick.progress import Progress, Step
from maskpick.web.waiting import TooLateError, wait_for
from processes import PATIENCE
from recording import Asked, Recorder, Reply, recording

QUICK = Limits(connect=PATIENCE, silence=PATIENCE, backoff=0.01, retry_after=1.0)
WEIGHTS = np.random.default_rng(1).integers(0, 256, 1_000_000, np.uint8).tobytes()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models", QUICK)


def model(*addresses: Address | str, data: bytes = WEIGHTS, size: int | None = -1) -> Model:
    """A model of one file, with these addresses."""
    places = tuple(Address(one) if isinstance(one, str) else one for one in addresses)
    known = len(data) if size == -1 else size
    file = ModelFile("model", "net.onnx", hashlib.sha256(data).hexdigest(), known, places)
    return Model("tiny", "Tiny", "removes objects", "MIT", "https://tiny.example", (file,))


def serving(
    data: bytes = WEIGHTS, cuts: tuple[int, ...] = (), tag: str = '"one"', ranges: bool = True
) -> Callable[[Asked], Reply]:
    """A file server that can go on anywhere. It cuts the first answers off after as many bytes as ``cuts`` says."""
    left = list(cuts)

    def answer(asked: Asked) -> Reply:
        start = 0
        wanted = asked.headers.get("range", "")
        if ranges and wanted.startswith("bytes=") and asked.headers.get("if-range", tag) == tag:
            start = int(wanted[len("bytes=") :].rstrip("-"))
        cut = left.pop(0) if left else None
        if start >= len(data):
            return Reply(416, b"", (("Content-Range", f"bytes */{len(data)}"),))
        if start:
            place = ("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            return Reply(206, data[start:], (("ETag", tag), place), cut)
        return Reply(200, data, (("ETag", tag),), cut)

    return answer


def kept(store: Store) -> dict[str, bytes]:
    """Every file of the store, but its locks."""
    return {
        path.relative_to(store.folder).as_posix(): path.read_bytes()
        for path in store.folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def start_of(asked: Asked) -> int:
    """Which byte a request wants to go on at."""
    return int(asked.headers["range"][len("bytes=") : -1])


def near(sent: int) -> Any:
    """So many bytes, but for a last piece that was cut in two."""
    return pytest.approx(sent - 30_000, abs=30_000)


def zipped(**files: bytes) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stored.getvalue()


def test_a_model_is_fetched_once_and_whole(server: Recorder, store: Store) -> None:
    server.answer = serving()
    wanted = model(server.at() + "/net.onnx")
    assert store.state(wanted) == "not here"
    assert store.get(wanted, Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}
    assert store.state(wanted) == "here"
    assert not store.get(wanted, Progress())
    assert len(server.asked) == 1


def test_a_download_that_is_cut_off_goes_on_where_it_was(server: Recorder, store: Store) -> None:
    server.answer = serving(cuts=(400_000, 300_000))
    store.get(model(server.at() + "/net.onnx"), Progress())
    assert server.asked[0].headers.get("range") is None
    assert [start_of(asked) for asked in server.asked[1:]] == [near(400_000), near(700_000)]
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_what_has_come_is_kept_for_the_next_time(server: Recorder, store: Store) -> None:
    wanted = model(server.at() + "/net.onnx")
    server.answer = serving(cuts=(600_000, 0, 0, 0))
    with pytest.raises(EngineError, match=r"net\.onnx could not be fetched"):
        store.get(wanted, Progress())
    assert store.state(wanted) == "not here"
    server.asked.clear()
    server.answer = serving()
    store.get(wanted, Progress())
    assert [start_of(asked) for asked in server.asked] == [near(600_000)]
    assert server.asked[0].headers["if-range"] == '"one"'
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_another_address_gives_the_rest(server: Recorder, store: Store) -> None:
    first = serving(cuts=(600_000,))

    def answer(asked: Asked) -> Reply:
        if asked.path == "/second":
            return serving()(asked)
        return first(asked) if "range" not in asked.headers else Reply(410)

    server.answer = answer
    store.get(model(server.at() + "/first", server.at() + "/second"), Progress())
    assert (server.asked[-1].path, start_of(server.asked[-1])) == ("/second", near(600_000))
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_a_part_of_a_file_that_has_changed_is_begun_anew(server: Recorder, store: Store) -> None:
    wanted = model(server.at() + "/net.onnx")
    server.answer = serving(bytes(len(WEIGHTS)), cuts=(600_000, 0, 0, 0), tag='"old"')
    with pytest.raises(EngineError):
        store.get(wanted, Progress())
    server.answer = serving(tag='"new"')
    store.get(wanted, Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_a_wrong_part_is_found_out_by_the_whole(server: Recorder, store: Store) -> None:
    wanted = model(server.at() + "/net.onnx")
    server.answer = serving(bytes(len(WEIGHTS)), cuts=(600_000, 0, 0, 0))
    with pytest.raises(EngineError):
        store.get(wanted, Progress())
    server.answer = serving()  # with the same tag: the server does not know that its file has changed
    store.get(wanted, Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_a_server_that_cannot_go_on_gives_the_whole(server: Recorder, store: Store) -> None:
    server.answer = serving(cuts=(600_000,), ranges=False)
    store.get(model(server.at() + "/net.onnx"), Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


@pytest.mark.parametrize("size", [len(WEIGHTS), None], ids=["size known", "size not known"])
def test_a_wrong_file_is_not_kept_and_the_next_address_is_asked(
    server: Recorder, store: Store, size: int | None
) -> None:
    answers = {"/wrong": serving(bytes(len(WEIGHTS))), "/right": serving()}
    server.answer = lambda asked: answers[asked.path](asked)
    with pytest.raises(EngineError, match="what it gives is not this file"):
        store.get(model(server.at() + "/wrong", size=size), Progress())
    assert kept(store) == {}
    store.get(model(server.at() + "/wrong", server.at() + "/right", size=size), Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_a_file_of_another_size_is_refused_before_it_comes(server: Recorder, store: Store) -> None:
    server.answer = serving(WEIGHTS + b"and more")
    with pytest.raises(EngineError, match="a file of 1,000,008 bytes, not of 1,000,000"):
        store.get(model(server.at() + "/net.onnx"), Progress())
    assert kept(store) == {}


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_an_address_that_has_it_no_more_is_passed_over(server: Recorder, store: Store, status: int) -> None:
    server.answer = lambda asked: serving()(asked) if asked.path == "/there" else Reply(status)
    store.get(model(server.at() + "/gone", server.at() + "/there"), Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_when_no_address_has_it_each_says_why(server: Recorder, store: Store) -> None:
    server.answer = lambda _: Reply(404)
    with recording() as gone:
        nobody = gone.at()
    with pytest.raises(EngineError) as told:
        store.get(model(server.at("localhost") + "/net.onnx", nobody + "/net.onnx"), Progress())
    assert "localhost: it answers with the status 404; 127.0.0.1: it cannot be reached" in told.value.happened
    assert kept(store) == {}


def test_a_full_disk_is_told_before_anything_is_asked(
    server: Recorder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(".")._replace(free=2_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match="There is not enough room for Tiny: it takes 1 MB, and 2 MB are free"):
        store.get(model(server.at() + "/net.onnx"), Progress())
    assert server.asked == []


def test_a_file_too_large_for_the_disk_is_not_begun_where_its_size_comes_with_the_answer(
    server: Recorder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = serving()
    usage = shutil.disk_usage(".")._replace(free=16_500_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match=r"not enough room for net\.onnx"):
        store.get(model(server.at() + "/net.onnx", size=None), Progress())
    assert kept(store) == {}


def test_a_disk_that_fills_up_meanwhile_is_not_left_full(
    server: Recorder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = serving()
    usual = Path.open

    def small_disk(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        file = usual(path, mode, *more, **named)
        if path.suffix != ".part" or "b" not in mode or "r" in mode:
            return file

        class Full(io.BytesIO):
            def write(self, data: Any) -> int:
                file.write(data)
                raise OSError(errno.ENOSPC, "No space left on device")

            def close(self) -> None:
                file.close()
                super().close()

        return Full()

    monkeypatch.setattr(Path, "open", small_disk)
    with pytest.raises(OutputError, match="The disk is full"):
        store.get(model(server.at() + "/net.onnx"), Progress())
    monkeypatch.undo()
    assert kept(store) == {}


def test_a_cancel_ends_a_download_at_once_and_keeps_what_came(server: Recorder, store: Store) -> None:
    wanted = model(server.at() + "/net.onnx")
    silent = threading.Event()

    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(WEIGHTS)))
        handler.end_headers()
        handler.wfile.write(WEIGHTS[:600_000])
        silent.wait(PATIENCE)

    def listen(step: Step) -> None:
        if step.stage.startswith("Downloading") and step.fraction > 0.4:
            progress.cancel()

    progress = Progress(listen)
    server.before_body = half
    with pytest.raises(Cancelled):
        store.get(wanted, progress)
    server.before_body = lambda _: None
    server.answer = serving()
    store.get(wanted, Progress())
    silent.set()
    assert start_of(server.asked[0]) > 300_000
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_a_server_that_falls_silent_is_asked_again_and_then_left(
    store: Store, server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = 3

    def impatient(*given: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise TooLateError
        return wait_for(*given)

    monkeypatch.setattr(download, "wait_for", impatient)
    server.answer = serving()
    store.get(model(server.at() + "/silent", server.at() + "/quick"), Progress())
    assert [asked.path for asked in server.asked] == ["/quick"]
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_two_at_once_fetch_it_once(server: Recorder, store: Store) -> None:
    waiting, faults = threading.Event(), []

    def answer(asked: Asked) -> Reply:
        assert waiting.wait(PATIENCE)
        return serving()(asked)

    def get() -> None:
        def listen(step: Step) -> None:
            if step.stage.startswith("Waiting for another process"):
                waiting.set()

        try:
            Store(store.folder, QUICK).get(wanted, Progress(listen))
        except BaseException as fault:  # noqa: BLE001 - the test shows it
            faults.append(fault)

    server.answer = answer
    wanted = model(server.at() + "/net.onnx")
    threads = [threading.Thread(target=get) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert faults == []
    assert len(server.asked) == 1
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_files_are_taken_out_of_an_archive_that_is_fetched_once(server: Recorder, store: Store) -> None:
    server.answer = serving(zipped(a=WEIGHTS, b=b"small"))
    address = server.at() + "/both.zip"
    first = model(Address(address, "a")).files[0]
    second = ModelFile("decoder", "b.onnx", hashlib.sha256(b"small").hexdigest(), 5, (Address(address, "b"),))
    both = Model("tiny", "Tiny", "finds objects", "MIT", "", (first, second))
    store.get(both, Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS, "tiny/b.onnx": b"small"}
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "archive",
    [b"no archive at all", zipped(other=WEIGHTS), zipped(a=WEIGHTS[:-1]), zipped(a=WEIGHTS[::-1])],
    ids=["no archive", "not in it", "of another size", "another"],
)
def test_an_archive_without_the_file_is_passed_over(server: Recorder, store: Store, archive: bytes) -> None:
    answers = {"/wrong.zip": serving(archive), "/right": serving()}
    server.answer = lambda asked: answers[asked.path](asked)
    store.get(model(Address(server.at() + "/wrong.zip", "a"), server.at() + "/right"), Progress())
    assert kept(store)["tiny/net.onnx"] == WEIGHTS
    assert not [name for name in kept(store) if name.endswith(".part")]


def test_a_file_the_user_put_there_is_taken_when_it_is_the_right_one(server: Recorder, store: Store) -> None:
    wanted = model(server.at() + "/net.onnx")
    path = store.path(wanted, wanted.files[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(WEIGHTS)
    assert not store.get(wanted, Progress())
    assert server.asked == []


def test_another_file_of_the_user_s_is_neither_replaced_nor_deleted(server: Recorder, store: Store) -> None:
    server.answer = serving()
    wanted = model(server.at() + "/net.onnx")
    path = store.path(wanted, wanted.files[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    assert store.state(wanted) == "damaged"
    with pytest.raises(OutputError, match="is left as it is"):
        store.get(wanted, Progress())
    assert store.remove(wanted, Progress()) == ([], [path])
    assert path.read_bytes() == b"mine"


def test_removing_takes_what_was_fetched_and_nothing_else(server: Recorder, store: Store) -> None:
    server.answer = serving()
    wanted = model(server.at() + "/net.onnx")
    store.get(wanted, Progress())
    path = store.path(wanted, wanted.files[0])
    (path.parent / "mine.txt").write_text("a note")
    assert store.remove(wanted, Progress()) == ([path], [])
    assert kept(store) == {"tiny/mine.txt": b"a note"}
    (path.parent / "mine.txt").unlink()
    store.get(wanted, Progress())
    store.remove(wanted, Progress())
    assert not path.parent.exists()


def test_removing_forgets_a_download_that_was_not_finished(server: Recorder, store: Store) -> None:
    server.answer = serving(cuts=(600_000, 0, 0, 0))
    wanted = model(server.at() + "/net.onnx")
    with pytest.raises(EngineError):
        store.get(wanted, Progress())
    assert kept(store)
    store.remove(wanted, Progress())
    assert kept(store) == {}


def test_a_server_s_wish_to_wait_is_heard_out(server: Recorder, store: Store) -> None:
    replies = [Reply(503, b"", (("Retry-After", "0"),)), Reply(429, b"", (("Retry-After", "0"),))]
    server.answer = lambda asked: replies.pop() if replies else serving()(asked)
    store.get(model(server.at() + "/net.onnx"), Progress())
    assert kept(store) == {"tiny/net.onnx": WEIGHTS}


def test_the_catalogue_can_be_trusted() -> None:
    """Every file is known by its hash, is fetched over an encrypted connection, and has its own name."""
    for name, known in CATALOGUE.items():
        assert known.name == name
        assert known.licence in ("Apache-2.0", "MIT")
        roles = [file.role for file in known.files]
        assert roles == (["encoder", "decoder"] if known.purpose == "finds objects" else ["model"])
        for file in known.files:
            assert len(file.sha256) == 64
            assert int(file.sha256, 16)
            assert len(file.addresses) >= 2
            assert all(address.url.startswith("https://") for address in file.addresses)
    hashes = [file.sha256 for known in CATALOGUE.values() for file in known.files]
    assert len(set(hashes)) == len(hashes)
    assert download.PATIENCE.connect < 5
