"""`mnemo export serve`: a real exporter on loopback, scraped, crowded, refused and ended."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mnemo_cli.output.prometheus.families import METRIC_NAMES
from tests.output.prometheus.server.certificates import make_certificates
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

PATIENCE_SECONDS = 30.0
EVERYWHERE = "0100007F"
COUNTING = """
import sys
from mnemo_cli.tracker.memory import MemoryTracker
tracker = MemoryTracker(sys.argv[1], published=True)
tracker.record_allocation(4096)
tracker.set_work_queue_size(9001)
print("ready", flush=True)
sys.stdin.read()
"""


class Exporter:
    """A running `mnemo export serve`, and where it serves."""

    def __init__(self, process):
        self.process = process
        line = process.stderr.readline()
        match = re.fullmatch(r"mnemo: serving (?P<url>https?://\S+)/metrics\n", line)
        assert match, line + process.stderr.read()
        self.url = match["url"]
        self.port = int(self.url.rpartition(":")[2])

    def get(self, path="/metrics", **headers):
        request = urllib.request.Request(self.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def value(self, name, /, **labels):
        for metric in text_string_to_metric_families(self.get()[1]):
            for found, its_labels, value, *_ in metric.samples:
                if found == name and labels.items() <= its_labels.items():
                    return value
        return None

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def said(self):
        """On stderr, after its end; not what happened elsewhere on the machine meanwhile."""
        return [line for line in self.process.stderr if not re.match("mnemo: (error: oom_kill|warning: level):", line)]


@pytest.fixture
def export(start):
    def begin(*words, listen="127.0.0.1:0"):
        return Exporter(start("export", "serve", "--listen", listen, *words))

    return begin


@pytest.fixture
def refused(script_runner):
    def call(*words):
        done = script_runner.run(["mnemo", "export", "serve", "--listen", "127.0.0.1:0", *words])
        assert done.stdout == ""
        return done.returncode, done.stderr

    return call


def until(look, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.01)
    return found


# What it serves


def test_a_scrape_has_every_family_and_fresh_values(export):
    exporter = export("--host")
    status, text = exporter.get()
    assert status == 200
    assert {name for name in METRIC_NAMES if f"\n# TYPE {name} " in f"\n{text}"} == METRIC_NAMES
    before = time.time()
    assert exporter.value("mnemo_sample_time_seconds") >= before - 0.001
    assert exporter.value("mnemo_own_samples_total") >= 2 and exporter.value("mnemo_own_rss_bytes") > 1e6


def test_health_and_readiness_are_told_and_there_is_nothing_else(export):
    exporter = export("--host")
    assert until(lambda: exporter.get("/readyz") == (200, "ok\n"), "readiness")
    assert exporter.get("/healthz") == (200, "ok\n")
    assert exporter.get("/")[0] == exporter.get("/etc/passwd")[0] == 404


def test_the_largest_processes_are_as_many_as_asked_for(export):
    assert export("--host", "--top", "3").get()[1].count("\nmnemo_process_rss_bytes{") == 3
    assert export("--host", "--top", "0").get()[1].count("\nmnemo_process_rss_bytes{") == 0


def test_a_process_tree_with_a_budget_is_held_against_it(export, hold):
    exporter = export("--pid", str(hold(50 << 20).pid), "--limit", "1GiB")
    assert exporter.value("mnemo_limit_bytes", kind="budget") == 1 << 30
    assert exporter.value("mnemo_target_used_bytes") > 50 << 20


@pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
def test_what_a_program_counts_is_exported_and_judged_by_alert_rules(export, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("alerts:\n  - {name: Busy, condition: work_queue_size > 9000, severity: warning, for: 0s}\n")
    name = f"counting-{os.getpid()}"
    words = [sys.executable, "-c", COUNTING, name]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"ready\n"
        exporter = export("--pid", str(program.pid), "--rules", str(rules), "--interval", "50ms")
        labels = {"name": name, "pid": str(program.pid)}
        assert exporter.value("mnemo_tracker_used_bytes", **labels) == 4096
        assert exporter.value("mnemo_work_queue_size") == exporter.value("mnemosyne_work_queue_size") == 9001
        assert exporter.value("mnemo_alert_state", name="Busy", state="firing") == 1
        program.stdin.close()


def test_an_alert_fires_without_a_scraper_and_is_told_on_stderr(export, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("alerts:\n  - {name: Any, condition: memory_used_bytes > 1, severity: warning, for: 0.1s}\n")
    exporter = export("--host", "--rules", str(rules), "--interval", "50ms")
    assert until(lambda: "Any is firing" in exporter.process.stderr.readline(), "alert")


def test_without_actions_an_alert_is_exported_and_nobody_is_told(export, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("alerts:\n  - {name: Any, condition: memory_used_bytes > 1, for: 0s, action: page_operator}\n")
    exporter = export("--host", "--rules", str(rules), "--no-actions")
    assert exporter.value("mnemo_alert_state", name="Any", state="firing") == 1
    assert exporter.value("mnemo_action_alerts", action="page_operator") == 1
    assert exporter.value("mnemo_notifications_total") is None
    exporter.end()
    assert not [line for line in exporter.said() if "Any" in line and "is firing" not in line]


def test_rules_about_processes_are_judged_without_rows(export, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("alerts:\n  - {name: Crowd, condition: process_count > 0, for: 0s}\n")
    exporter = export("--host", "--rules", str(rules), "--top", "0")
    assert exporter.value("mnemo_alert_state", name="Crowd", state="firing") == 1
    assert exporter.value("mnemo_target_processes") >= 2


def test_it_ends_with_its_target(export, hold):
    holder = hold(1 << 20)
    exporter = export("--pid", str(holder.pid), "--interval", "50ms")
    holder.kill()
    holder.wait()
    assert exporter.process.wait(PATIENCE_SECONDS) == 0


# Many, slow and wrong clients


def test_fifty_clients_at_once_are_all_answered_and_share_samples(export):
    exporter = export("--host", "--interval", "1h")
    until(lambda: exporter.get("/readyz")[0] == 200, "readiness")
    before = exporter.value("mnemo_own_samples_total")
    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(lambda _: exporter.get(), range(50)))
    assert {status for status, _ in answers} == {200}
    assert exporter.value("mnemo_own_samples_total") - before <= 50


def test_slow_half_open_and_wrong_clients_do_not_stop_a_scrape(export):
    exporter = export("--host")
    with contextlib.ExitStack() as stack:
        for text in (b"", b"GET /metrics HT", b"GET /metrics HTTP/1.0\r\nX: ", b"\x16\x03\x01", b"\0" * 100):
            for _ in range(60):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", exporter.port)))
                client.sendall(text)
        assert exporter.get()[0] == 200
    for _ in range(1000):
        with socket.create_connection(("127.0.0.1", exporter.port)) as client:
            client.sendall(b"DELETE /metrics HTTP/1.0\r\n\r\n")
    assert exporter.get()[0] == 200
    exporter.end()
    assert exporter.said() == []


# Who may listen and read


def test_nothing_listens_beyond_loopback_by_default(script_runner):
    shown = script_runner.run(["mnemo", "export", "serve", "--help"]).stdout
    assert re.search(r"--listen.*\n?.*127\.0\.0\.1:9477", shown)


def test_the_only_socket_is_the_one_that_was_asked_for(export):
    exporter = export("--host")
    assert exporter.get()[0] == 200
    inodes = {
        match[1]
        for entry in Path(f"/proc/{exporter.process.pid}/fd").iterdir()
        if (match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry)))
    }
    tables = [Path(f"/proc/{exporter.process.pid}/net/{name}").read_text() for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    listening = [row[1] for row in rows if row[9] in inodes and row[3] in ("0A", "07")]
    assert listening == [f"{EVERYWHERE}:{exporter.port:04X}"]


def test_a_port_in_use_is_wrong_usage(export, refused):
    port = export("--host").port
    code, said = refused("--host", "--listen", f"127.0.0.1:{port}")
    assert (code, said) == (
        2,
        f"mnemo: cannot listen on 127.0.0.1:{port}: Address already in use; choose another --listen\n",
    )


def test_a_password_is_asked_for_and_taken(export, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    secret.chmod(0o600)
    exporter = export("--host", "--auth-user", "prom", "--auth-password-file", str(secret))
    assert exporter.get()[0] == 401
    assert exporter.get(Authorization=f"Basic {b64encode(b'prom:wrong').decode()}")[0] == 401
    assert exporter.get(Authorization=f"Basic {b64encode(b'prom:open sesame').decode()}")[0] == 200
    assert exporter.get("/healthz")[0] == 200
    assert b"sesame" not in Path(f"/proc/{exporter.process.pid}/cmdline").read_bytes()


def test_a_password_that_others_may_read_is_refused(refused, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    code, said = refused("--auth-password-file", str(secret))
    assert code == 2 and re.search(r"others may read .*\(mode 644\); chmod 600", said) and "sesame" not in said


def test_https_with_certificates_of_clients(export, tmp_path):
    made = make_certificates(tmp_path)
    words = ("--tls-cert", str(made.pem("server")), "--tls-key", str(made.key("server")))
    exporter = export("--host", *words, "--client-ca", str(made.pem("authority")))
    assert exporter.url.startswith("https://")
    curl = ["curl", "-sS", "--cacert", made.pem("authority"), f"{exporter.url}/healthz"]
    if not Path("/usr/bin/curl").exists():
        pytest.skip("there is no curl here")
    known = ["--cert", made.pem("client"), "--key", made.key("client")]
    assert subprocess.run([*curl, *known], capture_output=True, timeout=60).stdout == b"ok\n"
    assert subprocess.run(curl, capture_output=True, timeout=60).returncode != 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "0.0.0.0:0"), r"warning: anybody who reaches 0\.0\.0\.0:0 can read the metrics"),
        (("--listen", ":0", "--auth-password-file", "password"), "warning: the password crosses the network"),
    ],
)
def test_who_opens_it_to_the_network_is_warned(start, words, said):
    Path("password").write_text("x\n")
    Path("password").chmod(0o600)
    process = start("export", "serve", "--host", *words)
    assert re.search(said, process.stderr.readline())
    assert "serving http://" in process.stderr.readline()


# Wrong words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "9477"), "has no port"),
        (("--host", "--pid", "1"), "more than one target"),
        (("--interval", "0"), "--interval 0: choose 50ms to 1h"),
        (("--interval", "soon"), "--interval: 'soon'"),
        (("--scrape-timeout", "2h"), "--scrape-timeout 2h: choose"),
        (("--tls-key", "x"), "need --tls-cert"),
        (("--client-ca", "x"), "need --tls-cert"),
        (("--tls-cert", "nowhere"), "cannot use the certificate and key in nowhere: No such file"),
        (("--auth-password-file", "nowhere"), "cannot read the password in nowhere: No such file"),
        (("--rules", "nowhere"), "nowhere: No such file"),
        (("--pid", "999999999"), "there is no process 999999999"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_served(refused, words, said):
    code, told = refused(*words)
    assert code == 2 and said in told and "serving" not in told


# Its end


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_quietly_and_at_once(export, number, code):
    exporter = export("--host", "--interval", "1h")
    assert exporter.get()[0] == 200
    assert exporter.end(number) == code
    assert exporter.said() == []


def test_a_signal_ends_it_while_clients_are_connected(export):
    exporter = export("--host")
    with socket.create_connection(("127.0.0.1", exporter.port)) as client:
        client.sendall(b"GET /metr")
        assert exporter.end() == 143
