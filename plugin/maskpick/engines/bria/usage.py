"""How many paid calls were made this month, and an optional limit to them."""

from __future__ import annotations

import datetime
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import platformdirs

from maskpick.errors import EngineError, OutputError
from maskpick.files import replacing

log = logging.getLogger(__name__)

_LOCK_SECONDS = 10


class UsageCounter:
    """A file with one number a month and service address; safe against several processes at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platformdirs.user_state_path("maskpick", appauthor=False) / "paid-calls.json"

    def this_month(self, address: str) -> int:
        """Paid calls to ``address`` in this calendar month."""
        return self._read().get(_month(), {}).get(address, 0)

    def take(self, address: str, cap: int = 0) -> str:
        """Count one more call, unless that would be more than ``cap`` (0: no limit); returns the month it counts for.

        Raises `EngineError` at the cap, or when the calls cannot be counted although there is one.
        """
        month = _month()
        try:
            before = self._add(address, month, 1, cap)
        except (OSError, OutputError, filelock.Timeout) as error:
            if cap:
                raise EngineError(
                    f"The paid calls cannot be counted in {self._path}, so nothing was sent.",
                    "See to its permissions, or take the engine's option cap away.",
                ) from error
            log.warning("The paid calls cannot be counted in %s.", self._path)
            return month
        if cap and before >= cap:
            raise EngineError(
                f"This month's limit of {cap} paid calls is reached.",
                "Raise the engine's option cap, or use the local engine.",
            )
        return month

    def give_back(self, address: str, month: str) -> None:
        """Undo `take`, for a call that was turned away."""
        try:
            self._add(address, month, -1, cap=0)
        except (OSError, OutputError, filelock.Timeout):
            log.warning("A call that was turned away still counts in %s.", self._path)

    def _add(self, address: str, month: str, number: int, cap: int) -> int:
        """Add to a month's calls, unless there are ``cap`` already; returns how many there were."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{self._path}.lock", timeout=_LOCK_SECONDS):
            counts = self._read()
            calls = counts.setdefault(month, {})
            before = calls.get(address, 0)
            if not cap or before < cap:
                calls[address] = max(0, before + number)
                with replacing(self._path) as fresh:
                    fresh.write_text(json.dumps(counts, indent=1, sort_keys=True), "utf-8")
            return before

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            counts = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}  # there is none yet, or somebody damaged it: counting begins anew
        if not isinstance(counts, dict):
            return {}
        return {
            month: {address: number for address, number in entry.items() if isinstance(number, int)}
            for month, entry in counts.items()
            if isinstance(entry, dict)
        }


@dataclass(frozen=True)
class Meter:
    """Counts the paid calls to one service, and lets no more than ``cap`` a month through (0: no limit)."""

    address: str
    cap: int = 0
    counter: UsageCounter = field(default_factory=UsageCounter)

    def take(self) -> str:
        return self.counter.take(self.address, self.cap)

    def give_back(self, month: str) -> None:
        self.counter.give_back(self.address, month)


def _month() -> str:
    return datetime.datetime.now(tz=datetime.timezone.utc).strftime("%Y-%m")
