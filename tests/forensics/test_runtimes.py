"""The last words of runtimes: each known message, and sentences that only look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.runtimes import RUNTIME_LITERALS, messages_in, messages_of
from tests.forensics.deaths import lines

WORDS = [
    ("java.lang.OutOfMemoryError: Java heap space", "JVM", True, False),
    ('Exception in thread "main" java.lang.OutOfMemoryError: GC overhead limit exceeded', "JVM", True, False),
    ("Terminating due to java.lang.OutOfMemoryError: Java heap space", "JVM", True, True),
    ("Aborting due to java.lang.OutOfMemoryError: Metaspace", "JVM", True, True),
    ("java.lang.OutOfMemoryError: Metaspace", "JVM", True, False),
    (
        "java.lang.OutOfMemoryError: Cannot reserve 8 bytes of direct buffer memory (allocated: 8, limit: 8)",
        "JVM",
        True,
        False,
    ),
    ("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory", "JVM", False, False),
    ("# There is insufficient memory for the Java Runtime Environment to continue.", "JVM", False, True),
    ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "Node", True, True),
    (
        "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory",
        "Node",
        True,
        True,
    ),
    ("fatal error: runtime: out of memory", "Go", False, True),
    ("fatal error: out of memory", "Go", False, True),
    ("runtime: out of memory: cannot allocate 4194304-byte block (3960143872 in use)", "Go", False, False),
    ("MemoryError", "Python", False, False),
    ("MemoryError: Unable to allocate output buffer.", "Python", False, False),
    ("numpy.core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array", "Python", False, False),
    ("terminate called after throwing an instance of 'std::bad_alloc'", "C++", False, True),
    ("  what():  std::bad_alloc", "C++", False, True),
    ("bash: fork: Cannot allocate memory", "bash", False, False),
    ("/bin/bash: xrealloc: cannot allocate 18446744071562067968 bytes (4194304 bytes allocated)", "bash", False, False),
]


@pytest.mark.parametrize(("text", "runtime", "at_limit", "is_last"), WORDS)
def test_each_message_is_read_for_what_it_says(text, runtime, at_limit, is_last):
    (message,) = messages_in(f"before\n{text}\nafter", "output")
    assert (message.runtime, message.at_limit, message.is_last) == (runtime, at_limit, is_last)
    assert (message.evidence.source, message.evidence.line, message.evidence.text) == ("output", 2, text)


@pytest.mark.parametrize(("text", "runtime", "at_limit", "is_last"), WORDS)
def test_a_logs_reader_would_find_each_by_a_literal(text, runtime, at_limit, is_last):
    assert any(literal in text.encode() for literal in RUNTIME_LITERALS)


@pytest.mark.parametrize(
    "text",
    [
        "except MemoryError:",
        "class MyMemoryErrorHandler:",
        "we handle std::bad_alloc here",
        "fatal error: all goroutines are asleep - deadlock!",
        "compile: fatal error: foo.h: No such file",
        "cannot allocate a seat",
        "OutOfMemoryError",
        "",
    ],
)
def test_what_only_looks_like_one_is_none(text):
    assert messages_in(text, "output") == ()


def test_the_kernel_is_no_runtime_and_a_logs_pid_is_kept():
    assert messages_of(lines("MemoryError", from_kernel=True), "log") == ()
    assert messages_of(lines("MemoryError", pid=7), "log")[0].pid == 7


def test_of_very_many_the_last_are_kept():
    found = messages_in("MemoryError\n" * 1000, "output")
    assert len(found) == 20 and found[-1].evidence.line == 1000


@given(st.text())
def test_any_text_is_read(text):
    assert all(message.evidence.text in text for message in messages_in(text, "output"))
