"""Programs in a real GIMP without windows, with the plug-in of the checkout in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hosts.hosts import INSIDE, Host

GIMPS = {"GIMP-3.0": "trixie", "GIMP-3.2": "forky"}
"""The versions, and the suites that have them."""
LIMIT = 600.0


def gimp_batch(
    host: Host, name: str, out: Path, *, screen: bool = False, variables: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run inside/NAME.py in GIMP; what it recorded (`gimp_calls.record`). Raises `HostError`, also when it raised."""
    program = INSIDE / f"{name}.py"
    code = f"exec(compile(open('{program}').read(), '{program}', 'exec'), globals())"
    console = ["gimp-console", "--no-interface", "--quit", "--batch-interpreter=python-fu-eval", "--batch", code]
    settings = {"PYTHONPATH": f"{INSIDE}:/src/adapters/bridge:/src/adapters/gimp", **(variables or {})}
    said = host.run([INSIDE / "gimp_batch.sh", *console], out=out, limit=LIMIT, screen=screen, variables=settings)
    recorded: dict[str, Any] = json.loads((out / "recorded.json").read_text("utf-8"))
    return {**recorded, "said": said}


def wrong(records: dict[str, Any]) -> dict[str, Any]:
    """What is not as it should be, of all that was recorded with what it should be: ``{"got": …, "wanted": …}``."""
    pairs = {about: pair for about, pair in records.items() if isinstance(pair, dict) and "wanted" in pair}
    assert pairs
    return {about: pair for about, pair in pairs.items() if pair["got"] != pair["wanted"]}
