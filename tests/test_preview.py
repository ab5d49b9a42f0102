"""The preview: what is drawn where, and that it suits any picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.preview import MOST, draw_preview
from maskpick.preview_labels import Label, Places
from maskpick.tree import arrange


def block(number: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    box = Box(x, y, width, height)
    return Mask(number, box, np.full((height, width), 255, np.uint8), **fields)  # type: ignore[arg-type]


def grey(size: Size) -> Picture:
    return Picture(np.full((size.height, size.width, 3), 128, np.uint8))


def changed(picture: Picture, masks: MaskSet) -> NDArray[np.bool_]:
    """Which pixels the preview drew on."""
    return np.asarray((draw_preview(picture, masks).pixels != picture.rgb8).any(axis=2))


def test_nothing_found_leaves_the_picture_as_it_is() -> None:
    assert not changed(grey(Size(50, 40)), MaskSet(Size(50, 40), ())).any()


def test_an_object_is_tinted_outlined_and_numbered_and_the_rest_is_left_alone() -> None:
    size = Size(320, 240)
    masks = MaskSet(size, (block(7, 100, 80, 90, 70),))
    drawn = changed(grey(size), masks)
    assert drawn[90:140, 110:180].all()
    near = np.zeros(drawn.shape, bool)
    near[75:155, 95:195] = True
    assert not drawn[~near].any()
    pixels = draw_preview(grey(size), masks).pixels.astype(int)
    border, middle = pixels[81:82, 130:160], pixels[95:97, 110:113]
    assert np.ptp(border, axis=2).min() > np.ptp(middle, axis=2).max() > 0  # a line in colour, a hint of it inside


def test_background_is_outlined_but_not_tinted() -> None:
    size = Size(320, 240)
    drawn = changed(grey(size), MaskSet(size, (block(1, 0, 0, 320, 100, background=True),)))
    assert drawn[95:100].any(axis=0).all()
    assert not drawn[10:30, 10:60].any()


def test_no_line_runs_along_the_frame() -> None:
    size = Size(320, 240)
    drawn = changed(grey(size), MaskSet(size, (block(1, 0, 0, 320, 240, background=True),)))
    assert not drawn[:5].any()
    assert not drawn[:, -5:].any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_any_picture_becomes_rgb_of_8_bits_and_is_not_changed_itself(dtype: type, channels: int) -> None:
    pixels = np.full((40, 60, channels), np.iinfo(dtype).max // 2, dtype)
    picture = Picture(pixels.copy())
    preview = draw_preview(picture, MaskSet(Size(60, 40), (block(1, 10, 10, 30, 20),)))
    assert preview.pixels.shape == (40, 60, 3)
    assert preview.pixels.dtype == np.uint8
    assert np.array_equal(picture.pixels, pixels)


def test_what_is_transparent_lies_over_a_checkerboard() -> None:
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[:, 40:, 3] = 255
    preview = draw_preview(Picture(pixels), MaskSet(Size(80, 80), ())).pixels
    assert sorted(np.unique(preview[:, :40])) == [214, 242]
    assert not preview[:, 40:].any()


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draw_preview(grey(Size(10, 10)), MaskSet(Size(11, 10), ()))


def test_specks_and_what_is_wholly_hidden_by_its_parts_are_left_out() -> None:
    size = Size(400, 300)
    masks = [
        block(1, 50, 50, 300, 200),
        block(2, 60, 60, 200, 100),  # nothing but 3 and 4
        block(3, 60, 60, 100, 100),
        block(4, 160, 60, 100, 100),
        block(5, 300, 200, 3, 3),
    ]
    whole = draw_preview(grey(size), arrange(MaskSet(size, tuple(masks)))).pixels
    fewer = [mask for mask in masks if mask.id not in (2, 5)]
    without = draw_preview(grey(size), arrange(MaskSet(size, tuple(fewer)))).pixels
    assert np.array_equal(whole, without)


def test_stray_pixels_of_an_object_get_no_outline() -> None:
    size = Size(320, 240)
    stray = np.zeros((240, 320), bool)
    stray[100:200, 100:200] = True
    stray[30:33, 40:43] = True
    drawn = changed(grey(size), MaskSet(size, (Mask.from_array(1, stray),)))
    assert drawn[:60, :80].sum() == 9  # the tint


def test_hundreds_of_objects_are_thinned_out() -> None:
    size = Size(800, 800)
    masks = MaskSet(size, tuple(block(1 + x + 20 * y, 40 * x, 40 * y, 36, 36) for y in range(20) for x in range(20)))
    drawn = changed(grey(size), masks)
    assert sum(bool(drawn[mask.box.slices()].any()) for mask in masks) == MOST


def test_labels_never_lie_on_one_another() -> None:
    labels = np.zeros((120, 160), np.uint8)
    masks = [block(number, 20 + number, 30, 60, 50) for number in range(1, 9)]
    labels[30:80, 21:88] = 8
    places = Places(labels, 1)
    boxes = []
    for mask in masks:
        label = Label.draw(str(mask.id), 14, (255, 0, 0))
        place = places.find(mask.id, mask, label)
        height, width = label.coverage.shape
        boxes.append(Box(place.x - width // 2, place.y - height // 2, width, height))
    for number, box in enumerate(boxes):
        assert all(box.intersection(other).empty for other in boxes[:number])
        assert box.intersection(Box(0, 0, 160, 120)) == box


def test_a_label_lies_deep_inside_its_object_or_beside_and_points_at_it() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[10:60, 10:30] = 1
    labels[50:60, 10:90] = 1
    labels[80:84, 80:84] = 2
    places = Places(labels, 2)
    label = Label.draw("12", 16, (255, 0, 0))
    large = places.find(1, block(1, 20, 20, 160, 100), label)
    assert labels[large.y // 2, large.x // 2] == 1
    assert large.points_at is None
    small = places.find(2, block(2, 160, 160, 8, 8), label)
    assert labels[small.y // 2, small.x // 2] != 2
    assert small.points_at is not None
    assert labels[small.points_at[1] // 2, small.points_at[0] // 2] == 2


@given(st.integers(1, 40), st.integers(1, 40), st.data())
@settings(deadline=None, max_examples=60)
def test_any_masks_on_any_picture_can_be_drawn_and_always_look_the_same(
    width: int, height: int, data: st.DataObject
) -> None:
    size = Size(width, height)
    masks = []
    for number in range(1, data.draw(st.integers(0, 6)) + 1):
        x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
        shape = (data.draw(st.integers(1, height - y)), data.draw(st.integers(1, width - x)))
        noise = np.random.default_rng(data.draw(st.integers(0, 5))).random(shape) < data.draw(st.floats(0.2, 1))
        masks.append(Mask.from_array(number, noise, x, y))
    tree = arrange(MaskSet(size, tuple(masks)))
    assert np.array_equal(draw_preview(grey(size), tree).pixels, draw_preview(grey(size), tree).pixels)
