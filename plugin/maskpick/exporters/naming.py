"""Names of layers, in forms that every file system and every file format takes."""

from __future__ import annotations

import unicodedata

LONGEST = 60
"""Characters of a file name: with a number before it and four bytes a character it fits the 255 bytes allowed."""

FORBIDDEN = frozenset('<>:"/\\|?*')
"""What no file name may hold on Windows; the other systems forbid less."""


def one_line(name: str) -> str:
    """The name without line breaks, control characters and halves of characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


def file_name(number: int, name: str, suffix: str = "") -> str:
    """``number`` and ``name`` as a file name for any system: "007 left arm.png".

    The number makes it unique even where "A" and "a" are the same, and keeps it from being one of the names
    Windows has taken, such as "con".
    """
    safe = "".join("_" if sign in FORBIDDEN else sign for sign in one_line(unicodedata.normalize("NFC", name)))
    return f"{number:03d} {safe[:LONGEST]}".rstrip(". ") + suffix
