"""How a command runs, and how it ends: exit statuses, messages, Ctrl-C, broken pipes, faults."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import FrameType

import click

from maskpick.cli.app import app
from maskpick.cli.work import Work, say
from maskpick.errors import Cancelled, MaskpickError
from maskpick.progress import Progress

FAULT = 1
"""Exit status of what should not happen."""
BROKEN_PIPE = 141
"""Exit status when nobody reads the output any more: 128 and SIGPIPE, as of other programs."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command, say on stderr what went wrong, if anything, and return the exit status."""
    _make_streams_lenient()
    work = Work()
    with _signals(work.progress) as received:
        try:
            status = _status_of(list(sys.argv[1:] if arguments is None else arguments), work)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_stdout()
            return BROKEN_PIPE
        except (Cancelled, KeyboardInterrupt):
            return 128 + (received[0] if received else signal.SIGINT)
        finally:
            logging.getLogger("maskpick").handlers.clear()  # it writes to the stderr of this run
        return 128 + received[0] if received else status


def _status_of(arguments: list[str], work: Work) -> int:
    try:
        with app.make_context("maskpick", arguments, obj=work) as context:
            app.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.UsageError as error:
        say(error.format_message())
        if error.ctx is not None:
            click.echo(f"  See {error.ctx.command_path} --help.", err=True)
        return error.exit_code
    except (Cancelled, KeyboardInterrupt, BrokenPipeError):
        raise
    except MaskpickError as error:
        _show_origin(work)
        tell(error)
        return error.exit_code
    except MemoryError:
        _show_origin(work)
        say("There is not enough memory for this.")
        click.echo("  Close other programs, or use a smaller picture.", err=True)
        return FAULT
    except Exception as error:  # noqa: BLE001 - the last resort: nobody should ever see a traceback
        from maskpick.faults import record_fault

        _show_origin(work)
        say(f"Something went wrong that should not: {type(error).__name__}: {error}".rstrip(": "))
        click.echo(f"  This is a fault in maskpick or a plugin. {record_fault(error, ' '.join(arguments))}", err=True)
        return FAULT
    return 0


def tell(error: MaskpickError) -> None:
    """Say what happened and what to do, on stderr."""
    say(error.happened)
    if error.advice:
        click.echo(f"  {error.advice}", err=True)


def _show_origin(work: Work) -> None:
    if work.flags.verbose >= 2:
        traceback.print_exc()


@contextlib.contextmanager
def _signals(progress: Progress) -> Iterator[list[int]]:
    """Turn Ctrl-C and SIGTERM into a wish to stop, which the work hears of at a point where it may; a second one stops
    it at once. Yields the signals that came."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        progress.cancel()
        if len(received) > 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    # A signal that whoever started us wants ignored (nohup, a background job) stays ignored.
    caught = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, stop)) for number in caught]
    try:
        yield received
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _make_streams_lenient() -> None:
    """A name the terminal cannot show is shown with escapes, rather than ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _forget_stdout() -> None:
    # Python flushes stdout once more on its way out and would complain about the pipe then.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
