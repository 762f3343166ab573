"""limits.conf and limits.d as pam_limits reads them: which line wins, which cannot be used, who asks at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.limits_config import (
    ITEMS,
    BadLine,
    LimitLine,
    parse_limits,
    read_limits_config,
    read_pam_services,
    winning_line,
)


def lines_of(text):
    return parse_limits(text, "/etc/security/limits.d/x.conf")


def test_lines_are_read_with_their_place_and_in_the_kernels_units():
    good, bad = lines_of("# a comment\n*  soft nofile 65536 # why\n@web - nproc unlimited\nalice hard as 2048\n")
    assert not bad
    assert [(line.number, line.domain, line.kind, line.name, line.limit) for line in good] == [
        (2, "*", "soft", "RLIMIT_NOFILE", 65536),
        (3, "@web", "-", "RLIMIT_NPROC", UNLIMITED),
        (4, "alice", "hard", "RLIMIT_AS", 2048 * 1024),
    ]


@pytest.mark.parametrize("word", ["unlimited", "infinity", "-1"])
def test_every_spelling_of_no_limit_is_unlimited(word):
    assert lines_of(f"* - nofile {word}\n")[0][0].limit is UNLIMITED


@pytest.mark.parametrize(
    "line", ["LimitNOFILE=5", "* soft nofile", "* both nofile 5", "* soft nofiles 5", "* soft nofile ten"]
)
def test_a_line_that_pam_limits_cannot_use_is_told(line):
    assert lines_of(f"\n{line}\n") == ([], [BadLine("/etc/security/limits.d/x.conf", 2, line)])


@pytest.mark.parametrize("line", ["", "  # x", "* hard maxlogins 4", "bob -", "* - priority 5"])
def test_other_lines_are_in_order_and_say_nothing_of_limits(line):
    assert lines_of(f"{line}\n") == ([], [])


def win(text, user="alice", groups=(), kind="soft"):
    line = winning_line(lines_of(text)[0], "RLIMIT_NOFILE", kind, user, groups)
    return None if line is None else line.limit


def test_a_user_beats_a_group_beats_everybody_whatever_the_order():
    text = "alice - nofile 3\n@dev - nofile 2\n* - nofile 1\n"
    assert (win(text), win(text, "bob", ["dev"]), win(text, "bob")) == (3, 2, 1)


def test_among_equals_the_later_line_wins():
    assert win("* - nofile 1\n* soft nofile 2\n") == 2
    assert win("* - nofile 1\n* soft nofile 2\n", kind="hard") == 1
    assert win("bob - nofile 1\n") is None


def test_type_item_and_value_are_read_in_any_case_as_pam_limits_reads_them():
    good, bad = lines_of("bob Soft NOFILE 10\nbob HARD Nice -5\nbob - core UNLIMITED\nbob - MaxLogins 3\n")
    assert [(line.kind, line.name, line.limit) for line in good] == [
        ("soft", "RLIMIT_NOFILE", 10), ("hard", "RLIMIT_NICE", -5), ("-", "RLIMIT_CORE", UNLIMITED),
    ]  # fmt: skip
    assert not bad
    assert lines_of("Bob - nofile 10\n")[0][0].domain == "Bob"


def test_files_count_in_the_order_of_their_names_and_etc_replaces_the_vendors(fake_host):
    root = fake_host(
        {
            "etc/security/limits.conf": "* - nofile 1\n",
            "etc/security/limits.d/20-b.conf": "* - nofile 3\n",
            "etc/security/limits.d/10-a.conf": "* - nofile 2\n",
            "usr/lib/security/limits.d/20-b.conf": "* - nofile 99\n",
            "etc/security/limits.d/note.txt": "* - nofile 4\n",
        }
    )
    gaps = []
    config = read_limits_config(root, gaps)
    assert [line.limit for line in config.lines] == [1, 2, 3] and not gaps


def test_nothing_there_is_nothing_said_and_unreadable_is_a_gap(fake_host, tmp_path):
    gaps = []
    assert read_limits_config(tmp_path / "nowhere", gaps).lines == () and not gaps
    read_limits_config(fake_host({"etc/security/limits.conf": None}), gaps)
    assert [(gap.field, gap.source, gap.reason) for gap in gaps] == [
        ("limits_config", "/etc/security/limits.conf", "Is a directory")
    ]


@pytest.mark.parametrize(
    ("folder", "read"), [("etc/security/limits.d", read_limits_config), ("etc/pam.d", read_pam_services)]
)
def test_a_folder_that_cannot_be_listed_is_a_gap_and_not_an_empty_one(tmp_path, folder, read):
    (tmp_path / folder).parent.mkdir(parents=True)
    (tmp_path / folder).symlink_to(tmp_path / folder)  # even root cannot follow it
    gaps = []
    read(tmp_path, gaps)
    assert [(gap.field, gap.source) for gap in gaps] == [("limits_config", f"/{folder}")]


@pytest.mark.parametrize(
    ("text", "skips"),
    [
        ("ID=debian\n", True),
        ('ID=ubuntu\nID_LIKE="debian"\n', True),
        ("ID=fedora\n", False),
        ('ID_LIKE="rhel fedora"\n', False),
    ],
)
def test_only_debians_children_leave_root_out(fake_host, text, skips):
    assert read_limits_config(fake_host({"etc/os-release": text}), []).skips_root is skips


def test_pam_services_are_found_through_their_includes(fake_host):
    root = fake_host(
        {
            "etc/pam.d/sshd": "session    required     pam_limits.so\n",
            "etc/pam.d/login": "@include common-session\n",
            "etc/pam.d/common-session": "session required pam_limits.so\n",
            "etc/pam.d/cron": "#session required pam_limits.so\n",
            "etc/pam.d/su": "session  include  system-auth\n",
            "etc/pam.d/system-auth": "-session optional pam_limits.so\n",
            "etc/pam.d/passwd": "password required pam_unix.so\n",
        }
    )
    gaps = []
    assert read_pam_services(root, gaps) == {"sshd", "login", "common-session", "su", "system-auth"} and not gaps


@given(
    st.sampled_from(sorted(ITEMS)),
    st.sampled_from(["soft", "hard", "-"]),
    st.integers(0, 10**15),
    st.sampled_from(["*", "root", "@a"]),
)
def test_a_line_survives_writing_and_reading(item, kind, number, domain):
    good, bad = lines_of(f"{domain}\t{kind} {item}  {number}\n")
    name, factor = ITEMS[item]
    assert good == [LimitLine("/etc/security/limits.d/x.conf", 1, domain, kind, name, number * factor)] and not bad


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    good, bad = lines_of(text)
    assert len(good) + len(bad) <= text.count("\n") + 1
