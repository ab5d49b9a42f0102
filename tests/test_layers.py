from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from compositing import composite
from maskpick.errors import PictureError
from maskpick.layers import DEEPEST, Group, Layer, Node, Stack
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture

# Coverage and alpha are mostly 0 or 255, as in real pictures, and often on the edges of the rules.
STEPS = st.one_of(st.sampled_from([0, 255]), st.sampled_from([1, 127, 128, 254]), st.integers(0, 255))


@st.composite
def pictures(draw: st.DrawFn, alphas: st.SearchStrategy[int] = STEPS) -> Picture:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    channels = draw(st.sampled_from([1, 2, 3, 4]))
    deep = draw(st.booleans())
    pixels = draw(arrays.arrays(np.uint16 if deep else np.uint8, (height, width, channels)))
    if channels in (2, 4):
        alpha = draw(arrays.arrays(np.uint8, (height, width), elements=alphas))
        pixels[:, :, -1] = alpha.astype(pixels.dtype) * 257 if deep else alpha
    return Picture(pixels)


@st.composite
def mask_sets(draw: st.DrawFn, size: Size) -> MaskSet:
    """Masks that lie anywhere, overlap, hold each other or not, with any parents and alternates, circles too."""
    masks = []
    ids = range(1, draw(st.integers(0, 6)) + 1)
    someone = st.one_of(st.none(), st.sampled_from([*ids, 99])) if ids else st.none()
    for one in ids:
        x, y = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
        shape = draw(st.integers(1, size.height - y)), draw(st.integers(1, size.width - x))
        coverage = draw(arrays.arrays(np.uint8, shape, elements=STEPS))
        alternate = draw(someone) if draw(st.integers(0, 3)) == 0 else None
        parent, behind = draw(someone), draw(st.booleans())
        masks.append(Mask.from_array(one, coverage, x, y, parent=parent, alternate_of=alternate, background=behind))
    return MaskSet(size, tuple(masks))


@st.composite
def pictures_with_masks(draw: st.DrawFn) -> tuple[Picture, MaskSet]:
    picture = draw(pictures())
    return picture, draw(mask_sets(picture.size))


def shown(stack: Stack, nodes: tuple[Node, ...] | None = None, *, isolated: bool = True) -> np.ndarray:
    picture = stack.picture
    return composite(
        stack.nodes if nodes is None else nodes,
        picture.size,
        picture.pixels.dtype,
        picture.colour.shape[2],
        isolated=isolated,
    )


def with_alpha(picture: Picture) -> np.ndarray:
    if picture.has_alpha:
        return picture.pixels
    opaque = np.full(picture.pixels.shape[:2], picture.full, picture.pixels.dtype)
    return np.dstack([picture.pixels, opaque])


def block(number: int, x: int, y: int, width: int, height: int, coverage: int = 255, **fields: object) -> Mask:
    return Mask(number, Box(x, y, width, height), np.full((height, width), coverage, np.uint8), **fields)


def noise(width: int = 12, height: int = 10, channels: int = 3, dtype: type = np.uint8) -> Picture:
    values = np.random.default_rng(7).integers(0, np.iinfo(dtype).max, (height, width, channels), endpoint=True)
    return Picture(values.astype(dtype))


def outline(nodes: tuple[Node, ...]) -> list[object]:
    return [{node.name: outline(node.nodes)} if isinstance(node, Group) else node.name for node in nodes]


@given(pictures_with_masks(), st.booleans())
def test_the_stack_recomposes_to_exactly_the_picture(pair: tuple[Picture, MaskSet], isolated: bool) -> None:
    picture, masks = pair
    assert np.array_equal(shown(Stack(picture, masks), isolated=isolated), with_alpha(picture))


