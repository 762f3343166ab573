"""Man pages of a small tree: what they must say, and that roff prints it as it stands."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.output.command_tree import Argument, Command, Option, Value, ValueKind
from mnemo_cli.output.dashboard.keys import KEYS, VIEWS
from mnemo_cli.output.man import Edition, Setting, man_pages, roff

EDITION = Edition(version="1.2.3", date="2026-01-31")
FORMAT = Value(metavar="FORMAT", kind=ValueKind.WORDS, words=("json", "plain"))
KEY = Value(metavar="KEY", kind=ValueKind.NOTHING, words=())
HEADINGS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"]


def command(words: str, *commands: Command, takes_program: bool = False, text: str = "Do a thing.") -> Command:
    return Command(
        words=tuple(words.split()),
        summary=text.rstrip("."),
        description=text,
        arguments=(Argument(value=KEY, help="Which key.", required=False, repeats=True),),
        options=(
            Option(names=("-f", "--format"), help="How it is printed.", value=FORMAT),
            Option(names=("--top",), help="How many. [x>=1]", value=KEY),
            Option(names=("--width",), help="How wide. [default: 5; 1<=x<=9]", value=KEY),
        ),
        commands=commands,
        takes_program=takes_program,
    )


TREE = command(
    "mnemo",
    command("mnemo monitor", takes_program=True),
    command("mnemo config", command("mnemo config get"), command("mnemo config set", text="Set `one` key.")),
)
SETTINGS = [
    Setting(
        "resources.memory_thing",
        "The thing's size.",
        "a size",
        "4Gi",
        "MNEMOSYNE_THING",
        "--thing",
        "1 to 2 things",
        True,
    )
]
PAGES = man_pages(TREE, EDITION, SETTINGS)
COMMAND_PAGES = ["mnemo.1", "mnemo-monitor.1", "mnemo-config.1"]


def mandoc() -> str:
    found = shutil.which("mandoc")
    if found is None:
        pytest.skip("mandoc is not installed")
    return found


def section(page: str, heading: str) -> str:
    return page.partition(f".SH {heading}\n")[2].partition(".SH ")[0]


def test_there_is_a_page_for_mnemo_and_one_per_command():
    assert set(PAGES) == {*COMMAND_PAGES, "mnemo.toml.5", "mnemo-alerts.5"}


@pytest.mark.parametrize("name", COMMAND_PAGES)
def test_a_page_has_every_section_in_the_usual_order(name):
    found = [line[4:] for line in PAGES[name].splitlines() if line.startswith(".SH ")]
    assert [heading for heading in found if heading in HEADINGS] == HEADINGS


def test_every_exit_code_is_in_the_first_page():
    status = section(PAGES["mnemo.1"], "EXIT STATUS")
    assert all(f".B {int(code)}\n" in status for code, _ in EXIT_CODES)


def test_only_pages_of_commands_that_run_one_speak_of_a_program():
    assert [name for name in COMMAND_PAGES if "code of CMD" in PAGES[name]] == ["mnemo.1", "mnemo-monitor.1"]
    assert "CMD" in section(PAGES["mnemo-monitor.1"], "SYNOPSIS")


def test_subcommands_are_sections_of_their_commands_page():
    page = PAGES["mnemo-config.1"]
    assert ".SS config get\n" in page and ".SS config set\n" in page
    assert "Set \\fBone\\fR key." in page
    assert section(page, "SYNOPSIS").count(".B mnemo config") == 2


def test_a_setting_stands_in_its_table_with_all_that_is_known_of_it():
    page = PAGES["mnemo.toml.5"]
    assert ".SS [resources]\n" in page
    about = " ".join(page.partition(".B memory_thing\n")[2].partition(".TP")[0].split("\n"))
    for words in (
        "The thing\\(aqs size.", "Allowed is a size; the default is 4Gi.", "Outside 1 to 2 things there is a warning.",
        "Only from a trusted file.", "Variable MNEMOSYNE_THING, or \\-\\-thing.", "Read by",
    ):  # fmt: skip
        assert words in about
    assert "\\fBmnemo.toml\\fR(5)" in section(PAGES["mnemo-config.1"], "ENVIRONMENT")


def test_a_range_is_spoken():
    page = PAGES["mnemo-monitor.1"]
    assert "How many. At least 1." in page and "How wide. From 1 to 9. [default: 5]" in page
    assert "<=" not in page and ">=" not in page


def test_choices_are_listed_with_their_option():
    assert "One of: json, plain." in section(PAGES["mnemo-monitor.1"], "OPTIONS")


def test_a_page_is_the_same_each_time():
    assert man_pages(TREE, EDITION, SETTINGS) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_mandoc_has_nothing_to_say(tmp_path, name):
    (tmp_path / name).write_text(PAGES[name])
    done = subprocess.run(
        [mandoc(), "-Tlint", "-Wwarning", name], capture_output=True, text=True, timeout=30, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "")


@given(st.lists(st.text("-.'\\\"ab`", min_size=1, max_size=12), min_size=1, max_size=12))
def test_no_prose_line_is_taken_for_a_macro(words):
    """A line that begins with a dot or a quote is a request to roff, and the text of it is lost."""
    found = list(roff.paragraphs(" ".join(words)))
    assert not [line for line in found if line.startswith((".", "'"))]


def test_a_line_that_ends_a_sentence_inside_a_paragraph_makes_no_wide_gap():
    text = " ".join(["word"] * 14) + " end. " + " ".join(["word"] * 15) + "."
    first, second = roff.lines(text)
    assert first.endswith(" end.\\&") and second.endswith("word.")


def test_a_page_of_the_manual_is_bold_in_running_text_and_a_call_is_not():
    assert roff.lines("See mnemo-alerts(5), proc(5) and munmap().") == [
        "See \\fBmnemo\\-alerts\\fR(5), \\fBproc\\fR(5) and munmap()."
    ]


def test_what_is_printed_is_what_was_written(tmp_path):
    text = r"It's .dotted --long\path `code` -x"
    (tmp_path / "mnemo.1").write_text(man_pages(command("mnemo", text=text), EDITION, [])["mnemo.1"])
    done = subprocess.run(
        [mandoc(), "-Tutf8", "-Owidth=200", "mnemo.1"], capture_output=True, text=True, timeout=30, cwd=tmp_path
    )
    plain = done.stdout.replace("_\b", "")
    while "\b" in plain:
        position = plain.index("\b")
        plain = plain[: position - 1] + plain[position + 1 :]
    assert text.replace("`", "") in plain


def test_the_keys_of_a_screen_are_on_the_page_of_its_command():
    monitor, config = PAGES["mnemo-monitor.1"], PAGES["mnemo-config.1"]
    section = monitor.partition(".SH KEYS")[2].partition(".SH ")[0]

    assert [key.help for key in KEYS if key.help[1:] not in section.replace("\\-", "-")] == []
    assert ", ".join(VIEWS.help.split()) in section
    assert ".SH KEYS" not in config
