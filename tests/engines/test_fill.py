"""What the embedded remover promises about any picture and any hole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick.engines.fill.fill import fill_array
from maskpick.errors import Cancelled, EngineError
from maskpick.progress import Progress, Step


def disc(height: int, width: int, y: int, x: int, radius: int) -> np.ndarray:
    rows, columns = np.ogrid[:height, :width]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def grain(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Coarse grey noise, like asphalt."""
    noise = np.random.default_rng(seed).normal(128, 60, (height, width, 1)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 1.0)[..., None]
    return np.repeat(np.clip(128 + 2 * (noise - 128), 0, 255).astype(np.uint8), channels, axis=2)


def sharpness(pixels: np.ndarray, where: np.ndarray) -> float:
    return float(np.abs(cv2.Laplacian(pixels[..., 0].astype(np.float32), cv2.CV_32F))[where].mean())


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    channels=st.integers(1, 4),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    seed=st.integers(0, 2**16),
    data=st.data(),
)
def test_outside_the_hole_and_alpha_nothing_changes(height, width, channels, dtype, seed, data):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)
    if channels in (2, 4):
        pixels[..., -1][rng.random((height, width)) < 0.2] = 0
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    hole = disc(height, width, y, x, data.draw(st.integers(0, 40)))
    forbidden = rng.random((height, width)) < data.draw(st.sampled_from([0, 0.001, 0.9]))
    before = pixels.copy()
    try:
        filled = fill_array(pixels, hole, forbidden)
    except EngineError:
        usable = ~hole & ~forbidden
        if channels in (2, 4):
            usable &= pixels[..., -1] > 0
        assert not usable.any()
        return
    assert filled.dtype == pixels.dtype
    assert filled.shape == pixels.shape
    assert np.array_equal(filled[~hole], before[~hole])
    if channels in (2, 4):
        assert np.array_equal(filled[..., -1], before[..., -1])
    assert np.array_equal(pixels, before), "the input itself was changed"


@pytest.mark.parametrize("search_area", [1 << 20, 4000], ids=["full size", "reduced"])
def test_texture_stays_as_sharp_as_its_surroundings(search_area):
    pixels = grain(161, 203)
    hole = disc(161, 203, 80, 100, 25)
    pixels[hole] = 255
    filled = fill_array(pixels, hole, search_area=search_area)
    ratio = sharpness(filled, disc(161, 203, 80, 100, 22)) / sharpness(pixels, disc(161, 203, 80, 100, 70) & ~hole)
    assert 0.6 < ratio < 1.4


