"""The command that serves the mask service's contract from an engine of one's own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maskpick.cli.app import Command, common
from maskpick.cli.work import Work, pass_work
from maskpick.errors import EngineError, SettingsError

if TYPE_CHECKING:
    from maskpick.tokens import Token


LIBRARIES = ("fastapi", "itsdangerous", "pebble", "prometheus_client", "uvicorn")


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _limit(flag: str, default: float, text: str, metavar: str, least: float = 0) -> Callable[[Decorated], Decorated]:
    kind = click.IntRange(int(least)) if isinstance(default, int) else click.FloatRange(least)
    return click.option(flag, default=default, show_default=True, help=text, type=kind, metavar=metavar)


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others need a token.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any.", metavar="N")
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with the token clients must send.")
@click.option("--public-address", default="", help="The address clients see, behind a proxy.", metavar="URL")
@click.option("--remover", default=None, help="Remove objects with this engine.", metavar="NAME")
@click.option("--folder", type=click.Path(path_type=Path), help="Where pictures and results are kept for a while.")
@_limit("--workers", 0, "Pictures worked on at once; 0: one for each core.", "N")
@_limit("--queue", 64, "Pictures that may wait.", "N")
@_limit("--max-megapixels", 50, "The largest picture taken.", "N", least=1)
@_limit("--store-mb", 2000, "How much is kept.", "MB", least=10)
@_limit("--keep-hours", 24.0, "How long it is kept after it was last asked for.", "HOURS", least=0.01)
@_limit("--job-seconds", 120.0, "Time for one piece of work.", "SECONDS", least=1)
@_limit("--stop-seconds", 10.0, "Time for work under way when told to stop.", "SECONDS")
@click.option("--allow-private-fetch", is_flag=True, help="Fetch pictures from private addresses too.")
@click.option("--fault", default=None, help="Misbehave on purpose, for tests: KIND[:ARGUMENT][*TIMES].", metavar="KIND")
@common
@pass_work
def serve_command(
    work: Work,
    host: str,
    port: int,
    token_file: Path | None,
    public_address: str,
    remover: str | None,
    folder: Path | None,
    workers: int,
    queue: int,
    job_seconds: float,
    stop_seconds: float,
    max_megapixels: int,
    store_mb: int,
    keep_hours: float,
    allow_private_fetch: bool,
    fault: str | None,
) -> None:
    """Run a mask service: other computers, scripts and editors find and remove objects through it.

    It speaks the contract of the hosted service, in both its versions, and has a page to try it in a browser. See
    docs/service.md.
    """
    if any(_missing(library) for library in LIBRARIES):
        raise EngineError(
            "The parts of the service are not installed.", "Install them: pip install 'maskpick[server]'."
        )
    import os

    import platformdirs

    from maskpick.service import ServiceConfig
    from maskpick.service.app import serve
    from maskpick.service.faults import Fault

    work.plugins.segmenter(work.settings.engine)
    remover = remover or work.settings.remover
    work.plugins.remover(remover)
    serve(
        ServiceConfig(
            folder or platformdirs.user_cache_path("maskpick", appauthor=False) / "service",
            host=host,
            port=port,
            public_address=public_address,
            token=_token(token_file),
            segmenter=work.settings.engine,
            segmenter_options=work.options(work.settings.engine),
            remover=remover,
            remover_options=work.options(remover, main=False),
            settings=work.overrides,
            workers=workers or os.cpu_count() or 1,
            queue=queue,
            job_seconds=job_seconds,
            stop_seconds=stop_seconds,
            max_pixels=max_megapixels * 1_000_000,
            store_bytes=store_mb * 1_000_000,
            keep_seconds=keep_hours * 3600,
            allow_private_fetch=allow_private_fetch,
            fault=Fault.parse(fault) if fault else None,
        )
    )


def _missing(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is None
    except ValueError:  # it is there, but not to be imported
        return True


def _token(path: Path | None) -> Token | None:
    from maskpick.tokens import Token

    if path is None:
        return None
    try:
        return Token(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The token file {path} cannot be read.", "Check its name and permissions.") from error
