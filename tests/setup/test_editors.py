"""Putting the parts into editors, and taking them out: whole, again and again, and nothing of the user's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from maskpick.setup.editors import all_places, behind, named, put, take_all_out, take_out
from maskpick.setup.files import write_folder
from maskpick.setup.folders import home
from maskpick.setup.places import Place, find_places
from maskpick.setup.steps import Trouble


@pytest.fixture
def krita(account: Path) -> Place:
    (account / ".local/share/krita/pykrita/other").mkdir(parents=True)
    (account / ".config").mkdir(exist_ok=True)
    (account / ".config/kritarc").write_text("[python]\nenable_other=true\n", "utf-8")
    return find_places()[0]


@pytest.fixture
def gimp(account: Path) -> Place:
    (account / ".config/GIMP/3.0/plug-ins").mkdir(parents=True)
    return find_places()[-1]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(places: list[Place], checkout: Path) -> list[bool]:
    return [done.changed for done in put(places, checkout)]


def test_krita_gets_its_plug_in_switched_on(krita: Place, checkout: Path) -> None:
    assert changed([krita], checkout) == [True]
    assert (krita.folder / "pykrita/maskpick_krita/maskpick_bridge/protocol.py").is_file()
    assert (krita.folder / "pykrita/maskpick_krita.desktop").read_bytes().count(b"\r") == 0
    assert (krita.folder / "actions/maskpick_krita.action").is_file()
    assert krita.settings is not None
    assert "enable_maskpick_krita=true" in krita.settings.read_text("utf-8")


def test_gimp_gets_a_program_in_a_folder_of_its_name(gimp: Place, checkout: Path) -> None:
    assert changed([gimp], checkout) == [True]
    program = gimp.folder / "plug-ins/maskpick/maskpick.py"
    assert program.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert os.access(program, os.X_OK)


def test_what_is_in_place_stays_as_it_is(krita: Place, gimp: Place, checkout: Path) -> None:
    changed([krita, gimp], checkout)
    before = {path: path.stat().st_mtime_ns for path in krita.folder.rglob("*.*") if path.is_file()}
    (krita.part / "__pycache__").mkdir()
    assert changed([krita, gimp], checkout) == [False, False]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_newer_part_replaces_the_old_one_as_a_whole(krita: Place, checkout: Path) -> None:
    changed([krita], checkout)
    source = checkout / "adapters/krita/maskpick_krita"
    (source / "__init__.py").rename(source / "new.py")
    assert changed([krita], checkout) == [True]
    assert not (krita.part / "__init__.py").exists()
    assert (krita.part / "new.py").exists()
    assert sorted(path.name for path in krita.plugins.iterdir()) == [
        "maskpick_krita",
        "maskpick_krita.desktop",
        "other",
    ]


def test_a_lost_execute_bit_is_given_back(gimp: Place, checkout: Path) -> None:
    changed([gimp], checkout)
    (gimp.part / "maskpick.py").chmod(0o644)
    assert changed([gimp], checkout) == [True]
    assert os.access(gimp.part / "maskpick.py", os.X_OK)


def test_a_swap_that_fails_leaves_the_old_one(krita: Place, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed([krita], checkout)
    before = tree(krita.folder)
    (checkout / "adapters/krita/maskpick_krita/new.py").touch()
    rename = Path.rename

    def fail(path: Path, target: Path) -> Path:
        if path.name == "fresh":
            raise PermissionError(13, "Access is denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(Trouble, match="Close it"):
        changed([krita], checkout)
    assert tree(krita.folder) == before


def test_taking_out_gives_everything_back(krita: Place, gimp: Place, checkout: Path, account: Path) -> None:
    before = tree(account)
    changed([krita, gimp], checkout)
    for part in (krita.part, gimp.part):
        (part / "maskpick_bridge/__pycache__").mkdir()
        (part / "maskpick_bridge/__pycache__/protocol.pyc").touch()
    assert list(take_all_out()) == [krita, gimp]
    (home() / "install.lock").unlink()
    assert tree(account) == before
    assert not krita.part.exists()
    assert not gimp.part.exists()
    assert list(take_all_out()) == []


def test_what_is_the_users_own_is_left(krita: Place, checkout: Path) -> None:
    changed([krita], checkout)
    (krita.part / "my notes.txt").touch()
    assert take_out(krita)
    assert tree(krita.part) == {"my notes.txt": b""}


def test_what_gimp_copied_into_its_next_profile_is_taken_out_too(gimp: Place, checkout: Path, account: Path) -> None:
    changed([gimp], checkout)
    shutil.copytree(account / ".config/GIMP/3.0", account / ".config/GIMP/3.2")
    assert [place.title for place in take_all_out()] == ["GIMP 3.0", "GIMP 3.2"]


def test_a_newer_gimp_gets_the_part_of_the_older(gimp: Place, krita: Place, checkout: Path, account: Path) -> None:
    assert behind(checkout) == []
    changed([gimp], checkout)
    assert behind(checkout) == []
    (account / ".config/GIMP/3.2").mkdir()
    assert [place.title for place in behind(checkout)] == ["GIMP 3.2"]


def test_a_part_that_differs_from_the_checkout_is_behind_but_for_a_link(
    krita: Place, gimp: Place, checkout: Path
) -> None:
    changed([krita, gimp], checkout)
    (checkout / "adapters/bridge/maskpick_bridge/protocol.py").write_text("VERSION = 2\n", "utf-8")
    assert behind(checkout) == [krita, gimp]
    krita.part.rename(krita.folder / "elsewhere")
    krita.part.symlink_to(krita.folder / "elsewhere")
    assert behind(checkout) == [gimp]


def test_a_folder_somebody_names_is_remembered(account: Path, checkout: Path) -> None:
    folder = account / "portable"
    (folder / "pykrita").mkdir(parents=True)
    place = named("krita", folder / "pykrita")
    assert place == Place("krita", folder)
    assert changed([place], checkout) == [True]
    assert all_places() == [place]
    assert list(take_all_out()) == [place]
    assert all_places() == []


def test_a_folder_that_is_found_anyway_is_the_one_found(krita: Place) -> None:
    assert named("krita", krita.folder) == krita


def test_a_folder_that_is_not_there_is_refused_with_where_to_look(account: Path) -> None:
    with pytest.raises(Trouble, match="Open Resource Folder"):
        named("krita", account / "nowhere")


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_gives_way_and_what_it_led_to_stays(krita: Place, checkout: Path, account: Path, target: str) -> None:
    (account / "elsewhere").mkdir()
    (account / "elsewhere" / "mine.py").touch()
    krita.part.symlink_to(account / target)
    assert changed([krita], checkout) == [True]
    assert not krita.part.is_symlink()
    assert tree(account / "elsewhere") == {"mine.py": b""}


def test_write_folder_makes_what_leads_to_it(tmp_path: Path) -> None:
    write_folder(tmp_path / "a/b", {"c/d.txt": (b"x", False)})
    assert tree(tmp_path) == {"a/b/c/d.txt": b"x"}
