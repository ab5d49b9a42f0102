"""Colours between a picture's own profile and sRGB, which is what the outside world takes a bare file to be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image


def to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """An RGB image in sRGB; as it is where there is no profile, or one nobody can read."""
    return _converted(image, _opened(icc), _srgb())


def from_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """An sRGB image in the colours of a profile: the way back."""
    return _converted(image, _srgb(), _opened(icc))


def _converted(image: Image.Image, given: Any, wanted: Any) -> Image.Image:
    from PIL import ImageCms

    if given is None or wanted is None or image.mode != "RGB":
        return image
    try:
        converted = ImageCms.profileToProfile(image, given, wanted, outputMode="RGB")
    except ImageCms.PyCMSError:  # a profile of another kind of colours than the picture's
        return image
    return converted or image


def _opened(icc: bytes | None) -> Any:
    from PIL import ImageCms

    if not icc:
        return None
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError):
        return None


def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
