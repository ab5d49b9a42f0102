"""What a fault of the network means, told apart so that each use can put it into its own words."""

from __future__ import annotations

from typing import Literal

import requests
import urllib3
from urllib3.exceptions import MaxRetryError

Trouble = Literal["certificate", "proxy", "unreachable", "broken"]


def trouble_of(error: BaseException) -> Trouble | None:
    """The certificate is not trusted; the proxy refuses; no connection came about; it broke off later. None for what
    is no fault of the network."""
    if isinstance(error, requests.exceptions.SSLError):
        return "certificate"
    if isinstance(error, requests.exceptions.ProxyError):
        return "proxy"
    if isinstance(error, requests.exceptions.ConnectTimeout) or _no_connection(error):
        return "unreachable"
    if isinstance(error, requests.exceptions.RequestException):
        return "broken"
    return None


def _no_connection(error: BaseException) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError))
