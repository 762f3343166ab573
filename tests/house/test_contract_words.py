"""Each command and option is in the README's table, in the manual and in all three completions, with a short help."""

import re
from pathlib import Path

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.value_kinds import NAMED_HERE, ValueKind

PROJECT = Path(__file__).parents[2]
COMMANDS = list(command_tree(root_command()).walk())
README = (PROJECT / "README.md").read_text()
TABLE = re.findall(r"^\| (`mnemo .+?) \|", README.partition("## The commands")[2].partition("\n## ")[0], re.MULTILINE)
BASH, ZSH, FISH = ((PROJECT / "completions" / name).read_text() for name in ("mnemo.bash", "_mnemo", "mnemo.fish"))
# Values of which a shell knows nothing: numbers, times, sizes, addresses, names that only the person knows.
FREE = {
    "--at", "--auth-user", "--budget", "--budget-size", "--budget-time", "--container", "--count", "--dimensions",
    "--drain-timeout", "--duration", "--file", "--growth", "--interval", "--item-bytes", "--limit", "--listen",
    "--local-cluster", "--need", "--nofile", "--record-max", "--scheduler", "--score", "--scrape-timeout", "--since",
    "--slots", "--speed", "--template", "--timeout", "--top", "--undo", "--wait", "ID", "NAME", "VALUE",
}  # fmt: skip
named = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.words))


def manual(command):
    page = PROJECT / "man" / f"{'-'.join(command.words[:2])}.1"
    return page.read_text().replace("\\-", "-").replace("\\&", "")


def between(text, begin, end):
    assert text.count(begin) == 1, begin
    return text.partition(begin)[2].partition(end)[0]


@named
def test_a_command_is_in_the_readmes_table(command):
    """A subcommand stands in the row of its command, or has one of its own."""
    if len(command.words) > 1:
        top, *below = command.words[1:]
        rows = [row for row in TABLE if re.search(rf"`mnemo {re.escape(top)}\b(?!-)", row)]
        whole = README.partition("## The commands")[2].partition("\n## ")[0]
        lines = "\n".join(line for line in whole.splitlines() if any(row in line for row in rows))
        assert rows and all(re.search(rf"\b{word}\b", lines) for word in below)


@named
def test_a_command_and_its_options_are_in_the_manual(command):
    page = manual(command)
    assert not [name for option in command.options for name in option.names if name not in page]
    assert len(command.words) < 3 or re.search(rf"^\.S[SH] .*{re.escape(command.words[-1])}", page, re.MULTILINE)


@named
def test_a_command_and_its_options_are_in_each_completion(command):
    path = " ".join(command.words)
    quoted = f"'{path}'" if " " in path else path
    blocks = {
        "bash": between(BASH.partition("_mnemo_describe() {")[2], f"\n        {quoted})\n", ";;"),
        "zsh": between(ZSH, f"\n{'_'.join(('_mnemo_at', *command.words[1:])).replace('-', '_')}() {{\n", "\n}\n"),
        "fish": between(FISH, f"\n        case '{path}'\n", "set runs"),
    }
    names = {name for option in command.options for name in option.names}
    names |= {below.words[-1] for below in command.commands}
    for shell, block in blocks.items():
        known = set(re.findall(r"(?<![\w-])(-{0,2}[a-zA-Z][\w-]*)", block))
        assert names <= known, shell


def test_a_value_offers_something_or_is_known_to_be_free():
    nothing = {
        name
        for command in COMMANDS
        for value, names in (
            *((option.value, option.names) for option in command.options),
            *((argument.value, (str(argument).strip("[]."),)) for argument in command.arguments),
        )
        if value is not None and value.kind is ValueKind.NOTHING
        for name in names
        if name.startswith("--") or name.isupper()
    }
    assert nothing == FREE


def test_the_table_of_kinds_names_only_what_there_is():
    options = {name for command in COMMANDS for option in command.options for name in option.names}
    arguments = {str(argument).strip("[].") for command in COMMANDS for argument in command.arguments}
    assert options | arguments >= NAMED_HERE


def test_no_offered_word_needs_quotes_in_a_shell():
    offered = {
        word
        for command in COMMANDS
        for value in (*(o.value for o in command.options), *(a.value for a in command.arguments))
        if value is not None
        for word in (*value.words, *(word for _, words in value.after for word in words))
    }
    assert not [word for word in offered if not re.fullmatch(r"[\w.+%/=-]+", word, re.ASCII)]
