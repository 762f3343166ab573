"""Names that this machine does not know: a log's hosts, users and mail addresses, found by what stands around them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagnostics.redaction.texts import redactor, safe

PREFIXES = (
    "Nov 22 14:02:31 {host} kernel: ",
    "Nov  2 14:02:31.123456 {host} kernel: ",
    "<4>Nov 22 14:02:31 {host} sshd[1]: ",
    "2026-11-22T14:02:31+0000 {host} kernel: ",
    "2026-11-22T14:02:31.123456+01:00 {host} systemd[1]: ",
    "Sun 2026-11-22 14:02:31 UTC {host} kernel: ",
    "1795356151.123456 {host} kernel: ",
    "2026-11-22T14:02:31+0000 {host} app: ",
    "[  123.456789] {host} kernel: ",
    "<34>1 2026-11-22T14:02:31.003Z {host} su 77 - ",
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("host", ["zeus", "zeus.mount-olympus.example", "ZEUS-2", "web-01", "node7"])
def test_the_host_in_a_logs_prefix_becomes_an_alias(prefix, host):
    text = prefix.format(host=host) + "message 7\n"
    came = safe(text * 2)
    aliases = re.findall(r"host-[0-9a-f]{4}", came)
    assert came == text.replace(host, aliases[0]) * 2


@pytest.mark.parametrize(
    "line",
    [
        "[  123.456789] usb 1-1: new device",
        "[    0.000000] Kernel command line: quiet",
        "Nov 22 14:02:31 kernel: x",
        "[Sun Nov 22 14:02:31 2026] python invoked oom-killer: order=0",
        "kern  :warn  : [  12.345678] Mem-Info:",
        "2026-11-22T14:02:31,123456+00:00 python invoked oom-killer: order=0",
        "6,123,4567,-;message: x",
        "2026-11-22T14:02:31,123456+00:00 usb 1-1: new device",
        "2026-11-22T14:02:31Z INFO module[1]: x",
        "[  123.456789] systemd[1]: Started x",
        "Nov 22 14:02:31 localhost kernel: x",
        "[<22.22>] Tasks state:",
    ],
)
def test_a_prefix_without_a_host_stays(line):
    assert safe(f"{line}\n") == f"{line}\n"


@pytest.mark.parametrize(
    "text",
    [
        "/home/zoe/x",
        "/home/zoe",
        "/Users/zoe/x",
        "user=zoe",
        "USER=zoe",
        "username: zoe",
        '"user": "zoe"',
        '"User":"zoe"',
        'acct="zoe"',
        "LOGNAME=zoe",
        "by zoe(uid=1000)",
        "session opened for user zoe(uid=7)",
        "invalid user zoe from",
        "Accepted publickey for zoe from x",
        "Failed password for zoe from x",
        "sudo: zoe : TTY=1",
        "sudo[7]:  zoe : TTY=1",
        "CRON[7]: (zoe) CMD (x)",
        "ssh://zoe@build/x",
        "New session 5 of user zoe.",
        "Linux version 6.1 (zoe@build) (gcc",
        "zoe@mail.example.org",
        "<zoe.b+c@example.org>",
        "C:\\Users\\zoe\\x",
        '{"path": "C:\\\\Users\\\\zoe\\\\x"}',
        "user=zoe.",
        "https://zoe:pw@build.example/x",
    ],
)
def test_a_stranger_is_found_by_its_surroundings(text):
    assert "zoe" not in safe(f"x {text}\n"), safe(f"x {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "user=root",
        "user=1000",
        "for user root by (uid=0)",
        "/home/",
        "user: unknown",
        "USER=www-data",
        "getty@tty1.service",
        "sshd@1-2.service",
        "lodash@4.17.21",
        "python@3.11",
        "for invoked from",
        "of user memory.",
        "https://example.org/x",
        "root@8",
        '"user": null',
        "user=nobody",
    ],
)
def test_what_names_nobody_stays(text):
    assert safe(f"x {text} y\n") == f"x {text} y\n"


def test_a_stranger_has_the_alias_that_a_known_user_would_have():
    one = redactor()
    known, stranger = safe("alice\n", one=one).strip(), safe("x user=alice y /home/alice/\n", one=one)
    assert stranger == f"x user={known} y /home/{known}/\n"


@pytest.mark.parametrize("key", ["hostname", "_HOSTNAME", "Hostname", "nodeName", "HOST_NAME", "host"])
def test_a_host_in_a_document_is_found_by_its_key(key):
    came = safe(f'{{"{key}": "zeus", "pid": 7}}\n', "document")
    assert re.fullmatch(rf'{{"{key}": "host-[0-9a-f]{{4}}", "pid": 7}}\n', came)


def test_numbers_of_the_kernel_are_not_searched_for_users():
    assert safe("user: 77\nUSER=xyz\n", "numbers") == "user: 77\nUSER=xyz\n"


@given(st.sampled_from(["user={}", "x for user {} y", "hostname={}", "Nov 22 14:02:31 {} kernel: z"]))
def test_no_log_line_can_take_the_kernels_words_out_of_the_bundle(form):
    """Only the place is replaced: who writes a line that calls "Killed" a user hides no kill."""
    report = "Memory cgroup out of memory: Killed process 7 (x) total-vm:8kB\n"
    assert safe(form.format("Killed") + "\n" + report).endswith(report)
