"""An account with editors in it, and a checkout with their parts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

PARTS = {
    "krita/maskpick_krita.desktop": "[Desktop Entry]\r\nX-KDE-Library=maskpick_krita\r\n",
    "krita/maskpick_krita.action": "<ActionCollection/>\n",
    "krita/maskpick_krita/__init__.py": "from maskpick_bridge import protocol\n",
    "krita/maskpick_krita/__pycache__/x.pyc": "",
    "gimp/maskpick/maskpick.py": "#!/usr/bin/env python3\r\nimport maskpick_gimp\r\n",
    "gimp/maskpick_gimp/__init__.py": "",
    "bridge/maskpick_bridge/__init__.py": "",
    "bridge/maskpick_bridge/protocol.py": "VERSION = 1\n",
    "bridge/maskpick_bridge/locale/de.po": "",
}


@pytest.fixture(autouse=True)
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of somebody with no editor, on Linux."""
    home = tmp_path / "häuschen"
    home.mkdir()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA", "GIMP3_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MASKPICK_HOME", str(home / "maskpick"))
    return home


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name, text in PARTS.items():
        path = root / "adapters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root
