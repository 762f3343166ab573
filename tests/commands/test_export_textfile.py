"""`mnemo export textfile`: a file that node_exporter reads, whole at every instant."""

import os
import re
import signal
import subprocess
import threading
import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mnemo_cli.output.prometheus.families import METRIC_NAMES
from tests.live.servers import free_port

PATIENCE_SECONDS = 30.0


@pytest.fixture
def textfile(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "export", "textfile", *map(str, words)])

    return call


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "textfile"
    path.mkdir()
    return path


def until(look, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.01)
    return found


def test_one_file_is_written_that_everybody_may_read(textfile, folder):
    before = os.umask(0o077)
    try:
        done = textfile(folder, "--host")
    finally:
        os.umask(before)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (file,) = folder.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("mnemo.prom", 0o644)
    text = file.read_text()
    assert {name for name in METRIC_NAMES if f"\n# TYPE {name} " in f"\n{text}"} == METRIC_NAMES
    # A time behind a value makes node_exporter refuse the whole file.
    assert all(sample.timestamp is None for metric in text_string_to_metric_families(text) for sample in metric.samples)


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text("alerts:\n- {name: Any, condition: memory_used_bytes > 1, for: 0.1s}\n")
    return path


def test_one_look_cannot_wait_for_an_alert_and_so_judges_none(textfile, folder, rules):
    assert textfile(folder, "--host", "--once", "--rules", rules).returncode == 0
    text = (folder / "mnemo.prom").read_text()
    assert "# TYPE mnemo_alert_state gauge\n" in text and "# TYPE mnemo_action_alerts gauge\n" in text
    assert "\nmnemo_alert_state{" not in text and "\nmnemo_action_alerts{" not in text


def test_one_look_still_refuses_wrong_rules(textfile, folder, rules):
    rules.write_text("alerts:\n- {name: Any, condition: memory_usge_pct > 1}\n")
    done = textfile(folder, "--host", "--once", "--rules", rules)
    assert done.returncode == 2 and "did you mean memory_usage_pct?" in done.stderr and not os.listdir(folder)


def test_with_an_interval_alerts_fire(start, folder, rules):
    start("export", "textfile", str(folder), "--host", "--interval", "50ms", "--rules", str(rules))
    firing = re.compile(r'\nmnemo_alert_state\{.*state="firing".*\} 1')
    file = folder / "mnemo.prom"
    until(lambda: file.exists() and firing.search(file.read_text()), "alert that fires")


def test_a_failed_write_is_told_once_and_tried_again(start, folder):
    away = folder.with_name("away")
    process = start("export", "textfile", str(folder), "--host", "--interval", "50ms")
    until((folder / "mnemo.prom").exists, "first file")
    folder.rename(away)
    line = process.stderr.readline()
    assert f"cannot write {folder}/mnemo.prom: No such file or directory" in line and "tried again" in line
    (away / "mnemo.prom").unlink()
    away.rename(folder)
    until((folder / "mnemo.prom").exists, "file")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 143
    assert "cannot write" not in process.stderr.read()


def test_a_mistyped_folder_is_told_at_once(textfile, folder):
    done = textfile(folder / "typo", "--host", "--interval", "50ms")
    assert done.returncode == 1 and "No such file or directory; name a folder" in done.stderr


def test_the_file_can_have_another_name_and_replaces_what_was_there(textfile, folder):
    (folder / "db.prom").write_text("old")
    assert textfile(folder, "--host", "--once", "--file", "db.prom", "--top", "2").returncode == 0
    assert (folder / "db.prom").read_text().count("\nmnemo_process_rss_bytes{") == 2
    assert os.listdir(folder) == ["db.prom"]


def test_a_link_is_replaced_and_what_it_names_stays(textfile, folder, tmp_path):
    (tmp_path / "kept").write_text("kept")
    (folder / "mnemo.prom").symlink_to(tmp_path / "kept")
    assert textfile(folder, "--host").returncode == 0
    assert not (folder / "mnemo.prom").is_symlink() and (tmp_path / "kept").read_text() == "kept"


def test_readers_never_see_half_a_file(start, folder):
    process = start("export", "textfile", str(folder), "--host", "--interval", "50ms")
    file, seen, is_over = folder / "mnemo.prom", set(), threading.Event()
    until(file.exists, "file")

    def read():
        while not is_over.is_set():
            text = file.read_text()
            seen.add(text)
            assert text.startswith("# HELP mnemo_level") and text.endswith("\n")
            assert "# TYPE mnemo_own_samples_total counter\nmnemo_own_samples_total " in text

    reader = threading.Thread(target=read)
    reader.start()
    until(lambda: len(seen) >= 5, "new files")
    is_over.set()
    reader.join()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 143
    assert os.listdir(folder) == ["mnemo.prom"]


@pytest.mark.parametrize("name", ["mnemo.txt", "a/b.prom", "../b.prom", ".prom", ".hidden.prom", "", "/b.prom"])
def test_a_name_that_node_exporter_would_not_read_is_wrong_usage(textfile, folder, name):
    done = textfile(folder, "--file", name)
    assert (done.returncode, done.stdout) == (2, "") and "node_exporter reads names that end with .prom" in done.stderr
    assert not os.listdir(folder)


@pytest.mark.parametrize(
    "words", [("--once", "--interval", "5s"), ("--interval", "0"), ("--interval", "2d"), ("--host", "--pid", "1")]
)
def test_words_that_exclude_each_other_are_wrong_usage(textfile, folder, words):
    assert textfile(folder, *words).returncode == 2 and not os.listdir(folder)


def test_a_folder_that_is_not_there_or_not_writable_is_told(textfile, folder, tmp_path):
    (tmp_path / "file").write_text("")
    for place, reason in ((tmp_path / "nowhere", "No such file or directory"), (tmp_path / "file", "Not a directory")):
        done = textfile(place, "--host")
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(
            rf"mnemo: cannot write {place}/mnemo\.prom: {reason}; name a folder that you may write to\n", done.stderr
        )


def test_node_exporter_reads_it(prometheus_binaries, textfile, folder):
    assert textfile(folder, "--host").returncode == 0
    port = free_port()
    words = [
        prometheus_binaries.node_exporter,
        f"--web.listen-address=127.0.0.1:{port}",
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={folder}",
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            page = until(lambda: _page(port), "page of node_exporter")
        finally:
            program.terminate()
    assert "\nnode_textfile_scrape_error 0\n" in page and "\nmnemo_memory_used_bytes " in page


def _page(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS) as answer:
            return answer.read().decode()
    except OSError:
        return None
