"""`mnemo explain`: evidence gets a verdict; every topic, number and setting has a page; nonsense the nearest one."""

import errno
import gzip
import io
import json
import os
import re
import signal
import sys
import tarfile
from pathlib import Path
from typing import get_args

import pytest

from mnemo_cli.commands.topics import find_page, topics
from mnemo_cli.degrade.responses.action import ActionName as LadderAction
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.forensics.page import Group
from mnemo_cli.limits.rules.rule import ACTIONS
from mnemo_cli.model import Level
from mnemo_cli.output.explain import page_document, page_text
from mnemo_cli.settings import ROWS, load
from tests.diagnostics.archive.tars import tar_of
from tests.schemas import validator_of

VISIBLE = [row for row in ROWS if not row.hidden]


@pytest.fixture
def explain(script_runner, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        return script_runner.run(["mnemo", "explain", *words])

    return call


def page(explain, *words):
    done = explain(*words)
    assert (done.returncode, done.stderr) == (0, ""), words
    return done.stdout


def test_without_a_word_everything_that_can_be_explained_is_listed(explain):
    listed = page(explain)
    for word in ("slow", "exit-codes", "137", "SIGKILL", "EMFILE", "steps", "actions", "drain", "page_operator"):
        assert f"\n  {word}  " in listed
    for words in (
        (level.word for level in Level),
        (str(int(code)) for code, _ in EXIT_CODES),
        (row.key for row in VISIBLE),
        (check.slug for check in CHECKS),
        ACTIONS,
        get_args(LadderAction),
    ):
        assert [word for word in words if f"\n  {word}  " not in listed] == []
    assert not any(row.key in listed for row in ROWS if row.hidden)


def test_the_list_as_json_is_one_document_with_the_same_words(explain):
    document = json.loads(page(explain, "--format", "json"))
    validator_of("topics").validate(document)
    listed = page(explain)
    assert len(document["topics"]) == sum(line.startswith("  ") for line in listed.splitlines())
    assert all(f"\n  {topic['name']} " in listed and topic["text"] in listed for topic in document["topics"])
    assert list(dict.fromkeys(topic["group"] for topic in document["topics"])) == list(get_args(Group))


def test_the_page_of_a_check_says_what_looks_for_it_and_of_a_use_where_it_begins():
    settings = load()
    usage, other, gate = (find_page(word, settings).paragraphs for word in ("fd-usage", "swap", "memory-level"))
    assert usage[-2:] == (
        "Above 60 % of the limit it is a warning, above 80 % an error.",
        "Look for it with `mnemo doctor --select fd-usage`.",
    )
    assert other[-1] == "Look for it with `mnemo doctor --select swap`." and "60 %" not in " ".join(other)
    assert gate[-1] == "Look for it with `mnemo limits check --select memory-level`."


def test_every_listed_word_has_a_page_of_its_group(explain):
    """In-process and without the command around it: there are some two hundred."""
    settings = load()
    listed = topics(settings)
    assert len(listed) > 150
    for topic in listed:
        found = find_page(topic.name, settings)
        validator_of("topic").validate(page_document(found))
        shown = page_text(found)
        assert "  none\n" in shown or not re.search(r"^  \S+ *$", shown, re.MULTILINE), f"a row is empty:\n{shown}"
        if topic.group == "check":
            assert found.title.startswith(f"check {topic.text[:5]} {topic.name}")
        if topic.group == "action" and topic.name not in ("actions", "exec"):
            assert found.title.startswith(f"action {topic.name} of ")
    # The action exec has one setting, of the same name, which says the same.
    assert "the action exec" in page_text(find_page("exec", settings))


def test_a_listed_word_is_taken_by_the_command_as_it_is_listed(explain):
    for group, word in {topic.group: topic.name for topic in topics(load())}.items():
        assert page(explain, word), group


def test_the_steps_are_those_of_the_ladder_with_the_edges_in_force(explain, monkeypatch):
    text = on_one_line(page(explain, "steps"))
    assert "high above 60 %; or when the limit is less than 120 s away" in text
    assert "critical above 80 % at two readings, from 90 % at once: notify, drain, evict, save, close" in text
    monkeypatch.setenv("MNEMOSYNE_MEMORY_CRITICAL_PCT", "60.5")
    assert "critical above 60.5 % at two readings" in on_one_line(page(explain, "steps"))
    assert page(explain, "emergency").startswith("step emergency\n")


def test_a_secret_in_an_address_is_not_explained(explain, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_ALERTS_WEBHOOK_URL", "https://someone:hunter2@example.org/hook/T0K3N")
    for words in (("alerts.webhook_url",), ("alerts.webhook_url", "--format", "json")):
        text = page(explain, *words)
        assert "example.org" in text and "hunter2" not in text and "T0K3N" not in text


def test_an_exit_code_has_a_page(explain):
    """Those of mnemo and some of each range; tests/forensics/test_codes.py reads the pages of all."""
    own = {int(code): meaning for code, meaning in EXIT_CODES}
    for code in sorted({*own, *range(0, 256, 15), 128, 255}):
        text = page(explain, str(code))
        assert text.startswith(f"exit code {code}\n\n")
        assert ("From mnemo itself: " in text) == (code in own)


def test_137_is_possible_evidence_of_an_oom_kill_and_143_is_none(explain):
    killed, ended = (" ".join(page(explain, code).split()) for code in ("137", "143"))
    assert "137 = 128 + 9: ended by SIGKILL" in killed and "never proof" in killed
    assert "143 = 128 + 15: ended by SIGTERM" in ended and "alone proves nothing about memory" in ended


@pytest.mark.parametrize("word", ["-9", "SIGKILL", "KILL", "kill", "sigkill", "SigKill"])
def test_a_signal_is_found_by_number_and_name(explain, word):
    assert page(explain, word).startswith("SIGKILL (9), exit code 137\n\n")


def test_a_signal_may_follow_two_dashes(explain):
    assert page(explain, "--", "-15").startswith("SIGTERM (15), exit code 143\n")


def test_every_signal_of_this_system_has_a_page(explain):
    for member in signal.Signals:
        assert f"exit code {128 + member}" in page(explain, member.name)
        assert page(explain, f"-{member.value}") == page(explain, member.name)


@pytest.mark.parametrize("level", Level, ids=lambda level: level.word)
def test_every_level_has_a_page_in_either_case(explain, level):
    assert page(explain, level.word) == page(explain, level.word.upper())
    assert page(explain, level.word).startswith(f"level {level.word}\n\n")


def test_the_levels_are_explained_with_the_edges_in_force(explain, monkeypatch):
    assert "less than 40 %" in page(explain, "levels") and "more than 80 %" in page(explain, "levels")
    monkeypatch.setenv("MNEMOSYNE_MEMORY_CRITICAL_PCT", "87.5")
    assert "more than 87.5 %" in page(explain, "levels") and "up to 87.5 %" in page(explain, "high")


def test_the_exit_codes_are_explained_from_their_one_table(explain):
    text = " ".join(page(explain, "exit-codes").split())
    assert all(f"{int(code)} {' '.join(meaning.split())}" in text for code, meaning in EXIT_CODES)
    assert page(explain, "exit codes") == page(explain, "EXIT-CODES") == page(explain, "exit-codes")


@pytest.mark.parametrize("row", VISIBLE, ids=lambda row: row.key)
def test_every_setting_is_found_by_key_name_and_environment(explain, row):
    text = page(explain, row.key)
    assert text.startswith(f"setting {row.key}\n\n") and row.environment in text and "default" in text
    assert page(explain, row.name) == page(explain, row.environment) == text


def test_a_setting_is_shown_with_its_value_and_origin(explain, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_HIGH_PCT", "70")
    lines = [" ".join(line.split()) for line in page(explain, "memory_high_pct").splitlines()]
    assert {"value 70.0 percent", "default 60 percent"} <= set(lines) or {
        "value 70 percent",
        "default 60 percent",
    } <= set(lines)
    assert "origin environment MNEMOSYNE_MEMORY_HIGH_PCT" in lines


def test_a_setting_with_escape_codes_is_shown_without_them(explain, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", "/\x1b[31m\nred")
    for words in (("memory_log_file",), ("memory_log_file", "--format", "json")):
        assert "\x1b" not in page(explain, *words)
    assert "/\\x1b[31m\\x0ared" in page(explain, "memory_log_file")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("levls", "levels"),
        ("sigkil", "SIGKILL"),
        ("SIGKIL", "SIGKILL"),
        ("criticl", "critical"),
        ("memory_hihg_pct", "resources.memory_high_pct"),
        ("setings", "settings"),
        ("resources.memory_hihg", "resources.memory_high_pct"),
    ],
)
def test_a_typo_is_exit_2_with_the_nearest_word(explain, word, near):
    done = explain(word)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"nothing is known about '{word}'; did you mean {near}" in done.stderr


@pytest.mark.parametrize("word", ["nosuch.log", "kern.log.1", "./levels", "logs/sigkil", "bundle.tar.gz"])
def test_the_name_of_a_file_that_is_not_there_is_taken_for_one(explain, word):
    done = explain(word)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no file '{word}'; `mnemo explain` lists" in done.stderr


@pytest.mark.parametrize(
    "word",
    ["zzzzqqqq", "", "256", "-0x9", "1_3", "١٣٧", "-65", "99999999999", "\x1b[31m", "a" * 300, "x/" * 3000, "\udcff"],
)
def test_nonsense_is_exit_2_and_points_to_the_list(explain, word):
    done = explain("--", word)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`mnemo explain` lists what there is" in done.stderr and "\x1b" not in done.stderr


def test_a_second_word_is_wrong_usage(explain):
    done = explain("levels", "high")
    assert (done.returncode, done.stdout) == (2, "")


KERNEL_LOG = (
    "[   10.000000] app invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
    "[   10.000001] memory: usage 4kB, limit 4kB, failcnt 5\n"
    "[   10.000002] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/app,"
    "task_memcg=/app/job,task=app,pid=4121,uid=0\n"
    "[   10.000003] Memory cgroup out of memory: Killed process 4121 (app) total-vm:9kB, anon-rss:3kB, file-rss:0kB, "
    "shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0\n"
)


def verdict(text):
    document = json.loads(text)
    assert document["schema"] == "mnemo.explain/1"
    return document["verdict"], document["confidence"], [kill["victim"]["pid"] for kill in document["kills"]]


def packed(name):
    with tarfile.open(name, "w:gz") as archive:
        archive.add("kern.log", "host/var/log/kern.log")


EVIDENCE = {
    "kern.log": lambda: None,
    "kern.log.gz": lambda: Path("kern.log.gz").write_bytes(gzip.compress(Path("kern.log").read_bytes())),
    "logs.tar.gz": lambda: packed("logs.tar.gz"),
    "137": lambda: Path("kern.log").rename("137"),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_a_file_is_evidence_whatever_its_name(explain, name):
    Path("kern.log").write_text(KERNEL_LOG)
    EVIDENCE[name]()
    assert verdict(page(explain, name, "--format", "json")) == ("kernel-oom", "proven", [4121])
    assert "app (pid 4121)" in page(explain, name)


def test_stdin_is_evidence(run):
    done = run("explain", "-", "--format", "json", stdin=None, input=KERNEL_LOG)
    assert done.returncode == 0 and verdict(done.stdout) == ("kernel-oom", "proven", [4121])


def test_a_fifo_is_evidence(start):
    os.mkfifo("fifo")
    process = start("explain", "fifo", "--format", "json")
    Path("fifo").write_text(KERNEL_LOG)
    said, _ = process.communicate(timeout=30)
    assert verdict(said) == ("kernel-oom", "proven", [4121])


def test_a_record_of_a_container_is_evidence(run):
    state = {"OOMKilled": True, "ExitCode": 137, "Running": False, "Status": "exited"}
    text = json.dumps([{"Id": "ab" * 32, "Name": "/web", "State": state}])
    done = run("explain", "-", "--format", "json", stdin=None, input=text)
    assert done.returncode == 0 and verdict(done.stdout) == ("kernel-oom", "likely", [])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("empty", "empty is empty"),
        ("folder", "folder is a folder; give a file in it"),
        ("notes.txt", "notes.txt holds no line of a kernel and no record"),
        ("cut.gz", "cut.gz: its gzip data ends in the middle"),
        ("hostile.tar", "leads out of the archive"),
    ],
)
def test_what_is_no_evidence_is_exit_3_and_says_why(explain, name, message):
    Path("empty").touch()
    Path("folder").mkdir()
    Path("notes.txt").write_text("dear diary\n")
    Path("cut.gz").write_bytes(gzip.compress(KERNEL_LOG.encode())[:40])
    with tarfile.open("hostile.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../kern.log"), io.BytesIO())
    done = explain(name)
    assert (done.returncode, done.stdout) == (3, "") and message in done.stderr
    assert sorted(os.listdir()) == ["cut.gz", "empty", "folder", "hostile.tar", "notes.txt"]


def bundle_without_log(state, reason):
    card = {"id": "kernel-log", "state": state, "reason": reason, "members": []}
    manifest = json.dumps({"schema": "mnemo.manifest/1", "collectors": [card]}).encode()
    Path("bundle.tar.gz").write_bytes(tar_of(("mnemo-1/SUMMARY.md", b"# mnemo\n"), ("mnemo-1/manifest.json", manifest)))


def test_a_bundle_without_the_kernels_log_says_why_it_has_none(explain):
    bundle_without_log("denied", "/dev/kmsg: Operation not permitted")
    done = explain("bundle.tar.gz")
    assert (done.returncode, done.stdout) == (3, "")
    assert "bundle.tar.gz is a bundle without the kernel's log: denied when the bundle was made (" in done.stderr
    assert "/dev/kmsg: Operation not permitted); make it as root: sudo mnemo collect\n" in done.stderr


def test_a_log_that_took_too_long_is_not_said_to_need_root(explain):
    bundle_without_log("timeout", None)
    done = explain("bundle.tar.gz")
    assert done.returncode == 3 and "timeout when the bundle was made (see errors.jsonl in it)\n" in done.stderr


def test_of_a_damaged_archive_what_came_before_is_told(explain):
    Path("kern.log").write_text(KERNEL_LOG)
    with tarfile.open("cut.tar", "w") as archive:
        archive.add("kern.log", "kern.log")
        archive.add("kern.log", "kern.log.1")
    whole = Path("cut.tar").read_bytes()
    Path("cut.tar").write_bytes(whole[: 512 + 1024 + 512 + 100])
    document = json.loads(page(explain, "cut.tar", "--format", "json"))
    assert document["confidence"] == "proven"
    assert "it was cut, or is still being written" in json.dumps(document["gaps"])


def test_a_file_that_may_not_be_read_is_exit_3(explain):
    Path("secret.log").write_text(KERNEL_LOG)
    Path("secret.log").chmod(0)
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    done = explain("secret.log")
    assert (done.returncode, done.stdout) == (3, "") and "cannot read secret.log: Permission denied" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("137", "--last"), "WHAT and --last do not go together"),
        (("--pid", "1", "--unit", "x"), "--pid and --unit do not go together"),
        (("--container", "x", "--last"), "--container and --last do not go together"),
        (("--unit", ""), "--unit is empty"),
        (("--container", ""), "--container is empty"),
        (("--growth", "60s"), "--growth watches a process: add --pid N"),
        (("--pid", "1", "--growth", "soon"), "--growth: "),
        (("--pid", "0"), "0 is not in the range"),
    ],
)
def test_wrong_usage_is_exit_2(explain, words, message):
    done = explain(*words)
    assert (done.returncode, done.stdout) == (2, "") and message in done.stderr


