"""What the journal holds of user-space killers."""

import pytest

from mnemo_cli.diagnostics.collector import Finished
from mnemo_cli.diagnostics.collectors.killers import COLLECTOR
from tests.diagnostics.collectors.scenes import NOW_SECONDS, Programs, failing, printing, scene_of, taken

LINE = '2026-11-22T14:01:00+0000 host earlyoom[612]: sending SIGTERM to process 4121 uid 0 "worker"\n'


def asked(tmp_path, answer):
    run = Programs({("journalctl",): answer})
    return taken(COLLECTOR, scene_of(tmp_path, run=run)), run.asked


def test_lines_of_killers_are_asked_for_by_name_and_time(tmp_path):
    found, asked_for = asked(tmp_path, printing(LINE))
    assert found.texts["killers/killers.log"].decode() == LINE
    assert f"--since=@{int(NOW_SECONDS - 3600)}" in asked_for[0]
    assert "--identifier=systemd-oomd" in asked_for[0] and "--identifier=kubelet" in asked_for[0]
    assert "--identifier=systemd" in asked_for[1] and "killers/systemd.log" in found.texts


@pytest.mark.parametrize(
    "answer", [printing("-- No entries --\n"), failing(1, "No journal files were found.\n"), failing(1)]
)
def test_a_journal_without_such_lines_lacks_nothing(tmp_path, answer):
    found, _ = asked(tmp_path, answer)
    assert not found.members and found.states == {"skipped"}


def test_whoever_sees_only_a_part_of_the_journal_is_told_so(tmp_path):
    hint = b"Hint: You are currently not seeing messages from other users and the system.\n"
    found, _ = asked(tmp_path, Finished(0, LINE.encode(), hint))
    assert "killers/killers.log" in found.members and found.states == {"denied"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (FileNotFoundError(2, "No such file or directory"), "skipped"),
        (PermissionError(13, "Permission denied"), "denied"),
        (failing(None), "timeout"),
        (failing(2, "Failed to parse timestamp"), "error"),
    ],
)
def test_a_journal_that_cannot_be_asked_says_why(tmp_path, answer, state):
    found, _ = asked(tmp_path, answer)
    assert not found.members and state in found.states


def test_without_a_journal_it_is_not_asked_twice_in_vain(tmp_path):
    _, asked_for = asked(tmp_path, failing(None))
    assert len(asked_for) == 1
