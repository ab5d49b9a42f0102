"""The commands around a mask service: its token, what would be sent, and whether all is in order."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backends.fail
import numpy as np
import pytest

from command_line import Maskpick, Start
from maskpick.engines.bria import BriaOptions, BriaRemover, BriaSegmenter
from maskpick.engines.bria.usage import UsageCounter
from maskpick.masks import Mask, MaskSet
from maskpick.pictures import Picture
from maskpick.tokens import find_token, token_file
from processes import PATIENCE
from recording import Recorder, Reply, as_json, recording

SECRET = "tOp-sEcReT-0123456789"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("BRIA_API_TOKEN", "BRIA_BASE_URL", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def server() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


def keep_token(maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch, secret: str = SECRET) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{secret}\n"))
    ran = maskpick("config", "token", "--stdin")
    assert ran.code == 0
    assert secret not in ran.out + ran.err
    return ran.out


def test_a_token_is_kept_found_and_forgotten_and_never_shown(
    maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert str(token_file()) in keep_token(maskpick, monkeypatch)
    found = find_token()
    assert found is not None
    assert found.token.reveal() == SECRET
    for command in (("config",), ("config", "--json"), ("doctor",), ("doctor", "--json"), ("plugins", "--json")):
        ran = maskpick(*command)
        assert SECRET not in ran.out + ran.err
    assert maskpick("config", "token", "--forget").out == "No token is kept any more.\n"
    assert find_token() is None
    assert maskpick("config", "token", "--forget", "--json").json == {"kept_in": None}


def test_a_token_of_the_environment_is_said_to_be_stronger(maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIA_API_TOKEN", "another-one")
    monkeypatch.setattr(sys, "stdin", io.StringIO(SECRET))
    ran = maskpick("config", "token", "--stdin", "--json")
    assert str(token_file()) in ran.json["kept_in"]
    assert "BRIA_API_TOKEN is set in the environment" in ran.err
    assert "another-one" not in ran.err


@pytest.mark.parametrize("written", ["", "\n", "two words\n", "tökén\n"])
def test_what_is_no_token_is_refused_and_not_repeated(
    maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(written))
    ran = maskpick("config", "token", "--stdin")
    assert ran.code == 2
    assert not written.strip() or written.strip() not in ran.err
    assert not token_file().exists()


def test_without_a_terminal_nobody_is_asked(start: Start) -> None:
    process = start("config", "token", stdin=-3)  # the null device
    _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "--stdin" in complaints


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_a_token_typed_at_a_terminal_is_not_echoed(start: Start) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = start(
        "config", "token", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=_no_keyring()
    )
    os.close(theirs)
    shown = b""
    while b"Token" not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, SECRET.encode() + b"\n")
    while b"kept in" not in shown:
        shown += os.read(ours, 1000)
    assert process.wait(PATIENCE) == 0
    os.close(ours)
    assert SECRET.encode() not in shown
    found = find_token()
    assert found is not None
    assert found.token.reveal() == SECRET


def _no_keyring() -> dict[str, str]:
    return {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


# What would be sent


def bria(server: Recorder, *more: object) -> tuple[object, ...]:
    return ("--engine", "bria", "-O", f"address={server.at()}", *more)


@pytest.mark.parametrize("command", ["masks", "layers", "preview"])
def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(
    maskpick: Maskpick, server: Recorder, photo: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("BRIA_API_TOKEN", SECRET)
    UsageCounter().take(server.at())
    before = sorted(photo.parent.rglob("*"))
    ran = maskpick(command, photo, "--dry-run", *bria(server, "-O", "cap=10"))
    assert ran.code == 0
    assert f"To: {server.at()}" in ran.out
    assert "160 x 120 pixels, PNG without loss, 0.0 MB, no metadata" in ran.out
    assert "Token: from the environment variable BRIA_API_TOKEN" in ran.out
    assert "Paid calls this month: 1 of at most 10" in ran.out
    [told] = maskpick(command, photo, "--dry-run", "--json", *bria(server)).json
    assert (told["sends"], told["cached"], told["address"], told["width"]) == (True, False, server.at(), 160)
    assert told["bytes"] > 100
    assert server.asked == []
    assert UsageCounter().this_month(server.at()) == 1
    assert sorted(photo.parent.rglob("*")) == before
    assert SECRET not in ran.out


def test_a_dry_run_knows_what_is_kept_already(
    maskpick: Maskpick, server: Recorder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maskpick.cache import Cache
    from maskpick.settings import Settings

    picture = Picture.open(photo)
    engine = BriaSegmenter(BriaOptions(address=server.at()))
    Cache.of(Settings.load()).put(picture, engine, MaskSet(picture.size, [Mask.from_array(1, np.ones((5, 5), bool))]))
    ran = maskpick("masks", photo, "--dry-run", *bria(server, "-O", "cap=7", "-O", "seconds=9"))
    assert "Nothing would be sent: the answer is kept already." in ran.out
    assert "To:" in maskpick("masks", photo, "--dry-run", "--no-cache", *bria(server)).out
    other = ("--engine", "bria", "-O", "address=http://127.0.0.1:1")
    assert "To:" in maskpick("masks", photo, "--dry-run", *other).out  # another service may answer something else
    monkeypatch.setenv("BRIA_BASE_URL", server.at())
    assert "the answer is kept" in maskpick("masks", photo, "--dry-run", "--engine", "bria").out
    monkeypatch.setenv("BRIA_BASE_URL", "http://127.0.0.1:1")
    assert "To: http://127.0.0.1:1" in maskpick("masks", photo, "--dry-run", "--engine", "bria").out


def test_a_dry_run_of_an_engine_that_works_here_says_so(maskpick: Maskpick, photo: Path) -> None:
    assert "Nothing leaves this computer" in maskpick("masks", photo, "--dry-run").out
    assert "Nothing leaves this computer" in maskpick("batch", photo, "-o", "made", "--dry-run").out
    ran = maskpick("remove", photo, "--ids", "1", "--dry-run")
    assert ran.out.count("Nothing leaves this computer") == 2
    assert not Path("made").exists()
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


def test_a_dry_run_without_a_token_and_at_the_cap_says_so(maskpick: Maskpick, photo: Path, server: Recorder) -> None:
    told = maskpick("masks", photo, "--dry-run", "--engine", "bria", "-O", "address=https://masks.example").out
    assert "Token: none; store yours with `maskpick config token`" in told
    assert "not encrypted" not in told
    told = maskpick("masks", photo, "--dry-run", "--engine", "bria", "-O", "address=http://masks.example").out
    assert "To: http://masks.example (not encrypted" in told
    UsageCounter().take(server.at())
    assert "the limit is reached" in maskpick("masks", photo, "--dry-run", *bria(server, "-O", "cap=1")).out


def test_a_dry_run_of_a_removal_tells_both_steps(maskpick: Maskpick, server: Recorder, photo: Path) -> None:
    both = bria(server, "--remover", "bria")
    ran = maskpick("remove", photo, "--at", "50,60", "--dry-run", *both)
    assert ran.code == 0
    assert "to find objects:" in ran.out
    assert "and the mask" in ran.out
    told = maskpick("remove", photo, "--at", "50,60", "--dry-run", "--json", *both).json
    assert told["find"]["address"] == told["remove"]["address"] == server.at()
    only = maskpick("remove", photo, "--at", "50,60", "--dry-run", "--json", "--remover", "bria").json
    assert (only["find"]["sends"], only["remove"]["sends"]) == (False, True)
    assert server.asked == []


def test_a_dry_run_of_a_batch_tells_the_whole(
    maskpick: Maskpick, server: Recorder, photo: Path, tmp_path: Path
) -> None:
    Picture.open(photo).save(tmp_path / "second.tif")
    (tmp_path / "broken.png").write_bytes(photo.read_bytes()[:50])
    ran = maskpick("batch", tmp_path, "-o", "made", "--dry-run", *bria(server))
    assert ran.code == 0
    assert "2 pictures of 3 would be sent, 0.0 MB." in ran.out
    assert "broken.png is damaged" in ran.out
    assert f"To: {server.at()}" in ran.out
    told = maskpick("batch", tmp_path, "-o", "made", "--dry-run", "--json", *bria(server)).json
    assert (told["pictures"], told["sent"], told["cached"], len(told["unreadable"])) == (3, 2, 0, 1)
    assert server.asked == []
    assert not Path("made").exists()


def test_options_reach_both_engines_of_one_name(
    maskpick: Maskpick, server: Recorder, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []

    def segment(self: BriaSegmenter, picture: Picture, progress: object) -> MaskSet:
        seen.append((self.options.address, self.options.cap))
        return MaskSet(picture.size, [Mask.from_array(1, np.ones((9, 9), bool), 5, 5)])

    def remove_picked(self: BriaRemover, picture: Picture, *_: object) -> Picture:
        seen.append((self.options.address, self.options.cap))
        return picture

    monkeypatch.setattr(BriaSegmenter, "segment", segment)
    monkeypatch.setattr(BriaRemover, "remove_picked", remove_picked)
    ran = maskpick("remove", photo, "--ids", "1", *bria(server, "--remover", "bria", "-O", "bria.cap=5"))
    assert (ran.code, seen) == (0, [(server.at(), 5)] * 2)
    assert maskpick("plugins").out.count("bria.address") == 1
    assert maskpick("config", "set", "engines.bria.cap", "7").code == 0
    assert maskpick("config", "get", "engines.bria.cap").out == "7\n"


# Whether all is in order


def findings(maskpick: Maskpick, *more: object) -> dict[str, list[dict[str, str]]]:
    told: dict[str, list[dict[str, str]]] = {}
    for one in maskpick("doctor", "--json", *more).json:
        told.setdefault(one["subject"], []).append(one)
    return told


def test_doctor_tells_token_address_and_usage_and_asks_nobody(
    maskpick: Maskpick, server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "none" in findings(maskpick)["token"][0]["found"]
    keep_token(maskpick, monkeypatch)
    monkeypatch.setenv("BRIA_BASE_URL", server.at())
    UsageCounter().take(server.at())
    told = findings(maskpick)
    assert told["token"][0]["found"] == f"from the file {token_file()}"
    assert told["service"][0]["found"] == f"{server.at()}; paid calls this month: 1"
    assert server.asked == []
    if os.name == "posix":
        token_file().chmod(0o644)
        assert findings(maskpick)["token"][0]["state"] == "wrong"


def test_doctor_sees_whether_the_service_is_there_without_the_token(
    maskpick: Maskpick, server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIA_API_TOKEN", SECRET)
    monkeypatch.setenv("BRIA_BASE_URL", server.at())
    told = findings(maskpick, "--online")
    assert [one["state"] for one in told["service"]] == ["good", "good"]
    assert len(server.asked) == 1
    assert SECRET not in str(server.asked)
    monkeypatch.setenv("BRIA_BASE_URL", "http://127.0.0.1:9")
    assert [one["state"] for one in findings(maskpick, "--online")["service"]] == ["good", "wrong"]
    monkeypatch.setenv("BRIA_BASE_URL", "nowhere")
    assert [one["state"] for one in findings(maskpick)["service"]] == ["wrong"]


# The token is in nothing maskpick writes


def test_the_token_is_in_no_output_and_no_file_whatever_happens(
    maskpick: Maskpick,
    server: Recorder,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("BRIA_API_TOKEN", SECRET)
    said = []

    def run(*arguments: object) -> int:
        ran = maskpick("masks", photo, "-o", tmp_path / "out.zip", "-vv", *arguments, *bria(server))
        said.append(ran.out + ran.err)
        return ran.code

    replies = [as_json({"detail": "no"}, status) for status in (400, 401, 402, 404, 422, 500, 503)]
    for reply in [*replies, Reply(0), Reply(200, b"<html>"), Reply(307, b"", (("Location", "http://127.0.0.1:9"),))]:
        server.answers(reply)
        for more in ((), ("--json",)):
            assert run(*more) == 7

    monkeypatch.setattr("maskpick.engines.bria.v1._link", lambda answer: answer["nothing"])
    server.answers(as_json({}))
    assert run() == 1  # a fault of our own: it goes to the log of faults
    assert "KeyError" in said[-1]
    for command in (("config",), ("doctor", "-vv", "--online"), ("cache",), ("plugins",)):
        for more in ((), ("--json",)):
            ran = maskpick(*command, *more)
            said.append(ran.out + ran.err)
    assert all(asked.headers.get("api_token") == SECRET for asked in server.asked if asked.method == "POST")
    assert SECRET not in "".join(said) + caplog.text
    home = Path(os.environ["XDG_CONFIG_HOME"]).parent
    written = [path for folder in (home, tmp_path) for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "faults.log" for path in written)
    assert any(path.name == "paid-calls.json" for path in written)
    for path in written:
        assert SECRET.encode() not in path.read_bytes(), path
