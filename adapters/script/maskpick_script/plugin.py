"""Registers the scripted host, through the same door as anybody else's plugin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from maskpick.hookspecs import hookimpl
from maskpick_script.host import ScriptHost

if TYPE_CHECKING:
    from maskpick.hosts import Host


@hookimpl
def register_hosts(register: Callable[[type[Host]], None]) -> None:
    register(ScriptHost)
