"""Names made of size, colour and place."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick import hookimpl
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.names import PALETTE, WORDS, colour_word, name_masks
from maskpick.pictures import Picture
from maskpick.plugins import Plugins

SIZE = Size(60, 60)
NAVY, RED, WHITE = (25, 35, 85), (205, 30, 35), (250, 250, 250)


def block(number: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    box = Box(x, y, width, height)
    return Mask(number, box, np.full((height, width), 255, np.uint8), **fields)  # type: ignore[arg-type]


def painted(masks: list[Mask], colours: list[tuple[int, int, int]]) -> Picture:
    pixels = np.full((SIZE.height, SIZE.width, 3), 128, np.uint8)
    for mask, colour in zip(masks, colours, strict=True):
        pixels[mask.box.slices()] = colour
    return Picture(pixels)


def names(masks: list[Mask], picture: Picture, plugins: Plugins | None = None) -> dict[int, str]:
    return {mask.id: mask.name for mask in name_masks(MaskSet(SIZE, tuple(masks)), picture, plugins)}


def test_a_name_says_how_large_which_colour_and_where() -> None:
    masks = [block(1, 0, 10, 20, 40), block(2, 45, 2, 3, 3), block(3, 25, 50, 15, 8), block(4, 30, 28, 2, 2)]
    assert names(masks, painted(masks, [NAVY, WHITE, RED, NAVY])) == {
        1: "large dark blue, left",
        2: "small white, top right",
        3: "red, bottom",
        4: "tiny dark blue, centre",
    }


def test_what_spans_the_picture_is_all_over_it() -> None:
    assert names([block(1, 2, 2, 56, 56)], painted([], [])) == {1: "large grey, all over"}


def test_background_is_called_background() -> None:
    sky, sea, boat = block(1, 0, 0, 60, 20, background=True), block(2, 0, 40, 60, 20), block(3, 20, 25, 20, 10)
    picture = painted([sky, sea, boat], [(150, 190, 230), NAVY, WHITE])
    assert names([sky, sea, boat], picture)[1] == "background"
    both = names([sky, sea.replace(background=True), boat], picture)
    assert (both[1], both[2]) == ("light blue background, top", "dark blue background, bottom")


@pytest.mark.parametrize("word", list(PALETTE))
def test_every_colour_of_the_palette_is_found_again(word: str) -> None:
    for colour in PALETTE[word]:
        assert colour_word(np.array([colour], np.uint8)) == word


@pytest.mark.parametrize(
    ("hexes", "word"),
    [
        (["87ceeb"], "light blue"),
        (["e3b8a0", "d9a98c"], "beige"),
        (["228b22"], "green"),
        (["556b2f"], "olive"),
        (["ff00ff", "00ff00", "0000ff", "ffff00"], "multicoloured"),
        (["0a0a0a", "fafafa"], "black and white"),
        (["1e3cc8", "1e3cc8", "f5f5f5", "f5f5f5", "f5f5f5"], "blue"),  # a white plane with blue markings
    ],
)
def test_colours_are_called_as_people_call_them(hexes: list[str], word: str) -> None:
    colours = np.array([list(bytes.fromhex(one)) for one in hexes * 10], np.uint8)
    assert colour_word(colours) == word


def test_objects_of_one_description_are_told_apart() -> None:
    pair = [block(1, 42, 10, 6, 30), block(2, 52, 10, 6, 30)]
    assert names(pair, painted(pair, [RED, RED])) == {1: "red, right, left one", 2: "red, right, right one"}
    stacked = [block(1, 44, 21, 14, 8), block(2, 44, 31, 14, 8)]
    assert names(stacked, painted(stacked, [RED, RED])) == {1: "red, right, upper one", 2: "red, right, lower one"}
    three = [block(number, 42 + 6 * number, 24, 5, 15) for number in (0 + 1, 2)] + [block(3, 42, 24, 5, 15)]
    assert names(three, painted(three, [RED] * 3)) == {1: "red, right, 1", 2: "red, right, 2", 3: "red, right, 3"}


def test_objects_an_engine_gave_one_name_are_told_apart_by_place_or_colour() -> None:
    cups = [block(1, 0, 0, 10, 10, name="cup"), block(2, 50, 0, 10, 10, name="cup"), block(3, 20, 30, 9, 9, name="dog")]
    assert names(cups, painted(cups, [RED] * 3)) == {1: "cup, top left", 2: "cup, top right", 3: "dog"}
    here = [block(1, 0, 0, 9, 9, name="cup"), block(2, 10, 0, 9, 9, name="cup")]
    assert names(here, painted(here, [RED, NAVY])) == {1: "cup, red", 2: "cup, dark blue"}


def test_a_number_never_makes_a_name_that_is_there_already() -> None:
    same = [block(number, 1, 1, 9, 9, name="cup") for number in (1, 2, 3)]
    given_names = names([*same, block(4, 9, 9, 9, 9, name="cup, 2")], painted([], []))
    assert given_names == {1: "cup, 1", 2: "cup, 3", 3: "cup, 4", 4: "cup, 2"}


def test_a_plugin_that_knows_better_is_asked_first() -> None:
    class Zoologist:
        @hookimpl
        def name_mask(self, mask: Mask) -> str | None:
            return "zebra" if mask.id == 2 else None

    plugins = Plugins()
    plugins.add(Zoologist(), "zoologist")
    masks = [block(1, 0, 0, 20, 20, name="horse"), block(2, 30, 30, 9, 9, name="horse"), block(3, 50, 3, 9, 9)]
    assert names(masks, painted(masks, [RED] * 3), plugins) == {1: "horse", 2: "zebra", 3: "red, top right"}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_of_any_kind_are_looked_at(dtype: type, channels: int) -> None:
    pixels = np.full((60, 60, channels), np.iinfo(dtype).max // 4 * 3, dtype)
    assert names([block(1, 0, 0, 20, 20)], Picture(pixels)) == {1: "light grey, top left"}


def test_empty_and_hair_thin_masks_have_names_too() -> None:
    nothing = Mask(1, Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    hair = np.zeros((60, 60), np.uint8)
    hair[1::2, 59] = 200
    masks = [nothing, Mask(2, Box(0, 0, 60, 60), hair)]
    assert names(masks, painted([], [])) == {1: "tiny black, top left", 2: "small grey, right"}


def test_a_mask_with_holes_where_it_would_be_sampled_is_looked_at_more_closely() -> None:
    coverage = np.full((200, 200), 255, np.uint8)
    coverage[::4, ::4] = 0
    pixels = np.full((200, 200, 3), 250, np.uint8)
    masks = MaskSet(Size(200, 200), (Mask(1, Box(0, 0, 200, 200), coverage),))
    assert name_masks(masks, Picture(pixels))[1].name == "large white, all over"


def test_every_word_comes_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    translated = {
        key: value if "{" in value else "".join(f"<{word}>" for word in value.split()) for key, value in WORDS.items()
    }
    monkeypatch.setattr("maskpick.names.WORDS", translated)
    masks = [block(1, 0, 10, 20, 40), block(2, 42, 10, 6, 30), block(3, 52, 10, 6, 30)]
    assert names(masks, painted(masks, [NAVY, RED, RED])) == {
        1: "<large> <dark><blue>, <left>",
        2: "<red>, <right>, <left><one>",
        3: "<red>, <right>, <right><one>",
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 59), st.integers(0, 59), st.sampled_from(["", "a", "a, 1", "a, left"]), st.booleans()),
        max_size=12,
    )
)
@settings(deadline=None)
def test_no_two_masks_share_a_name_and_nothing_else_changes(rows: list[tuple[int, int, str, bool]]) -> None:
    masks = MaskSet(
        SIZE, tuple(block(n, x, y, 1, 1, name=name, background=b) for n, (x, y, name, b) in enumerate(rows, 1))
    )
    named = name_masks(masks, painted([], []))
    assert len({mask.name for mask in named}) == len(masks)
    assert all(set(mask.name) <= set(string.ascii_lowercase + string.digits + ", ") and mask.name for mask in named)
    assert MaskSet(SIZE, tuple(m.replace(name=o.name) for m, o in zip(named, masks, strict=True))) == masks
    assert name_masks(named, painted([], [])) == named
