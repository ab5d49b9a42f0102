"""What the tests of the exporters share: a picture whose objects hold, touch and overlap each other."""

from __future__ import annotations

import numpy as np

from maskpick.edges import feather
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from strategies import disc

SIZE = Size(60, 44)


def photo(channels: int = 3, dtype: type = np.uint8) -> Picture:
    """Noise, the hardest picture to keep; with alpha, a half transparent band and a clear one over hidden colour."""
    full = np.iinfo(dtype).max
    pixels = np.random.default_rng(3).integers(0, full, (SIZE.height, SIZE.width, channels), dtype, endpoint=True)
    if channels in (2, 4):
        pixels[:, :, -1] = full
        pixels[30:36, :, -1] //= 3
        pixels[36:40, :, -1] = 0
    return Picture(pixels)


def objects() -> MaskSet:
    """A face with an eye and a mouth, a hat that overlaps it, and a sky behind."""

    def soft(number: int, x: float, y: float, radius: float, **fields: object) -> Mask:
        return feather(Mask.from_array(number, disc(SIZE, x, y, radius), **fields), 1.5, SIZE)

    sky = Mask.from_array(5, np.full((10, 60), 255, np.uint8), name="sky", background=True)
    return MaskSet(
        SIZE,
        (
            soft(1, 24, 26, 15, name="face"),
            soft(2, 19, 22, 3, name="eye", parent=1),
            soft(3, 24, 33, 4, name='mouth: <"wide">\n&/open', parent=1),
            soft(4, 30, 9, 9, name="Hut ☃ größer 帽子"),
            sky,
            soft(6, 24, 26, 14.6, name="face again", alternate_of=1),
        ),
    )


NAMES = [
    "Rest",
    "sky",
    {"face": ["Rest of face", 'mouth: <"wide"> &/open', "eye"]},
    "Hut ☃ größer 帽子",
]
"""The layers and groups of `objects`, bottom to top, as a file tells them."""
