"""Why maskpick does not show up in an editor: each reason is found, and told with what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from maskpick.doctor_editors import examine_editors
from maskpick.setup import kritarc
from maskpick.setup.editors import put
from maskpick.setup.files import write_whole
from maskpick.setup.folders import ENGINE_FILE, home
from maskpick.setup.parts import MANIFEST
from maskpick.setup.places import Place, find_places
from maskpick.worker.listening import address_file

Look = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def krita(account: Path) -> Place:
    (account / ".local/share/krita").mkdir(parents=True)
    return find_places()[0]


@pytest.fixture
def gimp(account: Path) -> Place:
    (account / ".config/GIMP/3.0").mkdir(parents=True)
    return find_places()[-1]


@pytest.fixture(autouse=True)
def engine() -> None:
    write_whole(home() / ENGINE_FILE, f'{{"interpreter": "{sys.executable}"}}'.encode())


def said(system: Path = Path("/nowhere")) -> str:
    """All that is not good, and that each of it comes with advice."""
    findings = [one for one in examine_editors(system) if one.state != "good" and "MASKPICK_HOME" not in one.found]
    assert all(one.advice for one in findings)
    return "\n".join(f"{one.subject}: {one.found}" for one in findings)


def ready(place: Place, checkout: Path) -> Place:
    list(put([place], checkout))
    assert place.title not in said()
    return place


def test_an_account_without_editors_needs_nothing() -> None:
    assert [one.state for one in examine_editors()] == ["good"]


def test_parts_in_order_are_told_with_their_place(krita: Place, gimp: Place, checkout: Path) -> None:
    list(put([krita, gimp], checkout))
    found = {one.subject: one.found for one in examine_editors() if one.state == "good"}
    assert str(krita.part) in found["Krita"]
    assert str(gimp.part) in found["GIMP 3.0"]
    assert found["engine for editors"] == sys.executable


def test_an_editor_without_it(krita: Place, gimp: Place) -> None:
    assert said() == "Krita: It is without maskpick.\nGIMP 3.0: It is without maskpick."


def test_switched_off_in_krita(krita: Place, checkout: Path) -> None:
    ready(krita, checkout)
    assert krita.settings is not None
    kritarc.forget(krita.settings)
    assert "switched off" in said()


def test_a_krita_without_the_desktop_file(krita: Place, checkout: Path) -> None:
    ready(krita, checkout)
    (krita.plugins / "maskpick_krita.desktop").unlink()
    assert "maskpick_krita.desktop is missing" in said()


def test_an_old_version_beside_the_engine(krita: Place, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(krita, checkout)
    monkeypatch.setattr("maskpick.__version__", "9.8.7")
    assert "It has maskpick 0.1.0, and the engine is 9.8.7" in said()


def test_a_part_without_its_manifest(gimp: Place, checkout: Path) -> None:
    ready(gimp, checkout)
    (gimp.part / MANIFEST).unlink()
    assert "put there by hand" in said()


def test_a_file_that_is_missing(gimp: Place, checkout: Path) -> None:
    ready(gimp, checkout)
    (gimp.part / "maskpick_gimp/__init__.py").unlink()
    (gimp.part / "maskpick_bridge/__init__.py").unlink()
    assert "Files missing or changed: 2" in said()


def test_a_program_that_may_not_be_run(gimp: Place, checkout: Path) -> None:
    ready(gimp, checkout)
    (gimp.part / "maskpick.py").chmod(0o644)
    assert "execute bit" in said()


def test_line_ends_of_windows(gimp: Place, checkout: Path) -> None:
    ready(gimp, checkout)
    program = gimp.part / "maskpick.py"
    program.write_bytes(program.read_bytes().replace(b"\n", b"\r\n"))
    assert "line ends of Windows" in said()


def test_a_program_of_another_name(gimp: Place, checkout: Path) -> None:
    ready(gimp, checkout)
    (gimp.part / "maskpick.py").rename(gimp.part / "mask-pick.py")
    assert "has no maskpick.py" in said()


@pytest.mark.parametrize("where", ["maskpick-gimp-0.1.0", "maskpick-gimp/maskpick", "."])
def test_a_gimp_plug_in_in_a_folder_of_another_name(gimp: Place, checkout: Path, where: str) -> None:
    ready(gimp, checkout)
    away = gimp.folder / "away"
    gimp.part.rename(away)
    shutil.copytree(away, gimp.plugins / where, dirs_exist_ok=True)
    assert f"maskpick lies in {gimp.plugins / where}" in said()


def test_a_krita_plug_in_one_folder_too_deep(krita: Place, checkout: Path) -> None:
    ready(krita, checkout)
    deep = krita.plugins / "maskpick-krita-0.1.0"
    deep.mkdir()
    krita.part.rename(deep / "maskpick_krita")
    assert f"maskpick lies in {deep / 'maskpick_krita'}" in said()


def test_a_file_that_is_no_python(krita: Place, checkout: Path) -> None:
    ready(krita, checkout)
    (krita.part / "__init__.py").write_text("<<<<<<< HEAD\n", "utf-8")
    assert "no Python program" in said()


@pytest.mark.parametrize(("version", "old"), [("4.4.8", True), ("5.1.5", True), ("5.2.9", False), ("6.0.4", False)])
def test_a_krita_that_is_too_old(krita: Place, checkout: Path, version: str, old: bool) -> None:
    ready(krita, checkout)
    log = f"SESSION\n\nKrita Version: 4.0.0, Qt\n\nSESSION\n\nKrita Version: {version}-beta, Qt version\n"
    (krita.folder.parent / "krita.log").write_text(log, "utf-8")
    assert ("It was Krita" in said()) == old


def test_a_note_that_is_missing_or_names_what_is_gone(krita: Place, checkout: Path) -> None:
    ready(krita, checkout)
    (home() / ENGINE_FILE).write_text('{"interpreter": "/nowhere/python"}', "utf-8")
    assert said() == "engine for editors: /nowhere/python is gone."
    (home() / ENGINE_FILE).unlink()
    assert "is missing or damaged" in said()


def test_a_flatpak_wants_an_engine_that_waits(account: Path, checkout: Path) -> None:
    (account / ".var/app/org.kde.krita").mkdir(parents=True)
    list(put(find_places(), checkout))
    assert "cannot start the engine" in said()
    write_whole(address_file(), b"{}")
    assert said() == ""


class TestDistribution:
    """The editors of a distribution, whose Python comes in packages of its own."""

    @pytest.fixture
    def system(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "usr/bin").mkdir(parents=True)
        monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "usr/bin" / name))
        return tmp_path / "usr"

    def has(self, system: Path, *names: str) -> None:
        for name in names:
            path = system / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def test_a_krita_without_python(self, krita: Place, checkout: Path, system: Path) -> None:
        ready(krita, checkout)
        assert "made without Python" in said(system)

    @pytest.mark.parametrize(("version", "qt"), [("5.2.9", "PyQt5"), ("6.0.4", "PyQt6")])
    def test_a_krita_without_its_qt(self, krita: Place, checkout: Path, system: Path, version: str, qt: str) -> None:
        ready(krita, checkout)
        (krita.folder.parent / "krita.log").write_text(f"Krita Version: {version}, Qt\n", "utf-8")
        self.has(system, "lib/x86_64-linux-gnu/kritaplugins/kritapykrita.so")
        assert said(system) == f"Krita: {qt} is missing, which its Python plug-ins need."
        self.has(system, f"lib/python3/dist-packages/{qt}/QtWidgets.abi3.so")
        assert said(system) == ""

    def test_a_gimp_that_cannot_draw(self, gimp: Place, checkout: Path, system: Path) -> None:
        ready(gimp, checkout)
        assert "GIMP 3.0: What its Python plug-ins draw with is missing" in said(system)
        self.has(system, "lib/python3.13/site-packages/gi/_gi_cairo.cpython-313-x86_64-linux-gnu.so")
        assert "GIMP" not in said(system)
