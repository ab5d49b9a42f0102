"""docs/faults.md has a row for each fault, and each row a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

from maskpick.service.faults import KINDS

HERE = Path(__file__).parent
TABLE = (HERE.parent.parent / "docs" / "faults.md").read_text()
TESTS = "".join(path.read_text() for path in (HERE / "test_client.py", HERE.parent / "engines" / "test_bria_http.py"))


def test_every_row_names_a_test_that_exists() -> None:
    named = re.findall(r"`(test_\w+)` \|$", TABLE, re.MULTILINE)
    assert len(named) == TABLE.count("\n| ") - 2  # the heading and its rule
    for name in named:
        assert f"def {name}(" in TESTS, name


def test_every_fault_the_service_can_show_is_tested() -> None:
    for kind in KINDS:
        assert f'"{kind}"' in TESTS, kind
