"""GIMP's dialog in the artist's language: no text is cut off, and no key with Alt stands for two things."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.editors import made
from hosts.gimp_driver import GIMPS, drive_gimp
from hosts.hosts import HOSTS, INSIDE
from maskpick_bridge import words

pytestmark = pytest.mark.hosts


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_all_words_have_room_and_keys_of_their_own(language: str, tmp_path: Path) -> None:
    words.use(language)
    title, label = words._("Pick Objects"), words._("_Pick Objects…")
    words.use("en")
    variables = {
        "MASKPICK_PLUGIN_FOLDER": str(INSIDE / "engines"),
        "MASKPICK_ENGINE": "shapes",
        "LANGUAGE": language,
        "TITLE": title,
        "LETTER": label.partition("_")[2][0].lower(),
    }
    records = drive_gimp(made(HOSTS[GIMPS["GIMP-3.2"]]), "gimp_gui_words", tmp_path, variables=variables)
    assert records["title"] == title
    assert records["cut off"] == records["cut off when it asks"] == records["cut off in the settings"] == []
    for window in ("keys", "keys of the settings"):
        assert len(records[window]) > 3
        assert {key: named for key, named in records[window].items() if len(named) > 1} == {}
    width, height = records["narrowest"]
    assert width <= 800, "it fits on a small screen"
    assert height <= 720, "it fits on a small screen"
