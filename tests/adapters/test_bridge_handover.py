"""What goes to the worker in files, and when those go away."""

from __future__ import annotations

from pathlib import Path

from maskpick_bridge import Pixels
from processes import until


def test_pixels_bring_their_colour_profile_and_take_it_along_when_they_go(tmp_path: Path) -> None:
    pixels = Pixels(b"abcd", 1, 1, "rgba8", icc=b"a profile")
    told = pixels.described(str(tmp_path))
    assert Path(told["file"]).read_bytes() == b"abcd"
    assert Path(told["icc"]).read_bytes() == b"a profile"
    assert pixels.described(str(tmp_path)) == told
    pixels.shared().release()
    assert len(list(tmp_path.iterdir())) == 2
    pixels.release()
    until(lambda: not list(tmp_path.iterdir()))


def test_pixels_without_a_profile_tell_of_none(tmp_path: Path) -> None:
    assert "icc" not in Pixels(b"abcd", 1, 1, "rgba8").described(str(tmp_path))
