"""What the engine says, in the artist's language.

The engine speaks English: texts, and sentences with values filled in. The catalogues know these sentences as templates
(``{path} is a folder.``), gathered from its source, and here a sentence finds its template again. The names it makes
up for objects are put together from few words ("large red, centre", `maskpick.names`), and are here put together anew.
"""

from __future__ import annotations

import functools
import re

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
DIFFERENCES = PLACES | COLOURS | {"upper one", "lower one", "left one", "right one"}
"""What tells two objects of the same name apart."""


CONTINUING = (" ", ",", ";")
"""What a text begins with that is put behind another one."""


def translated(text: str) -> str:
    """A text of the engine's in the language in use; as it is where that language has no words for it."""
    exact = p_(ENGINE, text) if text else ""
    if exact != text:
        return exact
    for pattern, template in _patterns(texts(ENGINE)):
        match = pattern.fullmatch(text)
        if match:
            values = {name: translated(value) for name, value in match.groupdict().items()}
            return values.pop("before", "") + p_(ENGINE, template).format(**values)
    # Of a text put together from others, what is known.
    sentences = re.split(r"(?<=[.?!] )(?=[A-Z])", text)
    if len(sentences) > 1:
        return "".join(map(translated, sentences))
    if text.endswith((".", " ")):
        return translated(text[:-1]) + text[-1]
    what, colon, more = text.partition(": ")
    if colon and translated(what) != what:
        return p_("engine", "{what}: {more}").format(what=translated(what), more=translated(more))
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
def _patterns(known: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """What a text made from each template looks like; those with most of their own words first."""
    templates = [text for text in known if "{" in text or text.startswith(CONTINUING)]
    return [(_pattern(template), template) for template in sorted(templates, key=_own_letters, reverse=True)]


def _pattern(template: str) -> re.Pattern[str]:
    # A field ends with the sentence it begins in. Before a template that continues something, that may be anything.
    field = r"(?P<{}>(?:(?!\. [A-Z]).)*?)"
    pieces = re.split(r"\{(\w+)\}", template)
    own = map(re.escape, pieces[::2])
    fields = [field.format(name) for name in pieces[1::2]]
    before = "(?P<before>.+)" if template.startswith(CONTINUING) else ""
    return re.compile(before + "".join(piece for pair in zip(own, [*fields, ""]) for piece in pair), re.DOTALL)


def _own_letters(template: str) -> int:
    return len(re.sub(r"\{\w+\}", "", template))
