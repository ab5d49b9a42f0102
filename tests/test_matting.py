from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from maskpick import edges, matting
from maskpick.edges import Edge
from maskpick.errors import Cancelled, PictureError
from maskpick.masks import NOWHERE, Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.progress import Progress
from soft_objects import SIDE, SIZE, SoftObject, blurred, cluttered, hairy, mixed, square

Change = Callable[[Mask], Mask]


def fine(object_: SoftObject, mask: Mask) -> Mask:
    return matting.matte(mask, object_.picture, Progress())


def stairs(mask: Mask) -> Mask:
    """As a service sends it that looked at a quarter of the size."""
    small = cv2.resize(mask.canvas(SIZE), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) >= 128
    return mask.replace(box=Box(0, 0, SIDE, SIDE), coverage=np.kron(small, np.full((4, 4), 255)).astype(np.uint8))


def drawn(mask: Mask) -> Mask:
    """As somebody draws it quickly: smooth, and a little too large."""
    return edges.harden(edges.feather(edges.grow(mask, 3, SIZE), 12, SIZE))


@pytest.mark.parametrize("given", [edges.harden, stairs, drawn])
@pytest.mark.parametrize("object_", [hairy(), blurred()], ids=["hair", "blur"])
def test_the_error_falls_far_below_that_of_the_mask_and_of_a_feathered_one(object_: SoftObject, given: Change) -> None:
    mask = given(object_.mask)
    feathered = min(object_.wrong(edges.feather(mask, radius, SIZE)) for radius in (2, 4))
    assert object_.wrong(fine(object_, mask)) < 0.6 * min(object_.wrong(mask), feathered)


@pytest.mark.parametrize("given", [edges.harden, stairs, drawn])
def test_a_hard_edge_stays_hard_and_finds_its_place(given: Change) -> None:
    object_ = square()
    assert object_.wrong(fine(object_, given(object_.mask))) < 1e-3


def test_an_exact_mask_stays_about_as_good_before_a_jumble_of_its_own_colours() -> None:
    object_ = cluttered()
    assert object_.wrong(fine(object_, object_.mask)) < 1.3 * object_.wrong(object_.mask)


def test_hair_is_found_beside_a_border_that_is_exact_elsewhere() -> None:
    hair = hairy()
    alpha = hair.alpha.copy()
    disc = edges.grow(edges.shrink(hair.mask, 4, SIZE), 4, SIZE)
    alpha[80:] = disc.canvas(SIZE)[80:] / np.float32(255)  # crisp below, hair above
    object_ = mixed(alpha)
    above = np.s_[:76]
    before, after = (
        np.abs(one.canvas(SIZE) / 255 - object_.alpha)[above].mean() for one in (disc, fine(object_, disc))
    )
    assert after < 0.8 * before


def test_well_inside_and_well_outside_coverage_is_as_it_was() -> None:
    object_ = hairy()
    within = fine(object_, object_.mask).canvas(SIZE)
    assert (within[65:95, 65:95] == 255).all()
    assert not within[:8].any()


def test_a_soft_inside_is_left_alone_beyond_the_band() -> None:
    object_ = square()
    coverage = object_.mask.canvas(SIZE)
    coverage[70:90, 70:90] = 200
    assert (fine(object_, Mask(1, Box(0, 0, SIDE, SIDE), coverage)).canvas(SIZE)[74:86, 74:86] == 200).all()


def test_the_same_input_gives_the_same_result() -> None:
    object_ = hairy()
    assert fine(object_, object_.mask) == fine(object_, object_.mask)


def test_what_describes_the_mask_is_kept() -> None:
    object_ = square()
    told = fine(object_, object_.mask.replace(id=7, name="square", parent=3, confidence=0.5))
    assert (told.id, told.name, told.parent, told.confidence) == (7, "square", 3, 0.5)


