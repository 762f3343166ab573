"""The filter: every kind of word, several of them, and what is wrong with a wrong one."""

import os
import pwd
import re
import signal
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import FilterError, SlowFilterError
from mnemo_cli.output.dashboard.table.filter import (
    EVERYTHING,
    Filter,
    group_filter,
    parse_filter,
)
from tests.examples import few_examples
from tests.output.dashboard.table.processes import NOBODYS_UID, crowds, process

OWN = pwd.getpwuid(os.getuid()).pw_name
CROWD = (
    process(1, name="systemd", command="/sbin/init splash", cgroup="/init.scope"),
    process(7, name="python3", command="/usr/bin/python3 App.py --port 80", uid=NOBODYS_UID, cgroup="/app.slice/Web"),
    process(8, name="Größe", command=None, uid=None, cgroup=None),
    process(70, name="sh", command="sh -c 'a:b'", uid=NOBODYS_UID),
)


def kept(text: str) -> list[int]:
    found = parse_filter(text)
    return [one.pid for one in CROWD if found.keeps(one)]


@pytest.mark.parametrize(
    ("text", "pids"),
    [
        ("", [1, 7, 8, 70]),
        ("   ", [1, 7, 8, 70]),
        ("python", [7]),
        ("PYTHON", [7]),
        ("app.py", [7]),
        ("grÖSSE", [8]),
        ("größe", [8]),
        ("s", [1, 7, 8, 70]),
        ("sh -c", [70]),
        ("splash init", [1]),
        ("python splash", []),
        (r"80\ ", []),
        (r"-c\ ", [70]),
        (r"py\ --p", [7]),
        ("a:b", [70]),
        ("re:^s", [1, 70]),
        ("re:^PYTHON3?$", [7]),
        (r"re:py\s--port", [7]),
        (r"re:py\ --port", [7]),
        ("re:splash|App", [1, 7]),
        ("re:^$", [8]),
        (f"user:{NOBODYS_UID}", [7, 70]),
        (f"user:{OWN}", [1] if os.getuid() == 0 else []),
        ("user:0", [1]),
        ("user:nobody-has-this-name", []),
        ("cg:app", [7, 70]),
        ("cg:WEB", [7]),
        ("cg:/", [1, 7, 70]),
        ("pid:7", [7]),
        ("pid:7,70,999", [7, 70]),
        ("pid:007", [7]),
        (f"user:{NOBODYS_UID} re:^sh pid:7,70", [70]),
        ("RE:x", []),
    ],
)
def test_a_filter_keeps_those_for_whom_every_word_holds(text: str, pids: list[int]) -> None:
    assert kept(text) == pids


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("re:", "re: needs a regular expression"),
        ("re:(", "re:( is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("web re:*", "re:* is not a regular expression: nothing to repeat at position 0"),
        ("re:a{99999999999999}", "is not a regular expression"),
        ("re:" + "(" * 5000 + ")" * 5000, "is not a regular expression"),
        ("user:", "user: needs a name or a number"),
        ("cg:", "cg: needs a part of a control group's path"),
        ("pid:", "pid: needs a number, or some with commas such as pid:812,4121; there is none"),
        ("pid:x", "'x' is none"),
        ("pid:-4", "'-4' is none"),
        ("pid:4,,5", "there is a comma too many"),
        ("pid:4,", "there is a comma too many"),
        ("pid:1.5", "'1.5' is none"),
        ("pid:٣", "is none"),
        ("pid:" + "9" * 5000, "is none"),
    ],
)
def test_a_wrong_word_is_told_in_one_line(text: str, words: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(text)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_may_mean_something_else_one_day_is_no_warning_today() -> None:
    assert kept("re:[[a]pp") == [7]


def test_the_text_is_kept_as_it_was_typed_and_nothing_typed_is_everything() -> None:
    assert parse_filter(" Web  re:x ").text == "Web  re:x"
    assert parse_filter("  ") == EVERYTHING == Filter()


@pytest.mark.parametrize("path", ["/app.slice/Web", "/a b\tc", "/", r"/x\x2dy", "/größe"])
def test_the_filter_of_a_group_keeps_its_processes(path: str) -> None:
    found = group_filter(path)
    assert found.keeps(process(5, cgroup=path + "/below"))
    assert not found.keeps(process(5, cgroup=None))
    assert parse_filter(found.text) == found


@few_examples
@given(st.text(max_size=40), crowds())
def test_any_text_is_a_filter_or_one_line_of_complaint(text, crowd) -> None:
    try:
        found = parse_filter(text)
    except FilterError as err:
        assert len(str(err).splitlines()) == 1
        return
    for one in crowd:
        assert found.keeps(one) in (True, False)
    assert parse_filter(found.text) == found


words = st.sampled_from(["py", "re:s", "user:0", "cg:app", "pid:1,2,3,4,5", "D", "re:^p"])


@few_examples
@given(st.lists(words, max_size=4), crowds())
def test_several_words_keep_what_each_of_them_keeps(terms, crowd) -> None:
    together = parse_filter("  ".join(terms))
    for one in crowd:
        assert together.keeps(one) == all(parse_filter(term).keeps(one) for term in terms)


@few_examples
@given(st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=6), crowds())
def test_a_plain_word_is_a_part_of_the_name_or_the_command_whatever_its_case(word, crowd) -> None:
    if re.match("(re|user|cg|pid):", word) or "\\" in word:
        return
    found = parse_filter(word.upper())
    for one in crowd:
        texts = (one.name, one.command or "")
        assert found.keeps(one) == any(word.upper().casefold() in text.casefold() for text in texts)


def test_a_word_is_looked_for_in_the_first_4096_signs_of_a_command() -> None:
    long = process(1, name="sh", command="x" * 4092 + "near" + "far")

    assert parse_filter("near").keeps(long)
    assert not parse_filter("far").keeps(long)


def test_a_regular_expression_that_would_never_end_is_given_up() -> None:
    before = signal.getsignal(signal.SIGALRM)
    slow = (process(1, command="a" * 200 + "!"),)

    with pytest.raises(SlowFilterError, match="re: takes too long"):
        parse_filter("re:(a+)+$").kept(slow)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_regular_expression_that_ends_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)

    assert parse_filter("re:^s").kept(CROWD) == [CROWD[0], CROWD[3]]
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_thread_that_gets_no_signals_filters_without_an_alarm() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(one.pid for one in parse_filter("re:^s").kept(CROWD)))
    thread.start()
    thread.join()

    assert found == [1, 70]
