"""The command that serves the mask service's contract from an engine of one's own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maskpick.cli.app import Command, common
from maskpick.cli.work import Work, pass_work
from maskpick.errors import EngineError, SettingsError

if TYPE_CHECKING:
    from maskpick.tokens import Token


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others need a token.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with the token clients must send.")
@click.option("--public-address", default="", help="The address clients see, behind a proxy.", metavar="URL")
@click.option("--remover", default=None, help="Remove objects with this engine.", metavar="NAME")
@click.option("--folder", type=click.Path(path_type=Path), help="Where pictures and results are kept for a while.")
@click.option("--workers", default=0, help="Pictures worked on at once; 0: one for each core.", type=click.IntRange(0))
@click.option("--queue", default=64, show_default=True, help="Pictures that may wait.", type=click.IntRange(0))
@click.option("--job-seconds", default=120.0, show_default=True, help="Time for one piece of work.")
@click.option("--store-mb", default=2000, show_default=True, help="Size of what is kept.", type=click.IntRange(10))
@click.option("--keep-hours", default=24.0, show_default=True, help="How long it is kept.")
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
    store_mb: int,
    keep_hours: float,
    allow_private_fetch: bool,
    fault: str | None,
) -> None:
    """Run a mask service: other computers, scripts and editors find and remove objects through it.

    It speaks the contract of the hosted service, in both its versions, and has a page to try it in a browser. See
    docs/service.md.
    """
    if importlib.util.find_spec("fastapi") is None or importlib.util.find_spec("uvicorn") is None:
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
            store_bytes=store_mb * 1_000_000,
            keep_seconds=keep_hours * 3600,
            allow_private_fetch=allow_private_fetch,
            fault=Fault.parse(fault) if fault else None,
        )
    )


def _token(path: Path | None) -> Token | None:
    from maskpick.tokens import Token

    if path is None:
        return None
    try:
        return Token(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The token file {path} cannot be read.", "Check its name and permissions.") from error
