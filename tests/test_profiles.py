from __future__ import annotations

import numpy as np
from PIL import Image, ImageCms

from maskpick.profiles import from_srgb, to_srgb

NOISE = Image.fromarray(np.random.default_rng(1).integers(40, 216, (40, 50, 3), np.uint8))


def other_profile() -> bytes:
    """sRGB with red and blue swapped: any error in the direction shows."""
    icc = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = icc.index(b"rXYZ"), icc.index(b"bXYZ")
    icc[red : red + 4], icc[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(icc)


def test_there_and_back_is_nearly_the_same_picture() -> None:
    icc = other_profile()
    there = to_srgb(NOISE, icc)
    assert np.abs(np.asarray(there).astype(int) - np.asarray(NOISE)).max() > 50
    back = from_srgb(there, icc)
    assert np.abs(np.asarray(back).astype(int) - np.asarray(NOISE)).max() <= 4


def test_without_a_readable_profile_nothing_changes() -> None:
    for icc in (None, b"", b"no profile"):
        assert to_srgb(NOISE, icc) is NOISE
        assert from_srgb(NOISE, icc) is NOISE
