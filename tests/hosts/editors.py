"""The editors in the hosts, and what runs in them: programs of the folder `inside`, in the editor's own Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hosts.hosts import INSIDE, Host, HostError, Unavailable

Editor = Callable[[Host, str, Path], str]
"""Runs inside/NAME.py in the editor, over an output folder; gives what it printed, raises `HostError`."""

LIMIT = 300
"""Seconds after which an editor is taken for stuck: in a question it asks nobody, for the most part."""


def made(host: Host) -> Host:
    """The host, made if it has to be. Where it cannot be, the test is skipped and says why."""
    try:
        host.prepare()
    except Unavailable as reason:
        pytest.skip(str(reason))
    return host


def gimp(host: Host, name: str, out: Path) -> str:
    """Run inside/NAME.py in GIMP's Python, without a screen."""
    program = INSIDE / f"{name}.py"
    code = f"exec(compile(open('{program}').read(), '{program}', 'exec'), globals())"
    console = ["gimp-console", "--no-interface", "--quit", "--batch-interpreter=python-fu-eval", "--batch", code]
    return host.run(console, out=out, limit=LIMIT)


def krita(host: Host, name: str, out: Path, variables: Mapping[str, str] | None = None) -> str:
    """Run `main` of inside/NAME.py in Krita's Python, without a screen."""
    needed = {"PYTHONPATH": str(INSIDE), "QT_QPA_PLATFORM": "offscreen", **(variables or {})}
    said = host.run(["kritarunner", "-s", name, "-f", "main"], out=out, limit=LIMIT, variables=needed)
    if "Traceback (most recent call last)" in said:  # its status is 0 all the same
        raise HostError(f"{name} failed in Krita:\n{said}")
    return said
