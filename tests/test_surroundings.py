from __future__ import annotations

import numpy as np
import pytest

import maskpick
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.removal import hole_and_keep_out

SIZE = Size(240, 160)
LAWN, LINE, COAT, SKY = (80, 130, 60), (230, 228, 220), (170, 30, 60), (120, 170, 230)


class Scene:
    """A lawn, on which things are painted, each a mask; the first is the one that goes."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.pixels = np.clip(np.array(LAWN) + rng.normal(0, 3, (SIZE.height, SIZE.width, 3)), 0, 255).astype(np.uint8)
        self.masks: list[Mask] = []
        self.add(slice(60, 110), slice(100, 140), (20, 20, 20))

    def add(self, rows: slice, columns: slice, colour: tuple[int, int, int]) -> int:
        shape = np.zeros((SIZE.height, SIZE.width), bool)
        shape[rows, columns] = True
        self.pixels[shape] = np.array(colour)
        self.masks.append(Mask.from_array(len(self.masks) + 1, shape))
        return len(self.masks)

    def kept_out(self) -> set[int]:
        picture = Picture(self.pixels)
        _, keep_out = hole_and_keep_out(SIZE, MaskSet(SIZE, tuple(self.masks)), [1], None, picture=picture)
        return {mask.id for mask in keep_out}


def test_one_who_stands_elsewhere_is_kept_out() -> None:
    scene = Scene()
    other = scene.add(slice(60, 110), slice(190, 215), COAT)
    assert scene.kept_out() == {other}


def test_one_who_stands_beside_is_kept_out() -> None:
    scene = Scene()
    other = scene.add(slice(100, 122), slice(141, 190), COAT)
    assert scene.kept_out() == {other}


def test_a_line_cut_in_two_goes_on_behind() -> None:
    scene = Scene()
    scene.add(slice(80, 86), slice(20, 99), LINE)
    scene.add(slice(80, 86), slice(141, 220), LINE)
    assert scene.kept_out() == set()


def test_another_piece_of_the_lawn_may_be_copied() -> None:
    scene = Scene()
    scene.masks.append(Mask.from_array(2, np.ones((40, 40), bool), 180, 20))
    assert scene.kept_out() == set()


@pytest.mark.parametrize(("top", "stays"), [(20, True), (0, False)])
def test_what_runs_out_of_the_picture_goes_on_behind(top: int, stays: bool) -> None:
    scene = Scene()
    other = scene.add(slice(top, 59), slice(134, 190), SKY)
    assert scene.kept_out() == ({other} if stays else set())


def test_a_line_cut_in_two_is_drawn_through() -> None:
    scene = Scene()
    scene.add(slice(80, 86), slice(0, 99), LINE)
    scene.add(slice(80, 86), slice(141, 240), LINE)
    filled = maskpick.remove(Picture(scene.pixels), MaskSet(SIZE, tuple(scene.masks)), [1]).rgb8.astype(int)
    assert np.abs(filled[81:85, 95:145] - LINE).mean() < 25
    assert np.abs(filled[62:76, 95:145] - LAWN).mean() < 25