@pytest.mark.parametrize("search_area", [1 << 20, 4000], ids=["full size", "reduced"])
def test_lines_go_on_across_the_hole(search_area):
    columns = np.arange(200)
    stripes = np.where(columns // 12 % 2, 200, 60).astype(np.uint8)
    truth = np.repeat(np.tile(stripes, (160, 1))[..., None], 3, axis=2)
    hole = disc(160, 200, 80, 100, 28)
    pixels = truth.copy()
    pixels[hole] = (255, 0, 255)
    error = np.abs(fill_array(pixels, hole, search_area=search_area).astype(int) - truth)[hole]
    assert error.mean() < 4


def test_a_horizon_goes_on_across_the_hole():
    truth = np.full((160, 200, 3), (90, 140, 220), np.uint8)
    truth[90:] = (60, 110, 40)
    hole = disc(160, 200, 85, 100, 30)
    pixels = truth.copy()
    pixels[hole] = 255
    error = np.abs(fill_array(pixels, hole).astype(int) - truth)[hole]
    assert error.mean() < 4


def test_a_smooth_ramp_stays_smooth():
    ramp = np.tile(np.linspace(40, 210, 220), (150, 1))
    truth = np.stack([ramp, ramp[:, ::-1], np.full_like(ramp, 90)], 2).round().astype(np.uint8)
    hole = disc(150, 220, 70, 110, 24)
    pixels = truth.copy()
    pixels[hole] = 0
    error = np.abs(fill_array(pixels, hole).astype(int) - truth)[hole]
    assert error.mean() < 3
    assert error.max() < 12


@pytest.mark.parametrize("search_area", [1 << 20, 6000], ids=["full size", "reduced"])
def test_the_border_of_the_hole_does_not_show(search_area):
    rows, columns = np.mgrid[:200, :260]
    light = 200 - 0.008 * ((columns - 130) ** 2 + (rows - 100) ** 2)  # brightest in the hole: no source fits
    truth = np.clip(light[..., None] + 0.06 * grain(200, 260), 0, 255).astype(np.uint8)
    hole = disc(200, 260, 100, 130, 45)
    pixels = truth.copy()
    pixels[hole] = 0
    error = (fill_array(pixels, hole, search_area=search_area).astype(np.float32) - truth)[..., 0]
    rim = hole & ~disc(200, 260, 100, 130, 42)
    offset = cv2.GaussianBlur(error * rim, (0, 0), 4) / np.maximum(cv2.GaussianBlur(rim.astype(float), (0, 0), 4), 1e-3)
    assert np.abs(offset[rim]).mean() < 4.6


def test_a_scratch_in_a_ramp_is_closed_to_a_level():
    truth = np.repeat(np.tile(np.linspace(0, 255, 128), (60, 1))[..., None], 3, axis=2).round().astype(np.uint8)
    hole = np.zeros((60, 128), bool)
    hole[10:50, 40:43] = True
    pixels = truth.copy()
    pixels[hole] = 0
    assert np.abs(fill_array(pixels, hole).astype(int) - truth)[hole].max() <= 1


def test_sixteen_bits_are_used():
    ramp = np.tile(np.linspace(1000, 3000, 128), (90, 1))
    pixels = np.repeat(ramp[..., None], 3, axis=2).astype(np.uint16)
    hole = disc(90, 128, 45, 64, 15)
    filled = fill_array(pixels, hole)
    assert len(np.unique(filled[hole])) > 20  # in 8 bits the ramp has 8 levels
    assert np.abs(filled[hole].astype(int) - pixels[hole]).mean() < 60


@pytest.mark.parametrize("search_area", [1 << 20, 4000], ids=["full size", "reduced"])
def test_nothing_is_copied_from_what_is_kept_out(search_area):
    pixels = grain(140, 180)
    red = disc(140, 180, 70, 120, 30)
    pixels[red] = (255, 0, 0)
    hole = disc(140, 180, 70, 75, 25) & ~red
    pixels[hole] = (0, 0, 255)

    def red_pixels(filled):
        return int((filled[hole][:, 0].astype(int) - filled[hole][:, 1] > 60).sum())

    assert red_pixels(fill_array(pixels, hole, red, search_area=search_area)) == 0
    assert red_pixels(fill_array(pixels, hole, search_area=search_area)) > 0, "the test shows nothing"


def test_nothing_is_copied_from_another_hole():
    pixels = grain(120, 240)
    left, right = disc(120, 240, 60, 60, 25), disc(120, 240, 60, 150, 25)
    pixels[left | right] = (255, 0, 0)
    filled = fill_array(pixels, left | right)[left | right].astype(int)
    assert (filled[:, 0] - filled[:, 1]).max() < 40


def test_transparent_pixels_are_no_source():
    pixels = np.dstack([grain(120, 160), np.full((120, 160), 255, np.uint8)])
    clear = disc(120, 160, 60, 110, 25)
    pixels[clear] = (255, 0, 0, 0)
    hole = disc(120, 160, 60, 65, 22) & ~clear
    filled = fill_array(pixels, hole)
    colours = filled[hole].astype(int)
    assert (colours[:, 0] - colours[:, 1]).max() < 40
    assert np.array_equal(filled[..., 3], pixels[..., 3])


@pytest.mark.parametrize("where", [(0, 0), (0, 80), (119, 159), (60, 0), (60, 159)])
def test_holes_at_the_border_of_the_picture(where):
    pixels = grain(120, 160)
    hole = disc(120, 160, *where, 25)
    pixels[hole] = 255
    filled = fill_array(pixels, hole)
    assert (filled[hole] == 255).all(axis=1).mean() < 0.1
    assert sharpness(filled, hole) > 0.5 * sharpness(pixels, ~cv2.dilate(hole.astype(np.uint8), np.ones((5, 5))) > 254)


def test_a_hole_over_the_whole_picture_says_so():
    for shape in ((1, 1, 1), (40, 50, 3)):
        pixels = np.zeros(shape, np.uint8)
        with pytest.raises(EngineError, match="Nothing is left"):
            fill_array(pixels, np.ones(shape[:2], bool))
    with pytest.raises(EngineError, match="Nothing is left"):
        fill_array(pixels, disc(40, 50, 20, 20, 8), ~disc(40, 50, 20, 20, 8))


def test_what_little_is_left_is_used():
    pixels = np.zeros((50, 60, 3), np.uint8)
    pixels[20, 30] = (10, 20, 30)
    hole = np.ones((50, 60), bool)
    hole[20, 30] = False
    assert (fill_array(pixels, hole) == (10, 20, 30)).all()


def test_no_hole_no_change():
    pixels = grain(1, 1)
    assert np.array_equal(fill_array(pixels, np.zeros((1, 1), bool)), pixels)


def test_the_same_input_gives_the_same_result():
    pixels, hole = grain(130, 170), disc(130, 170, 65, 85, 28)
    assert np.array_equal(fill_array(pixels, hole), fill_array(pixels, hole))


def test_far_holes_do_not_touch_each_other():
    pixels = grain(100, 500)
    left, right = disc(100, 500, 50, 60, 12), disc(100, 500, 50, 440, 12)
    both = fill_array(pixels, left | right)
    assert np.array_equal(both[:, :250], fill_array(pixels, left)[:, :250])
    assert np.array_equal(both[:, 250:], fill_array(pixels, right)[:, 250:])


def test_it_stops_when_told_to_and_says_how_far_it_is():
    pixels, hole = grain(120, 160), disc(120, 160, 60, 80, 25)
    steps: list[Step] = []
    fill_array(pixels, hole, progress=Progress(steps.append))
    assert len(steps) > 1
    assert steps == sorted(steps, key=lambda step: step.fraction)

    for wanted in range(1, len(steps) + 1):
        progress = Progress()
        seen = stop_after(wanted, progress)
        with pytest.raises(Cancelled):
            fill_array(pixels, hole, progress=progress)
        assert len(seen) == wanted


def stop_after(reports: int, progress: Progress) -> list[Step]:
    """Cancel after so many reports; what was reported is in the list."""
    seen: list[Step] = []

    def listen(step: Step) -> None:
        seen.append(step)
        if len(seen) == reports:
            progress.cancel()

    progress._listener = listen
    return seen
