"""Names that help until something better is known: "large dark blue, left".

A name says how large, which colour, and where. It is built from the words in `WORDS` alone, so that one table
is all a translation needs.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import INSIDE, Mask, MaskSet, Size
from maskpick.pictures import Picture

if TYPE_CHECKING:
    from maskpick.plugins import Plugins

WORDS = {
    # How the words are put together.
    "object": "{size} {colour}, {place}",
    "background": "background",
    "one of several backgrounds": "{colour} background, {place}",
    "told apart": "{name}, {difference}",
    "numbered": "{name}, {number}",
    # Sizes; what is neither large nor small has no word.
    "tiny": "tiny",
    "small": "small",
    "large": "large",
    # Places.
    "top left": "top left",
    "top": "top",
    "top right": "top right",
    "left": "left",
    "centre": "centre",
    "right": "right",
    "bottom left": "bottom left",
    "bottom": "bottom",
    "bottom right": "bottom right",
    "everywhere": "all over",
    # What tells two of the same name apart.
    "upper": "upper one",
    "lower": "lower one",
    "leftmost": "left one",
    "rightmost": "right one",
    # What is said of an object that was put together by clicks.
    "by clicks": "by clicks",
    # Colours.
    "black": "black",
    "dark grey": "dark grey",
    "grey": "grey",
    "light grey": "light grey",
    "white": "white",
    "dark red": "dark red",
    "red": "red",
    "pink": "pink",
    "orange": "orange",
    "dark brown": "dark brown",
    "brown": "brown",
    "light brown": "light brown",
    "beige": "beige",
    "yellow": "yellow",
    "olive": "olive",
    "dark green": "dark green",
    "green": "green",
    "light green": "light green",
    "turquoise": "turquoise",
    "dark blue": "dark blue",
    "blue": "blue",
    "light blue": "light blue",
    "purple": "purple",
    "lilac": "lilac",
    "multicoloured": "multicoloured",
    "black and white": "black and white",
}
"""Every word and every pattern that can appear in a name, by what it means."""

PALETTE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((0, 0, 0), (24, 24, 24)),
    "dark grey": ((62, 62, 62), (80, 80, 80)),
    "grey": ((110, 110, 110), (140, 140, 140)),
    "light grey": ((176, 176, 176), (205, 205, 205)),
    "white": ((236, 236, 236), (255, 255, 255)),
    "dark red": ((90, 20, 22), (120, 30, 35)),
    "red": ((170, 35, 40), (200, 30, 30), (225, 60, 50), (240, 20, 20)),
    "pink": ((240, 150, 170), (225, 110, 150), (235, 60, 150), (245, 190, 200)),
    "orange": ((215, 125, 90), (225, 140, 105), (235, 130, 30), (225, 105, 40), (245, 165, 60)),
    "dark brown": ((52, 36, 26), (70, 48, 36)),
    "brown": ((110, 72, 45), (130, 85, 60), (120, 60, 30)),
    "light brown": ((165, 125, 90), (175, 130, 80), (150, 115, 90), (200, 145, 118)),
    "beige": ((215, 190, 155), (230, 205, 180), (200, 170, 140), (225, 178, 152)),
    "yellow": ((240, 215, 50), (225, 190, 60), (245, 230, 130)),
    "olive": ((95, 95, 45), (130, 130, 70), (70, 72, 35)),
    "dark green": ((25, 55, 28), (45, 70, 42), (22, 34, 16), (36, 48, 28)),
    "green": ((60, 125, 60), (85, 140, 60), (40, 160, 70), (95, 125, 85)),
    "light green": ((150, 205, 130), (180, 215, 150), (160, 190, 110)),
    "turquoise": ((45, 165, 160), (100, 200, 195), (20, 115, 115)),
    "dark blue": ((22, 32, 75), (35, 50, 95), (30, 30, 120)),
    "blue": ((50, 90, 170), (40, 70, 210), (80, 120, 180), (60, 140, 215)),
    "light blue": ((140, 185, 225), (170, 205, 235), (130, 170, 205), (190, 215, 230)),
    "purple": ((95, 45, 125), (125, 65, 150), (60, 30, 80), (130, 30, 110)),
    "lilac": ((185, 155, 210), (200, 175, 215)),
}
"""What a colour word means: some sRGB colours one would call so. The nearest, in CIE Lab, gives the word."""

SAMPLES = 2000
"""About so many pixels of a mask are looked at."""
TINY, SMALL, LARGE = 0.002, 0.02, 0.15
"""Parts of the picture: below, below, and from which a size word is used."""
SPANS = 0.85
"""What spans this part of the picture's width and height lies in no particular place."""
APART = 0.05
"""Two objects lie apart along an axis when their centres do by this part of the picture."""
COLOURED = 10.0
"""Chroma (CIE Lab) from which a pixel has a hue worth counting."""
SALIENT = 0.35
"""When this part of an object has a hue, the eye names that and overlooks the grey of the rest."""
AGREEMENT = 0.5
"""Length of the mean of all hues as unit vectors, 0..1: below, no single hue can speak for the object."""
LIGHTNESS_WEIGHT = 0.7
"""A word for a colour goes more by its hue and strength than by its lightness."""