@given(pictures_with_masks())
def test_pillow_recomposes_it_too(pair: tuple[Picture, MaskSet]) -> None:
    picture, masks = pair
    narrow = Picture(np.dstack([picture.rgb8, with_alpha(picture)[:, :, -1] // (picture.full // 255)]).astype(np.uint8))
    canvas = Image.new("RGBA", narrow.size)
    for layer in Stack(narrow, masks).layers:
        canvas.alpha_composite(Image.fromarray(layer.pixels), (layer.box.x, layer.box.y))
    seen = np.array(canvas)
    assert np.array_equal(seen[:, :, 3], narrow.alpha)
    visible = seen[:, :, 3] > 0
    assert np.array_equal(seen[visible], narrow.pixels[visible])


@given(pictures_with_masks())
def test_every_layer_is_as_small_as_what_it_shows_and_has_the_pictures_depth(pair: tuple[Picture, MaskSet]) -> None:
    picture, masks = pair
    for layer in Stack(picture, masks).layers:
        assert layer.pixels.dtype == picture.pixels.dtype
        assert layer.pixels.shape == (layer.box.height, layer.box.width, picture.colour.shape[2] + 1)
        if layer.mask_id is not None:
            assert Mask(1, layer.box, layer.share).box == layer.box


@given(pictures_with_masks())
def test_a_half_transparent_pixel_lies_in_one_layer_only(pair: tuple[Picture, MaskSet]) -> None:
    picture, masks = pair
    width, height = picture.size
    layers = np.zeros((height, width), int)
    for layer in Stack(picture, masks).layers:
        layers[layer.box.slices()] += layer.pixels[:, :, -1] > 0
    alpha = with_alpha(picture)[:, :, -1]
    assert (layers[(alpha > 0) & (alpha < picture.full)] == 1).all()
    assert (layers[alpha == 0] == 0).all()


def test_an_object_with_parts_is_a_group_with_the_rest_of_it_below() -> None:
    masks = MaskSet(
        Size(12, 10),
        (
            block(1, 2, 2, 3, 3, name="button", parent=2),
            block(2, 1, 1, 8, 6, name="shirt", parent=3),
            block(3, 0, 0, 10, 9, name="person"),
            block(4, 10, 0, 2, 2),
        ),
    )
    stack = Stack(noise(), masks)
    assert outline(stack.nodes) == [
        "Background",
        {"person": ["Rest of person", {"shirt": ["Rest of shirt", "button"]}]},
        "Object 4",
    ]
    rest = stack.layers[1]
    assert rest.mask_id == 3
    assert rest.share[0, 0] == 255
    assert rest.share[4, 4] == 0, "what a part covers is punched out of the rest"


def test_smaller_objects_lie_above_larger_ones_and_the_background_below_all() -> None:
    masks = MaskSet(
        Size(12, 10),
        (block(1, 0, 0, 3, 3), block(2, 0, 0, 9, 9), block(3, 8, 8, 4, 2, background=True), block(4, 4, 4, 5, 5)),
    )
    assert outline(Stack(noise(), masks).nodes) == ["Rest", "Object 3", "Object 2", "Object 4", "Object 1"]


def test_where_soft_edges_meet_the_lower_layer_goes_on_under_the_upper_one() -> None:
    left = np.zeros((10, 12), np.uint8)
    left[:, :5], left[:, 5], left[:, 6] = 255, 170, 60
    masks = MaskSet(
        Size(12, 10),
        (
            block(1, 0, 0, 12, 10, name="shirt"),
            Mask.from_array(2, left, name="sleeve", parent=1),
            Mask.from_array(3, 255 - left, name="front", parent=1),
        ),
    )
    stack = Stack(noise(), masks)
    assert outline(stack.nodes) == [{"shirt": ["front", "sleeve"]}]
    front, sleeve = stack.layers
    assert front.share[0].tolist() == [255] * 7
    assert sleeve.share[0].tolist() == [255] * 5 + [170, 60]
    loose = masks.with_masks(mask.replace(parent=None) for mask in masks if mask.id > 1)
    assert outline(Stack(noise(), loose).nodes) == ["front", "sleeve"]


def test_an_object_with_much_beside_its_parts_keeps_a_layer_for_it() -> None:
    masks = MaskSet(
        Size(12, 10), (block(1, 0, 0, 12, 10, name="shirt"), block(2, 0, 0, 10, 10, name="front", parent=1))
    )
    assert outline(Stack(noise(), masks).nodes) == [{"shirt": ["Rest of shirt", "front"]}]


def test_alternates_make_no_layer_and_hand_their_parts_on() -> None:
    masks = MaskSet(
        Size(12, 10),
        (block(1, 0, 0, 8, 8), block(2, 0, 0, 8, 7, alternate_of=1), block(3, 1, 1, 2, 2, parent=2)),
    )
    assert outline(Stack(noise(), masks).nodes) == ["Background", {"Object 1": ["Rest of Object 1", "Object 3"]}]


def test_masks_that_hold_each_other_are_not_lost() -> None:
    parents = {1: 2, 2: 3, 3: 1, 4: 3, 5: 5, 6: 99}
    masks = MaskSet(Size(12, 10), tuple(block(n, 2 * n - 2, 0, 2, 9, parent=whole) for n, whole in parents.items()))
    assert {layer.mask_id for layer in Stack(noise(), masks).layers} == {None, *parents}


def test_nothing_to_show_is_no_layer() -> None:
    masks = MaskSet(Size(12, 10), (block(1, 0, 0, 12, 10), block(2, 0, 0, 12, 5), block(3, 0, 5, 12, 5)))
    assert outline(Stack(noise(), masks).nodes) == ["Object 3", "Object 2"]
    assert outline(Stack(noise(), MaskSet(Size(12, 10), ())).nodes) == ["Background"]


def test_soft_edges_stay_soft_and_lie_over_the_pictures_own_colour() -> None:
    picture = noise()
    masks = MaskSet(picture.size, (block(1, 2, 2, 4, 4, coverage=100),))
    bottom, top = Stack(picture, masks).layers
    assert (top.pixels[:, :, 3] == 100).all()
    assert np.array_equal(top.pixels[:, :, :3], picture.pixels[2:6, 2:6])
    assert (bottom.share == 255).all()


def test_a_group_on_its_own_has_the_objects_own_edge() -> None:
    whole = np.array([[40, 100, 160, 220, 255, 255]], np.uint8)
    part = np.array([[40, 60, 10, 220, 255, 100]], np.uint8)
    size = Size(12, 1)
    stack = Stack(noise(12, 1), MaskSet(size, (Mask.from_array(1, whole), Mask.from_array(2, part, parent=1))))
    alone = composite(stack.nodes[1:], size, np.dtype(np.uint8), 3, isolated=True)
    assert np.abs(alone[:, :6, 3].astype(int) - whole).max() <= 1


def test_the_bottom_layer_keeps_colours_hidden_under_transparency() -> None:
    pixels = noise(channels=4).pixels.copy()
    pixels[:5, :, 3] = 0
    picture = Picture(pixels)
    bottom = Stack(picture, MaskSet(picture.size, (block(1, 0, 0, 12, 10),))).layers[0]
    assert np.array_equal(bottom.pixels[:5], pixels[:5])
    assert not bottom.pixels[5:].any()


def test_groups_are_nested_no_deeper_than_photoshop_opens_them() -> None:
    masks = MaskSet(Size(40, 40), tuple(block(n, n, n, 40 - n, 40 - n, parent=n - 1) for n in range(1, 31)))

    def depth(nodes: tuple[Node, ...]) -> int:
        return max((1 + depth(node.nodes) for node in nodes if isinstance(node, Group)), default=0)

    stack = Stack(noise(40, 40), masks)
    assert depth(stack.nodes) == DEEPEST
    assert {layer.mask_id for layer in stack.layers} == {None, *masks.ids}
    assert np.array_equal(shown(stack), with_alpha(stack.picture))


@given(pictures(), st.data())
def test_with_patches_on_top_the_stack_shows_the_filled_picture(picture: Picture, data: st.DataObject) -> None:
    masks = data.draw(mask_sets(picture.size))
    holes = [hole for hole in data.draw(mask_sets(picture.size)) if not hole.empty]
    filled, patches = picture, []
    for hole in holes:
        pixels = filled.pixels.copy()
        colours = pixels[hole.box.slices()][:, :, : picture.colour.shape[2]]
        visible = with_alpha(picture)[hole.box.slices()][:, :, -1] > 0
        colours[(hole.coverage > 0) & visible] ^= 91
        filled = picture.replace(pixels=pixels)
        patches.append(Layer.patch(filled, hole, "Removed"))
    stack = Stack(picture, masks, tuple(patches))
    assert np.array_equal(shown(stack), with_alpha(filled))
    assert np.array_equal(stack.picture.pixels, filled.pixels)


def test_under_a_patch_the_object_is_still_there() -> None:
    picture = noise()
    masks = MaskSet(picture.size, (block(1, 2, 2, 4, 4),))
    filled = Picture(255 - picture.pixels)
    stack = Stack(picture, masks, (Layer.patch(filled, masks[1], "Removed"),))
    assert np.array_equal(shown(stack, stack.nodes[:-1]), with_alpha(picture))


def test_masks_of_another_size_are_refused_in_words() -> None:
    with pytest.raises(PictureError, match="12 x 10 pixels, this one has 5 x 5"):
        Stack(noise(5, 5), MaskSet(Size(12, 10), ()))
