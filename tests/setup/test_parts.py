"""The editors' parts and their archives."""

from __future__ import annotations

import ast
import stat
import zipfile
from pathlib import Path

import pytest

import maskpick
from maskpick.setup.parts import read_manifest, read_part, write_archives

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_part_holds_its_files_the_bridge_and_a_manifest(checkout: Path) -> None:
    assert sorted(read_part("krita", checkout)) == [
        "actions/maskpick_krita.action",
        "pykrita/maskpick_krita.desktop",
        "pykrita/maskpick_krita/__init__.py",
        "pykrita/maskpick_krita/manifest.json",
        "pykrita/maskpick_krita/maskpick_bridge/__init__.py",
        "pykrita/maskpick_krita/maskpick_bridge/protocol.py",
    ]
    assert sorted(read_part("gimp", checkout)) == [
        "plug-ins/maskpick/manifest.json",
        "plug-ins/maskpick/maskpick.py",
        "plug-ins/maskpick/maskpick_bridge/__init__.py",
        "plug-ins/maskpick/maskpick_bridge/protocol.py",
        "plug-ins/maskpick/maskpick_gimp/__init__.py",
    ]


def test_line_ends_of_windows_are_left_out(checkout: Path) -> None:
    data, program = read_part("gimp", checkout)["plug-ins/maskpick/maskpick.py"]
    assert data == b"#!/usr/bin/env python3\nimport maskpick_gimp\n"
    assert program


def test_only_what_gimp_starts_is_a_program(checkout: Path) -> None:
    content = read_part("gimp", checkout)
    assert [name for name, (_, program) in content.items() if program] == ["plug-ins/maskpick/maskpick.py"]


def test_archives_have_what_the_editors_want(checkout: Path, tmp_path: Path) -> None:
    krita, gimp = write_archives(checkout, tmp_path / "dist")
    assert [krita.name, gimp.name] == [f"maskpick-{name}-{maskpick.__version__}.zip" for name in ("krita", "gimp")]
    with zipfile.ZipFile(krita) as archive:
        assert archive.testzip() is None
        assert {
            "maskpick_krita/",
            "maskpick_krita.desktop",
            "maskpick_krita.action",
            "maskpick_krita/__init__.py",
            "maskpick_krita/maskpick_bridge/__init__.py",
        } < set(archive.namelist())
        assert archive.getinfo("maskpick_krita/").is_dir()
    with zipfile.ZipFile(gimp) as archive:
        modes = {one.filename: stat.filemode(one.external_attr >> 16) for one in archive.infolist()}
        assert modes["maskpick/"] == "drwxr-xr-x"
        assert modes["maskpick/maskpick.py"] == "-rwxr-xr-x"
        assert modes["maskpick/maskpick_gimp/__init__.py"] == "-rw-r--r--"


def test_the_same_sources_give_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_archives(checkout, tmp_path / "one")]
    for path in checkout.rglob("*.py"):
        path.touch()
        path.chmod(0o600)
    assert [path.read_bytes() for path in write_archives(checkout, tmp_path / "two")] == first


@pytest.mark.parametrize("editor", ["krita", "gimp"])
def test_the_real_parts_fit_every_python_of_the_editors(editor: str) -> None:
    """They carry 3.8 and newer."""
    for name, (data, _) in read_part(editor, REPOSITORY).items():  # type: ignore[arg-type]
        if name.endswith(".py"):
            ast.parse(data, name, feature_version=(3, 8))


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"version": 1, "files": {}}'])
def test_a_damaged_manifest_is_no_manifest(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="manifest"):
        read_manifest(tmp_path)