class View(NamedTuple):
    """What a glance at an object tells: words (keys of `WORDS`), and its centre in parts of the picture."""

    size: str
    colour: str
    place: str
    x: float
    y: float

    def described(self, pattern: str) -> str:
        words = {key: WORDS[word] if word else "" for key, word in zip(self._fields, self[:3], strict=False)}
        return " ".join(WORDS[pattern].format(**words).split())


def name_masks(masks: MaskSet, picture: Picture, plugins: Plugins | None = None) -> MaskSet:
    """Return the same masks, each with a name that no other has.

    A plugin's name (hook ``name_mask``) comes first, then the one the engine gave, then size, colour and place.
    Masks of the same name are told apart by what differs between them, in the end by a number. Costs about `SAMPLES`
    pixels a mask.
    """
    views = {mask.id: look_at(mask, masks.size, picture) for mask in masks}
    lone = sum(mask.background and mask.alternate_of is None for mask in masks) == 1
    names: dict[int, str] = {}
    for mask in masks:
        pattern = ("background" if lone else "one of several backgrounds") if mask.background else "object"
        asked = plugins.name_of(mask, masks, picture) if plugins is not None else None
        names[mask.id] = asked or mask.name.strip() or views[mask.id].described(pattern)
    names = _told_apart(names, views)
    return masks.redescribed(mask.replace(name=names[mask.id]) for mask in masks)


def name_by_clicks(mask: Mask, masks: MaskSet, picture: Picture) -> str:
    """A name for a mask that is to join ``masks``, for which the artist has clicked; no other has it."""
    described = look_at(mask, masks.size, picture).described("object")
    name = WORDS["told apart"].format(name=described, difference=WORDS["by clicks"])
    taken = {other.name for other in masks}
    return name if name not in taken else _numbered(name, 1, taken)[0]


def look_at(mask: Mask, size: Size, picture: Picture) -> View:
    """Describe ``mask``, one of a picture of ``size``. An empty mask is tiny, black and at the top left."""
    rows, columns, colours = _samples(mask, picture)
    if not len(rows):
        return View("tiny", "black", "top left", 0.0, 0.0)
    x = float(np.mean(columns) + 0.5) / size.width
    y = float(np.mean(rows) + 0.5) / size.height
    part = mask.area / (size.width * size.height)
    size_word = "tiny" if part < TINY else "small" if part < SMALL else "large" if part >= LARGE else ""
    if mask.box.width >= SPANS * size.width and mask.box.height >= SPANS * size.height:
        place = "everywhere"
    else:
        vertical, horizontal = ("top", "", "bottom")[int(y * 3)], ("left", "", "right")[int(x * 3)]
        place = f"{vertical} {horizontal}".strip() or "centre"
    return View(size_word, colour_word(colours), place, x, y)


