"""Picking on the canvas of the real Krita, with a real mouse: what the pointer means, and that Krita stays Krita."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hosts.canvas_scenes import write_drawing, write_photo
from hosts.editors import made
from hosts.hosts import HOSTS
from hosts.krita_driver import KRITAS, drive_krita

pytestmark = pytest.mark.hosts

Records = dict[str, Any]
Run = Callable[..., Records]


@pytest.fixture(params=KRITAS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs a scenario in one of the Kritas, over the drawing."""
    host = made(HOSTS[KRITAS[request.param]])
    write_drawing(tmp_path)

    def run(scenario: str, **variables: str) -> Records:
        return drive_krita(host, scenario, tmp_path, variables=variables)

    return run


def test_what_is_hovered_is_what_lies_there_at_any_zoom_rotation_and_mirroring(run: Run, tmp_path: Path) -> None:
    masks = write_photo(tmp_path)
    hovered = run("krita_canvas")["hovered"]
    assert len(hovered) == 6
    for setting, seen in hovered.items():
        assert len(seen) >= 3, f"{setting}: too few probes are in view"
        for x, y, id in seen:
            here = [mask for mask in masks if covers(mask, x, y)]
            assert id == min(here, key=lambda mask: (mask.area, mask.id)).id, f"{setting}, at {x}, {y}"


def test_the_pointer_walks_picks_and_draws_lassos_and_the_brush_does_not_paint(run: Run) -> None:
    records = run("krita_canvas_work")
    assert records["walked"] == [
        "button · 1 of 3",
        "shirt · 2 of 3",
        "person · 3 of 3",
        "person · 3 of 3",
        "shirt · 2 of 3",
    ]
    assert not records["zoomed by ctrl and wheel"]
    assert records["the shirt is cut out"]
    assert records["words while the lasso is drawn"] == ["", "", "ball", "2 objects"]
    assert records["picked before the lasso is closed"] == [2, 3]
    assert records["picked after a lasso that was left"] == [2, 3]
    assert records["still on"]
    assert not records["painted"]
    assert not records["modified"]
    assert records["cursor is ours"]
    assert records["cursor is Krita's"]
    assert records["stops"] == 1
    assert records["overlays left"] == 0


def test_a_pen_works_like_the_mouse_and_counts_once(run: Run) -> None:
    records = run("krita_canvas_pen")
    assert records["hovered"] == 4
    assert records["tapped"] == [4]
    assert records["lasso"] == [4, 5]
    assert records["one step back"] == [4]
    assert not records["painted"]


def test_the_overlay_follows_the_view_into_other_windows_and_ends_with_the_document(run: Run) -> None:
    records = run("krita_canvas_views")
    for what in ("the wheel", "a zoom key", "the middle button", "the space bar", "a key that turns"):
        assert records[what], what
    assert records["cursor is Krita's with space"]
    assert records["picked"] == [4]
    assert records["looks the same with what is out of sight left out"] == [True] * 6
    assert records["looks the same cut off at the view's edge"] == [True] * 6
    assert records["drawn while the view moves"] == 0
    assert records["hovered after the cup has turned away"] != 4
    assert records["on while it rests"]
    assert records["overlays"] == [1, 1]
    assert records["stops"] == 1


def test_krita_quits_well_while_objects_are_picked(run: Run) -> None:
    run("krita_canvas_views", END="quit while picking")


def covers(mask: Any, x: int, y: int) -> bool:
    box = mask.box
    inside = box.x <= x < box.x + box.width and box.y <= y < box.y + box.height
    return inside and bool(mask.inside[y - box.y, x - box.x])
