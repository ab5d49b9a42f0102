from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from command_line import Maskpick, Start, left_behind
from maskpick.batch_ledger import FOLDER, fingerprint
from maskpick.pictures import Picture
from processes import PATIENCE, is_running, until


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder of four pictures, each with one square of another colour."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(4):
        pixels = np.full((30, 40, 3), 90, np.uint8)
        pixels[5:15, 5:20] = (200, 10 * number, 0)
        Picture(pixels).save(folder / f"{number}.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def poison(path: Path, first_pixel: tuple[int, int, int]) -> None:
    pixels = np.full((30, 40, 3), first_pixel, np.uint8)
    Picture(pixels).save(path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != FOLDER)


def test_a_folder_is_worked_through(maskpick: Maskpick, album: Path) -> None:
    ran = maskpick("batch", album, "-o", "made", "--format", "ora", "--format", "preview", "--format", "folder")
    assert (ran.code, ran.out, ran.err) == (0, "4 done\n", "")
    endings = [".ora", ".preview.png", "_layers"]
    assert names(Path("made")) == [f"{number}{ending}" for number in range(4) for ending in endings]


def test_what_is_done_is_skipped_and_what_is_new_or_changed_is_made(
    maskpick: Maskpick, album: Path, tmp_path: Path
) -> None:
    def batch(*more: object) -> dict[str, int]:
        flags = ["-O", f"seen={tmp_path / 'seen'}", "--no-cache", "--json"]
        told = maskpick("batch", album, "-o", "made", *flags, *more).json
        return {kind: len(those) for kind, those in told.items() if kind != "left" and those}

    assert batch() == {"done": 4}
    assert batch() == {"skipped": 4}
    os.utime(album / "0.png", (1000, 1000))  # another time, the same pixels
    shutil.copy(album / "2.png", album / "1.png")  # other pixels
    (album / "new.jpg").write_bytes((album / "3.png").read_bytes())
    assert batch() == {"done": 2, "skipped": 3}
    Path("made/3.ora").unlink()
    assert batch() == {"done": 1, "skipped": 4}
    assert batch("-O", "most=1") == {"done": 5}
    assert batch("--format", "zip", "-O", "most=1") == {"done": 5}
    assert len((tmp_path / "seen").read_text()) == 4 + 2 + 1 + 5 + 5


def test_a_result_somebody_painted_in_is_kept(maskpick: Maskpick, album: Path) -> None:
    assert maskpick("batch", album, "-o", "made").code == 0
    painted = Path("made/1.ora")
    painted.write_text("hours of work")
    assert maskpick("batch", album, "-o", "made").out == "4 skipped\n"
    ran = maskpick("batch", album, "-o", "made", "-O", "most=1")
    assert ran.code == 9
    assert "1.ora exists already" in ran.out
    assert painted.read_text() == "hours of work"
    assert maskpick("batch", album, "-o", "made", "-O", "most=1", "--overwrite").code == 0
    assert painted.read_bytes().startswith(b"PK")


def test_a_file_that_was_there_before_is_kept(maskpick: Maskpick, album: Path) -> None:
    foreign = album / "1.ora"
    foreign.write_text("hours of work")
    ran = maskpick("batch", album, "-o", album)
    assert ran.code == 9
    assert ran.out.splitlines()[0] == "3 done, 1 failed"
    assert foreign.read_text() == "hours of work"


def test_one_failure_does_not_stop_the_rest(maskpick: Maskpick, album: Path) -> None:
    (album / "broken.png").write_bytes((album / "1.png").read_bytes()[:60])
    poison(album / "poison.png", (3, 2, 1))
    ran = maskpick("batch", album, "missing.png", "-o", "made", "--json")
    assert ran.code == 9
    assert len(ran.json["done"]) == 4
    reasons = {Path(one["picture"]).name: one["reason"] for one in ran.json["failed"]}
    assert "There is no file" in reasons["missing.png"]
    assert "broken.png is damaged" in reasons["broken.png"]
    assert "KeyError" in reasons["poison.png"]
    assert "3 of 7 pictures failed" in ran.err
    assert left_behind(Path("made")) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_process_that_breaks_down_takes_only_its_own_picture_along(
    maskpick: Maskpick, album: Path, jobs: int
) -> None:
    poison(album / "0a.png", (1, 2, 3))
    poison(album / "2a.png", (1, 2, 3))
    ran = maskpick("batch", album, "-o", "made", "--jobs", jobs, "--json")
    assert ran.code == 9
    assert sorted(Path(one["picture"]).name for one in ran.json["done"]) == ["0.png", "1.png", "2.png", "3.png"]
    failed = {Path(one["picture"]).name: one["reason"] for one in ran.json["failed"]}
    assert sorted(failed) == ["0a.png", "2a.png"]
    assert "broke down" in failed["0a.png"]


def test_a_batch_that_was_killed_goes_on(maskpick: Maskpick, start: Start, album: Path, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    process = start("batch", album, "-o", "made", "--jobs", "2", "-O", f"busy={busy}")
    until(busy.exists, process)
    process.kill()
    process.communicate(timeout=PATIENCE)
    worker = int(busy.read_text())
    until(lambda: not is_running(worker))  # nobody is left to give it work, so it goes
    assert maskpick("batch", album, "-o", "made", "--jobs", "2").out == "4 done\n"
    ledger = tmp_path / "made" / FOLDER / "batch.jsonl"
    with ledger.open("a") as file:
        file.write('{"output": "torn')
    assert maskpick("batch", album, "-o", "made").out == "4 skipped\n"
    assert left_behind(tmp_path) == []


def test_a_result_that_was_announced_and_not_put_in_place_is_made_anew(maskpick: Maskpick, album: Path) -> None:
    assert maskpick("batch", album, "-o", "made").out == "4 done\n"
    before = fingerprint(Path("made/1.ora"))
    assert maskpick("batch", album, "-o", "made", "-O", "most=1").out == "4 done\n"
    ledger = Path("made") / FOLDER / "batch.jsonl"
    entries = {entry["output"]: entry for entry in map(json.loads, ledger.read_text().splitlines())}
    assert entries["1.ora"]["before"] == list(before or ())
    # As if it had been killed between the line and the renaming: what lies there is what was there before.
    entries["1.ora"] |= {"before": fingerprint(Path("made/1.ora")), "result": [1, 1]}
    ledger.write_text("".join(json.dumps(entry) + "\n" for entry in entries.values()))
    room = Path("made") / FOLDER / "work" / "1"
    room.mkdir(parents=True)
    (room / "1.ora").write_text("half")
    assert maskpick("batch", album, "-o", "made", "-O", "most=1").out == "1 done, 3 skipped\n"
    assert not room.exists()


def test_a_failure_leaves_the_former_result_to_those_who_paint_in_it(maskpick: Maskpick, album: Path) -> None:
    assert maskpick("batch", album, "-o", "made").out == "4 done\n"
    poison(album / "1.png", (3, 2, 1))
    assert maskpick("batch", album, "-o", "made").code == 9
    Path("made/1.ora").write_text("hours of work")
    shutil.copy(album / "2.png", album / "1.png")
    assert maskpick("batch", album, "-o", "made").code == 9
    assert Path("made/1.ora").read_text() == "hours of work"


def test_two_batches_do_not_share_a_folder(maskpick: Maskpick, start: Start, album: Path, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    process = start("batch", album, "-o", "made", "-O", f"busy={busy}")
    until(busy.exists, process)
    ran = maskpick("batch", album, "-o", "made")
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert ran.code == 6
    assert "Another batch is at work in made" in ran.err


def test_folders_in_folders_keep_their_order(maskpick: Maskpick, album: Path) -> None:
    shutil.copytree(album, album / "trip" / "day one")
    assert maskpick("batch", album, "-o", "flat").out == "4 done\n"
    assert maskpick("batch", album, "-o", album / "made", "-r").out == "8 done\n"
    assert (album / "made" / "trip" / "day one" / "3.ora").exists()
    assert maskpick("batch", album, "-o", album / "made", "-r", "--format", "ora").out == "8 skipped\n"


def test_results_are_no_pictures_to_work_on(maskpick: Maskpick, album: Path) -> None:
    for expected in ("4 done\n", "4 skipped\n"):
        assert maskpick("batch", album, "-o", album, "--format", "preview").out == expected


def test_pictures_that_differ_in_their_ending_keep_it(maskpick: Maskpick, album: Path) -> None:
    Picture.open(album / "1.png").save(album / "1.tif")
    assert maskpick("batch", album, "-o", "made").out == "5 done\n"
    assert names(Path("made")) == ["0.ora", "1.png.ora", "1.tif.ora", "2.ora", "3.ora"]


def test_wrong_settings_are_met_before_any_work(maskpick: Maskpick, album: Path) -> None:
    assert maskpick("batch", album, "-o", "made", "-O", "mst=1").code == 2
    assert maskpick("batch", album, "-o", "made", "--format", "xyz").code == 6
    assert maskpick("batch", album, "-o", "made", "--engine", "nobody").code == 7
    assert maskpick("batch", album, "-o", "made", "--jobs", "-1").code == 2
    (album / "empty").mkdir()
    assert maskpick("batch", album / "empty", "-o", "made").code == 3
    assert not Path("made").exists()


def test_with_the_real_engine_and_a_real_process(start: Start, photos: Path) -> None:
    process: subprocess.Popen[str] = start("batch", photos, "-o", "made", "--engine", "local", "--format", "zip")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert out == "3 done\n"
    assert names(Path("made")) == ["chelsea.zip", "coffee.zip", "rocket.zip"]
