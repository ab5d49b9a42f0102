"""How many paid calls were made this month, and an optional limit to them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import filelock
import platformdirs

from maskpick.errors import EngineError
from maskpick.files import replacing

_LOCK_SECONDS = 10


class UsageCounter:
    """A file with one number a month and service address; safe against several processes at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platformdirs.user_state_path("maskpick", appauthor=False) / "paid-calls.json"

    def this_month(self, address: str) -> int:
        """Paid calls to ``address`` in this calendar month."""
        return self._read().get(_month(), {}).get(address, 0)

    def check(self, address: str, cap: int) -> None:
        """Raise `EngineError` when one more call would exceed ``cap`` calls a month; 0 is no limit."""
        if cap and self.this_month(address) >= cap:
            raise EngineError(
                f"This month's limit of {cap} paid calls is reached.",
                "Raise the engine's option cap, or use the local engine.",
            )

    def count(self, address: str) -> int:
        """One more call; returns how many that makes this month."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{self._path}.lock", timeout=_LOCK_SECONDS):
            counts = self._read()
            month = counts.setdefault(_month(), {})
            month[address] = month.get(address, 0) + 1
            with replacing(self._path) as fresh:
                fresh.write_text(json.dumps(counts, indent=1, sort_keys=True), "utf-8")
            return month[address]

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


def _month() -> str:
    return datetime.datetime.now(tz=datetime.timezone.utc).strftime("%Y-%m")
