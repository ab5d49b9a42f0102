"""Scenarios: what a person does in an editor with windows. What the drivers of Krita and GIMP share.

A scenario that waited for something in vain, or did not come to its end in its time, is run once more, over the folder
as it was: on a busy machine a click may meet a window that is only just being laid out, and no program can know that.
So is one after which Krita 6, which is an experimental one, died of a segmentation fault. The test tells of it in a
warning. What is found wrong - a picture, a number, an exception - is never tried again.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from hosts.editors import died_of_itself
from hosts.hosts import HOSTS, Host, HostError

LIMIT = 400.0
"""Seconds for a scenario, with the editor's start and end."""

IN_VAIN = re.compile(r"^TimeoutError: waited .* in vain: .*\Z", re.MULTILINE)
"""How the error of a scenario ends that has waited for something that never came."""

Records = dict[str, Any]
"""What a scenario wrote down."""


class Hindered(HostError):  # noqa: N818 - a state of the run
    """What may have come of the machine, and not of what is tested."""


def drive(
    host: Host,
    scenario: str,
    out: Path,
    command: Sequence[str | Path],
    variables: dict[str, str],
    *,
    limit: float = LIMIT,
    ends_well: bool = True,
) -> Records:
    """Run a scenario over an output folder, /out inside, by a command; what it recorded. Raises `HostError`.

    ``ends_well``: whether the command has to come to a good end after the scenario has.
    """
    with tempfile.TemporaryDirectory(prefix="maskpick-scenario-") as folder:
        before = shutil.copytree(out, Path(folder, "out"))
        try:
            return _once(host, scenario, out, command, variables, limit, ends_well)
        except Hindered as error:
            warnings.warn(f"{scenario} was run once more in {host.suite}: {error}", stacklevel=3)
        for path in out.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(before, out, dirs_exist_ok=True)
    return _once(host, scenario, out, command, variables, limit, ends_well)


def _once(
    host: Host,
    scenario: str,
    out: Path,
    command: Sequence[str | Path],
    variables: dict[str, str],
    limit: float,
    ends_well: bool,
) -> Records:
    found = out / "scenario.json"
    found.unlink(missing_ok=True)
    said, ended = "", None
    try:
        settings = {"DRIVER_SCENARIO": scenario, **variables}
        said = host.run(command, out=out, screen=True, limit=limit, variables=settings)
    except HostError as error:
        ended = error
    if not found.exists():
        kind = Hindered if ended and ended.status is None else HostError
        raise kind(f"{scenario} did not come to its end in {host.suite}:\n{ended or said}")
    told = json.loads(found.read_text("utf-8"))
    if told["error"]:
        kind = Hindered if IN_VAIN.search(told["error"]) else HostError
        raise kind(f"{scenario} failed in {host.suite}:\n{told['error']}\n{ended or said}")
    if ended and ends_well:
        kind = Hindered if died_of_itself(host, ended) else HostError
        raise kind(f"{scenario} went well in {host.suite}, but the editor did not end well:\n{ended}")
    records: Records = told["records"]
    return records


def by_hand(description: str, suites: Iterable[str], drive: Callable[..., Records]) -> None:
    """The command line of a driver: run one scenario and print what it recorded."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("suite", choices=sorted(suites))
    parser.add_argument("scenario")
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable it sees")
    given = parser.parse_args()
    variables = dict(one.split("=", 1) for one in given.set)
    try:
        records = drive(HOSTS[given.suite], given.scenario, given.out, limit=given.limit, variables=variables)
    except HostError as error:
        raise SystemExit(str(error)) from None
    print(json.dumps(records, indent=2))
