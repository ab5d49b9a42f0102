"""Fetching models with the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import Maskpick
from maskpick.models import catalogue
from maskpick.models.catalogue import Address, Model, ModelFile
from recording import Recorder, Reply, recording

WEIGHTS = b"weights" * 1000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A server with the one file of the one model there is."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with recording() as recorder:
        recorder.answer = lambda _: Reply(200, WEIGHTS)
        file = ModelFile(
            "model", "lama.onnx", hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS), (Address(recorder.at() + "/lama"),)
        )
        model = Model("lama", "LaMa", "removes objects", "Apache-2.0", "https://lama.example", (file,))
        monkeypatch.setattr(catalogue, "CATALOGUE", {"lama": model})
        yield recorder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MASKPICK_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_every_model_is_listed_with_size_licence_and_whether_it_is_here(maskpick: Maskpick, folder: Path) -> None:
    told = {one["name"]: one for one in maskpick("models", "list", "--json").json}
    assert list(told) == ["efficientsam", "mobilesam", "sam2", "lama", "migan"]
    assert told["lama"]["bytes"] == 92_591_623
    assert told["sam2"]["bytes"] is None
    assert {one["state"] for one in told.values()} == {"not here"}
    ran = maskpick("models")
    assert ran.code == 0
    for word in ("mobilesam", "44.7 MB", "size not known", "Apache-2.0", "MIT", "not here"):
        assert word in ran.out
    assert not folder.exists()


def test_a_model_is_fetched_shown_and_removed(maskpick: Maskpick, folder: Path, server: Recorder) -> None:
    ran = maskpick("models", "get", "lama")
    assert ran.code == 0
    assert "LaMa is here now. Use it: --remover lama" in ran.out
    assert "licence Apache-2.0" in ran.err
    assert (folder / "lama" / "lama.onnx").read_bytes() == WEIGHTS
    assert maskpick("models", "list", "--json").json[0]["state"] == "here"
    assert "here already" in maskpick("models", "get", "lama").out
    assert len(server.asked) == 1
    assert "1 file deleted" in maskpick("models", "remove", "lama").out
    assert not (folder / "lama").exists()


def test_results_can_be_read_by_a_program(maskpick: Maskpick, folder: Path, server: Recorder) -> None:
    got = maskpick("models", "get", "lama", "--json").json
    assert [(one["name"], one["fetched"], one["state"]) for one in got] == [("lama", True, "here")]
    path = str(folder / "lama" / "lama.onnx")
    assert maskpick("models", "path", "lama", "--json").json == [path]
    assert maskpick("models", "remove", "lama", "--json").json == [{"name": "lama", "deleted": [path], "left": []}]


def test_the_folder_and_the_files_are_told(maskpick: Maskpick, folder: Path) -> None:
    assert maskpick("models", "path").out.strip() == str(folder)
    assert maskpick("models", "path", "migan").out.strip() == str(folder / "migan" / "migan_pipeline_v2.onnx")


def test_what_was_not_fetched_is_not_deleted(maskpick: Maskpick, folder: Path, server: Recorder) -> None:
    mine = folder / "lama" / "lama.onnx"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    ran = maskpick("models", "remove", "lama")
    assert ran.code == 0
    assert "is not the file that was fetched, and stays" in ran.err
    assert mine.read_bytes() == b"mine"
    assert maskpick("models", "get", "lama").code == 6
    assert server.asked == []


def test_an_unknown_model_is_refused_before_anything_is_fetched(
    maskpick: Maskpick, folder: Path, server: Recorder
) -> None:
    ran = maskpick("models", "get", "lama", "lamma")
    assert ran.code == 2
    assert "Did you mean lama?" in ran.err
    assert server.asked == []


def test_a_server_without_the_file_is_told_in_words(maskpick: Maskpick, folder: Path, server: Recorder) -> None:
    server.answer = lambda _: Reply(404)
    ran = maskpick("models", "get", "lama")
    assert ran.code == 7
    assert "lama.onnx could not be fetched (127.0.0.1: it answers with the status 404)" in ran.err


def test_an_engine_without_its_model_says_what_to_type(maskpick: Maskpick, folder: Path, photo: Path) -> None:
    ran = maskpick("masks", photo, "--engine", "mobilesam")
    assert ran.code == 7
    assert "maskpick models get mobilesam" in ran.err or "onnxruntime" in ran.err


def test_the_doctor_tells_which_models_are_here(maskpick: Maskpick, folder: Path) -> None:
    told = [one for one in maskpick("doctor", "--json").json if one["subject"] == "models"]
    assert [one["state"] for one in told] == ["good"]
    assert told[0]["found"].startswith("none; ")
