"""``python -m maskpick.worker``: serve an editor."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from maskpick.errors import MaskpickError
from maskpick.worker import listening, logfile, parent
from maskpick.worker.kit import Kit
from maskpick.worker.methods import METHODS
from maskpick.worker.session import Session
from maskpick.worker.wire import Wire

log = logging.getLogger("maskpick.worker")


def main() -> int:
    """Serve until the peer is gone; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m maskpick.worker", description="Serves an editor.")
    parser.add_argument("--parent", type=int, help="the editor's process: its end is the worker's")
    parser.add_argument("--room", type=Path, help="the folder of a worker that crashed, to go on in")
    parser.add_argument("--listen", metavar="ADDRESS", help="serve over a loopback socket: 127.0.0.1:0")
    parser.add_argument("--token-file", type=Path, default=listening.address_file(), help="where address and secret go")
    flags = parser.parse_args()
    log_file = logfile.open_log()
    kit = Kit(log_file or logfile.log_path())
    if not flags.listen:
        _serve_stdin(kit, log_file, flags.parent, flags.room)
    return _listen(flags.listen, flags.token_file, kit)


def _serve_stdin(kit: Kit, log_file: Path | None, editor: int | None, adopt: Path | None) -> NoReturn:
    session = Session(Wire(sys.stdin.buffer, logfile.protected_stdout(log_file)), kit, METHODS, adopt=adopt)

    def end(*_: object) -> NoReturn:
        session.close()
        log.info("end")
        # Threads may still be deep in a library: nobody waits for what they do.
        os._exit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the editor's terminal is the editor's
    signal.signal(signal.SIGTERM, end)
    if editor is not None:
        parent.watch(editor, end)
    session.serve()
    end()


def _listen(address: str, token_file: Path, kit: Kit) -> int:
    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    sessions: list[Session] = []

    def make(wire: Wire, secret: str) -> Session:
        sessions.append(Session(wire, kit, METHODS, secret=secret))
        return sessions[-1]

    def ready(host: str, port: int) -> None:
        print(f"maskpick serves editors at {host}:{port}. Ctrl-C ends it.", flush=True)  # noqa: T201 - for a person

    try:
        listening.listen(address, token_file, make, ready)
    except KeyboardInterrupt:
        for session in sessions:
            session.close()
        return 0
    except MaskpickError as error:
        print(f"maskpick: {error}", file=sys.stderr)  # noqa: T201 - as above
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
