"""The words the artist reads, in the artist's language: gettext catalogues of the folder ``locale``.

They lie flat in it: GIMP leaves out deeper folders when it takes plug-ins along to its next version.

Mark every sentence with `_`, and fill in what varies afterwards: ``_("{n} objects").format(n=3)``.
"""

from __future__ import annotations

import gettext
from pathlib import Path

FOLDER = Path(__file__).with_name("locale")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str) -> None:
    """Speak a language (``de``, ``fr_CA``, ``zh_CN.UTF-8`` ...), English where there is no catalogue for it."""
    global _catalogue
    name = language.partition(".")[0].replace("-", "_")
    paths = (FOLDER / f"{one}.mo" for one in (name, name.partition("_")[0]))
    _catalogue = next((_read(path) for path in paths if path.is_file()), gettext.NullTranslations())


def _read(path: Path) -> gettext.GNUTranslations:
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def _(text: str) -> str:
    """``text`` in the language in use."""
    return _catalogue.gettext(text) if text else ""  # gettext answers an empty text with its catalogue's header


def n_(one: str, many: str, n: int) -> str:
    """The form that goes with a number, with ``{n}`` filled in."""
    return _catalogue.ngettext(one, many, n).format(n=n)


def p_(context: str, text: str) -> str:
    """``text``, where one English text stands for several things: ``context`` says which one is meant."""
    return _catalogue.pgettext(context, text)


def texts(context: str) -> tuple[str, ...]:
    """Every text of a context that the language in use knows."""
    known: dict[object, str] = getattr(_catalogue, "_catalog", {})  # gettext has no other way to ask
    start = f"{context}\x04"
    return tuple(key[len(start) :] for key in known if isinstance(key, str) and key.startswith(start))