def test_a_living_process_is_explained_or_the_reason_is_given(explain):
    done = explain("--pid", str(os.getpid()), "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["kills"] is not None


def test_growth_watches_a_process(explain, hold):
    process = hold(1 << 20)
    done = explain("--pid", str(process.pid), "--growth", "2s", "--format", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["schema"] == "mnemo.growth/1"


def test_slow_is_a_topic_and_can_be_measured(explain, hold):
    assert page(explain, "slow").startswith("slow for want of memory\n")
    measured = page(explain, "slow", "--pid", str(hold(1 << 20).pid))
    assert measured.startswith("is memory what slows pid ")


def test_control_characters_of_a_log_never_reach_the_terminal(explain):
    Path("kern.log").write_text(KERNEL_LOG.replace("(app)", "(\x1b[31m)").replace("task=app", "task=\x1b[31m"))
    for words in ((), ("--format", "json")):
        assert "\x1b" not in page(explain, "kern.log", *words)


@pytest.mark.parametrize("word", ["levels", "high", "137", "-9", "exit-codes", "settings", "memory_high_pct"])
def test_json_has_the_same_words_as_the_page(explain, word):
    document = json.loads(page(explain, word, "--format", "json"))
    assert document["schema"] == "mnemo.topic/1"
    text = on_one_line(page(explain, word))
    assert document["title"] in text and document["topic"]
    for words in [*document["paragraphs"], *(row["text"] for row in document["rows"])]:
        assert on_one_line(words) in text


def on_one_line(text):
    """A page also tells how long ago somebody was killed on this machine."""
    return re.sub(r"on this machine .+? ago", "on this machine a while ago", " ".join(text.split()))


@pytest.mark.parametrize("columns", ["1", "20", "80", "500"])
def test_a_page_fits_the_terminal_where_it_can(explain, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    lines = page(explain, "levels").splitlines()
    if int(columns) >= 80:
        assert max(map(len, lines)) <= min(100, int(columns))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_is_found_by_id_and_slug_with_the_whole_docstring(explain, check):
    text = page(explain, check.slug)
    assert text.startswith(f"check {check.id} {check.slug}\n\n")
    told = text.partition("\n\n")[2]
    written = sys.modules[check.run.__module__].__doc__.split()
    assert told.split()[: len(written)] == written
    assert told.endswith(f"`mnemo doctor --select {check.slug}`.\n")
    assert page(explain, check.id) == page(explain, check.id.lower()) == text


def test_the_memory_level_is_explained_like_a_check(explain):
    assert page(explain, "LV001") == page(explain, "memory-level")
    assert page(explain, "memory-level").startswith("check LV001 memory-level\n\n")


def test_no_word_means_two_things():
    """Else it would depend on the order in which kinds of things are asked."""
    words = [word.lower() for check in CHECKS for word in (check.id, check.slug)]
    words += [level.word for level in Level] + ["levels", "exit-codes", "exit codes", "settings", "waivers", "slow"]
    words += ["leak", "steps", "emergency", "actions", *ACTIONS, *get_args(LadderAction)]
    # The action exec has one setting, of its name: that page is both.
    words.remove("exec")
    words += [word.lower() for row in ROWS for word in (row.key, row.name, row.environment)]
    words += [name.lower() for name in errno.errorcode.values()]
    words += [word for member in signal.Signals for word in (member.name.lower(), member.name[3:].lower())]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("word", ["EMFILE", "emfile", "OSError: [Errno 24] Too many open files: '/x'"])
def test_an_errno_is_found_by_name_and_by_message(explain, word):
    text = page(explain, word)
    assert text.startswith("errno EMFILE (24), Too many open files\n\n")
    assert "mnemo doctor --select fd-soft-low,fd-usage,inotify-instances" in " ".join(text.split())


def test_a_number_is_an_exit_code_and_not_an_errno(explain):
    assert page(explain, "24").startswith("exit code 24\n")


def test_a_killed_program_leads_to_the_signal(explain):
    assert page(explain, "Killed") == page(explain, "SIGKILL")


def test_the_waivers_are_explained_as_they_are_written(explain):
    text = page(explain, "waivers")
    assert text == page(explain, "doctor.waivers")
    assert all(f"\n  {key} " in text for key in ("id", "target", "reason", "expires"))


def test_a_command_in_a_page_is_never_broken_at_a_hyphen(explain):
    assert not [line for line in page(explain, "EAGAIN").splitlines() if line.endswith("-")]


@pytest.mark.parametrize(("word", "near"), [("fd-sot-low", "fd-soft-low"), ("EMFILES", "EMFILE"), ("swpa", "swap")])
def test_a_misspelled_check_or_errno_is_exit_2_with_the_nearest(explain, word, near):
    done = explain(word)
    assert (done.returncode, done.stdout) == (2, "") and f"did you mean {near}" in done.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here is known that can be opened and not read")
def test_a_file_whose_reading_fails_is_exit_3_and_named(explain):
    done = explain("/proc/self/mem")
    assert (done.returncode, done.stdout) == (3, "")
    assert "cannot read /proc/self/mem: Input/output error" in done.stderr
