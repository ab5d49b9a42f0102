"""The command line. `main` is what the script `maskpick` calls; each group of commands is a module of its own,
imported when one of them is used."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (default: the process's own arguments) and return its exit status; see docs/exit-codes.md."""
    try:
        from maskpick.cli.running import run

        return run(arguments)
    except KeyboardInterrupt:  # before or after the time in which `run` listens for it
        return 130
