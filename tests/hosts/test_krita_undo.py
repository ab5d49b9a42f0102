"""Every result in the real Krita, with its window: one step back, and one forward again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.editors import made
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS, drive_krita
from hosts.test_krita_documents import photo

pytestmark = pytest.mark.hosts

RESULTS = (
    "layers",
    "one layer",
    "all to layers",
    "removed",
    "removed again",
    "selection",
    "nothing selected",
    "layer masks",
    "one layer mask",
    "selection masks",
    "one selection mask",
    "mask of the layer",
)


@pytest.mark.parametrize("krita", KRITAS)
@pytest.mark.parametrize("source", ["layer", "visible"])
def test_every_result_is_one_step(krita: str, source: str, tmp_path: Path) -> None:
    (tmp_path / "photo.bgra").write_bytes(photo().tobytes())
    steps = drive_krita(made(HOSTS[KRITAS[krita]]), "krita_undo", tmp_path, limit=600, variables={"SOURCE": source})
    assert {name: steps[name] for name in RESULTS} == dict.fromkeys(RESULTS, 1)
    # Krita 5.2 takes an old selection away before there is a new one.
    for name in ("more selection", "less selection"):
        assert steps[name] == (2 if krita == "Krita-5.2" else 1)
    assert steps["documents"] == 1
