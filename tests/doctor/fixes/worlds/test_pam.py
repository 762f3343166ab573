"""limits.d: both `*` and root, never lower than any line says, and told when another file has the last word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.doctor.fixes.worlds.pam import PATH, merged, read_lines
from mnemo_cli.errors import RepairError
from mnemo_cli.model import UNLIMITED

PAM = {"etc/pam.d/login": "session required pam_limits.so\n"}


def lines_of(proposal):
    text = proposal.drafts[0].content.decode()
    return [tuple(line.split()) for line in text.splitlines() if not line.startswith("#")]


def test_root_gets_lines_of_its_own(root, propose):
    proposal = propose("pam", root(PAM))
    assert lines_of(proposal) == [
        ("*", "soft", "nofile", "65536"),
        ("*", "hard", "nofile", "524288"),
        ("root", "soft", "nofile", "65536"),
        ("root", "hard", "nofile", "524288"),
    ]
    assert [draft.path for draft in proposal.drafts] == [PATH] and not proposal.unmet and not proposal.activate


@pytest.mark.parametrize("files", [{}, {"etc/pam.d/login": "#session required pam_limits.so\n"}, {"etc/pam.d/x": ""}])
def test_where_nothing_loads_pam_limits_a_file_would_help_nobody(root, propose, files):
    proposal = propose("pam", root(files))
    assert not proposal.drafts and "pam_limits.so" in proposal.unmet[0]


def test_what_other_files_allow_already_is_not_repeated(root, propose):
    where = root({**PAM, "etc/security/limits.d/10-x.conf": "* - nofile 70000\nroot - nofile 70000\n"})
    assert propose("pam", where).drafts == ()


def test_a_higher_hard_limit_is_kept_for_root_too(root, propose):
    where = root({**PAM, "etc/security/limits.conf": "* hard nofile 900000\n* soft nofile 1024\n"})
    assert ("*", "hard", "nofile", "900000") in lines_of(propose("pam", where))
    assert ("root", "hard", "nofile", "900000") in lines_of(propose("pam", where))


def test_an_unlimited_hard_limit_becomes_nr_open(root, propose):
    where = root({**PAM, "etc/security/limits.conf": "* hard nofile unlimited\n", "proc/sys/fs/nr_open": "2000000\n"})
    assert ("*", "hard", "nofile", "2000000") in lines_of(propose("pam", where))


def test_sessions_that_have_more_already_keep_it(root, propose):
    limits = "Max open files            1048576              1048576              files     \n"
    proposal = propose("pam", root({**PAM, "proc/self/limits": limits}))
    assert lines_of(proposal) == [("*", "soft", "nofile", "65536"), ("root", "soft", "nofile", "65536")]
    assert any("no hard nofile is written" in note for note in proposal.notes)


def test_a_later_file_has_the_last_word_and_is_named(root, propose):
    proposal = propose("pam", root({**PAM, "etc/security/limits.d/99-z.conf": "# z\n* soft nofile 2000\n"}))
    assert len(proposal.unmet) == 1 and "99-z.conf line 2 sets soft nofile of * to 2000" in proposal.unmet[0]


def test_an_earlier_file_is_overruled(root, propose):
    proposal = propose("pam", root({**PAM, "etc/security/limits.d/50-a.conf": "* soft nofile 2000\n"}))
    assert not proposal.unmet and ("*", "soft", "nofile", "65536") in lines_of(proposal)


def test_a_line_of_one_user_stays_and_is_told(root, propose):
    proposal = propose("pam", root({**PAM, "etc/security/limits.conf": "@db hard nofile 2000\n"}))
    assert any("@db" in note and "line 1" in note for note in proposal.notes)


def test_nproc_is_raised_where_a_line_sets_less_and_left_alone_elsewhere(root, propose):
    wanted = Wanted(nofile=1, nproc=8192)
    where = root({**PAM, "etc/security/limits.d/20-nproc.conf": "* soft nproc 4096\nroot soft nproc unlimited\n"})
    assert [line for line in lines_of(propose("pam", where, wanted)) if line[2] == "nproc"] == [
        ("*", "soft", "nproc", "8192")
    ]


def test_a_vendors_file_counts_until_one_of_etc_hides_it(root, propose):
    vendor = {"usr/lib/security/limits.d/90-v.conf": "* soft nofile 2000\n"}
    assert propose("pam", root({**PAM, **vendor})).unmet
    assert not propose("pam", root({"etc/security/limits.d/90-v.conf": "# empty\n"})).unmet


def test_above_nr_open_is_refused_before_anything_else(root, propose):
    with pytest.raises(RepairError, match=r"above fs\.nr_open"):
        propose("pam", root({**PAM, "proc/sys/fs/nr_open": "1024\n"}))


def test_lines_of_our_own_file_stay_but_for_the_same_limits():
    old = "# head\n*  soft nofile 5\nalice soft nofile 7"
    assert merged(old, [("*", "soft", "nofile", 9)]) == "# head\nalice soft nofile 7\n*     soft  nofile  9\n"


words = st.sampled_from(["*", "root", "alice", "@db", "soft", "hard", "-", "nofile", "nproc", "as", "5", "x", "#", ""])


@given(st.lists(st.lists(words, max_size=5), max_size=8))
def test_after_merging_the_lines_are_there_and_others_are_kept(table):
    text = "".join(f"{' '.join(row)}\n" for row in table)
    rows = [("*", "soft", "nofile", 9), ("root", "hard", "nofile", 10)]
    after = merged(text, rows)
    assert merged(after, rows) == after
    assert after.splitlines()[-2:] == ["*     soft  nofile  9", "root  hard  nofile  10"]
    kept = [
        line for line in text.splitlines() if tuple(line.partition("#")[0].split()[:3]) not in {r[:3] for r in rows}
    ]
    assert after.splitlines()[:-2] == kept


def test_lines_are_read_in_their_order(root):
    where = root(
        {
            "etc/security/limits.d/b.conf": "* soft nofile 3\n",
            "etc/security/limits.d/a.conf": "* soft nofile 2\n",
            "etc/security/limits.conf": "* soft nofile unlimited\n",
        }
    )
    assert [line.limit for line in read_lines(Tree(where))] == [UNLIMITED, 2, 3]


def test_above_the_kernels_default_nr_open_must_be_raised_at_every_boot(root, propose, server):
    where = root({**PAM, "proc/sys/fs/nr_open": "2000000\n"})
    high = propose("pam", where, server._replace(nofile=1_500_000))
    assert any("at every boot" in note for note in high.notes)
    assert not propose("pam", where).notes