def colour_word(colours: NDArray[np.uint8]) -> str:
    """The word (a key of `WORDS`) for ``colours``, sRGB uint8 (n, 3), n >= 1."""
    lab = _lab(colours)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    coloured = chroma >= COLOURED
    share = float(coloured.mean())
    if share < 0.2 and min(np.mean(lightness < 30), np.mean(lightness > 75)) >= 0.3:
        return "black and white"
    if share >= SALIENT:
        lab, chroma = lab[coloured], chroma[coloured]
        if np.hypot(*(lab[:, 1:] / chroma[:, None]).mean(axis=0)) < AGREEMENT:
            return "multicoloured"
    distance = np.linalg.norm(_KNOWN_COLOURS - np.median(lab, axis=0) * _WEIGHTS, axis=1)
    return _THEIR_WORDS[int(distance.argmin())]


def _samples(mask: Mask, picture: Picture) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint8]]:
    """Rows, columns and colours (n, 3) of evenly spread pixels of a mask; n is 0 only for an empty one."""
    step = max(1, math.isqrt(mask.area // SAMPLES))
    rows, columns = np.nonzero(mask.coverage[::step, ::step] >= INSIDE)
    if not len(rows):  # nothing, or thinner than the grid is wide
        rows, columns = np.nonzero(mask.coverage)
        step = 1
    rows, columns = rows * step + mask.box.y, columns * step + mask.box.x
    colours = picture.colour[rows, columns]
    if colours.dtype == np.uint16:
        colours = colours // 257
    return rows, columns, np.broadcast_to(colours, (len(rows), 3)).astype(np.uint8)


def _lab(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIE Lab (n, 3) of sRGB colours (n, 3): L in 0..100, a and b about -100..100."""
    as_image = colours.reshape(-1, 1, 3).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(as_image, cv2.COLOR_RGB2LAB), np.float32).reshape(-1, 3)


_WEIGHTS = np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32)
_THEIR_WORDS = [word for word, colours in PALETTE.items() for _ in colours]
_KNOWN_COLOURS = _lab(np.array([one for colours in PALETTE.values() for one in colours], np.uint8)) * _WEIGHTS


def _told_apart(names: dict[int, str], views: dict[int, View]) -> dict[int, str]:
    """The same names by mask id, with something added to those that come more than once."""
    alike: dict[str, list[int]] = {}
    for one, name in names.items():
        alike.setdefault(name, []).append(one)
    taken = {name for name, group in alike.items() if len(group) == 1}
    apart = dict(names)
    for name, group in alike.items():
        if len(group) == 1:
            continue
        for fresh in (*_differences(name, [views[one] for one in group]), _numbered(name, len(group), taken)):
            if len(set(fresh)) == len(group) and taken.isdisjoint(fresh):
                apart.update(zip(group, fresh, strict=True))
                taken.update(fresh)
                break
    return apart


def _differences(name: str, views: list[View]) -> Iterator[list[str]]:
    """Ways to tell objects of one name apart, the most telling first; not every one does."""
    for words in (
        [view.place for view in views],
        [view.colour for view in views],
        _two_ends([view.x for view in views], "leftmost", "rightmost"),
        _two_ends([view.y for view in views], "upper", "lower"),
    ):
        yield [WORDS["told apart"].format(name=name, difference=WORDS[word]) for word in words]


def _two_ends(centres: list[float], low: str, high: str) -> list[str]:
    if len(centres) != 2 or abs(centres[0] - centres[1]) < APART:
        return []
    return [low, high] if centres[0] < centres[1] else [high, low]


def _numbered(name: str, count: int, taken: set[str]) -> list[str]:
    candidates = (WORDS["numbered"].format(name=name, number=number) for number in itertools.count(1))
    return list(itertools.islice((one for one in candidates if one not in taken), count))
