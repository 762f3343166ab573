"""Errnos by name and by message: what each one means, and that nothing wrong is promised."""

import errno
import os
import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.forensics.errnos import errno_names, errno_page, message_page, named_checks

DESCRIBED = [name for name, _ in errno_names()]


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_described_errno_names_its_number_and_what_to_look_at(name):
    page = errno_page(name)
    assert page.topic == name and f"({getattr(errno, name)})" in page.title
    assert os.strerror(getattr(errno, name)) in page.title
    assert page.paragraphs and errno_page(name.lower()) == page


def test_every_check_that_a_page_names_exists():
    assert named_checks() <= {check.slug for check in CHECKS}


def test_any_other_errno_is_said_not_to_be_one_of_a_limit():
    assert errno_page("ENOENT").paragraphs == ("It is not the errno of a limit.",)
    assert all(errno_page(name) for name in errno.errorcode.values())


@pytest.mark.parametrize("word", ["", "EXYZ", "E", "errorcode", "__name__", "24", "EMFILE "])
def test_what_is_no_errno_has_no_page(word):
    assert errno_page(word) is None


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("OSError: [Errno 24] Too many open files: '/etc/hosts'", "EMFILE"),
        ("too many open files in system", "ENFILE"),
        ("VFS: file-max limit 100 reached: Too many open files in system!", "ENFILE"),
        ("bash: fork: retry: Resource temporarily unavailable", "EAGAIN"),
        ("RuntimeError: can't start new thread", "EAGAIN"),
        ("RuntimeError: can’t start new thread", "EAGAIN"),
        ("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory", "EAGAIN"),
        ("runtime: failed to create new OS thread (have 9 already; errno=11)", "EAGAIN"),
        ("fork: Cannot allocate memory", "ENOMEM"),
        ("ENOSPC: no space left on device, watch '/src'", "ENOSPC"),
        ("clone3: Operation not permitted", "EPERM"),
        ("bash: /bin/ls: Argument list too long", "E2BIG"),
        ("File size limit exceeded (core dumped)", "SIGXFSZ"),
        ("CPU time limit exceeded", "SIGXCPU"),
        ("Killed", "SIGKILL"),
        ("Terminated", "SIGTERM"),
        ("oom", "SIGKILL"),
        ("OOMKilled", "SIGKILL"),
        ("Out of memory", "SIGKILL"),
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "SIGABRT"),
    ],
)
def test_a_message_leads_to_its_errno_or_signal(message, topic):
    assert message_page(message).topic == topic


@pytest.mark.parametrize(
    "message", ["", "all is well", "unterminated string literal", "highly skilled", "open files", "room"]
)
def test_other_words_lead_nowhere(message):
    assert message_page(message) is None


def test_the_kernels_own_words_are_known():
    for name in DESCRIBED:
        if sys.platform == "linux":
            assert message_page(f"open: {os.strerror(getattr(errno, name))}").topic == name


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_what_a_starved_program_really_says_is_explained():
    script = "import os\nwhile True: os.dup(0)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)),
    )
    assert message_page(done.stderr).topic == "EMFILE"


@given(st.text())
def test_any_text_has_a_page_or_none(text):
    for page in (errno_page(text), message_page(text)):
        assert page is None or page.title
