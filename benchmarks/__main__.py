"""Runs every benchmark and prints its figures: python benchmarks [--write] [NAME ...]

With --write the figures also go into docs/figures.md, between the words that stand there. Names choose some of the
benchmarks; those that need pictures to be scored by say so where there are none (MASKPICK_DATA, or `shared` beside the
repository).
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "figures.md"


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def figures_of(name: str) -> str:
    """Run one benchmark; what it says, also on stderr, is passed on as it comes."""
    print(f"## {name}", flush=True)
    with subprocess.Popen([sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    if process.returncode:
        raise SystemExit(f"benchmarks/{name}.py ended with status {process.returncode}")
    print()
    return "\n".join(lines).strip()


def machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    date = datetime.datetime.now(tz=datetime.timezone.utc).date()
    return f"{date}, {platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"


def write(name: str, text: str) -> None:
    """Put figures between the markers of their name on the page."""
    page = PAGE.read_text("utf-8")
    block = f"<!-- {name} -->\n```text\n{text}\n```\n\nMeasured {machine()}.\n<!-- end -->"
    changed, count = re.subn(rf"<!-- {name} -->.*?<!-- end -->", lambda _: block, page, count=1, flags=re.DOTALL)
    if not count:
        raise SystemExit(f"docs/figures.md has no place for {name}: write <!-- {name} --> and <!-- end --> there")
    PAGE.write_text(changed, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; default: all")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/figures.md")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(names())
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    for name in chosen.names or names():
        text = figures_of(name)
        if chosen.write:
            write(name, text)


if __name__ == "__main__":
    main()
