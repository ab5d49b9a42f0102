"""Picture files, read whatever they hold and written without losing anything unsaid."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import OutputError, PictureError
from maskpick.files import replacing
from maskpick.pictures import Picture

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 250_000_000
"""A larger picture is refused before its pixels are read: it would need gigabytes of memory."""

_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258


def read_picture(path: Path) -> Picture:
    """Read a picture file: its first frame, the right way up, in RGB or grey, 8 or 16 bit a channel.

    What had to be converted is said in the picture's ``notes``. Raises `PictureError`.
    """
    return decode_picture(read_bytes(path), path)


def decode_picture(data: bytes, path: Path) -> Picture:
    """Read a picture from the bytes of a file; ``path`` is only spoken of. Raises `PictureError`."""
    from PIL import Image, UnidentifiedImageError

    if not data:
        raise PictureError(f"{path} is empty: it has no bytes at all.", "Get the picture once more from where it came.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MAX_PIXELS is our own limit
            opened = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise PictureError(
            f"{path} is not a picture in a format that can be read.",
            "Save it as PNG, JPEG, TIFF or WebP and try again.",
        ) from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except Exception as error:  # a broken file makes decoders raise anything
        raise _damaged(path, error) from error
    with opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_large(path)
        try:
            return _decoded(opened, data, path)
        except MemoryError:
            raise PictureError(
                f"{path} needs more memory than there is.", "Close other programs, or scale it down."
            ) from None
        except Exception as error:  # as above
            raise _damaged(path, error) from error


def read_bytes(path: Path) -> bytes:
    """Read the bytes of a picture file. Raises `PictureError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PictureError(f"There is no file {path}.", "Check the name and the folder.") from None
    except IsADirectoryError:
        raise PictureError(f"{path} is a folder, not a picture.", "Name a picture in it.") from None
    except PermissionError:
        kind = "is a folder, not a picture" if path.is_dir() else "cannot be opened: there is no permission to read it"
        raise PictureError(f"{path} {kind}.", "Choose a picture you may read.") from None
    except OSError as error:
        raise PictureError(
            f"{path} cannot be read: {error.strerror or error}.", "Copy it elsewhere and try again."
        ) from error


def _damaged(path: Path, error: Exception) -> PictureError:
    return PictureError(
        f"{path} is damaged or was cut short ({error}).", "Get the picture once more from where it came."
    )


def _too_large(path: Path) -> PictureError:
    return PictureError(
        f"{path} is larger than {MAX_PIXELS // 1_000_000} megapixels.", "Scale it down, or cut out the part you need."
    )


def _decoded(image: Image.Image, data: bytes, path: Path) -> Picture:
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        image.seek(0)
        notes.append(f"It has {frames} frames or pages; the first one is used.")
    image.load()
    orientation = image.getexif().get(_ORIENTATION, 1)
    icc = image.info.get("icc_profile")
    if _is_deep(image, data):
        pixels = _deep_pixels(data)
    elif image.mode in ("CMYK", "LAB"):
        pixels, icc = np.asarray(_to_rgb(image, icc)), None
        notes.append(f"Its colours are {image.mode}; they were converted to sRGB.")
    elif image.mode == "F":
        pixels = _from_float(np.asarray(image))
        notes.append("Its values are floating-point; they were converted to 16 bit.")
    elif image.mode.startswith("I"):
        pixels = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
    else:
        pixels = np.asarray(image.convert(_plain_mode(image)))
    return Picture(_upright(pixels, orientation), icc, path, tuple(notes))


def _plain_mode(image: Image.Image) -> str:
    """Which of the four modes of `Picture` holds everything this image has."""
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data or image.mode in ("La", "RGBa"):
        return "LA" if grey else "RGBA"
    return "L" if grey else "RGB"


def _is_deep(image: Image.Image, data: bytes) -> bool:
    """Whether the file holds 16 bits a channel in colour or with alpha, which Pillow would cut down to 8."""
    if image.format == "PNG":
        bit_depth, colour_type = data[24], data[25]  # of the IHDR chunk, which comes first
        return bit_depth == 16 and colour_type in (2, 4, 6)
    if image.format == "TIFF":
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, ())  # type: ignore[attr-defined]
        return len(bits) >= 3 and set(bits) == {16} and image.mode in ("RGB", "RGBA", "RGBX")
    return False


def _deep_pixels(data: bytes) -> NDArray[Any]:
    import cv2

    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        raise ValueError("its 16-bit pixels cannot be decoded")
    pixels: NDArray[Any] = np.asarray(decoded)
    return pixels if pixels.ndim == 2 else pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]  # stored as BGR


def _to_rgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    from PIL import ImageCms

    if image.mode != "LAB" and icc is None:
        return image.convert("RGB")
    try:
        given: Any = (
            ImageCms.createProfile("LAB") if image.mode == "LAB" else ImageCms.ImageCmsProfile(io.BytesIO(icc or b""))
        )
        converted = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        if image.mode == "LAB":
            raise
        return image.convert("RGB")  # a broken profile: the plain formula still gives a usable picture
    assert converted is not None  # only for inPlace=True
    return converted


def _from_float(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    white = max(1.0, float(values.max()))  # 1.0 is white by custom; what goes beyond is scaled to fit
    return np.asarray(np.rint(np.clip(values / white, 0, 1) * 65535), np.uint16)


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo the camera's orientation: values 2 to 8 of EXIF tag 0x0112 (CIPA DC-008, *Orientation*)."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def write_picture(picture: Picture, path: Path) -> None:
    """Write a picture; the ending chooses PNG, TIFF, WebP or JPEG. Depth, alpha and profile are kept.

    JPEG is written at quality 95 without colour subsampling and WebP without loss. Raises `OutputError` where the
    format cannot hold what the picture has.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise OutputError(
            f"{path.name} has an ending no picture format answers to.", f"End it in {', '.join(_WRITERS)}."
        )
    data = writer(picture, path.name)
    with replacing(path) as fresh:
        fresh.write_bytes(data)


def _pillow(picture: Picture, name: str, form: str, **options: Any) -> bytes:
    from PIL import Image

    pixels = picture.pixels if picture.pixels.shape[2] > 1 else picture.pixels[:, :, 0]
    buffer = io.BytesIO()
    try:
        Image.fromarray(pixels).save(buffer, form, icc_profile=picture.icc or b"", **options)
    except (OSError, ValueError) as error:
        raise OutputError(f"{name} cannot hold this picture: {error}.", "Save it as PNG instead.") from error
    return buffer.getvalue()


def _png(picture: Picture, name: str) -> bytes:
    if picture.pixels.dtype == np.uint8:
        return _pillow(picture, name, "PNG", compress_level=4)
    return _with_profile(_deep_bytes(picture, name, ".png"), picture.icc)


def _tiff(picture: Picture, name: str) -> bytes:
    if picture.pixels.dtype == np.uint8 or picture.pixels.shape[2] == 1:
        return _pillow(picture, name, "TIFF", compression="tiff_adobe_deflate")
    if picture.icc:
        raise OutputError(f"{name} would lose its colour profile: 16-bit colour TIFF.", "Save it as PNG instead.")
    return _deep_bytes(picture, name, ".tiff")


def _webp(picture: Picture, name: str) -> bytes:
    if picture.pixels.dtype != np.uint8:
        raise OutputError(f"{name} cannot hold 16 bits a channel.", "Save it as PNG instead.")
    return _pillow(picture, name, "WEBP", lossless=True, exact=True)


def _jpeg(picture: Picture, name: str) -> bytes:
    if picture.alpha8 is not None:
        raise OutputError(f"{name} cannot hold transparency.", "Save it as PNG instead.")
    if picture.pixels.dtype != np.uint8:
        raise OutputError(f"{name} cannot hold 16 bits a channel.", "Save it as PNG instead.")
    return _pillow(picture.replace(pixels=picture.colour), name, "JPEG", quality=95, subsampling=0)


_WRITERS = {".png": _png, ".tif": _tiff, ".tiff": _tiff, ".webp": _webp, ".jpg": _jpeg, ".jpeg": _jpeg}

ENDINGS = tuple(_WRITERS)
"""The file endings `write_picture` answers to, lower case with the dot."""


def _deep_bytes(picture: Picture, name: str, form: str) -> bytes:
    import cv2

    pixels = picture.pixels
    if pixels.shape[2] == 2:  # OpenCV writes no grey with alpha
        pixels = pixels[:, :, [0, 0, 0, 1]]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[pixels.shape[2]]
    written, data = cv2.imencode(form, pixels[:, :, order])
    if not written:
        raise OutputError(f"{name} cannot hold this picture.", "Save it as 8-bit PNG instead.")
    return data.tobytes()


def _with_profile(png: bytes, icc: bytes | None) -> bytes:
    """Put an iCCP chunk behind the IHDR chunk (PNG specification, 11.3.2.3)."""
    if not icc:
        return png
    body = b"iCCP" + b"icc\0\0" + zlib.compress(icc)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 25
    return png[:after_header] + chunk + png[after_header:]
