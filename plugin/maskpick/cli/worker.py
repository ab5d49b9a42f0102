"""The command that serves editors which cannot start the worker themselves."""

from __future__ import annotations

from pathlib import Path

import click

from maskpick.cli.app import Command, common


@click.command("worker", cls=Command)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port to listen at; 0: any.", metavar="N")
@click.option("--token-file", type=click.Path(path_type=Path), help="Where editors find address and secret.")
@common
def worker_command(port: int, token_file: Path | None) -> None:
    """Serve editors in a sandbox (flatpak, snap) that cannot start maskpick's engine themselves. Ctrl-C ends it.

    Nobody but you can connect: the secret lies in a file that only you may read.
    """
    from maskpick.worker.process import serve_loopback

    serve_loopback(f"127.0.0.1:{port}", token_file, lambda host, port: click.echo(f"Serving editors at {host}:{port}."))
