"""How a scenario is run and, when it waited for something in vain, run once more. Without an editor."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hosts import scenarios
from hosts.hosts import Host, HostError

IN_VAIN = "Traceback (most recent call last):\n  ...\nTimeoutError: waited 90 s in vain: a window comes"
WRONG = "Traceback (most recent call last):\n  ...\nLookupError: no button is labelled 'Close'"


class Played(Host):
    """A host in which a run does what ``turns`` say, one after the other."""

    turns: list[Callable[[Path], None]]

    def run(self, command: Sequence[str | Path], *, out: Path | None = None, **_: Any) -> str:
        assert out
        self.turns.pop(0)(out)
        return "said"


def played(*turns: Callable[[Path], None], suite: str = "trixie") -> Played:
    host = Played(suite, (), ())
    object.__setattr__(host, "turns", [*turns])
    return host


def ends(error: str | None = None, **records: Any) -> Callable[[Path], None]:
    def turn(out: Path) -> None:
        left = sorted(path.name for path in out.iterdir())
        (out / "made.txt").write_text("by the run")
        (out / "scenario.json").write_text(json.dumps({"error": error, "records": {**records, "left": left}}))

    return turn


def is_stuck(out: Path) -> None:
    (out / "made.txt").write_text("by the run")
    raise HostError("took longer than 400 s")


def test_what_was_recorded_is_given(tmp_path: Path) -> None:
    host = played(ends(found=3))
    assert scenarios.drive(host, "name", tmp_path, ["start"], {}) == {"found": 3, "left": []}


@pytest.mark.parametrize("first", [ends(IN_VAIN), is_stuck])
def test_what_waited_in_vain_is_run_once_more_over_the_folder_as_it_was(
    first: Callable[[Path], None], tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_bytes(b"a photo")
    host = played(first, ends(found=3))
    with pytest.warns(UserWarning, match="name was run once more in trixie"):
        assert scenarios.drive(host, "name", tmp_path, ["start"], {}) == {"found": 3, "left": ["photo.png"]}


def test_the_second_time_decides(tmp_path: Path) -> None:
    host = played(ends(IN_VAIN), ends(IN_VAIN))
    with pytest.warns(UserWarning, match="once more"), pytest.raises(scenarios.Hindered, match="a window comes"):
        scenarios.drive(host, "name", tmp_path, ["start"], {})


def test_what_is_wrong_is_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no button is labelled"):
        scenarios.drive(played(ends(WRONG)), "name", tmp_path, ["start"], {})


def dies(out: Path) -> None:
    ends()(out)
    error = HostError("start ended with status 139")
    error.status = 139
    raise error


def test_an_editor_that_does_not_end_well_fails_the_test(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="the editor did not end well"):
        scenarios.drive(played(dies), "name", tmp_path, ["start"], {})
    scenarios.drive(played(dies), "name", tmp_path, ["start"], {}, ends_well=False)


def test_krita_6_may_die_of_itself_once(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="once more in experimental"):
        scenarios.drive(played(dies, ends(), suite="experimental"), "name", tmp_path, ["start"], {})
    with pytest.warns(UserWarning, match="once more"), pytest.raises(HostError, match="did not end well"):
        scenarios.drive(played(dies, dies, suite="experimental"), "name", tmp_path, ["start"], {})
