"""Findings for people and for other programs: one report in, the text of any format out.

text        table, for a person; plain, one line a result, for grep and logs
document    json and ndjson: mnemo.findings/1
sarif       code scanning and editors
junit       the test reports of CI servers
github      annotations of a workflow run
nagios      one line, performance data, and exit codes of its own
report      `--report FORMAT=FILE`, and how a result is written to a file
phrases     the words that they share

What a process calls itself reaches no format raw: every text goes through `printable`.
"""

from enum import StrEnum
from typing import NamedTuple

from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit


class FindingsFormat(StrEnum):
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    NDJSON = "ndjson"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    NAGIOS = "nagios"


class Rule(NamedTuple):
    """A check as other tools list it: `title` is the first line of its page."""

    id: str
    slug: str
    title: str
    page: str


class Report(NamedTuple):
    """What every format is made from. `exit_code` is that of the command, which may have judged more than this."""

    audits: tuple[Audit, ...]
    exit_code: int
    gate: Gate = Gate()
    rules: tuple[Rule, ...] = ()


def render(report: Report, findings_format: FindingsFormat, *, width: int | None = None, verbose: bool = False) -> str:
    """The report in one format. `width` is of the table's reader; `verbose` adds what passed to table and plain."""
    match findings_format:
        case FindingsFormat.TABLE:
            from mnemo_cli.output.findings.text import table_text

            return table_text(report, width=width, verbose=verbose)
        case FindingsFormat.PLAIN:
            from mnemo_cli.output.findings.text import plain_text

            return plain_text(report, verbose=verbose)
        case FindingsFormat.JSON:
            from mnemo_cli.output.findings.document import json_text

            return json_text(report)
        case FindingsFormat.NDJSON:
            from mnemo_cli.output.findings.document import ndjson_text

            return ndjson_text(report)
        case FindingsFormat.SARIF:
            from mnemo_cli.output.findings.sarif import sarif_text

            return sarif_text(report)
        case FindingsFormat.JUNIT:
            from mnemo_cli.output.findings.junit import junit_text

            return junit_text(report)
        case FindingsFormat.GITHUB:
            from mnemo_cli.output.findings.github import github_text

            return github_text(report)
        case FindingsFormat.NAGIOS:
            from mnemo_cli.output.findings.nagios import nagios_text

            return nagios_text(report)
