"""Bad input, met the way a user meets it: one clear message, an exit status, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command_line import Maskpick, Ran, left_behind
from maskpick.pictures import Picture


def refused(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran
    assert ran.out == ""
    assert 1 <= len(ran.err.splitlines()) <= 2, ran.err
    assert ran.err.startswith("maskpick: ")
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err
    assert left_behind(Path.cwd()) == []


def test_what_is_no_picture(maskpick: Maskpick) -> None:
    Path("notes.jpg").write_text("Buy milk. " * 100)
    refused(maskpick("masks", "notes.jpg"), 3, "notes.jpg is not a picture")
    assert not Path("notes.zip").exists()


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".tif"])
def test_a_truncated_picture(maskpick: Maskpick, ending: str) -> None:
    path = Path(f"cut{ending}")
    noise = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    Picture(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(maskpick("layers", path), 3, path.name)


def test_a_file_of_no_bytes(maskpick: Maskpick) -> None:
    Path("empty.png").touch()
    refused(maskpick("preview", "empty.png"), 3, "empty.png is empty")


def test_a_file_that_is_not_there(maskpick: Maskpick) -> None:
    refused(maskpick("masks", "gone.png"), 3, "no file gone.png")
    refused(maskpick("masks", "*.nothing"), 3, "*.nothing")


def test_a_folder_instead_of_a_picture(maskpick: Maskpick) -> None:
    Path("folder.png").mkdir()
    refused(maskpick("masks", "folder.png"), 3, "is a folder")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_that_may_not_be_read(maskpick: Maskpick, photo: Path) -> None:
    photo.chmod(0)
    if os.access(photo, os.R_OK):
        pytest.skip("this user may read everything")
    refused(maskpick("masks", photo), 3, "no permission")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody")
def test_a_file_that_another_user_may_not_read(photo: Path) -> None:
    photo.chmod(0)
    code = (
        "import sys, maskpick.picture_files, PIL.PngImagePlugin, cv2, os\n"
        "from maskpick.errors import PictureError\n"
        f"data = os.open({str(photo.parent)!r}, os.O_RDONLY); os.fchdir(data); os.setuid(65534)\n"
        "try: maskpick.picture_files.read_picture(maskpick.picture_files.Path('photo.png'))\n"
        "except PictureError as error: print(error)"
    )
    photo.parent.chmod(0o755)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "photo.png cannot be opened: there is no permission" in told


def test_of_an_animated_picture_the_first_frame_is_used(maskpick: Maskpick, shapes: Picture) -> None:
    first = Image.fromarray(shapes.pixels)
    first.save("film.gif", save_all=True, append_images=[Image.new("RGB", first.size, "white")])
    ran = maskpick("masks", "film.gif", "--json")
    assert ran.code == 0
    assert {(50 - 30, 60 - 30), (100, 40)} <= {(m["box"]["x"], m["box"]["y"]) for m in ran.json[0]["masks"]}
    assert "2 frames" in ran.err
    assert "the first one is used" in ran.err


def test_a_cmyk_picture_is_converted(maskpick: Maskpick, shapes: Picture) -> None:
    Image.fromarray(shapes.pixels).convert("CMYK").save("print.tif")
    ran = maskpick("masks", "print.tif", "--json")
    assert ran.code == 0
    assert len(ran.json[0]["masks"]) == 2
    assert "CMYK" in ran.err


def test_the_camera_s_orientation_is_applied(maskpick: Maskpick, shapes: Picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(shapes.pixels).rotate(90, expand=True).save("phone.png", exif=exif)
    [told] = maskpick("masks", "phone.png", "--json").json
    assert (told["width"], told["height"]) == (160, 120)
    assert maskpick("at", "phone.png", 120, 60, "--json").json["stack"][0]["area"] == 2000


@pytest.mark.parametrize(("x", "y"), [(160, 0), (0, 120), (-1, 5), (5, -1), (10**9, 10**9)])
def test_a_point_outside(maskpick: Maskpick, photo: Path, x: int, y: int) -> None:
    refused(maskpick("at", photo, x, y), 5, f"{x}, {y} lies outside", "160 x 120")
    refused(maskpick("remove", photo, "--at", f"{x},{y}"), 5, f"{x}, {y} lies outside")


def test_an_unknown_id(maskpick: Maskpick, photo: Path) -> None:
    refused(maskpick("remove", photo, "--ids", "1,77"), 5, "no object number 77", "numbered 1 to 2")


def test_an_empty_pick(maskpick: Maskpick, photo: Path) -> None:
    refused(maskpick("remove", photo, "--ids", ","), 5, "Nothing is picked")
    refused(maskpick("remove", photo, "--at", "0,0"), 5, "No object lies at 0, 0")
    Picture(np.zeros((120, 160, 3), np.uint8)).save("black.png")
    refused(maskpick("remove", photo, "--mask", "black.png"), 5, "covers no pixel")


def test_a_mask_of_another_size(maskpick: Maskpick, photo: Path) -> None:
    Picture(np.full((20, 10, 3), 255, np.uint8)).save("small.png")
    refused(maskpick("remove", photo, "--mask", "small.png"), 5, "10 x 20", "160 x 120")


def test_masks_of_another_picture(maskpick: Maskpick, photo: Path) -> None:
    Picture(np.eye(30, dtype=np.uint8) * 255).save("other.png")
    assert maskpick("masks", "other.png").code == 0
    refused(maskpick("remove", photo, "--masks", "other.zip", "--ids", "1"), 5, "another size")


def test_a_zip_that_is_none(maskpick: Maskpick) -> None:
    Path("masks.zip").write_text("not at all")
    refused(maskpick("at", "masks.zip", 0, 0), 4, "masks.zip")
    Path("masks.maskpick").write_text("not at all")
    refused(maskpick("at", "masks.maskpick", 0, 0), 4, "masks.maskpick")


def test_an_output_whose_folder_is_a_file(maskpick: Maskpick, photo: Path) -> None:
    Path("file").write_text("in the way")
    refused(maskpick("masks", photo, "-o", "file/out.zip"), 6, "out.zip cannot be written")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a place nobody can write is known on Linux only")
def test_an_output_that_cannot_be_written(maskpick: Maskpick, photo: Path) -> None:
    refused(maskpick("masks", photo, "-o", "/proc/out.zip"), 6, "/proc/out.zip cannot be written")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB that is nearly full."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = sys.platform == "linux" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("only root can mount a small disk")
    (place / "full").write_bytes(bytes(60_000))
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("command", ["masks", "layers", "preview", "remove"])
def test_a_full_disk(maskpick: Maskpick, tiny_disk: Path, command: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)
    noise[50:100, 50:100] = 255
    Picture(noise).save("noise.png")
    target = tiny_disk / f"out{ {'masks': '.zip', 'layers': '.ora'}.get(command, '.png') }"
    pick = ["--ids", "1"] if command == "remove" else []
    ran = maskpick(command, "noise.png", "-o", target, "-O", "flat.most=2000", *pick)
    refused(ran, 6, "The disk is full", target.name)
    assert [path.name for path in tiny_disk.iterdir()] == ["full"]


def test_a_full_disk_for_the_cache_stops_nothing(
    maskpick: Maskpick, tiny_disk: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiny_disk / "full").write_bytes(bytes(65_000))
    monkeypatch.setenv("MASKPICK_CACHE", str(tiny_disk))
    ran = maskpick("masks", photo)
    assert (ran.code, ran.err) == (0, "")
