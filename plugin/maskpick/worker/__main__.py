"""``python -m maskpick.worker``: serve an editor."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from maskpick.errors import MaskpickError
from maskpick.worker import process


def main() -> int:
    """Serve until the peer is gone; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m maskpick.worker", description="Serves an editor.")
    parser.add_argument("--parent", type=int, help="the editor's process: its end is the worker's")
    parser.add_argument("--room", type=Path, help="the folder of a worker that crashed, to go on in")
    parser.add_argument("--listen", metavar="ADDRESS", help="serve over a loopback socket: 127.0.0.1:0")
    parser.add_argument("--token-file", type=Path, help="where address and secret are written to, for editors")
    flags = parser.parse_args()
    if not flags.listen:
        process.serve_stdin(flags.parent, flags.room)
    try:
        process.serve_loopback(flags.listen, flags.token_file, _ready)
    except MaskpickError as error:
        print(f"maskpick: {error}", file=sys.stderr)  # noqa: T201 - for the person who started it
        return error.exit_code
    return 0


def _ready(host: str, port: int) -> None:
    print(f"Serving editors at {host}:{port}. Ctrl-C ends it.", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    sys.exit(main())
