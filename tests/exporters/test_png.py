from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from maskpick.exporters.png import encode_png

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))


@given(st.sampled_from([np.uint8, np.uint16]).flatmap(lambda dtype: arrays.arrays(dtype, SHAPES)))
def test_another_reader_sees_the_same_pixels(pixels: np.ndarray) -> None:
    seen = cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_UNCHANGED)
    channels = pixels.shape[2]
    if channels == 1:
        assert np.array_equal(seen, pixels[:, :, 0])
        return
    # OpenCV gives BGR, and grey with alpha as BGRA.
    order = {2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert seen.dtype == pixels.dtype
    assert np.array_equal(seen, pixels[:, :, order])
