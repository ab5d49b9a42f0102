"""Images of every kind in a real GIMP: seen as they are, and what is placed in them is exact."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.editors import made
from hosts.gimp_batch import GIMPS, gimp_batch, wrong
from hosts.hosts import HOSTS

pytestmark = pytest.mark.hosts

DEPTHS = {"U8": "8", "U16": "16", "U32": "32f", "HALF": "16f", "FLOAT": "32f", "DOUBLE": "32f"}
SIZES = {"8": 1, "16": 2, "16f": 2, "32f": 4}


@pytest.fixture(scope="module", params=GIMPS)
def records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return gimp_batch(made(HOSTS[GIMPS[request.param]]), "gimp_images", tmp_path_factory.mktemp("images"))


def test_images_and_layers_of_every_kind(records: dict[str, Any]) -> None:
    assert not wrong(records)


def test_every_precision_is_handed_over_as_it_is(records: dict[str, Any]) -> None:
    seen = records["seen as"]
    assert len(seen) == 2 * 18 * 2
    for kind, (form, linear, has_profile, length) in seen.items():
        colours, precision, *profiled = kind.split(" ", 2)
        depth = DEPTHS[precision.partition("_")[0]]
        assert form == ("rgba" if colours == "RGB" else "greya") + depth
        assert linear == (precision.partition("_")[2] == "LINEAR")
        assert has_profile == bool(profiled and colours == "RGB")
        assert length == 96 * 72 * (4 if colours == "RGB" else 2) * SIZES[depth]


def test_what_was_found_in_a_part_stays_in_it(records: dict[str, Any]) -> None:
    assert records["inside it"]
    assert records["what was found in a part is not taken for all"]


def test_what_cannot_be_is_said_in_words(records: dict[str, Any]) -> None:
    assert records["no layer is selected"] == "No layer is selected. Select one, or choose the visible image."
    floating = "There is a floating selection. Anchor it, or make it a layer, and try again."
    assert records["a floating selection"] == ["error", floating]
