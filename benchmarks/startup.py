"""How long the command line takes to start.

    python benchmarks/startup.py [--json] [--rounds 10]

Each line is the best of some rounds, in milliseconds: of CPU time (user and system), which other work on the machine
hardly changes, and by the clock. The first line is Python itself, doing nothing. Windows tells no CPU time of a
process that has ended; there it is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import maskpick": ["-c", "import maskpick"],
    "maskpick --help": ["-m", "maskpick", "--help"],
    "maskpick masks --help": ["-m", "maskpick", "masks", "--help"],
    "maskpick config get jobs": ["-m", "maskpick", "config", "get", "jobs"],
    "maskpick plugins": ["-m", "maskpick", "plugins"],
}


def measure(arguments: list[str], rounds: int) -> tuple[float, float]:
    """The least CPU time and the least time by the clock of ``rounds`` runs, in milliseconds."""
    cpu, clock = [], []
    for _ in range(rounds):
        before, began = os.times(), time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        clock.append(time.perf_counter() - began)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        cpu.append(max(0.0, spent))
    return 1000 * min(cpu), 1000 * min(clock)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=10)
    flags = parser.parse_args()
    found = {name: measure(arguments, flags.rounds) for name, arguments in COMMANDS.items()}
    if flags.json:
        print(json.dumps({name: {"cpu_ms": cpu, "clock_ms": clock} for name, (cpu, clock) in found.items()}, indent=2))
        return
    print(f"{'':<26}{'CPU ms':>8}{'clock ms':>10}")
    for name, (cpu, clock) in found.items():
        print(f"{name:<26}{cpu:>8.0f}{clock:>10.0f}")


if __name__ == "__main__":
    main()
