"""The embedded segmenter: what it promises of every picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick.engines.local import LocalOptions, LocalSegmenter
from maskpick.errors import Cancelled, SettingsError
from maskpick.masks import INSIDE, MaskSet
from maskpick.pictures import Picture, Pixels
from maskpick.progress import Progress, Step


def segment(picture: Picture | Pixels, **options: object) -> MaskSet:
    picture = picture if isinstance(picture, Picture) else Picture(picture)
    return LocalSegmenter(LocalOptions(**options)).segment(picture, Progress())  # type: ignore[arg-type]


def scene(height: int = 120, width: int = 160) -> Pixels:
    """A red disc with a yellow one inside it, and a blue square, on green; a little noise."""
    y, x = np.mgrid[:height, :width]
    pixels = np.full((height, width, 3), (40, 150, 60), np.uint8)
    radius = np.hypot(y - height / 2, x - width / 3)
    pixels[radius < height / 4] = (200, 40, 40)
    pixels[radius < height / 9] = (230, 220, 40)
    pixels[height // 3 : 2 * height // 3, 5 * width // 8 : 7 * width // 8] = (40, 60, 200)
    noise = np.random.default_rng(3).integers(-4, 5, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def best_iou(found: MaskSet, truth: Pixels) -> float:
    def iou(inside: Pixels) -> float:
        return float((inside & truth).sum() / max(1, (inside | truth).sum()))

    return max(iou(mask.canvas(found.size) >= INSIDE) for mask in found)


def check_promises(found: MaskSet) -> None:
    """What holds for any picture: see the engine's documentation."""
    assert found.panoptic is not None
    assert found.ids == tuple(range(1, len(found) + 1))
    confidences = [mask.confidence for mask in found]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    for label in np.unique(found.panoptic):
        if label:
            mask = found[int(label)]
            assert mask.area > 0
            assert (mask.canvas(found.size)[found.panoptic == label] >= INSIDE).all()
    for mask in found:
        if mask.parent is not None:
            parent = found[mask.parent]
            assert parent.area > mask.area
            assert (parent.within(mask.box)[mask.inside] >= INSIDE).all()


def test_it_finds_the_objects_of_a_simple_scene_part_and_whole() -> None:
    pixels = scene()
    found = segment(pixels)
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    radius = np.hypot(y - 60, x - 160 / 3)
    assert best_iou(found, radius < 30) > 0.95
    assert best_iou(found, radius < 120 / 9) > 0.9
    assert best_iou(found, (y >= 40) & (y < 80) & (x >= 100) & (x < 140)) > 0.95
    check_promises(found)


def test_the_part_points_at_the_whole() -> None:
    found = segment(scene())
    stack = found.at(53, 60)
    assert len(stack) >= 2
    assert found[stack[0]].parent is not None


def test_the_same_picture_gives_the_same_masks() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (70, 90, 3)).astype(np.uint8)
    assert segment(pixels) == segment(pixels.copy())


@settings(max_examples=25)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.integers(1, 4),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
def test_every_picture_keeps_the_promises(
    height: int, width: int, channels: int, dtype: type, levels: int, seed: int
) -> None:
    full = int(np.iinfo(dtype).max)
    drawn = np.random.default_rng(seed).integers(0, levels, (height, width, channels))
    pixels = (drawn * (full // max(1, levels - 1))).clip(0, full).astype(dtype)
    picture = Picture(pixels)
    found = segment(picture)
    assert found.size == picture.size
    check_promises(found)
    assert found.panoptic is not None
    visible = np.ones((height, width), bool) if picture.alpha is None else picture.alpha > 0
    assert ((found.panoptic > 0) == visible).all()
    for mask in found:
        assert not mask.canvas(found.size)[~visible].any()


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (37, 5)])
def test_extreme_sizes(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (*size, 3)).astype(np.uint8)
    found = segment(pixels)
    check_promises(found)
    assert found.panoptic is not None
    assert (found.panoptic > 0).all()


def test_a_single_colour_is_one_object() -> None:
    found = segment(np.full((50, 60, 3), 90, np.uint8), flat_regions=1, most=1)
    assert len(found) == 1
    assert found.masks[0].area == 50 * 60


def test_an_invisible_picture_has_no_objects() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (40, 50, 4)).astype(np.uint8)
    pixels[..., 3] = 0
    found = segment(pixels)
    assert len(found) == 0
    assert found.panoptic is not None
    assert not found.panoptic.any()


def test_hidden_colours_do_not_matter() -> None:
    opaque = np.dstack([scene(), np.full((120, 160), 255, np.uint8)])
    opaque[:, :60, 3] = 0
    other = opaque.copy()
    other[:, :56, :3] = np.random.default_rng(2).integers(0, 255, (120, 56, 3))
    found = segment(opaque, softness=0)
    seen = segment(other, softness=0)
    assert found.panoptic is not None
    assert seen.panoptic is not None
    assert (found.panoptic == seen.panoptic).all()


def test_sixteen_bits_give_what_eight_bits_give() -> None:
    pixels = scene()
    assert segment(pixels) == segment(pixels.astype(np.uint16) * 257)


@pytest.mark.parametrize(("most", "flat"), [(1, 30), (5, 20), (12, 12), (60, 25)])
def test_limits_are_kept(most: int, flat: int) -> None:
    pixels = cv2.resize(np.random.default_rng(4).integers(0, 255, (9, 12, 3)).astype(np.uint8), (240, 180))
    found = segment(pixels, most=most, flat_regions=flat)
    assert len(found) <= most
    assert found.panoptic is not None
    # Half of the masks are left for what nests, and of the map's regions half are certain.
    limit = max(1, min(most // 2, flat))
    assert max(1, limit // 2) <= len(np.unique(found.panoptic)) <= limit
    assert (found.panoptic > 0).all()


@pytest.mark.parametrize("option", [{"most": 0}, {"flat_regions": 0}, {"softness": -1}, {"working_size": 3}])
def test_a_senseless_option_is_refused(option: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="Choose"):
        LocalOptions(**option)


def test_softness_is_confined_to_the_border() -> None:
    hard, soft = segment(scene(), softness=0), segment(scene(), softness=0.8)
    assert len(hard) == len(soft)
    assert all(set(np.unique(mask.coverage)) <= {0, 255} for mask in hard)
    assert any(len(np.unique(mask.coverage)) > 4 for mask in soft)
    for sharp, smooth in zip(hard, soft, strict=True):
        assert (sharp.canvas(hard.size) >= INSIDE).sum() == smooth.area
        differs = sharp.canvas(hard.size) != smooth.canvas(hard.size)
        inside = sharp.canvas(hard.size) > 0
        near = np.zeros_like(inside)
        near[2:-2, 2:-2] = True
        for dy in range(-2, 3):
            for dx in range(-2, 3):
                near[2:-2, 2:-2] &= inside[2 + dy : 118 + dy, 2 + dx : 158 + dx] == inside[2:-2, 2:-2]
        assert not (differs & near).any()


def test_every_step_is_reported_and_can_be_the_last() -> None:
    steps: list[Step] = []
    picture = Picture(scene())
    LocalSegmenter().segment(picture, Progress(steps.append))
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert len(stages) >= 5
    for stage in stages:
        progress = Progress()

        def stop(step: Step, progress: Progress = progress, stage: str = stage) -> None:
            if step.stage == stage:
                progress.cancel()

        progress._listener = stop
        with pytest.raises(Cancelled):
            LocalSegmenter().segment(picture, progress)
