"""The line of a table or key, in every way TOML lets a person write it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.settings.lines import key_lines, line_of

TEXT = '''# [resources] in a comment
title = """
[resources]
event_capacity = 1
"""
"quoted" = 1
inline = { a = 1, b = { c = 2 } }
dotted.one = 1
dotted . "two" = 2
raw = \'\'\'
[no]\'\'\'
list = [
  ["resources"],
  # x = 1
  { y = 2 },
]

[ resources ]   # the real one
event_capacity = 5
  indented = "a # b"
[resources.'deep']
key = 1
[[many]]
first = 1
[[many]]
second = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted",), 6),
        (("inline",), 7),
        (("inline", "a"), 7),
        (("dotted",), 8),
        (("dotted", "one"), 8),
        (("dotted", "two"), 9),
        (("raw",), 10),
        (("list",), 12),
        (("resources",), 18),
        (("resources", "event_capacity"), 19),
        (("resources", "indented"), 20),
        (("resources", "deep"), 21),
        (("resources", "deep", "key"), 22),
        (("many",), 23),
        (("many", "first"), 24),
        (("many", "second"), 26),
        (("nowhere",), 1),
    ],
)
def test_a_key_is_found_where_it_stands(path, line):
    tomllib.loads(TEXT)
    assert line_of(key_lines(TEXT), *path) == line


def test_nothing_inside_a_value_is_taken_for_a_key():
    assert {path[0] for path in key_lines(TEXT)} == {
        *("title", "quoted", "inline", "dotted", "raw", "list", "resources", "many")
    }


def test_windows_line_ends_count_as_one():
    assert line_of(key_lines("[a]\r\n\r\nb = 1\r\n"), "a", "b") == 3


@given(st.text(alphabet="[]{}=\"'#.ab1\\ \n\r", max_size=80))
def test_any_text_is_scanned_without_an_error(text):
    lines = key_lines(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


names = st.text(alphabet="abc_-1", min_size=1, max_size=3)


@given(st.dictionaries(names, st.dictionaries(names, st.integers(0, 9), min_size=1, max_size=3), max_size=3))
def test_every_key_of_a_plain_document_is_found_on_its_own_line(document):
    written = [(table, name) for table, pairs in document.items() for name in (None, *pairs)]
    text = "".join(f"[{table}]\n" if name is None else f"{name} = 1\n" for table, name in written)
    lines = key_lines(text)
    for number, (table, name) in enumerate(written, start=1):
        assert line_of(lines, *((table,) if name is None else (table, name))) == number
