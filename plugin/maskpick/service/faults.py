"""Misbehaviour on request, for tests and demonstrations only: what a client must survive.

`maskpick serve --fault KIND[:ARGUMENT][*TIMES]`, refused outside loopback.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from maskpick.errors import SettingsError

KINDS = {
    "delay": "wait ARGUMENT seconds before answering",
    "status": "answer work with the HTTP status ARGUMENT",
    "cut": "break the connection in the middle of the answer",
    "cut-download": "break the connection in the middle of a download",
    "truncated-zip": "serve the first half of the zip",
    "corrupt-zip": "serve a zip with damaged bytes",
    "not-a-zip": "serve a web page in place of the zip",
    "wrong-type": "answer work with a web page",
    "expired-link": "answer downloads as if the link had expired",
    "interpolated": "interpolate the panoptic map's borders, as the hosted service does",
    "sixteen-bit": "write the panoptic map in 16 bit",
    "slow-drip": "send downloads in small pieces, ARGUMENT seconds apart",
    "crash": "end the worker process in the middle of the work",
    "hang": "let the worker process hang",
}


@dataclass
class Fault:
    """One kind of misbehaviour, shown ``times`` times (0: always)."""

    kind: str
    argument: float = 0.0
    times: int = 0
    shown: int = field(default=0, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read ``KIND[:ARGUMENT][*TIMES]``. Raises `SettingsError`."""
        text, _, times = text.partition("*")
        kind, _, argument = text.partition(":")
        try:
            fault = cls(kind, float(argument or 0), int(times or 0))
        except ValueError:
            fault = cls("")
        if fault.kind not in KINDS:
            raise SettingsError(f"There is no fault {text!r}.", f"Known are: {', '.join(KINDS)}.")
        return fault

    def strikes(self, *kinds: str) -> bool:
        """Whether it is one of ``kinds`` and its turn; counts."""
        if self.kind not in kinds:
            return False
        with self._lock:
            if self.times and self.shown >= self.times:
                return False
            self.shown += 1
            return True
