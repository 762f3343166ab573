"""The completion scripts, asked in the real shells about a small tree that has every kind of word."""

import subprocess
from pathlib import Path

import pytest

from mnemo_cli.output.command_tree import Argument, Command, Option, Value
from mnemo_cli.output.completion import completion_script
from mnemo_cli.output.value_kinds import ValueKind
from tests.output.completion.shells import FILES, ask_bash, ask_fish, ask_zsh, place_script, shell


def words(*choices: str) -> Value:
    return Value(metavar="WORD", kind=ValueKind.WORDS, words=choices)


FILE = Value(metavar="FILE", kind=ValueKind.FILE, words=())
MARKS = FILE._replace(patterns=("*.txt", "*.log"))
FOLDER = FILE._replace(kind=ValueKind.DIRECTORY)
NUMBER = FILE._replace(metavar="N", kind=ValueKind.NOTHING)
LIST = Value(metavar="WORD,…", kind=ValueKind.LIST, words=("FD001", "FD002", "+/min"), helps=("It's: [1]", "2", ""))
REPORT = Value(metavar="WORD=FILE", kind=ValueKind.REPORT, words=("json=", "junit="))
TOPIC = FILE._replace(words=("mark", "swap"), helps=("It's `this`", "that $HOME"))
DEPENDS = NUMBER._replace(after=(("memory_high", ("on", "off")), ("other", ("up",))))
HELP = Option(names=("-h", "--help"), help="It's [short]: `this`.", value=None)


def option(*names: str, value: Value | None, repeats: bool = False) -> Option:
    return Option(names=names, help="Don't: [ever].", value=value, repeats=repeats)


def argument(value: Value, *, repeats: bool = False) -> Argument:
    return Argument(value=value, help="What it's for: [this].", required=True, repeats=repeats)


def command(
    name: str,
    *,
    options: tuple[Option, ...] = (),
    arguments: tuple[Argument, ...] = (),
    commands: tuple[Command, ...] = (),
    takes_program: bool = False,
) -> Command:
    return Command(
        words=tuple(name.split()),
        summary="It's a command: [one]",
        description="It's a command: [one].",
        arguments=arguments,
        options=(*options, HELP),
        commands=commands,
        takes_program=takes_program,
    )


TREE = command(
    "mnemo",
    commands=(
        command(
            "mnemo watch",
            takes_program=True,
            options=(
                option("-f", "--format", value=words("json", "plain", "prometheus")),
                option("-o", "--output", value=FILE),
                option("--folder", value=FOLDER),
                option("--pid", value=NUMBER),
                option("--quiet", value=None),
                option("--select", value=LIST, repeats=True),
                option("--report", value=REPORT),
                option("--marks", value=MARKS),
            ),
        ),
        command("mnemo tell", arguments=(argument(TOPIC),)),
        command(
            "mnemo plan",
            arguments=(argument(FILE),),
            commands=(command("mnemo plan check", options=(option("--market", value=None),)),),
        ),
        command(
            "mnemo settings",
            commands=(
                command("mnemo settings get", arguments=(argument(words("memory_high", "memory_low", "other")),)),
                command(
                    "mnemo settings set",
                    arguments=(argument(words("memory_high", "memory_low", "other")), argument(DEPENDS)),
                ),
                command(
                    "mnemo settings copy", arguments=(argument(words("here", "there")), argument(FILE, repeats=True))
                ),
            ),
        ),
    ),
)

