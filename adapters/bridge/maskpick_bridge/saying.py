"""What there is to say, in place: an error with the next step, a question, a hint. One thing at a time.

How it looks is each editor's own; its module `saying` shows one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

HINT, QUESTION, TROUBLE = "hint", "question", "trouble"
"""The tones something is said in."""


class Answer(NamedTuple):
    """A button: what stands on it, and what it does."""

    label: str
    do: Callable[[], object]


class Saying(NamedTuple):
    """A sentence, more of them beneath it, and what can be answered. ``dismiss`` is what a cross in the corner does."""

    tone: str
    title: str
    text: str = ""
    answers: tuple[Answer, ...] = ()
    dismiss: Callable[[], object] | None = None

    @property
    def seen(self) -> tuple[Any, ...]:
        """What of it can be seen: two that differ in nothing else look alike."""
        labels = tuple(answer.label for answer in self.answers)
        return self.tone, self.title, self.text, labels, self.dismiss is None
