"""Who may use the service."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from maskpick.errors import SettingsError
from maskpick.service import ServiceConfig


def check_exposure(config: ServiceConfig) -> None:
    """Raise `SettingsError` for a service that others could reach without a token, or that misbehaves in public."""
    if is_loopback(config.host):
        return
    if config.token is None:
        raise SettingsError(
            f"A service at {config.host} can be reached by others, and there is no token to keep them out.",
            "Name a file with a token by --token-file, or serve at 127.0.0.1.",
        )
    if config.fault is not None:
        raise SettingsError("A service that misbehaves on purpose is for tests.", "Serve it at 127.0.0.1.")


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches a service at ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def knows_host(config: ServiceConfig, host: str) -> bool:
    """Whether a request's ``Host`` is a name of this service.

    Without a token, a web page could reach a service on its visitor's own computer under a name it points there (DNS
    rebinding); so such a service answers to this computer's own names only, and to its public one.
    """
    if config.token is not None:
        return True
    public = urlsplit(config.public_address).netloc
    if public and host == public:
        return True
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def admits(config: ServiceConfig, given: str | None) -> bool:
    """Whether a request with this token may come in; compared in constant time."""
    if config.token is None:
        return True
    return hmac.compare_digest((given or "").encode(), config.token.reveal().encode())
