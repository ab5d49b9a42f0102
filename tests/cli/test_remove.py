from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from command_line import Maskpick
from maskpick.pictures import Picture


@pytest.fixture
def white_square(tmp_path: Path) -> Path:
    """A mask over the blue square, with a little of the green around it."""
    pixels = np.zeros((120, 160, 1), np.uint8)
    pixels[38:92, 98:142] = 255
    path = tmp_path / "mask.png"
    Picture(pixels).save(path)
    return path


def blue(path: Path) -> int:
    pixels = Picture.open(path).rgb8.astype(int)
    return int(((pixels[:, :, 2] - pixels[:, :, 0]) > 100).sum())


def test_the_object_at_a_point_is_gone(maskpick: Maskpick, photo: Path) -> None:
    assert blue(photo) == 2000
    ran = maskpick("remove", photo, "--at", "120,60")
    assert ran.code == 0, ran.err
    target = photo.with_name("photo.removed.png")
    assert ran.out == f"{target}\n"
    assert "removed 2" in ran.err
    assert blue(target) == 0
    before, after = Picture.open(photo).pixels, Picture.open(target).pixels
    assert (before[:, :90] == after[:, :90]).all()


def test_objects_are_removed_by_number_and_by_several_points(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("remove", photo, "--ids", "1, 2,2", "-o", "both.png", "--json")
    assert ran.json == {"picture": str(photo), "output": "both.png", "removed": [1, 2], "shadow": None}
    assert maskpick("remove", photo, "--at", "120,60", "--at", "50,60", "-o", "points.png").code == 0
    assert Path("both.png").read_bytes() == Path("points.png").read_bytes()


def test_points_in_an_object_and_beside_it_mean_one_object(maskpick: Maskpick, photo: Path) -> None:
    both = maskpick("remove", photo, "--one-object", "--at", "120,60", "--at", "50,60", "-o", "both.png", "--json")
    assert both.json == {"picture": str(photo), "output": "both.png", "removed": None, "shadow": None}
    assert blue(Path("both.png")) == 0
    ran = maskpick("remove", photo, "--at", "120,60", "--not-at", "10,10", "-o", "square.png")
    assert ran.code == 0, ran.err
    assert "removed" in ran.err
    assert "by clicks" in ran.err
    assert blue(Path("square.png")) == 0
    before, after = Picture.open(photo).pixels, Picture.open("square.png").pixels
    assert (before[:, :90] == after[:, :90]).all()


@pytest.mark.parametrize("place", [("--box", "90,30,70,70"), ("--scribble", "110,50 130,60 120,80")])
def test_a_box_and_a_scribble_mean_one_object(maskpick: Maskpick, photo: Path, place: tuple[str, str]) -> None:
    ran = maskpick("remove", photo, *place, "-o", "square.png")
    assert ran.code == 0, ran.err
    assert "by clicks" in ran.err
    assert blue(Path("square.png")) == 0
    before, after = Picture.open(photo).pixels, Picture.open("square.png").pixels
    assert (before[:, :88] == after[:, :88]).all()


@pytest.mark.parametrize("written", ["1,2,3", "1,2,3,0", "a,b,c,d"])
def test_what_is_no_box_is_said_in_words(maskpick: Maskpick, photo: Path, written: str) -> None:
    ran = maskpick("remove", photo, "--box", written)
    assert ran.code == 2
    assert f"{written} is no box; write left, top, width and height" in ran.err


def test_a_point_beside_an_object_needs_one_in_it(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("remove", photo, "--ids", "2", "--not-at", "10,10")
    assert ran.code == 2
    assert "--at" in ran.err
    ran = maskpick("remove", photo, "--at", "10,10", "--not-at", "10,10")
    assert ran.code == 5
    assert "both in the object and beside it" in ran.err


def test_what_is_white_in_a_mask_is_removed_and_nothing_else(
    maskpick: Maskpick, photo: Path, white_square: Path
) -> None:
    assert maskpick("remove", photo, "--mask", white_square, "-o", "out.png").code == 0
    before, after = Picture.open(photo).pixels, Picture.open("out.png").pixels
    outside = Picture.open(white_square).pixels[:, :, 0] == 0
    assert (before[outside] == after[outside]).all()
    assert blue(Path("out.png")) == 0
    assert maskpick("remove", photo, "--mask", white_square, "--grow", "5", "-o", "grown.png").code == 0


def test_an_object_may_be_named_that_nothing_is_copied_from(
    maskpick: Maskpick, photo: Path, white_square: Path
) -> None:
    assert maskpick("remove", photo, "--mask", white_square, "--keep-out", "1", "-o", "out.png").code == 0
    assert blue(Path("out.png")) == 0
    assert maskpick("remove", photo, "--ids", "2", "--keep-out", "99", "-o", "no.png").code == 5
    assert maskpick("remove", photo, "--ids", "2", "--keep-out", "disc", "-o", "no.png").code == 2
    assert not Path("no.png").exists()


def test_a_zip_of_masks_saves_looking_for_them(maskpick: Maskpick, photo: Path) -> None:
    assert maskpick("masks", photo).code == 0
    ran = maskpick("remove", photo, "--masks", "photo.zip", "--ids", "2", "-o", "out.png", "--engine", "nobody")
    assert ran.code == 0, ran.err
    assert blue(Path("out.png")) == 0


def test_a_jpeg_becomes_a_png_because_jpeg_changes_pixels(maskpick: Maskpick, photo: Path, shapes: Picture) -> None:
    shapes.save(photo.with_name("p.jpg"))
    assert maskpick("remove", "p.jpg", "--at", "120,60", "--grow", "3").out == "p.removed.png\n"


@pytest.mark.parametrize(
    "pick",
    [
        [],
        ["--at", "1,1", "--ids", "2"],
        ["--at", "1"],
        ["--at", "x,y"],
        ["--ids", "one"],
        ["--ids", "1", "--grow", "-2"],
    ],
)
def test_a_pick_that_says_too_little_or_too_much_is_refused(maskpick: Maskpick, photo: Path, pick: list[str]) -> None:
    ran = maskpick("remove", photo, *pick)
    assert ran.code == 2
    assert 1 <= len(ran.err.splitlines()) <= 2
    assert not photo.with_name("photo.removed.png").exists()


def test_neither_the_mask_nor_the_zip_is_written_over(maskpick: Maskpick, photo: Path, white_square: Path) -> None:
    ran = maskpick("remove", photo, "--mask", white_square, "-o", white_square)
    assert ran.code == 6


def test_options_go_to_the_remover_unless_another_engine_is_named(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("remove", photo, "--at", "50,60", "-O", "search_megapixels=0.5", "-O", "flat.most=1", "-o", "o.png")
    assert ran.code == 0, ran.err
    assert maskpick("remove", photo, "--at", "50,60", "-O", "most=1", "-o", "o.png").code == 2
    assert maskpick("remove", photo, "--at", "50,60", "--remover", "nobody", "-o", "o.png").code == 7


@pytest.fixture
def post_with_shadow(tmp_path: Path) -> tuple[Path, Path]:
    """A red post on grainy sand, its shadow beside its foot; and a mask of the post."""
    pixels = np.random.default_rng(1).normal((150, 140, 120), 4, (160, 220, 3))
    pixels[98:116, 80:170] *= 0.6
    post = np.zeros((160, 220, 1), np.uint8)
    post[30:108, 70:100] = 255
    pixels[post[..., 0] > 0] = (170, 40, 40)
    Picture(np.clip(pixels, 0, 255).astype(np.uint8)).save(tmp_path / "post.png")
    Picture(post).save(tmp_path / "mask.png")
    return tmp_path / "post.png", tmp_path / "mask.png"


def test_a_shadow_is_offered_and_left(maskpick: Maskpick, post_with_shadow: tuple[Path, Path]) -> None:
    photo, mask = post_with_shadow
    ran = maskpick("remove", photo, "--mask", mask, "-o", "left.png")
    assert ran.code == 0, ran.err
    assert "--with-shadow removes it too" in ran.err
    before, after = Picture.open(photo).pixels, Picture.open("left.png").pixels
    assert np.array_equal(before[:, 101:], after[:, 101:])


def test_a_shadow_goes_with_its_object_where_that_is_wished(
    maskpick: Maskpick, post_with_shadow: tuple[Path, Path]
) -> None:
    photo, mask = post_with_shadow
    ran = maskpick("remove", photo, "--mask", mask, "--with-shadow", "-o", "gone.png", "--json")
    assert ran.json["shadow"] == "removed"
    after = Picture.open("gone.png").pixels
    assert after[101:113, 104:165].mean() > 125  # sand, which is 137 bright; the shadow was 82


def test_where_no_shadow_can_be_told_it_is_said(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("remove", photo, "--at", "120,60", "--with-shadow")
    assert ran.code == 0, ran.err
    assert "no shadow" in ran.err
