"""The editors in the hosts, and what runs in them: programs of the folder `inside`, in the editor's own Python."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hosts.hosts import INSIDE, Host, HostError, Unavailable

Editor = Callable[[Host, str, Path], str]
"""Runs inside/NAME.py in the editor, over an output folder; gives what it printed, raises `HostError`."""

SEGMENTATION_FAULT = 128 + 11
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
    """Run `main` of inside/NAME.py in Krita's Python, without a screen.

    Krita 6 is from Debian's experimental, and its kritarunner died of a segmentation fault in one of some dozen runs,
    without a word from Python. What kills it again is taken for a fault of ours; the first time is only a warning.
    """
    needed = {"PYTHONPATH": str(INSIDE), "QT_QPA_PLATFORM": "offscreen", **(variables or {})}
    run = functools.partial(host.run, ["kritarunner", "-s", name, "-f", "main"], out=out, limit=LIMIT, variables=needed)
    try:
        said = run()
    except HostError as error:
        if not died_of_itself(host, error):
            raise
        warnings.warn(f"{name} was run once more in {host.suite}: {error}", stacklevel=2)
        said = run()
    if "Traceback (most recent call last)" in said:  # its status is 0 all the same
        raise HostError(f"{name} failed in Krita:\n{said}")
    return said


def died_of_itself(host: Host, error: HostError) -> bool:
    """Whether this was Krita 6, and a segmentation fault."""
    return host.suite == "experimental" and error.status == SEGMENTATION_FAULT
