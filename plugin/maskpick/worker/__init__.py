"""The core in a process of its own, spoken to by an editor in lines of JSON; ``docs/worker.md`` is its contract.

    python -m maskpick.worker                                  over stdin and stdout
    python -m maskpick.worker --listen 127.0.0.1:0             over a loopback socket, for editors in a sandbox

`wire` reads and writes messages, `session` runs the requests of one peer, `room` is the private folder pixels cross in,
`methods` are the requests themselves.
"""

from __future__ import annotations

PROTOCOL = 1
"""Raised when a plug-in of another version would no longer be understood."""
