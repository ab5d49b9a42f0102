"""Every error maskpick raises on purpose.

A message has two parts: what happened to what, and what the person can do about it. Both are written
for a painter, not for a programmer. Each class carries the exit status the command line ends with.
"""

from __future__ import annotations


class MaskpickError(Exception):
    """Base of the family: catch this one to catch them all.

    ``happened`` is a sentence that says what went wrong, and with what. ``advice`` is a sentence that
    says what to do next; it may be empty where nothing can be done.
    """

    exit_code = 1

    def __init__(self, happened: str, advice: str = "") -> None:
        super().__init__(happened, advice)
        self.happened = happened
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.happened} {self.advice}".rstrip()


class SettingsError(MaskpickError):
    """A setting, option or command-line argument has no meaning."""

    exit_code = 2


class PictureError(MaskpickError):
    """A picture cannot be read, or cannot be used."""

    exit_code = 3


class ArchiveError(MaskpickError):
    """A zip of masks, or a mask file, cannot be read or is not safe to read."""

    exit_code = 4


class PickError(MaskpickError):
    """What was picked does not exist: a point outside, an unknown id, nothing at all."""

    exit_code = 5


class OutputError(MaskpickError):
    """A result cannot be written."""

    exit_code = 6


class EngineError(MaskpickError):
    """An engine is unknown, is missing a part, or failed at its work."""

    exit_code = 7


class PluginError(MaskpickError):
    """A plugin was asked for by name and cannot be loaded, or broke its promise."""

    exit_code = 8


class BatchError(MaskpickError):
    """Some pictures of several failed; the others are done."""

    exit_code = 9


class FaultsFound(MaskpickError):  # noqa: N818 - what was looked for, not a fault of the looking
    """`maskpick doctor` found something wrong."""

    exit_code = 10


class Cancelled(MaskpickError):  # noqa: N818 - a wish of the user's, not a fault
    """The user asked to stop."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Stopped, as you asked.")
