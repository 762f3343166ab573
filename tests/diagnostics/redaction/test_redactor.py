"""Members through the whole redactor: streaming, one alias across members, and shut where something is left."""

import json
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.collector import Member
from mnemo_cli.diagnostics.redaction.names import Names
from mnemo_cli.errors import RedactionError
from mnemo_cli.redact import MASK
from tests.diagnostics.redaction.texts import KEY, redactor, safe, through

LINES = (
    "Nov 22 14:02:31 web-01 sshd[77]: Accepted publickey for alice from 10.1.2.3 port 22 ssh2\n",
    "Nov 22 14:02:31 web-01 app[78]: DB_PASSWORD=hunter2 postgres://alice:hunter2@10.1.2.3/db\n",
    "[   12.345678] Killed process 4666 (alice) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB\n",
    "plain words and 4711 numbers\n",
)
VOCABULARY = [
    *LINES,
    "--password ",
    "token=",
    "alice",
    "web-01",
    "10.1.2.3",
    "fd00::7",
    "aa:bb:cc:dd:ee:0f",
    "@",
    "://",
    ":",
    "=",
    " ",
    "\n",
    '"',
    "'",
    "\\",
    "\0",
    "Bearer ",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "MIIEabcdefghijkl\n",
    "-----END RSA PRIVATE KEY-----\n",
    "mysql -p",
    "user ",
    "user=",
    "for ",
    "from ",
    "é",
    "\udcff",
    "q7Zt2Kx9Lm4Vb8Nc1Wd6Rf3Hg5Jp0Sa",
    "name: ",
    "value: ",
    "curl -u ",
    ".corp.example",
    "x",
    "7",
    "/home/",
    ",pid=7,uid=0",
    " invoked oom-killer: ",
    ") total-vm:",
]


def test_a_log_loses_secrets_and_names_and_nothing_else():
    came = safe("".join(LINES))
    assert not any(word in came for word in ("alice", "web-01", "10.1.2.3", "hunter2"))
    assert came.count(MASK) == 2 and came.endswith("plain words and 4711 numbers\n")
    assert "Killed process 4666 (user-" in came and "port 22 ssh2" in came


@given(st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_how_a_member_is_cut_into_chunks_changes_nothing(sizes):
    raw = "".join(LINES).encode()
    chunks, at = [], 0
    for size in sizes:
        chunks.append(raw[at : at + size])
        at += size
    assert through(redactor(), [*chunks, raw[at:]]) == safe("".join(LINES)).encode()


def test_the_same_thing_has_one_alias_in_all_members():
    one = redactor()
    members = [
        safe(text, content, one)
        for text, content in (("alice\n", "numbers"), ("alice\n", "log"), ("alice\n", "document"))
    ]
    assert len(set(members)) == 1
    assert safe("alice\n", one=redactor(key=KEY[::-1])) != members[0]


@given(st.lists(st.sampled_from(VOCABULARY), max_size=30), st.sampled_from(["numbers", "commands", "log", "document"]))
def test_what_comes_out_is_always_clean(words, content):
    one = redactor()
    came = safe("".join(words), content, one)
    assert one.scan(came) == ()
    assert not re.search(r"(?<![A-Za-z0-9])(?:web-01|alice)(?![A-Za-z0-9])", came)


def test_redacting_the_result_again_changes_nothing():
    one = redactor()
    came = safe("".join(LINES), one=one)
    assert safe(came, one=one) == came


def test_a_fault_in_a_rule_shuts_the_member_out_and_names_nobody(monkeypatch):
    monkeypatch.setattr(Names, "replaced", lambda self, text, lines: text)
    with pytest.raises(RedactionError, match=r"left out of the bundle.*still held host") as caught:
        safe("web-01 was here\n")
    assert "web-01" not in str(caught.value)


def test_a_rule_that_fails_shuts_the_member_out_and_its_words_stay_in(monkeypatch):
    monkeypatch.setattr(Names, "replaced", lambda self, text, lines: {}[text])
    with pytest.raises(RedactionError, match=r"kernel.log is left out of the bundle.*KeyError") as caught:
        safe("web-01 was here\n")
    assert "web-01" not in str(caught.value) and caught.value.__suppress_context__


def test_the_scan_finds_what_is_left_and_tells_its_kind_only():
    one = redactor()
    left = one.scan("alice at web-01 on 10.7.8.9 and 02:fc:00:00:00:01, token=abc\n")
    assert sorted(left) == ["assignment", "host", "ip", "mac", "user"]
    assert one.scan("v10.7.8.9 fe80::fc:ff:fe00:1\n") == ("ip",)
    assert one.scan("nothing of this machine\n") == ()


def test_command_lines_are_masked_word_by_word():
    words = ["4711", "/usr/bin/app", "--password", "two words", "--user=alice", "--verbose", "-t", "mysql", "-pabc"]
    came = safe("\0".join(words) + "\n4712\0sleep\x005\n", "commands")
    shown = re.sub(r"user-[0-9a-f]+", "ALIAS", came)
    assert shown == f"4711 /usr/bin/app --password {MASK} --user=ALIAS --verbose -t mysql -p{MASK}\n4712 sleep 5\n"


def test_a_document_stays_one():
    document = {
        "name": "alice",
        "host": "zeus",
        "path": "/home/zoe/x",
        "text": 'said "token=abc" to 10.1.2.3',
        "n": [1, 2.5, None],
    }
    came = json.loads(safe(json.dumps(document, indent=2) + "\n", "document"))
    assert came.keys() == document.keys() and came["n"] == [1, 2.5, None]
    assert came["text"].startswith('said "token=')


def test_a_number_that_is_masked_leaves_a_document():
    came = json.loads(safe('{"pass": 41, "token": 4711,\n "api_key": 12}\n', "document"))
    assert came == {"pass": 41, "token": MASK, "api_key": MASK}


@given(st.binary(max_size=300))
def test_any_bytes_pass_and_plain_ones_unchanged(raw):
    through(redactor(), [raw])
    assert through(redactor(), [b"\xff\xfe plain \x80\n"]) == b"\xff\xfe plain \x80\n"


def test_an_error_of_the_source_comes_after_what_was_before_it():
    def chunks():
        yield b"alice was here\nand th"
        raise OSError(5, "Input/output error")

    came = redactor().member(Member("x", chunks(), "log", "x"))
    assert next(came).endswith(b" was here\nand th")
    with pytest.raises(OSError, match="Input"):
        next(came)


def test_a_line_that_is_too_long_is_left_out_and_said_so():
    one = redactor()
    came = through(one, [b"a\n", b"x" * (3 << 20), b"\nb\n"])
    assert came.startswith(b"a\n") and came.endswith(b"b\n") and len(came) < 200 and b"too long to redact" in came
    assert one.counts == {"long-line": 1}


def test_a_long_member_takes_little_memory():
    def chunks():
        for _ in range(16):
            yield "".join(LINES).encode() * 1000

    one = redactor()
    safe("".join(LINES), one=one)  # patterns are compiled at first use
    tracemalloc.start()
    try:
        total = sum(len(piece) for piece in one.member(Member("x", chunks(), "log", "x")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total > 5 << 20 and peak < 3 << 20
