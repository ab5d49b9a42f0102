"""A picture in memory: its pixels as they are, and the views of them that engines ask for."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Size

Pixels = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Picture:
    """``pixels`` is (height, width, channels), uint8 or uint16, read-only, with 1 channel (grey), 2 (grey and alpha),
    3 (RGB) or 4 (RGB and alpha, not premultiplied), the right way up.

    ``icc`` is the colour profile's bytes, where there is one. ``path`` is the file it came from. ``notes`` say, in
    words for the user, what had to be converted on the way in.
    """

    pixels: Pixels
    icc: bytes | None = None
    path: Path | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels = self.pixels[:, :, None] if self.pixels.ndim == 2 else self.pixels
        if pixels.ndim != 3 or not 1 <= pixels.shape[2] <= 4 or 0 in pixels.shape:
            raise ValueError(f"pixels of shape {self.pixels.shape} are not a picture")
        if pixels.dtype not in (np.uint8, np.uint16):
            raise TypeError(f"pixels must be uint8 or uint16, not {pixels.dtype}")
        pixels = np.ascontiguousarray(pixels).view()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def size(self) -> Size:
        height, width, _ = self.pixels.shape
        return Size(width, height)

    @property
    def has_alpha(self) -> bool:
        return self.pixels.shape[2] in (2, 4)

    @property
    def colour(self) -> Pixels:
        """The pixels without alpha: (h, w, 1) or (h, w, 3); a view."""
        return self.pixels[:, :, :-1] if self.has_alpha else self.pixels

    @property
    def alpha(self) -> Pixels | None:
        """Alpha alone: (h, w) in the picture's own dtype, a view; None where every pixel is opaque by format."""
        return self.pixels[:, :, -1] if self.has_alpha else None

    @property
    def full(self) -> int:
        """The value of white and of opaque: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    @functools.cached_property
    def rgb8(self) -> NDArray[np.uint8]:
        """The colours as an engine wants them: uint8 (h, w, 3), read-only. Alpha is left out."""
        colour = self.colour
        if colour.dtype == np.uint16:
            # 257 = 65535 / 255; in place, for a 100 MP picture costs 600 MB a copy.
            wide = colour // 257
            colour = wide.astype(np.uint8)
        if colour.shape[2] == 1:
            colour = np.repeat(colour, 3, axis=2)
        colour = np.ascontiguousarray(colour)
        colour.flags.writeable = False
        return colour

    @functools.cached_property
    def alpha8(self) -> NDArray[np.uint8] | None:
        """Alpha as uint8 (h, w), or None where every pixel is opaque. The faintest trace stays above 0."""
        alpha = self.alpha
        if alpha is None or bool((alpha == self.full).all()):
            return None
        if alpha.dtype == np.uint16:
            return ((alpha.astype(np.uint32) + 256) // 257).astype(np.uint8)
        return np.ascontiguousarray(alpha)

    @functools.cached_property
    def digest(self) -> str:
        """A hash (hex) of shape, depth and pixels: the same for the same picture in another file."""
        seen = hashlib.blake2b(f"{self.pixels.shape} {self.pixels.dtype.str} ".encode(), digest_size=16)
        seen.update(self.pixels.data.cast("B"))
        return seen.hexdigest()

    def replace(self, **fields: Any) -> Picture:
        """The same picture with some fields changed."""
        return dataclasses.replace(self, **fields)

    @classmethod
    def open(cls, path: str | Path) -> Picture:
        """Read a picture file. Raises `maskpick.errors.PictureError`; see `maskpick.picture_files`."""
        from maskpick.picture_files import read_picture

        return read_picture(Path(path))

    def save(self, path: str | Path) -> None:
        """Write the picture; the ending chooses the format. Raises `maskpick.errors.OutputError`."""
        from maskpick.picture_files import write_picture

        write_picture(self, Path(path))

    def __repr__(self) -> str:
        height, width, channels = self.pixels.shape
        return f"<Picture {width}x{height}, {channels} x {self.pixels.dtype}>"