# Files and a folder in the folder of the test. What stands before the cursor → what is offered:
MARKED = {"mark one.txt", "mark two.txt", "market"}
OPTIONS = {"--folder", "--format", "--help", "--marks", "--output", "--pid", "--quiet", "--report", "--select"}
QUESTIONS = {
    "mnemo ": {"watch", "settings", "tell", "plan"},
    "mnemo wa": {"watch"},
    "mnemo settings ": {"get", "set", "copy"},
    "mnemo settings g": {"get"},
    "mnemo settings get mem": {"memory_high", "memory_low"},
    "mnemo settings get -- --": set(),
    "mnemo settings set memory_high ": {"on", "off"},
    "mnemo settings set other ": {"up"},
    "mnemo settings set memory_low ": set(),
    "mnemo settings copy t": {"there"},
    "mnemo settings copy there mark": MARKED,
    "mnemo settings copy there x mark": MARKED,
    "mnemo settings copy there mark\\ o": {"mark one.txt"},
    "mnemo watch --fo": {"--folder", "--format"},
    "mnemo watch --": OPTIONS,
    "mnemo watch --folder x -o y --select z --": OPTIONS - {"--folder", "--output"},
    "mnemo watch --format=json --fo": {"--folder"},
    "mnemo watch --format p": {"plain", "prometheus"},
    "mnemo watch -f p": {"plain", "prometheus"},
    "mnemo watch --quiet --format js": {"json"},
    "mnemo watch --output mark": MARKED,
    "mnemo watch --output mark\\ t": {"mark two.txt"},
    "mnemo watch --folder mar": {"market"},
    "mnemo watch --output settings --format js": {"json"},
    "mnemo watch --pid ": set(),
    "mnemo watch --marks mark": MARKED,
    "mnemo watch --marks note": {"note.log"},
    "mnemo watch --marks plain": {"plain.md"},
    "mnemo watch --report j": {"json=", "junit="},
    "mnemo watch --select F": {"FD001", "FD002"},
    "mnemo tell sw": {"swap"},
    "mnemo tell ma": {"mark", *MARKED},
    "mnemo plan mark": MARKED,
    "mnemo plan ch": {"check"},
    "mnemo plan check --mar": {"--market"},
    "mnemo plan x ch": set(),
    "mnemo watch -- marked": {"marked-program"},
    "mnemo watch --quiet -- marked-program mark": MARKED,
}
# A shell that completes the part of a word says that part (bash, zsh) or the whole word (fish).
JOINED = {
    "mnemo watch --format=p": ("--format=", {"plain", "prometheus"}),
    "mnemo watch --format=": ("--format=", {"json", "plain", "prometheus"}),
    "mnemo watch --output=mark": ("--output=", MARKED),
    "mnemo watch --report json=mark": ("json=", MARKED),
    "mnemo watch --report=json=mark": ("--report=json=", MARKED),
    "mnemo watch --report=js": ("--report=", {"json="}),
    "mnemo watch --select=FD": ("--select=", {"FD001", "FD002"}),
}
LISTED = {
    "mnemo watch --select FD001,": ("FD001,", {"FD002", "+/min"}),
    "mnemo watch --select +/min,FD": ("+/min,", {"FD001", "FD002"}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("completion")
    for name in ("mark one.txt", "mark two.txt", "note.log", "note.md", "plain.md"):
        (tmp_path / name).touch()
    (tmp_path / "market").mkdir()
    program = tmp_path / "bin" / "marked-program"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in FILES:
        place_script(tmp_path, name, completion_script(name, TREE))
    return tmp_path


@pytest.mark.parametrize(
    ("checker", "file"),
    [("bash -n", "bash"), ("zsh -n", "zsh"), ("fish -n", "fish"), ("shellcheck", "bash")],
)
def test_a_script_with_every_kind_of_word_is_valid(place, checker, file):
    program, *flags = checker.split()
    done = subprocess.run([shell(program), *flags, place / FILES[file]], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def as_split_by_bash(line: str) -> str:
    return line.replace("=", " = ").removesuffix(" ") if line in JOINED else line


@pytest.fixture(scope="module")
def in_bash(place):
    lines = (*QUESTIONS, *JOINED, *LISTED)
    answers = ask_bash(place, [as_split_by_bash(line) for line in lines])
    return {line: {name.replace("\\ ", " ") for name in offered} for line, offered in zip(lines, answers, strict=True)}


@pytest.mark.parametrize("line", [*QUESTIONS, *JOINED, *LISTED])
def test_bash_offers(in_bash, line):
    if line in LISTED:
        lead, offered = LISTED[line]
        assert in_bash[line] == {lead + word for word in offered}
    else:
        assert in_bash[line] == (QUESTIONS[line] if line in QUESTIONS else JOINED[line][1])


@pytest.fixture(scope="module")
def in_fish(place):
    lines = (*QUESTIONS, *JOINED, *LISTED)
    return dict(zip(lines, ask_fish(place, lines), strict=True))


@pytest.mark.parametrize("line", [*QUESTIONS, *JOINED, *LISTED])
def test_fish_offers(in_fish, line):
    lead, offered = ("", QUESTIONS[line]) if line in QUESTIONS else (JOINED | LISTED)[line]
    assert {answer.rstrip("/").replace("\\ ", " ") for answer in in_fish[line]} == {lead + word for word in offered}


@pytest.fixture(scope="module")
def in_zsh(place):
    lines = (*QUESTIONS, *JOINED, *LISTED)
    return dict(zip(lines, ask_zsh(place, lines), strict=True))


@pytest.mark.terminal
@pytest.mark.parametrize("line", [*QUESTIONS, *JOINED, *LISTED])
def test_zsh_offers(in_zsh, line):
    offered = QUESTIONS[line] if line in QUESTIONS else (JOINED | LISTED)[line][1]
    assert {answer.replace("\\ ", " ").removesuffix("=") for answer in in_zsh[line]} == {
        word.removesuffix("=") for word in offered
    }
