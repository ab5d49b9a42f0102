"""A mask service of one's own: the contract of `maskpick.contract`, served from any engine.

Needs the extra ``maskpick[server]``. `maskpick.service.app` puts the parts together; each part is a module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick.contract import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maskpick.service.faults import Fault
    from maskpick.tokens import Token


@dataclass(frozen=True)
class ServiceConfig:
    """How a service runs. Times are in seconds, sizes in bytes unless they say otherwise."""

    folder: Path
    """Where pictures and results are kept; nothing else may lie there."""
    host: str = "127.0.0.1"
    port: int = 8765
    public_address: str = ""
    """The address clients see, for links; empty: as each request names it."""
    token: Token | None = None
    """Without one only loopback addresses are served."""
    segmenter: str = "local"
    segmenter_options: Mapping[str, Any] = field(default_factory=dict)
    remover: str = "fill"
    remover_options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    """What the settings differ in from the user's own: the `overrides` of `maskpick.settings.Settings.load`."""
    workers: int = 2
    queue: int = 64
    """Pieces of work that may wait beside those being done; one more is answered with 429."""
    job_seconds: float = 120.0
    max_file: int = MAX_FILE_BYTES
    max_pixels: int = 50_000_000
    store_bytes: int = 2_000_000_000
    keep_seconds: float = 24 * 3600.0
    link_seconds: float = 3600.0
    fetch_seconds: float = 20.0
    allow_private_fetch: bool = False
    """Whether pictures may be fetched from private addresses: for tests, and for studios that know why."""
    stop_seconds: float = 10.0
    """How long work under way may go on after the service was told to stop."""
    fault: Fault | None = None