def test_nothing_and_everything_stay_as_they_are() -> None:
    picture = square().picture
    nothing = Mask(1, NOWHERE, np.zeros((0, 0), np.uint8))
    everything = Mask(1, Box(0, 0, SIDE, SIDE), np.full((SIDE, SIDE), 255, np.uint8))
    for mask in (nothing, everything):
        assert matting.matte(mask, picture, Progress()) == mask


@pytest.mark.parametrize(
    "box", [Box(0, 0, 3, 3), Box(SIDE - 1, SIDE - 1, 1, 1), Box(0, 5, SIDE, 2), Box(1, 0, SIDE - 1, SIDE)]
)
def test_tiny_thin_and_huge_objects_at_the_rim_do_no_harm(box: Box) -> None:
    mask = Mask(1, box, np.full((box.height, box.width), 255, np.uint8))
    told = matting.matte(mask, square().picture, Progress())
    assert told.box.intersection(Box(0, 0, *SIZE)) == told.box


def test_where_colours_tell_nothing_the_mask_stays_about_where_it_is() -> None:
    mask = square().mask
    told = matting.matte(mask, Picture(np.full((SIDE, SIDE, 3), 90, np.uint8)), Progress())
    assert np.abs(told.canvas(SIZE) / 255 - mask.canvas(SIZE) / 255).mean() < 0.01


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_grey_and_transparent_pictures_have_edges_too(channels: int) -> None:
    object_ = blurred()
    colours = object_.picture.pixels if channels == 4 else object_.picture.pixels.mean(axis=2, keepdims=True)
    opaque = np.full((SIDE, SIDE, 1), 255, np.uint8)
    pixels = np.concatenate([colours.astype(np.uint8), opaque], axis=2) if channels > 1 else colours.astype(np.uint8)
    told = matting.matte(object_.mask, Picture(pixels), Progress())
    assert object_.wrong(told) < object_.wrong(object_.mask)


def test_large_objects_are_looked_at_in_half_the_size_and_keep_fine_hair(monkeypatch: pytest.MonkeyPatch) -> None:
    object_ = hairy()
    monkeypatch.setattr(matting, "LARGE_REACH", 6)
    assert object_.wrong(fine(object_, object_.mask)) < 0.6 * object_.wrong(object_.mask)


def test_a_mask_of_another_picture_is_refused() -> None:
    object_ = square()
    with pytest.raises(PictureError, match="outside the picture"):
        matting.matte(
            object_.mask.translated(1, 0).replace(
                box=Box(1, 0, SIDE, SIDE), coverage=np.full((SIDE, SIDE), 255, np.uint8)
            ),
            object_.picture,
            Progress(),
        )
    with pytest.raises(PictureError, match="another size"):
        Edge(fine=True).of_all(MaskSet(Size(SIDE, SIDE + 1), (object_.mask,)), object_.picture)


def test_an_edge_is_looked_up_first_and_then_grown_feathered_and_made_hard() -> None:
    object_ = hairy()
    looked_up = fine(object_, object_.mask)
    told = Edge(grow=2, feather=3, hard=True, fine=True).of(object_.mask, SIZE, object_.picture)
    assert told == edges.harden(edges.feather(edges.grow(looked_up, 2, SIZE), 3, SIZE))
    masks = MaskSet(SIZE, (object_.mask,))
    assert Edge(fine=True).of_all(masks, object_.picture)[1] == looked_up
    assert Edge().of_all(masks, object_.picture) is masks
    with pytest.raises(ValueError, match="there is none"):
        Edge(fine=True).of(object_.mask, SIZE)


def test_it_can_be_stopped() -> None:
    object_ = square()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        matting.matte(object_.mask, object_.picture, progress)


def test_mixed_objects_are_what_they_say() -> None:
    object_ = mixed(np.full((SIDE, SIDE), 0.5))
    seen = object_.picture.pixels.astype(np.float32)
    assert np.abs(seen - (object_.front + object_.behind) / 2).max() < 1
