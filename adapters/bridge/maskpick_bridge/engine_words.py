"""What the engine says, in the artist's language.

The engine speaks English: texts, and sentences with values filled in. The catalogues know these sentences as templates
(``{path} is a folder.``), gathered from its source, and here a sentence finds its template again. The names it makes
up for objects are put together from few words ("large red, centre", `maskpick.names`), and are here put together anew.
"""

from __future__ import annotations

import functools
import re

from maskpick_bridge.editor_words import reworded
from maskpick_bridge.words import p_, texts

ENGINE, OBJECT = "engine", "object"
"""Contexts of the catalogues: what the engine says, and the words it names objects with."""

SIZES = {"tiny", "small", "large"}
COLOURS = {
    "black", "dark grey", "grey", "light grey", "white", "dark red", "red", "pink", "orange", "dark brown", "brown",
    "light brown", "beige", "yellow", "olive", "dark green", "green", "light green", "turquoise", "dark blue", "blue",
    "light blue", "purple", "lilac", "multicoloured", "black and white",
}  # fmt: skip
PLACES = {
    "top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right", "all over",
}  # fmt: skip
DIFFERENCES = PLACES | COLOURS | {"upper one", "lower one", "left one", "right one", "by clicks"}
"""What tells two objects of the same name apart, and how one came about."""


CONTINUING = (" ", ",", ";")
"""What a text begins with that is put behind another one."""
DEEPEST = 6
"""So often at most, a text is taken apart, and its parts."""


def translated(text: str) -> str:
    """A text of the engine's in the language in use and an editor's words; as it is where there are no such words."""
    return _translated(text, DEEPEST)


def _translated(text: str, depth: int) -> str:
    """``depth``: in how many steps it may be taken apart, for what a service says in it may be anything."""
    own = reworded().get(text)
    if own is not None:
        return own
    exact = p_(ENGINE, text) if text else ""
    if exact != text or not depth:
        return exact
    depth -= 1
    for template, pieces in _templates(texts(ENGINE)):
        values = _values(pieces, text)
        if values is not None:
            return _filled(template, [_translated(value, depth) for value in values])
    # Of a text put together from others, what is known.
    next_one = _NEXT_SENTENCE.search(text)
    if next_one:
        return _translated(text[: next_one.end()], depth) + _translated(text[next_one.end() :], depth)
    if text.endswith((".", " ")):
        return _translated(text[:-1], depth) + text[-1]
    what, colon, more = text.partition(": ")
    if colon:
        known, known_more = _translated(what, depth), _translated(more, depth)
        if known != what or more in reworded():
            return p_("engine", "{what}: {more}").format(what=known, more=known_more)
    return text


def object_name(name: str) -> str:
    """The name of an object in the language in use: one the engine made up part by part, any other as it is."""
    made_up = _MADE_UP.match(name)
    if made_up is None:
        first, *rest = name.split(", ")
        first = p_("object", "background") if first == "background" else first
    else:
        words = {part: p_(OBJECT, word) for part, word in made_up.groupdict().items() if word}
        if "ground" in words:
            first = p_("object", "{colour} background, {place}").format(**words)
        elif "size" in words:
            first = p_("object", "{size} {colour}, {place}").format(**words)
        else:
            first = p_("object", "{colour}, {place}").format(**words)
        rest = name[made_up.end() :].split(", ")[1:]
    return ", ".join([first, *(p_(OBJECT, part) if part in DIFFERENCES else part for part in rest)])


def _one_of(words: set[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MADE_UP = re.compile(
    rf"((?P<size>{_one_of(SIZES)}) )?(?P<colour>{_one_of(COLOURS)})( (?P<ground>background))?"
    rf", (?P<place>{_one_of(PLACES)})(?=, |$)"
)


@functools.lru_cache(maxsize=2)
def _templates(known: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """The templates and what is between their fields; those with most of their own letters first."""
    templates = [text for text in known if "{" in text or text.startswith(CONTINUING)]
    parted = [(text, [""] * text.startswith(CONTINUING) + _FIELD.split(text)[::2]) for text in templates]
    return sorted(parted, key=lambda one: -sum(map(len, one[1])))


def _values(own: list[str], text: str) -> list[str] | None:
    """What stands in ``text`` where the fields of a template are; None where it was not made from that template."""
    first, *between, last = own
    end = len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last)):
        return None
    values, at = [], len(first)
    for piece in between:
        found = text.find(piece, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(piece)
    values.append(text[at:end])
    # A value ends with the sentence it begins in.
    return values if at <= end and not any(map(_NEXT_SENTENCE.search, values)) else None


def _filled(template: str, values: list[str]) -> str:
    names = _FIELD.split(template)[1::2]
    before = values[: len(values) - len(names)]
    return "".join(before) + p_(ENGINE, template).format(**dict(zip(names, values[len(before) :])))


_FIELD = re.compile(r"\{(\w+)\}")
_NEXT_SENTENCE = re.compile(r"[.?!] (?=[A-Z])")
