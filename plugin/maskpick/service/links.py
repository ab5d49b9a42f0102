"""Links to results: signed, so that nobody can make one up, and good for a while only."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from maskpick.files import replacing


class Linked(NamedTuple):
    """The file a link leads to."""

    visual_id: str
    name: str


class ExpiredLinkError(Exception):
    """The link was good once."""


class ForgedLinkError(Exception):
    """The link was never made here."""


class Links:
    """Makes and reads links. The key lies in a file, so that links outlive a restart."""

    def __init__(self, key_file: Path, max_age: float) -> None:
        self._serializer = URLSafeTimedSerializer(_key(key_file), salt="maskpick-file")
        self._max_age = round(max_age)

    def make(self, visual_id: str, name: str) -> str:
        """The path of a link, relative to the service's address."""
        return f"/files/{self._serializer.dumps([visual_id, name])}/{name}"

    def read(self, signed: str) -> Linked:
        """Raises `ExpiredLinkError`, `ForgedLinkError`."""
        try:
            visual_id, name = self._serializer.loads(signed, max_age=self._max_age)
        except SignatureExpired as error:
            raise ExpiredLinkError from error
        except (BadSignature, ValueError, TypeError) as error:
            raise ForgedLinkError from error
        return Linked(visual_id, name)


def _key(path: Path) -> str:
    if not path.exists():
        with replacing(path) as fresh:
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32), "ascii")
    return path.read_text("ascii")
