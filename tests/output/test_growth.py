"""Growth shown: the suspects with their steps on top, every line in a table, JSON after its schema, and no raw text."""

import json
from importlib import resources

import jsonschema
import pytest

from mnemo_cli.forensics.growth import Ceiling
from mnemo_cli.model import UNLIMITED, Gap
from mnemo_cli.output.growth import growth_document, growth_text
from mnemo_cli.sampling.program import Program
from tests.forensics.growth.made import MIB, PYTHON, drawn, growth, line

SCHEMA = json.loads(resources.files("mnemo_cli").joinpath("schemas/growth.schema.json").read_text())
LEAK = drawn(lambda at: 50 * MIB + at * MIB)
HEAP = line("heap", LEAK, part_of="private memory")
FILLED = line("anonymous maps", drawn(lambda at: 9 * MIB + min(at, 30) * MIB))
PIPES = line(
    "descriptors pipe", drawn(lambda at: 8 + 2 * at), kind="descriptors", unit="count", part_of="descriptors",
    ceiling=Ceiling("the soft RLIMIT_NOFILE", 1024, 128), details=("pipe: 8 → 128", "/tmp/\x1b[31m: 1 → 2"),
)  # fmt: skip
SOCKETS = line("descriptors socket", drawn(lambda at: 3), kind="descriptors", unit="count", part_of="descriptors")
LEAKING = growth(HEAP, FILLED, PIPES, SOCKETS, listening=(8080,))
STATES = {
    "leaking": LEAKING,
    "idle": growth(FILLED),
    "short": growth(HEAP, seconds=8.0),
    "ended": growth(HEAP, ended="the process has ended", seconds=20.0),
    "nothing seen": growth(program=Program(None), started=None, readings=0, seconds=0.0),
    "unknown": growth(
        line("heap", LEAK, ceiling=None),
        line("threads", LEAK, kind="threads", unit="count", ceiling=Ceiling("pids.max", None, None)),
        line("swap", LEAK, ceiling=Ceiling("nothing", UNLIMITED, None), fallback=True),
        gaps=(Gap("lines.heap.limit", "limits\x07", "denied"),),
    ),
    "hostile": growth(HEAP, name="a\x1b]0;x\x07\n", program=PYTHON._replace(argv=("a\nb",))),
}


@pytest.mark.parametrize("state", STATES)
def test_the_document_follows_its_schema(state):
    document = growth_document(STATES[state])
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    json.dumps(document, allow_nan=False)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_control_character_reaches_a_terminal(state, width):
    text = growth_text(STATES[state], width)
    assert all(character.isprintable() or character == "\n" for character in text) and text.endswith("\n")


def test_the_suspects_come_first_with_what_to_type():
    text = growth_text(LEAKING, 100)
    assert text.startswith("server (pid 4121, Python, glibc)  watched 1m00s, 61 readings  2026-11-22T14:02:31.004Z\n")
    assert "\n\n2 suspects\n\n1. heap: likely leak, steady\n" in text
    assert text.index("1. heap") < text.index("2. descriptors pipe") < text.index("LINE")
    assert "\n        memray attach --aggregate -o /tmp/memray-4121.bin 4121\n" in text
    assert "    pipe: 8 → 128\n    /tmp/\\x1b[31m: 1 → 2\n" in text


def test_the_table_shows_rates_shapes_and_limits():
    rows = [row.split() for row in growth_text(LEAKING).partition("LINE")[2].splitlines()[1:]]
    assert rows[0][:6] == ["heap", "50M", "110M", "1.0M", "steady", "6m52s"]
    assert rows[1][2:8] == ["9.0M", "39M", "0", "flat", "since", "28s"]
    assert rows[2][:7] == ["descriptors", "pipe", "8", "128", "2", "steady", "7m28s"]
    assert len(rows) == 3, "a kind of descriptors that never moved is left out"


@pytest.mark.parametrize(("state", "words"), [
    ("idle", "nothing looks like a leak: whatever rose has stopped, or fell back\n"),
    ("ended", "the process has ended: this is what was seen of the 1m00s until then\n"),
    ("unknown", "gap: lines.heap.limit: denied (limits\\x07)\n"),
    ("short", "1. heap: possible leak"),
    ("nothing seen", "a slow leak needs a longer watch, such as --growth 60s"),
])  # fmt: skip
def test_what_was_not_seen_is_said(state, words):
    assert words in growth_text(STATES[state], 200)


def test_unknown_unlimited_and_numbers_are_three_answers():
    found = {each["name"]: each["seconds_to_limit"] for each in growth_document(STATES["unknown"])["lines"]}
    assert found == {"heap": None, "threads": None, "swap": "unlimited"}
    assert growth_document(LEAKING)["lines"][0]["seconds_to_limit"] == pytest.approx(412)


def test_a_command_is_never_broken_so_that_it_can_be_copied():
    lines = growth_text(LEAKING, 40).splitlines()
    assert "        PYTHONTRACEMALLOC=10 /usr/bin/python3 server.py --port 80" in lines
