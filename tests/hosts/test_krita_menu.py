"""The actions in Krita's own places, in the artist's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.editors import made
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS, drive_krita

pytestmark = pytest.mark.hosts

GERMAN = [
    "Objekte finden",
    "Abbrechen",
    "Im Bild markieren",
    "Nichts markieren",
    "Die anderen markieren",
    "Letzte Markierung zurücknehmen",
    "Markierung wiederherstellen",
    "Auswahl",
    "Zur Auswahl hinzufügen",
    "Von Auswahl abziehen",
    "Schnittmenge mit Auswahl bilden",
    "Ebenen",
    "Alle auf Ebenen",
    "Transparenzmasken",
    "Auswahlmasken",
    "Markiertes entfernen",
    "Einstellungen …",
    "Andockbaren Dialog anzeigen",
]


@pytest.mark.parametrize("krita", KRITAS)
def test_the_menu_and_the_shortcuts_are_in_the_artists_language(krita: str, tmp_path: Path) -> None:
    found = drive_krita(made(HOSTS[KRITAS[krita]]), "krita_menu", tmp_path, variables={"LANG": "de_DE.UTF-8"})
    assert sorted(found["menu"]) == sorted(GERMAN)  # in the order of their ids, which is Krita's own doing
    assert set(GERMAN) <= set(found["listed"])
