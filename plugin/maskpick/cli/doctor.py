"""The command that checks that everything is in order."""

from __future__ import annotations

import dataclasses

import click

from maskpick.cli import show
from maskpick.cli.app import Command, common
from maskpick.cli.work import Work, pass_work
from maskpick.errors import FaultsFound, SettingsError
from maskpick.settings import Settings

SIGNS = {"good": ("ok", "green"), "warning": ("note", "yellow"), "wrong": ("WRONG", "red")}


@click.command("doctor", cls=Command)
@click.option("--online", is_flag=True, help="Also see whether the mask service can be reached; no token is sent.")
@common
@pass_work
def doctor_command(work: Work, online: bool) -> None:
    """Check that everything maskpick needs is in order: Python, libraries, settings, cache, disk, plugins, engines,
    the mask service's token and address.

    Prints what was found, and what to do where something is wrong.
    """
    from maskpick.doctor import examine

    settings: Settings | SettingsError
    try:
        settings = work.settings
        plugins = work.found_plugins
    except SettingsError as error:
        settings, plugins = error, None
    findings = []
    for finding in examine(settings, plugins, online=online):
        work.progress.check()
        findings.append(finding)
        if not work.flags.as_json:
            sign, colour = SIGNS[finding.state]
            click.echo(f"{click.style(f'{sign:<5}', fg=colour)}  {finding.subject}: {finding.found}")
            if finding.advice:
                click.echo(f"       {finding.advice}")
    if work.flags.as_json:
        show.print_json([dataclasses.asdict(finding) for finding in findings])
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        raise FaultsFound(f"{show.amount(wrong, 'thing is', 'things are')} wrong.", "What to do stands above.")
