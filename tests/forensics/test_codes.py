"""Pages of exit codes and signals: what each proves, and what it does not."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.forensics.codes import code_page, codes_page, signal_names, signal_page

SIGNALS = set(signal.Signals)


def words(page):
    return " ".join(page.paragraphs)


@pytest.mark.parametrize("code", range(256))
def test_every_exit_code_has_a_page_that_says_whose_it_is(code):
    page = code_page(code)
    assert (page.topic, page.title) == (str(code), f"exit code {code}")
    assert ("From mnemo itself" in words(page)) == (code in {int(own) for own, _ in EXIT_CODES})
    assert (f"As a signal: `mnemo explain -{code}` (SIG" in words(page)) == (code in SIGNALS)
    assert (f"{code} = 128 + {code - 128}: ended by" in words(page)) == (code - 128 in SIGNALS)
    assert page.paragraphs


@pytest.mark.parametrize("member", signal.Signals, ids=lambda member: member.name)
def test_a_negative_code_is_the_signal_as_subprocess_reports_it(member):
    assert code_page(-member) == signal_page(member.name) == signal_page(int(member))
    assert signal_page(member.name).title == f"{member.name} ({int(member)}), exit code {128 + member}"


@given(st.integers().filter(lambda code: code > 255 or (code < 0 and -code not in SIGNALS)))
def test_a_number_that_is_no_exit_code_has_no_page(code):
    assert code_page(code) is None


@given(st.text().filter(lambda text: f"SIG{text.upper().removeprefix('SIG')}" not in signal.Signals.__members__))
def test_a_word_that_is_no_signal_has_no_page(text):
    assert signal_page(text) is None


def test_137_is_never_called_proof_and_143_never_an_oom_kill():
    assert "never proof" in words(code_page(137)) and "never proof" in words(signal_page("KILL"))
    assert "143 alone proves nothing about memory" in words(code_page(143))
    assert "OOM killer never sends it" in words(signal_page("term"))


def test_the_page_of_the_codes_has_every_row_of_the_table_and_the_childs_own():
    rows = codes_page().rows
    assert rows[:-1] == tuple((str(int(code)), meaning) for code, meaning in EXIT_CODES)
    assert rows[-1][0] == "the child's own"


def test_the_listed_signals_are_those_with_notes():
    names = [name for name, _ in signal_names()]
    assert "SIGKILL" in names and "SIGTERM" in names
    assert all("no special meaning" not in words(signal_page(name)) for name in names)
    assert "no special meaning" in words(signal_page("SIGWINCH"))
