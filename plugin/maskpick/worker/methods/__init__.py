"""The requests a worker answers, by name. Each is imported when it is first asked for."""

from __future__ import annotations

import importlib
from typing import Any

from maskpick.worker.session import Call, Method

_HOMES = {
    "find": "finding",
    "load": "finding",
    "stale": "finding",
    "store": "finding",
    "clicks": "clicking",
    "export": "exporting",
    "outlines": "shapes",
    "refine": "shapes",
    "thumbnails": "shapes",
    "layers": "results",
    "remove": "removing",
    "shadows": "removing",
    "doctor": "keeping",
    "engines": "keeping",
    "plan": "keeping",
    "settings_get": "keeping",
    "settings_set": "keeping",
    "token_set": "keeping",
    "token_state": "keeping",
}


def _method(name: str, home: str) -> Method:
    def run(call: Call) -> Any:
        return getattr(importlib.import_module(f"maskpick.worker.methods.{home}"), name)(call)

    return run


METHODS: dict[str, Method] = {name: _method(name, home) for name, home in _HOMES.items()}
