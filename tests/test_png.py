"""Masks in PNG files: every kind there is, read at the cost of the box; nothing a file holds breaks the reader."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from maskpick import inflate
from maskpick.inflate import DamagedStreamError, inflated
from maskpick.masks import Box, Mask, Size
from maskpick.png import LONGEST_SIDE, DamagedPngError, Drawing, read_coverage, read_header
from maskpick.png_writing import write_grey
from pngs import KINDS, chunk, image, png
from strategies import disc, masks, sizes


def canvas(drawing: Drawing) -> NDArray[np.uint8]:
    """The drawing on its whole canvas."""
    full = np.zeros((drawing.size.height, drawing.size.width), np.uint8)
    full[drawing.box.slices()] = drawing.coverage
    return full


def soft_disc(size: Size, x: float, y: float, radius: float, softness: float = 1.5) -> NDArray[np.uint8]:
    blurred: NDArray[np.uint8] = cv2.GaussianBlur(disc(size, x, y, radius).astype(np.uint8) * 255, (0, 0), softness)
    return blurred


def saved(array: NDArray[Any], how: str) -> bytes:
    if how == "opencv":
        return bytes(cv2.imencode(".png", array)[1])
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return buffer.getvalue()


def expected(samples: NDArray[Any], colour: int, depth: int, palette: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The coverage of ``samples`` in 0..255, not rounded, by the definition."""
    values = samples.astype(np.float64)
    if colour == 3:
        values = palette[samples[..., 0]].astype(np.float64)
    else:
        values *= 255 / ((1 << depth) - 1)
    grey = values[..., :3] @ [0.299, 0.587, 0.114] if values.shape[2] >= 3 else values[..., 0]
    alpha = values[..., -1] / 255 if colour in (4, 6) else 1.0
    shown: NDArray[np.float64] = grey * alpha
    return shown


@st.composite
def pictures(draw: st.DrawFn) -> tuple[bytes, NDArray[np.float64]]:
    """A PNG of any kind, mostly zeros, and the coverage it shows."""
    colour, depth = draw(st.sampled_from(KINDS))
    size = draw(sizes(40))
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    values = st.integers(0, (1 << depth) - 1)
    kind = np.uint16 if depth == 16 else np.uint8
    samples = np.zeros((size.height, size.width, channels), kind)
    y, x = draw(st.integers(0, size.height - 1)), draw(st.integers(0, size.width - 1))
    part = samples[y : y + draw(st.integers(0, 40)), x : x + draw(st.integers(0, 40))]
    part[:] = draw(hnp.arrays(kind, part.shape, elements=values, fill=values))
    palette = draw(hnp.arrays(np.uint8, (1 << depth if colour == 3 else 1, 3)))
    if draw(st.booleans()):
        palette[0] = 0
    extra = [(b"PLTE", palette.tobytes())] if colour == 3 else []
    data = png(
        samples,
        colour,
        depth,
        filters=draw(st.lists(st.integers(0, 4), min_size=1, max_size=5)),
        interlaced=draw(st.booleans()),
        extra=extra,
        level=draw(st.sampled_from([0, 1, 9])),
    )
    return data, expected(samples, colour, depth, palette)


@given(pictures())
def test_every_kind_of_png_shows_what_the_standard_says(picture: tuple[bytes, NDArray[np.float64]]) -> None:
    data, shown = picture
    read = canvas(read_coverage(data))
    assert read.shape == shown.shape
    # Four roundings by half a step each: of the colours, of their luma, of the alpha, and of the product.
    assert np.abs(read - shown).max(initial=0) <= 2


@pytest.mark.parametrize("how", ["pillow", "opencv"])
@pytest.mark.parametrize("softness", [0.3, 2.0])
def test_large_masks_of_other_programs_are_read_exactly(how: str, softness: float) -> None:
    size = Size(1201, 1900)
    for x, y, radius in ((600, 700, 150), (0, 0, 90), (1200, 1899, 200), (500, 900, 3000), (700, 1500, 2)):
        array = soft_disc(size, x, y, radius, softness)
        drawing = read_coverage(saved(array, how))
        assert np.array_equal(canvas(drawing), array)
        assert Mask(1, drawing.box, drawing.coverage) == Mask.from_array(1, array)


@pytest.mark.parametrize("how", ["pillow", "opencv"])
def test_masks_that_run_on_to_the_edges_are_read_exactly(how: str) -> None:
    array = np.zeros((1500, 1000), np.uint8)
    array[200:1400, 300:] = 255
    array[700:, :40] = 90
    assert np.array_equal(canvas(read_coverage(saved(array, how))), array)


@pytest.mark.parametrize("how", ["pillow", "opencv"])
def test_runs_of_blank_rows_are_leapt_over(how: str) -> None:
    array = soft_disc(Size(2000, 2000), 1000, 1000, 100)
    data = saved(array, how)
    stream = b"".join(part[:-12] for part in _idat(data))
    runs = list(inflated(stream, 2001 * 2000, 2001))
    assert b"".join(run.piece * run.times for run in runs) == zlib.decompress(stream)
    assert sum(len(run.piece) for run in runs) < 2001 * 2000 / 2


def _idat(data: bytes) -> list[bytes]:
    parts, at = [], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            parts.append(data[at + 8 : at + 8 + length] + b"-" * 12)
        at += 12 + length
    return parts


def test_a_leap_gone_wrong_is_noticed_and_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    array = soft_disc(Size(2000, 2000), 1000, 1000, 100)
    data = saved(array, "pillow")
    honest = inflate._end_of_run
    monkeypatch.setattr(inflate, "_end_of_run", lambda *where: honest(*where) + 300)
    stream = b"".join(part[:-12] for part in _idat(data))
    with pytest.raises(DamagedStreamError):
        list(inflated(stream, 2001 * 2000, 2001))
    assert np.array_equal(canvas(read_coverage(data)), array)


