"""The words both sides agree on, and errors as the artist reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maskpick_bridge.engine_words import translated

if TYPE_CHECKING:
    Message = dict[str, Any]

PROTOCOL = 1
"""The worker's protocol this bridge speaks."""
VERSION = "0.1.0"
"""The bridge's own version, the project's."""


class WorkerError(Exception):
    """What went wrong, in words for the artist.

    ``kind`` tells programs what happened: the class of the core's error (``Cancelled``, ``EngineError`` ...), or
    ``NotFound`` (there is no engine on this computer), ``NotStarted``, ``Crashed``, ``Mismatch``, ``BadMessage`` (a
    fault of the plug-in's). ``happened`` is a sentence, ``advice`` says what to do next, and may be empty; both are
    given in English and kept in the language in use. As text, for logs, it is English.
    """

    def __init__(self, kind: str, happened: str, advice: str = "") -> None:
        super().__init__(f"{happened} {advice}".rstrip())
        self.kind = kind
        self.happened = translated(happened)
        self.advice = translated(advice)

    @property
    def cancelled(self) -> bool:
        return self.kind == "Cancelled"


def error_of(answer: Message) -> WorkerError:
    """The error an answer carries."""
    error = answer.get("error") or {}
    data = error.get("data") or {}
    happened = data.get("happened") or error.get("message") or "Something went wrong."
    return WorkerError(data.get("kind", "BadMessage"), str(happened), str(data.get("advice", "")))


def stopped() -> WorkerError:
    return WorkerError("Cancelled", "Stopped, as you asked.")


def failure(error: WorkerError) -> Message:
    """An answer that carries an error."""
    data = {"kind": error.kind, "happened": error.happened, "advice": error.advice}
    return {"error": {"message": str(error), "data": data}}
