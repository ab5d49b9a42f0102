"""One call of a procedure: from GIMP's arguments to its return values, with every ending in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gi.repository import Gimp, GLib, GObject

from maskpick_bridge import MaskFileError, WorkerError
from maskpick_bridge.logfile import log, log_path
from maskpick_bridge.words import _

if TYPE_CHECKING:
    from maskpick_gimp.procedures import Declared

DOMAIN = GLib.quark_from_string("maskpick")


class Refused(Exception):  # noqa: N818 - an ending, not a fault
    """What was asked cannot be done: what is wrong, and what to do next, for the artist."""

    def __init__(self, happened: str, advice: str = "") -> None:
        super().__init__(f"{happened} {advice}".rstrip())


class Cancelled(Exception):  # noqa: N818
    """The artist changed their mind."""


@dataclass(frozen=True)
class Call:
    """What a procedure is called with, and on."""

    name: str
    procedure: Gimp.Procedure
    mode: Gimp.RunMode
    image: Gimp.Image
    drawables: list[Gimp.Drawable]
    config: Gimp.ProcedureConfig

    @property
    def interactive(self) -> bool:
        return bool(self.mode == Gimp.RunMode.INTERACTIVE)

    def __getitem__(self, argument: str) -> Any:
        """An argument's value. GIMP may hand over an empty text as none at all."""
        value = self.config.get_property(argument)
        text = self.config.find_property(argument).value_type == GObject.TYPE_STRING
        return "" if value is None and text else value


Work = Any  # Callable[[Call], Sequence[tuple[GObject.GType, Any]] | None]


def run(
    about: Declared,
    procedure: Gimp.Procedure,
    mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Iterable[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> Gimp.ValueArray:
    """Do what is declared of a procedure. Never raises: an exception would reach the artist without its text."""
    log.info("%s, run mode %d", about.name, int(mode))
    try:
        call = Call(about.name, procedure, mode, image, list(drawables), config)
        if call.interactive and about.asks:
            ask = import_module("maskpick_gimp.asking").ask
            if not ask(call, about):
                raise Cancelled
        module, _colon, function = about.work.partition(":")
        values = getattr(import_module(module), function)(call) or ()
        Gimp.displays_flush()
    except Cancelled:
        log.info("%s was cancelled", about.name)
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
    except (Refused, MaskFileError) as refusal:
        log.info("%s was refused: %s", about.name, refusal)
        return _failed(procedure, str(refusal))
    except WorkerError as error:
        log.warning("%s failed: %s: %s", about.name, error.kind, error)
        return _failed(procedure, f"{error.happened} {error.advice}".rstrip())
    except Exception as fault:  # noqa: BLE001 - see above
        log.exception("%s failed", about.name)
        what = _("Something went wrong that should not: {fault}. The details are in {log}; please report it.")
        return _failed(procedure, what.format(fault=f"{type(fault).__name__}: {fault}", log=log_path("gimp")))
    log.info("%s is done", about.name)
    status = GObject.Value(Gimp.PDBStatusType, Gimp.PDBStatusType.SUCCESS)
    return Gimp.ValueArray.new_from_values([status, *(GObject.Value(kind, value) for kind, value in values)])


def _failed(procedure: Gimp.Procedure, text: str) -> Gimp.ValueArray:
    error = GLib.Error.new_literal(DOMAIN, text, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