def test_reading_holds_the_box_and_not_the_canvas() -> None:
    data = saved(soft_disc(Size(5000, 5000), 2500, 2500, 60), "pillow")
    read_coverage(data)
    tracemalloc.start()
    try:
        read_coverage(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4e6  # the canvas has 25 million bytes


@given(st.data())
def test_what_is_written_is_read_again(data: st.DataObject) -> None:
    size = data.draw(sizes(50))
    mask = data.draw(masks(size))
    file = write_grey(size, mask.box, mask.coverage)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(file))), mask.canvas(size))
    drawing = read_coverage(file)
    assert drawing.size == size
    assert Mask(1, drawing.box, drawing.coverage) == mask


@pytest.mark.parametrize("size", [Size(3001, 2900), Size(1, 70000)])
def test_a_small_mask_on_a_large_canvas_is_written_exactly(size: Size) -> None:
    box = Box(min(1500, size.width - 1), 1000, 1, 40)
    values = np.arange(1, 41, dtype=np.uint8).reshape(40, 1)
    file = write_grey(size, box, values)
    decoded = np.array(Image.open(io.BytesIO(file)))
    assert np.array_equal(decoded[box.slices()], values)
    decoded[box.slices()] = 0
    assert not decoded.any()


def test_a_mask_that_fills_a_large_canvas_is_written_exactly() -> None:
    values = soft_disc(Size(1500, 1600), 800, 800, 1200, softness=20)
    file = write_grey(Size(1500, 1600), Box(0, 0, 1500, 1600), values)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(file))), values)


def test_sixteen_bits_are_written_whole() -> None:
    values = np.arange(60000, dtype=np.uint16).reshape(200, 300)
    file = write_grey(Size(300, 200), Box(0, 0, 300, 200), values)
    image = Image.open(io.BytesIO(file))
    assert image.mode == "I;16"
    assert np.array_equal(np.asarray(image), values)


def test_a_header_tells_the_size_without_the_rest() -> None:
    header = read_header(write_grey(Size(70, 30), Box(3, 4, 1, 1), np.ones((1, 1), np.uint8))[:33])
    assert (header.size, header.depth, header.colour) == (Size(70, 30), 8, 0)


SMALL = png(np.arange(48, dtype=np.uint8).reshape(6, 8, 1) * 5, filters=(0, 1, 2, 3, 4))


def test_a_png_that_ends_too_early_is_damaged() -> None:
    for length in range(len(SMALL)):
        with pytest.raises(DamagedPngError):
            read_coverage(SMALL[:length])


def test_a_png_with_one_wrong_byte_is_damaged() -> None:
    for place in range(len(SMALL) - 12):
        broken = bytearray(SMALL)
        broken[place] ^= 0x20
        with pytest.raises(DamagedPngError):
            read_coverage(bytes(broken))


@given(st.data())
def test_streams_of_any_content_are_read_or_damaged(data: st.DataObject) -> None:
    """The chunk's checksum is right; what it holds is not."""
    colour, depth = data.draw(st.sampled_from(KINDS))
    width, height = data.draw(st.integers(1, 300)), data.draw(st.integers(1, 300))
    head = header(width, height, depth, colour, bytes([0, 0, data.draw(st.integers(0, 1))]))
    raw = data.draw(st.binary(max_size=200)) * data.draw(st.sampled_from([1, 50, 1000]))
    stream = bytearray(zlib.compress(raw))
    if data.draw(st.booleans()):
        stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(DamagedPngError):
        read_coverage(image(head, bytes(stream), [(b"PLTE", data.draw(st.binary(max_size=800)))]))


def header(width: int, height: int, depth: int = 8, colour: int = 0, rest: bytes = b"\0\0\0") -> bytes:
    return struct.pack(">IIBB", width, height, depth, colour) + rest


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG"),
        (b"\xff\xd8\xff\xe0 a JPEG", "not a PNG"),
        (image(header(20000, 20000), b""), "more than any picture"),
        (image(header(LONGEST_SIDE + 1, 1), b""), "more than any picture"),
        (image(header(0, 5), b""), "does not exist"),
        (image(header(5, 5, depth=3), b""), "does not exist"),
        (image(header(5, 5, colour=5), b""), "does not exist"),
        (image(header(5, 5, rest=b"\1\0\0"), b""), "does not exist"),
        (image(header(5, 5), b""), "does not begin"),
        (image(header(5, 5), zlib.compress(bytes(29))), "holds less"),
        (image(header(5, 5), zlib.compress(bytes(31))), "holds more"),
        (image(header(5, 5), zlib.compress(bytes(30))[:-1]), "cut short"),
        (image(header(5, 5), zlib.compress(bytes(30))[:-1] + b"?"), "checksum"),
        (image(header(5, 5), zlib.compress(b"\7\0\0\0\0\1" * 5)), "filter"),
        (image(header(5, 5, colour=3), zlib.compress(bytes(30))), "palette"),
        (SMALL[:-12] + chunk(b"tEXt", b"no end"), "cut short"),
    ],
)
def test_what_is_wrong_with_a_png_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(DamagedPngError, match=reason):
        read_coverage(data)


def test_a_png_that_inflates_without_end_is_given_up_early() -> None:
    bomb = image(header(100, 100), zlib.compress(bytes(50_000_000), 9))
    tracemalloc.start()
    try:
        with pytest.raises(DamagedPngError, match="holds more"):
            read_coverage(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5e6
