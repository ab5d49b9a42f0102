"""The service's token: where it is kept, and how it is kept out of everything else.

It is looked for in the environment, then in the system's keyring, then in a file only the user may read. It is never
part of the settings, and `Token` does not show it in any text made of it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import platformdirs

from maskpick.contract import TOKEN_VARIABLE
from maskpick.errors import OutputError, SettingsError
from maskpick.files import replacing

_KEYRING_SERVICE = "maskpick"
_KEYRING_USER = "api_token"


class Token:
    """A secret. ``reveal()`` is the only way to read it, so that every place that does can be found."""

    def __init__(self, secret: str) -> None:
        secret = secret.strip()
        if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise SettingsError(
                "The token has characters no token has, or none at all.",
                "Copy it once more from the service's web page.",
            )
        self._secret = secret

    def reveal(self) -> str:
        return self._secret

    def __repr__(self) -> str:
        return "<Token>"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a token is not saved")


class Found(NamedTuple):
    """A token and the place it was found in, in words."""

    token: Token
    place: str


def token_file() -> Path:
    """Where the token is kept on a system without a keyring."""
    return platformdirs.user_config_path("maskpick", appauthor=False) / "token"


def find_token(environment: Mapping[str, str] | None = None) -> Found | None:
    """The token from environment, keyring or file, in this order; None where there is none.

    Raises `SettingsError` for a token file that others may read, or a token that cannot be one.
    """
    environment = os.environ if environment is None else environment
    if environment.get(TOKEN_VARIABLE, "").strip():
        return Found(Token(environment[TOKEN_VARIABLE]), f"the environment variable {TOKEN_VARIABLE}")
    kept = _from_keyring()
    if kept:
        return Found(Token(kept), "the system's keyring")
    path = token_file()
    try:
        _check_private(path)
        return Found(Token(path.read_text("ascii")), f"the file {path}")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The token file {path} cannot be read.", "Run `maskpick config token` again.") from error


def store_token(token: Token) -> str:
    """Keep the token in the keyring or, without one, in the file; returns the place in words."""
    import keyring
    import keyring.errors

    try:
        keyring.set_password(_KEYRING_SERVICE, _KEYRING_USER, token.reveal())
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        path = token_file()
        _write_private(path, token.reveal())
        return f"the file {path}, which only you may read (there is no usable keyring here)"
    token_file().unlink(missing_ok=True)  # an older one would only confuse
    return "the system's keyring"


def forget_token() -> None:
    """Delete the token from keyring and file; what is not there is fine."""
    import keyring
    import keyring.errors

    with contextlib.suppress(keyring.errors.KeyringError, RuntimeError, OSError):
        keyring.delete_password(_KEYRING_SERVICE, _KEYRING_USER)
    token_file().unlink(missing_ok=True)


def _from_keyring() -> str | None:
    import keyring
    import keyring.errors

    # A locked or missing keyring is no fault: the file comes next.
    with contextlib.suppress(keyring.errors.KeyringError, RuntimeError, OSError):
        return keyring.get_password(_KEYRING_SERVICE, _KEYRING_USER)
    return None


def _check_private(path: Path) -> None:
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"Others may read the token file {path}.", f"Run: chmod 600 '{path}'")


def _write_private(path: Path, secret: str) -> None:
    try:
        with replacing(path) as fresh:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secret + "\n")
    except OutputError as error:
        raise SettingsError("The token could not be kept.", str(error)) from error
