from __future__ import annotations

import email.utils
import io
import re
import threading
import time

import numpy as np
import pytest
from PIL import Image, ImageCms

from maskpick.engines.bria import upload
from maskpick.engines.bria.answers import refusal
from maskpick.engines.bria.upload import prepare
from maskpick.engines.bria.usage import UsageCounter
from maskpick.errors import Cancelled, EngineError, PictureError
from maskpick.pictures import Picture
from maskpick.progress import Progress

NOISE = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_a_small_picture_is_sent_without_loss() -> None:
    upload = prepare(Picture(NOISE), Progress())
    assert (upload.format, upload.lossless, upload.size) == ("png", True, (300, 200))
    assert np.array_equal(np.asarray(opened(upload.data)), NOISE)
    assert "300 x 200 pixels, PNG without loss" in upload.description


def test_the_most_faithful_form_that_fits_is_taken() -> None:
    flat = np.zeros((400, 600, 3), np.uint8)
    flat[:, :, 0] = np.arange(600) % 256
    flat[::2, :, 1] = 90
    png = len(prepare(Picture(flat), Progress()).data)
    webp = prepare(Picture(flat), Progress(), limit=png - 1)
    assert (webp.format, webp.lossless) == ("webp", True)
    assert np.array_equal(np.asarray(opened(webp.data)), flat)
    jpeg = prepare(Picture(NOISE), Progress(), limit=100_000)
    assert (jpeg.format, jpeg.lossless, jpeg.size) == ("jpeg", False, (300, 200))


def test_what_does_not_fit_at_all_is_scaled_down_and_said() -> None:
    upload = prepare(Picture(NOISE), Progress(), limit=20_000)
    assert len(upload.data) <= 20_000
    assert upload.size < upload.original == (300, 200)
    assert "scaled down from 300 x 200" in upload.description
    with pytest.raises(PictureError, match="small enough"):
        prepare(Picture(NOISE), Progress(), limit=100)


def test_nothing_but_pixels_leaves_the_computer() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for limit in (10_000_000, 100_000):
        sent = opened(prepare(Picture(NOISE, icc=icc), Progress(), limit=limit).data)
        assert not sent.getexif()
        assert not {"icc_profile", "exif", "xmp", "comment", "Software"} & set(sent.info)


def test_grey_sixteen_bit_and_alpha_are_sent_as_what_services_take() -> None:
    grey = Picture(NOISE[:, :, :1].astype(np.uint16) * 257)
    sent = opened(prepare(grey, Progress()).data)
    assert sent.mode == "RGB"
    assert np.array_equal(np.asarray(sent)[:, :, 1], NOISE[:, :, 0])
    see_through = Picture(np.dstack([NOISE, NOISE[:, :, 0]]))
    assert opened(prepare(see_through, Progress()).data).mode == "RGBA"
    assert opened(prepare(see_through, Progress(), limit=100_000).data).mode == "RGB"


def test_calls_are_counted_by_month_and_address_and_survive_damage(tmp_path) -> None:
    counter = UsageCounter(tmp_path / "paid.json")
    month = [counter.take("a"), counter.take("a", cap=2), counter.take("b")][0]
    assert UsageCounter(tmp_path / "paid.json").this_month("a") == 2
    with pytest.raises(EngineError, match="limit of 2"):
        counter.take("a", cap=2)
    assert counter.this_month("a") == 2
    counter.take("a", cap=3)
    counter.take("a")
    counter.give_back("a", month)
    assert [counter.this_month("a"), counter.this_month("b")] == [3, 1]
    for damage in ("{", "[1]", '{"2026-11": 5}', '{"2026-11": {"a": "x"}}'):
        (tmp_path / "paid.json").write_text(damage)
        counter.take("a")
        assert counter.this_month("a") == 1


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (422, b'{"detail": {"parameter": "prompt", "message": "not allowed"}}', "prompt - not allowed"),
        (422, b'{"error": [{"message": "blocked image"}]}', "blocked image"),
        (500, b"<html>", "fault of its own."),
        (500, b"[" * 100_000, "fault of its own."),
        (418, b"", "unknown status 418"),
        (400, b'"' + b"x" * 5000 + b'"', "x" * 300),
    ],
)
def test_the_service_s_own_words_are_kept_short_and_on_one_line(status: int, body: bytes, words: str) -> None:
    error = refusal(status, body)
    assert words in str(error)
    assert len(str(error)) < 600
    assert "\n" not in str(error)


def test_a_long_wait_is_told_in_seconds() -> None:
    assert "in 90 seconds" in str(refusal(429, b"", "90"))
    later = email.utils.formatdate(time.time() + 3600, usegmt=True)
    assert re.search(r"in 3[56]\d\d seconds", str(refusal(503, b"", later)))
    assert "seconds" not in str(refusal(429, b"", "soon"))


def test_a_cancel_need_not_wait_for_an_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding, go_on = threading.Event(), threading.Event()

    def encode(*_: object) -> bytes:
        encoding.set()
        assert go_on.wait(60)
        return b""

    monkeypatch.setattr("maskpick.engines.bria.upload._lossless", encode)
    progress = Progress(lambda _: progress.cancel() if encoding.is_set() else None)
    with pytest.raises(Cancelled):
        prepare(Picture(NOISE), progress)
    assert encoding.is_set()
    go_on.set()


@pytest.mark.parametrize(("part", "form"), [(0.1, "png"), (1.0, "jpeg")])
def test_a_large_picture_is_encoded_without_loss_only_where_a_sample_gives_hope(
    monkeypatch: pytest.MonkeyPatch, part: float, form: str
) -> None:
    pixels = np.zeros((2000, 2100, 3), np.uint8)
    rows = int(2000 * part)
    pixels[:rows] = np.random.default_rng(2).integers(0, 256, (rows, 2100, 3), np.uint8)
    whole = []
    encoded = upload._encoded
    monkeypatch.setattr(
        "maskpick.engines.bria.upload._encoded",
        lambda image, form, **options: whole.append((image.size, form)) or encoded(image, form, **options),
    )
    assert prepare(Picture(pixels), Progress(), limit=8_000_000).format == form
    assert {form for size, form in whole if size == (2100, 2000)} == {form}
