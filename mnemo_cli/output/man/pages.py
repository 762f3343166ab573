"""All pages of the manual: file name → text."""

from collections.abc import Mapping, Sequence

from mnemo_cli.output.command_tree import Command
from mnemo_cli.output.man.alerts import alerts_page
from mnemo_cli.output.man.commands import command_page
from mnemo_cli.output.man.nouns import Edition, Setting
from mnemo_cli.output.man.settings import settings_page


def man_pages(mnemo: Command, edition: Edition, settings: Sequence[Setting]) -> Mapping[str, str]:
    """The same input gives the same pages, to the byte."""
    pages = {f"{'-'.join(command.words)}.1": command_page(command, edition) for command in (mnemo, *mnemo.commands)}
    pages["mnemo.toml.5"] = settings_page(settings, edition)
    pages["mnemo-alerts.5"] = alerts_page(edition)
    return pages
