"""The two lists of what Krita can be asked for say the same: the plug-in's own, and the file that Krita reads."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

KRITA = Path(__file__).resolve().parents[2] / "adapters" / "krita"


def test_every_action_is_listed_for_krita() -> None:
    source = (KRITA / "maskpick_krita" / "actions.py").read_text("utf-8")
    named = dict(re.findall(r"^    ([A-Z_]+): Action\(\s*\"([\w-]+)\"", source, re.MULTILINE))
    ids = {
        name: key for line in re.findall(r"^([A-Z_, ]+) = (\".*\")$", source, re.MULTILINE) for name, key in pairs(line)
    }
    listed = {
        action.get("name"): action.findtext("icon")
        for action in ElementTree.parse(KRITA / "maskpick_krita.action").iter("Action")
    }
    assert listed == {ids[name]: icon for name, icon in named.items()}


def pairs(line: tuple[str, str]) -> list[tuple[str, str]]:
    """Of ``A, B = "a", "b"``: A with a, B with b."""
    names, values = line
    return list(zip(names.split(", "), re.findall(r"\"(\w+)\"", values), strict=True))
