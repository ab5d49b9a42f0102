"""A worker's life: over its stdin until the editor goes away, or over a socket until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from maskpick.worker import listening, logfile, parent
from maskpick.worker.kit import Kit
from maskpick.worker.methods import METHODS
from maskpick.worker.session import Session
from maskpick.worker.wire import Wire

log = logging.getLogger(__name__)


def serve_stdin(editor: int | None, adopt: Path | None) -> NoReturn:
    """Serve the process that holds our stdin; ends when that is closed, or when the process ``editor`` is gone.

    ``adopt`` is the room of a worker that crashed, to go on in.
    """
    log_file = logfile.open_log()
    wire = Wire(sys.stdin.buffer, logfile.protected_stdout(log_file))
    session = Session(wire, Kit(log_file or logfile.log_path()), METHODS, adopt=adopt)

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


def serve_loopback(address: str, told: Path | None, ready: Callable[[str, int], None]) -> None:
    """Serve every editor that reads the file ``told``, until Ctrl-C. Raises `SettingsError`, `OutputError`."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    kit = Kit(logfile.open_log() or logfile.log_path())
    sessions: set[Session] = set()

    def serve(wire: Wire, secret: str) -> None:
        session = Session(wire, kit, METHODS, secret=secret)
        sessions.add(session)
        session.serve()
        sessions.discard(session)

    try:
        listening.listen(address, told or listening.address_file(), serve, ready)
    except KeyboardInterrupt:
        for session in list(sessions):
            session.close()
        log.info("end")
        # As above: a thread that is deep in a library must not hold the end up.
        os._exit(0)
