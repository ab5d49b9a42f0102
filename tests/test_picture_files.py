from __future__ import annotations

import contextlib
import io
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from maskpick.errors import OutputError, PictureError
from maskpick.picture_files import _ORIENTATION, MAX_PIXELS, read_picture
from maskpick.pictures import Picture

RNG = np.random.default_rng(3)


def noise(channels: int, dtype: type = np.uint8, height: int = 7, width: int = 11) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_eight_bits_come_back_as_they_were(tmp_path: Path, suffix: str, channels: int) -> None:
    picture = Picture(noise(channels), icc=srgb())
    picture.save(tmp_path / f"p{suffix}")
    again = read_picture(tmp_path / f"p{suffix}")
    kept = again.pixels
    if suffix == ".webp" and channels < 3:  # WebP knows no grey
        kept = kept[:, :, [0, 3][:channels]]
    assert np.array_equal(kept, picture.pixels)
    assert again.icc == picture.icc


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_come_back_as_they_were(tmp_path: Path, channels: int) -> None:
    picture = Picture(noise(channels, np.uint16), icc=srgb())
    picture.save(tmp_path / "p.png")
    again = read_picture(tmp_path / "p.png")
    assert again.pixels.dtype == np.uint16
    assert np.array_equal(again.pixels if channels != 2 else again.pixels[:, :, [0, 3]], picture.pixels)
    assert again.icc == picture.icc


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_sixteen_bit_tiff_is_read_whole(tmp_path: Path, channels: int) -> None:
    picture = Picture(noise(channels, np.uint16))
    picture.save(tmp_path / "p.tif")
    assert np.array_equal(read_picture(tmp_path / "p.tif").pixels, picture.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_s_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    image = Image.fromarray(noise(3))
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    image.save(tmp_path / "p.png", exif=exif)
    with Image.open(tmp_path / "p.png") as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
    assert np.array_equal(read_picture(tmp_path / "p.png").pixels, expected)


def test_a_palette_with_a_transparent_colour_becomes_rgb_with_alpha(tmp_path: Path) -> None:
    image = Image.fromarray(RNG.integers(0, 3, (5, 6), np.uint8), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "p.png", transparency=1)
    picture = read_picture(tmp_path / "p.png")
    assert picture.pixels.shape == (5, 6, 4)
    assert np.array_equal(picture.alpha == 0, np.asarray(image) == 1)


def test_cmyk_is_converted_and_said(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "p.jpg", quality=100)
    picture = read_picture(tmp_path / "p.jpg")
    red, green, blue = picture.pixels[1, 1]
    assert red > 200
    assert max(green, blue) < 60
    assert "CMYK" in picture.notes[0]


def test_cmyk_with_a_broken_profile_and_lab_are_still_pictures(tmp_path: Path) -> None:
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "p.jpg", quality=100, icc_profile=b"broken")
    assert read_picture(tmp_path / "p.jpg").pixels[1, 1, 0] > 200
    Image.new("LAB", (4, 4), (255, 0, 0)).save(tmp_path / "p.tif")
    assert "LAB" in read_picture(tmp_path / "p.tif").notes[0]


def test_an_animation_gives_its_first_frame_and_says_so(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (6, 4), colour) for colour in ("red", "blue", "lime")]
    frames[0].save(tmp_path / "p.gif", save_all=True, append_images=frames[1:])
    picture = read_picture(tmp_path / "p.gif")
    assert tuple(picture.rgb8[0, 0]) == (255, 0, 0)
    assert "3 frames" in picture.notes[0]


def test_floating_point_becomes_sixteen_bit(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    Image.fromarray(values).save(tmp_path / "p.tif")
    picture = read_picture(tmp_path / "p.tif")
    assert picture.pixels.dtype == np.uint16
    assert np.array_equal(picture.pixels[:, :, 0], np.rint(values * 65535))


@pytest.mark.parametrize("keep", [0.5, 0.9])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_picture_cut_short_is_an_error_in_words(tmp_path: Path, suffix: str, keep: float) -> None:
    path = tmp_path / f"p{suffix}"
    Picture(noise(3, height=120, width=160)).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(PictureError, match=r"damaged or was cut short|not a picture"):
        read_picture(path)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_no_damage_gets_past_as_another_exception(tmp_path: Path, depth: type) -> None:
    path = tmp_path / "p.png"
    Picture(noise(4, depth)).save(path)
    whole = path.read_bytes()
    for place in range(8, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with contextlib.suppress(PictureError):
            read_picture(path)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"once upon a time", "not a picture"), (b"\x89PNG\r\n\x1a\n", "p.png")]
)
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "p.png").write_bytes(content)
    with pytest.raises(PictureError, match=words):
        read_picture(tmp_path / "p.png")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="There is no file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)


def test_a_gigantic_picture_is_refused_before_its_pixels_are_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("1", (1, 1)).save(buffer, "PNG")
    header = bytearray(buffer.getvalue())
    side = int(MAX_PIXELS**0.5) + 10
    header[16:24] = side.to_bytes(4, "big") * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    (tmp_path / "p.png").write_bytes(header)
    with pytest.raises(PictureError, match="larger than 250 megapixels"):
        read_picture(tmp_path / "p.png")


def test_what_a_format_cannot_hold_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="transparency"):
        Picture(noise(4)).save(tmp_path / "p.jpg")
    with pytest.raises(OutputError, match="16 bits"):
        Picture(noise(3, np.uint16)).save(tmp_path / "p.webp")
    with pytest.raises(OutputError, match="ending"):
        Picture(noise(3)).save(tmp_path / "p.xyz")
    assert not list(tmp_path.iterdir())


def test_an_opaque_alpha_goes_into_a_jpeg(tmp_path: Path) -> None:
    pixels = noise(4)
    pixels[:, :, 3] = 255
    Picture(pixels).save(tmp_path / "p.jpg")
    assert read_picture(tmp_path / "p.jpg").pixels.shape == (7, 11, 3)


def test_our_sixteen_bit_png_is_read_by_others(tmp_path: Path) -> None:
    picture = Picture(noise(3, np.uint16), icc=srgb())
    picture.save(tmp_path / "p.png")
    theirs = cv2.imread(str(tmp_path / "p.png"), cv2.IMREAD_UNCHANGED)
    assert theirs is not None
    assert np.array_equal(theirs[:, :, ::-1], picture.pixels)
