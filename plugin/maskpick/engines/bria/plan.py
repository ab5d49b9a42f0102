"""Before anything is sent: to whom, with which token, how large, and what it may cost."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from maskpick import contract
from maskpick.engines.bria.upload import Upload, prepare
from maskpick.engines.bria.usage import UsageCounter
from maskpick.errors import EngineError, SettingsError
from maskpick.tokens import Found, find_token

if TYPE_CHECKING:
    from maskpick.engines.bria import BriaOptions
    from maskpick.pictures import Picture
    from maskpick.progress import Progress


@dataclass(frozen=True)
class Plan:
    """What would be sent. ``besides`` says what goes along with the picture; ``token_place`` where the token is from,
    never the token, and is None where there is none."""

    address: str
    upload: Upload
    besides: str
    token_place: str | None
    paid_this_month: int
    cap: int

    @property
    def size(self) -> int:
        return len(self.upload.data)

    @property
    def lines(self) -> tuple[str, ...]:
        to, *rest = self.about_all
        return (to, f"What: {self.upload.description}{self.besides}", *rest)

    @property
    def about_all(self) -> tuple[str, ...]:
        limit = f" of at most {self.cap}" if self.cap else ""
        reached = "; the limit is reached, so nothing would be sent" if 0 < self.cap <= self.paid_this_month else ""
        missing = "none" if is_loopback(self.address) else "none; store yours with `maskpick config token`"
        unencrypted = self.address.startswith("http://") and not is_loopback(self.address)
        open_to_all = " (not encrypted: others on the way can read token and picture)" if unencrypted else ""
        return (
            f"To: {self.address}{open_to_all}",
            f"Token: {f'from {self.token_place}' if self.token_place else missing}",
            f"Paid calls this month: {self.paid_this_month}{limit}{reached}",
        )

    @property
    def as_json(self) -> dict[str, Any]:
        upload = self.upload
        return {
            "address": self.address,
            "format": upload.format,
            "lossless": upload.lossless,
            "width": upload.size.width,
            "height": upload.size.height,
            "bytes": self.size,
            "image_url": upload.url,
            "token_from": self.token_place,
            "paid_this_month": self.paid_this_month,
            "cap": self.cap,
        }


def plan(picture: Picture, options: BriaOptions, progress: Progress, besides: str = "") -> Plan:
    """Prepare the picture and look everything up; nothing is sent."""
    address, found = address_of(options.address), find_token()
    return Plan(
        address,
        upload_of(picture, options, progress),
        besides,
        found.place if found else None,
        UsageCounter().this_month(address),
        options.cap,
    )


def upload_of(picture: Picture, options: BriaOptions, progress: Progress) -> Upload:
    """The picture as it will be sent: encoded, or by an address of its own. Raises `PictureError`, `SettingsError`."""
    if not options.image_url:
        return prepare(picture, progress)
    if urlsplit(options.image_url).scheme not in ("http", "https"):
        raise SettingsError(f"{options.image_url!r} is not an address.", "It begins with https:// or http://.")
    return Upload.named(options.image_url, picture.size)


def address_of(option: str) -> str:
    """The service's base address: the option's, or the hosted service. Raises `SettingsError`."""
    address = option or contract.HOSTED
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            f"{address!r} is not the address of a service.",
            "It looks like https://masks.example.org or http://localhost:8765.",
        )
    path = parts.path.rstrip("/")
    for version in ("/v1", "/v2"):  # people copy the address with its version
        path = path.removesuffix(version)
    return f"{parts.scheme}://{parts.netloc}{path}"


def token_for(address: str) -> Found | None:
    """The token to send; None only for a service on this computer, which may do without one. Raises `EngineError`."""
    found = find_token()
    if found is None and not is_loopback(address):
        raise EngineError(
            f"The service at {urlsplit(address).hostname} needs a token, and there is none.",
            "Store yours with `maskpick config token`, or use the local engine.",
        )
    return found


def is_loopback(address: str) -> bool:
    """Whether an address is this computer's own."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
