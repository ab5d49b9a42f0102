from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

import maskpick as library
from command_line import Maskpick, left_behind
from maskpick.edges import Edge
from maskpick.pictures import Picture


def test_masks_writes_a_zip_beside_the_picture_and_prints_a_table(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("masks", photo)
    assert ran.code == 0, ran.err
    title, header, *rows = ran.out.splitlines()
    assert title == f"{photo}: 2 objects -> {photo.with_suffix('.zip')}"
    assert header.split() == ["id", "object", "size", "at", "box"]
    assert len(rows) == 2
    assert rows[0].split()[0] == "1"
    assert "61 x 61" in rows[0]
    masks = library.open_masks(photo.with_suffix(".zip"))
    assert len(masks) == 2
    assert ran.err == ""


def test_masks_as_json_is_a_list_of_pictures(maskpick: Maskpick, photo: Path) -> None:
    [told] = maskpick("masks", photo, "--json").json
    assert told["picture"] == str(photo)
    assert told["output"] == str(photo.with_suffix(".zip"))
    assert (told["width"], told["height"], told["engine"]) == (160, 120, "flat")
    disc = told["masks"][0]
    assert disc["box"] == {"x": 20, "y": 30, "width": 61, "height": 61}
    assert disc["area"] == pytest.approx(3.1416 * 30**2, rel=0.02)


def test_the_flags_may_stand_before_or_behind_the_command(maskpick: Maskpick, photo: Path) -> None:
    for arguments in (
        ["--json", "-O", "most=1", "masks", photo, "--overwrite"],
        ["masks", photo, "--json", "-O", "most=1", "--overwrite"],
        ["-O", "most=2", "--json", "masks", "-O", "flat.most=1", photo, "--overwrite"],
    ):
        [told] = maskpick(*arguments).json
        assert len(told["masks"]) == 1


def test_a_mask_file_is_written_for_its_ending(maskpick: Maskpick, photo: Path) -> None:
    assert maskpick("masks", photo, "-o", "photo.maskpick").code == 0
    assert len(library.open_masks(photo.with_suffix(".maskpick"))) == 2


@pytest.mark.parametrize("ending", [".ora", ".psd", ".zip"])
def test_layers_writes_the_format_of_the_ending(maskpick: Maskpick, photo: Path, ending: str) -> None:
    target = photo.with_name(f"out{ending}")
    ran = maskpick("layers", photo, "-o", target)
    assert (ran.code, ran.out) == (0, f"{target}\n"), ran.err
    assert target.stat().st_size > 0
    if ending == ".ora":
        with zipfile.ZipFile(target) as ora:
            assert ora.read("mimetype") == b"image/openraster"


def test_edges_can_be_hard_or_fine(maskpick: Maskpick, photo: Path) -> None:
    found = {}
    for edge in ("soft", "hard", "fine"):
        assert maskpick("masks", photo, "-o", f"{edge}.maskpick", "--edge", edge).code == 0
        found[edge] = library.open_masks(photo.with_name(f"{edge}.maskpick"))
        ran = maskpick("layers", photo, "-o", f"{edge}.ora", "--edge", edge)
        assert ran.code == 0, ran.err
    assert all(np.isin(mask.coverage, (0, 255)).all() for mask in found["hard"])
    assert found["fine"] == Edge(fine=True).of_all(found["soft"], library.open_picture(photo))


def test_layers_without_an_ending_is_a_folder_that_may_be_made_again(maskpick: Maskpick, photo: Path) -> None:
    for _ in range(2):
        assert maskpick("layers", photo, "-o", "out").code == 0
        assert (photo.parent / "out" / "layers.json").exists()
    (photo.parent / "out" / "mine.txt").write_text("precious")
    assert maskpick("layers", photo, "-o", "out").code == 0
    assert (photo.parent / "out" / "mine.txt").read_text() == "precious"
    assert (photo.parent / "out" / "photo.ora").exists()


def test_an_existing_folder_gets_the_result_put_into_it(maskpick: Maskpick, photo: Path) -> None:
    folder = photo.parent / "things"
    folder.mkdir()
    (folder / "precious.txt").write_text("x")
    assert maskpick("layers", photo, "-o", folder, "--format", "folder").code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["photo_layers", "precious.txt"]


def test_several_pictures_go_into_a_folder_or_a_pattern(maskpick: Maskpick, photo: Path, shapes: Picture) -> None:
    other = photo.with_name("other.png")
    shapes.save(other)
    assert maskpick("layers", photo, other, "-o", "made/").code == 0
    assert sorted(path.name for path in Path("made").iterdir()) == ["other.ora", "photo.ora"]
    assert maskpick("preview", "*.png", "-o", "seen/{name}-seen.png").code == 0
    assert sorted(path.name for path in Path("seen").iterdir()) == ["other-seen.png", "photo-seen.png"]
    ran = maskpick("masks", photo, other, "-o", "one.zip")
    assert ran.code == 2
    assert "{name}" in ran.err


def test_several_pictures_of_which_one_fails(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("masks", "missing.png", photo, "--json")
    assert ran.code == 9
    missing, found = ran.json
    assert "There is no file missing.png" in missing["error"]
    assert len(found["masks"]) == 2
    assert "1 of 2 pictures failed" in ran.err


def test_preview_writes_a_picture_of_the_same_size(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("preview", photo)
    assert ran.out.strip() == str(photo.with_name("photo.preview.png")), ran.err
    preview, picture = Picture.open(ran.out.strip()), Picture.open(photo)
    assert preview.size == picture.size
    assert (preview.rgb8 != picture.rgb8).any()


def test_at_prints_the_stack_of_a_picture_and_of_a_zip(maskpick: Maskpick, photo: Path) -> None:
    assert maskpick("masks", photo).code == 0
    for source in (photo, photo.with_suffix(".zip")):
        told = maskpick("at", source, 50, 60, "--json").json
        assert (told["x"], told["y"]) == (50, 60)
        assert [one["id"] for one in told["stack"]] == [1]
        assert maskpick("at", source, 50, 60).out.splitlines()[1].split()[0] == "1"


def test_at_a_point_without_an_object(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("at", photo, 0, 0)
    assert (ran.code, ran.out) == (0, "")
    assert "No object lies at 0, 0." in ran.err
    assert maskpick("at", photo, 0, 0, "--json").json["stack"] == []


def test_a_kept_answer_saves_the_work(maskpick: Maskpick, photo: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    for count, flags in ((1, []), (1, []), (2, ["--no-cache"]), (2, [])):
        assert maskpick("at", photo, 50, 60, "-O", f"seen={seen}", *flags).code == 0
        assert len(seen.read_text()) == count
    assert maskpick("cache", "--json").json["entries"] == 1
    assert maskpick("cache", "clear").out == "Dropped 1 answer.\n"
    assert maskpick("cache").out.splitlines()[1].startswith("0 answers, 0.0 MB")


def test_an_output_that_was_not_named_is_never_replaced_unasked(maskpick: Maskpick, photo: Path) -> None:
    painted = photo.with_suffix(".ora")
    painted.write_text("hours of work")
    ran = maskpick("layers", photo)
    assert ran.code == 6
    assert "exists already" in ran.err
    assert painted.read_text() == "hours of work"
    assert maskpick("layers", photo, "-o", photo.parent).code == 6
    assert maskpick("layers", photo, "--overwrite").code == 0
    assert zipfile.is_zipfile(painted)
    assert maskpick("layers", photo, "-o", painted).code == 0


@pytest.mark.parametrize(
    "arguments", [["preview", "photo.png", "-o", "photo.png"], ["preview", "photo.png", "-o", "{name}.png"]]
)
def test_the_input_is_never_the_output(maskpick: Maskpick, photo: Path, arguments: list[str]) -> None:
    before = photo.read_bytes()
    ran = maskpick(*arguments)
    assert ran.code == 6
    assert "is the picture itself" in ran.err
    assert photo.read_bytes() == before


def test_two_pictures_of_one_name_are_refused_before_any_work(maskpick: Maskpick, photo: Path, shapes: Picture) -> None:
    twin = photo.with_suffix(".tif")
    shapes.save(twin)
    ran = maskpick("masks", photo, twin)
    assert ran.code == 2
    assert "would both become" in ran.err
    assert not photo.with_suffix(".zip").exists()


def test_an_ending_nobody_writes_is_refused(maskpick: Maskpick, photo: Path) -> None:
    for command in ("masks", "layers", "preview"):
        ran = maskpick(command, photo, "-o", "out.xyz")
        assert ran.code == 6, command
        assert ".xyz" in ran.err or "out.xyz" in ran.err
    assert maskpick("layers", photo, "--format", "xyz").code == 6
    assert left_behind(photo.parent) == []


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("mst=3", "Did you mean most?"),
        ("most=many", "a whole number"),
        ("most", "NAME=VALUE"),
        ("flt.most=3", "Did you mean flat?"),
    ],
)
def test_a_wrong_option_is_explained(maskpick: Maskpick, photo: Path, option: str, words: str) -> None:
    ran = maskpick("masks", photo, "-O", option)
    assert ran.code == 2
    assert words in ran.err


def test_an_unknown_engine_is_answered_with_the_known_ones(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("masks", photo, "--engine", "magic")
    assert ran.code == 7
    assert "local" in ran.err


def test_with_the_real_engine(maskpick: Maskpick, photos: Path, tmp_path: Path) -> None:
    [told] = maskpick("masks", photos / "coffee.jpg", "-o", "c.zip", "--engine", "local", "--json").json
    assert len(told["masks"]) > 10
    assert maskpick("layers", photos / "coffee.jpg", "-o", "c.ora", "--engine", "local").code == 0
    assert maskpick("preview", photos / "coffee.jpg", "-o", "c.png", "--engine", "local").code == 0
    assert {"c.zip", "c.ora", "c.png"} <= {path.name for path in tmp_path.iterdir()}
