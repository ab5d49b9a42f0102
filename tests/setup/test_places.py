"""Where editors keep what a user adds: every way they are packaged, on every system."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from maskpick.setup.places import Place, find_gimps, find_kritas, find_places


def made(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True)


def test_an_account_without_editors_has_no_places() -> None:
    assert find_places() == []


def test_kritas_of_linux_are_found_however_they_are_packaged(account: Path) -> None:
    flatpak, snap = account / ".var/app/org.kde.krita", account / "snap/krita/current"
    made(account / ".local/share/krita", flatpak, snap)
    assert find_kritas() == [
        Place("krita", account / ".local/share/krita", "", account / ".config/kritarc"),
        Place("krita", flatpak / "data/krita", "flatpak", flatpak / "config/kritarc"),
        Place("krita", snap / ".local/share/krita", "snap", snap / ".config/kritarc"),
    ]


def test_a_krita_that_never_ran_is_found_by_its_program(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert [place.folder for place in find_kritas()] == [account / ".local/share/krita"]


def test_the_folders_a_user_chose_for_all_programs_count(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(account / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(account / "config"))
    made(account / "data/krita", account / "config/GIMP/3.0")
    assert [place.folder for place in find_places()] == [account / "data/krita", account / "config/GIMP/3.0"]


def test_a_resource_folder_chosen_in_krita_counts(account: Path) -> None:
    made(account / ".config", account / "my brushes")
    (account / ".config/kritarc").write_text(f"a=1\nResourceDirectory={account}/my brushes\n[python]\n", "utf-8")
    assert [place.folder for place in find_kritas()] == [account / "my brushes"]


def test_every_gimp_3_is_found_the_oldest_first(account: Path) -> None:
    base, flatpak = account / ".config/GIMP", account / ".var/app/org.gimp.GIMP/config/GIMP"
    made(*(base / version for version in ("2.10", "3.0", "3.10", "3.2", "3.x")), flatpak / "3.0")
    made(account / "snap/gimp/current/.config/GIMP/3.0")
    assert [place.title for place in find_gimps()] == [
        "GIMP 3.0",
        "GIMP 3.2",
        "GIMP 3.10",
        "GIMP 3.0 (flatpak)",
        "GIMP 3.0 (snap)",
    ]


@pytest.mark.parametrize("chosen", ["{home}/elsewhere", "elsewhere", "~/elsewhere"])
def test_gimps_own_variable_counts(account: Path, monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    made(account / "elsewhere")
    monkeypatch.setenv("HOME", str(account))
    monkeypatch.setenv("GIMP3_DIRECTORY", chosen.format(home=account))
    assert find_gimps() == [Place("gimp", account / "elsewhere")]


def test_windows(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    local, roaming = account / "AppData/Local", account / "AppData/Roaming"
    monkeypatch.setenv("LOCALAPPDATA", str(local))
    monkeypatch.setenv("APPDATA", str(roaming))
    store = local / "Packages/49800Krita_abc/LocalCache"
    made(roaming / "krita", roaming / "GIMP/3.0", store)
    assert find_places() == [
        Place("krita", roaming / "krita", "", local / "kritarc"),
        Place("krita", store / "Roaming/krita", "Windows Store", store / "Local/kritarc"),
        Place("gimp", roaming / "GIMP/3.0"),
    ]


def test_macos(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    support = account / "Library/Application Support"
    made(support / "krita", support / "GIMP/3.2")
    assert find_places() == [
        Place("krita", support / "krita", "", account / "Library/Preferences/kritarc"),
        Place("gimp", support / "GIMP/3.2"),
    ]
