"""`mnemo monitor` as a service: a real socket of a service manager, and settings read again at a real SIGHUP."""

import json
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from mnemo_cli.model import Level
from mnemo_cli.recording.reading.line import Recorded
from mnemo_cli.recording.reading.stream import read_recording

PATIENCE_SECONDS = 20.0
# The machine under test is far above the one and far below the other, whatever it does.
HIGH = "memory_moderate_pct = 0.01\nmemory_high_pct = 0.02\nmemory_critical_pct = 99\nmemory_release_margin_pct = 0\n"
NORMAL = "memory_moderate_pct = 99\nmemory_high_pct = 99.2\nmemory_critical_pct = 99.4\n"
# Left downward only below 0.3 %.
KEPT_HIGH = "memory_moderate_pct = 98.8\nmemory_high_pct = 99\nmemory_critical_pct = 99.4\n"
KEPT_HIGH += "memory_release_margin_pct = 98.7\n"
EVERY_SECOND = "memory_log_interval_secs = 1\n"
RULES = 'alerts:\n  - {{name: Always, condition: "{condition}", severity: error, for: 4s, action: log}}\n'


class Manager:
    """The service manager's end: what it heard, in order."""

    def __init__(self, listening):
        self._socket = listening
        self.heard = []

    def until(self, pattern):
        """The message that matches, and whatever came before it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                message = self._socket.recv(8192).decode()
            except TimeoutError:
                break
            self.heard.append(message)
            if re.search(pattern, message):
                return message
        raise AssertionError(f"{pattern!r} never came; heard {self.heard}")


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        yield Manager(listening)


@pytest.fixture
def config(tmp_path):
    """Writes the settings: the lines of `[resources]`, and the keys of `[monitor]` and `[alerts]`."""
    path = tmp_path / "config.toml"

    def write(resources=NORMAL, **tables):
        text = f"[resources]\n{resources}"
        for name, table in {"monitor": {"interval": "0.05"}, **tables}.items():
            text += f"[{name}]\n" + "".join(f"{key} = {json.dumps(str(value))}\n" for key, value in table.items())
        path.write_text(text)
        return path

    write()
    return write


@pytest.fixture
def service(start, manager, config, tmp_path):
    """A monitor that is ready; what it was started with beside is `variables`."""

    def begin(*words, **variables):
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), **variables}
        path = tmp_path / "config.toml"
        process = start("monitor", "--host", "--headless", "--config", str(path), *words, env=environment)
        manager.until("^READY=1\nSTATUS=")
        return process

    return begin


def log_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def until(holds, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return found


@pytest.fixture
def log(tmp_path):
    return tmp_path / "data/mnemosyne/logs/memory.log"


def test_it_is_ready_alive_and_says_when_it_stops(service, manager):
    process = service(WATCHDOG_USEC="200000")
    assert re.search(r"STATUS=ok NORMAL +[\d.]+% of [\d.]+[MGT] \(host\) used", manager.heard[-1])
    for _ in range(3):
        manager.until("^WATCHDOG=1$")
    process.terminate()
    manager.until("^STOPPING=1$")
    assert process.wait(timeout=20) == 143


def test_it_is_alive_also_between_two_samples_an_hour_apart(service, manager, config):
    config(monitor={"interval": "1h"})
    service(WATCHDOG_USEC="100000")
    for _ in range(3):
        manager.until("^WATCHDOG=1$")


def test_who_hangs_in_a_reading_is_not_heard(service, manager):
    """SIGSTOP stands for a file of the system that never answers."""
    process = service(WATCHDOG_USEC="100000")
    manager.until("^WATCHDOG=1$")
    process.send_signal(signal.SIGSTOP)
    until(
        lambda: Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", "it does not stop"
    )
    manager._socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        for _ in range(1000):
            manager._socket.recv(8192)
    manager._socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        manager._socket.recv(8192)
    process.send_signal(signal.SIGCONT)
    manager.until("^WATCHDOG=1$")


def test_a_hangup_reads_the_settings_again_and_moves_the_levels(service, manager, config, log):
    process = service()
    config(HIGH)
    process.send_signal(signal.SIGHUP)
    assert re.search(r"^RELOADING=1\nMONOTONIC_USEC=\d+$", manager.until("^RELOADING=1"))
    manager.until("^READY=1\nSTATUS=ok NORMAL")
    manager.until("^STATUS=!! HIGH")
    event = until(lambda: [line for line in log_lines(log) if line["type"] == "event"], "no event")[0]
    assert (event["from"], event["to"]) == ("normal", "high")


def test_a_reload_does_not_lose_the_hysteresis_of_a_level(service, manager, config, log):
    """High, and then an edge far above with a margin below which it is not left: judged anew it would be normal."""
    config(HIGH + EVERY_SECOND)
    process = service()
    config(KEPT_HIGH + EVERY_SECOND)
    process.send_signal(signal.SIGHUP)
    manager.until("^READY=1\nSTATUS=!! HIGH")
    after = len(log_lines(log))
    until(lambda: len(log_lines(log)) >= after + 2, "the memory log does not go on")
    assert {line["level"] for line in log_lines(log) if line["type"] == "memory"} == {"high"}
    config(NORMAL + EVERY_SECOND)
    process.send_signal(signal.SIGHUP)
    manager.until("^STATUS=ok NORMAL")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("memory_high_pct = 'many'\n", "memory_high_pct"),
        ("memory_high_pct = 10\n", "memory_moderate_pct"),
        ("memory_hihg_pct = 70\n", "memory_high_pct"),
        ("]\n", "config.toml"),
    ],
)
def test_a_wrong_file_keeps_the_old_settings_and_says_so(service, manager, config, log, text, part):
    process = service()
    config(text)
    process.send_signal(signal.SIGHUP)
    manager.until("^RELOADING=1")
    status = manager.until("^READY=1")
    assert "STATUS=the settings stay as they were: " in status and part in status and "; ok NORMAL" in status
    before = len(log_lines(log))
    config(HIGH)
    process.send_signal(signal.SIGHUP)
    manager.until("^READY=1\nSTATUS=ok NORMAL")
    until(lambda: len(log_lines(log)) > before, "the memory log does not go on")
    process.terminate()
    assert process.wait(timeout=20) == 143
    (complaint,) = [line for line in process.stderr.read().splitlines() if ": error: the settings stay" in line]
    assert part in complaint


def test_a_file_that_is_gone_keeps_the_old_settings(service, manager, tmp_path):
    process = service()
    (tmp_path / "config.toml").unlink()
    process.send_signal(signal.SIGHUP)
    assert "the settings stay as they were: " in manager.until("^READY=1")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe[resources]\n", b"\0" * 100, b"x" * (2 << 20)], ids=["coded", "zeros", "huge"]
)
def test_a_file_that_is_no_text_keeps_the_old_settings(service, manager, tmp_path, content):
    process = service()
    (tmp_path / "config.toml").write_bytes(content)
    process.send_signal(signal.SIGHUP)
    assert "the settings stay as they were: " in manager.until("^READY=1")


def test_a_recording_goes_on_through_a_reload(service, manager, config, tmp_path):
    path = tmp_path / "a.mnr"
    process = service("--record", str(path))
    config(HIGH)
    process.send_signal(signal.SIGHUP)
    manager.until("^STATUS=!! HIGH")
    process.terminate()
    assert process.wait(timeout=20) == 143
    with path.open("rb") as file:
        lines = list(read_recording(file, "a.mnr"))
    assert all(isinstance(line, Recorded) for line in lines)
    levels = [line.moment.verdict.level for line in lines if line.moment.reported]
    assert (levels[0], levels[-1]) == (Level.NORMAL, Level.HIGH)


def test_wrong_rules_change_nothing_not_even_what_is_right_beside_them(service, manager, config, log, tmp_path):
    process = service()
    (tmp_path / "rules.yml").write_text("rules: 7\n")
    config(HIGH, alerts={"rules": tmp_path / "rules.yml"})
    process.send_signal(signal.SIGHUP)
    assert "rules.yml" in manager.until("^READY=1")
    process.terminate()
    assert process.wait(timeout=20) == 143
    assert not [line for line in log_lines(log) if line["type"] == "event"]


def waits_since(path):
    """The times from which on the alert was recorded to wait."""
    with path.open("rb") as file:
        moments = [line.moment for line in read_recording(file, "a.mnr") if isinstance(line, Recorded)]
    alerts = [alert for moment in moments for alert in moment.verdict.alerts]
    return {alert.since_seconds for alert in alerts if (alert.name, alert.state) == ("Always", "pending")}


def test_an_alert_goes_on_waiting_through_reloads(service, manager, config, log, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES.format(condition="memory_usage_pct > 0"))
    config(alerts={"rules": rules})
    path = tmp_path / "a.mnr"
    process = service("--record", str(path))
    until(lambda: waits_since(path), "it does not wait")
    rules.write_text(rules.read_text() + '  - {name: Never, condition: "memory_usage_pct > 100", action: log}\n')
    process.send_signal(signal.SIGHUP)
    manager.until("^READY=1")
    until(lambda: [line for line in log_lines(log) if line.get("event") == "alert"], "it never fires")
    process.terminate()
    assert process.wait(timeout=20) == 143
    assert len(waits_since(path)) == 1, "it began to wait anew"


def test_the_memory_log_moves_and_loses_no_beat(service, manager, config, log, tmp_path):
    new = tmp_path / "elsewhere/memory.log"
    config(NORMAL + EVERY_SECOND)
    process = service()
    until(lambda: len(log_lines(log)) >= 2, "no second line")
    config(NORMAL + EVERY_SECOND, monitor={"interval": "0.05", "memory_log_file": new})
    process.send_signal(signal.SIGHUP)
    until(lambda: new.exists() and len(log_lines(new)) >= 2, "nothing in the new file")
    process.terminate()
    assert process.wait(timeout=20) == 143
    times = [line["time"] for path in (log, new) for line in log_lines(path)]
    assert times == sorted(set(times))


def test_lines_are_reloaded_too_and_a_shorter_interval_holds_at_once(start, config, tmp_path):
    path = config(monitor={"interval": "1h"})
    watcher = start("monitor", "--host", "--format", "ndjson", "--config", str(path), preexec_fn=os.setsid)
    assert json.loads(watcher.stdout.readline())["type"] == "sample"
    config(monitor={"interval": "0.05"})
    watcher.send_signal(signal.SIGHUP)
    for _ in range(3):
        assert json.loads(watcher.stdout.readline())["type"] == "sample"
    watcher.terminate()
    assert watcher.wait(timeout=20) == 143


def test_rules_hold_at_once_however_long_the_interval(service, manager, config, log, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES.format(condition="memory_usage_pct > 0").replace("4s", "0s"))
    config(monitor={"interval": "1h"}, alerts={"rules": rules})
    process = service()

    def alerts():
        return [line["to"] for line in log_lines(log) if line.get("event") == "alert"]

    until(lambda: alerts() == ["firing"], "it never fires")
    rules.write_text("alerts: []\n")
    process.send_signal(signal.SIGHUP)
    until(lambda: alerts() == ["firing", "resolved"], "it is never resolved")


def test_a_reload_says_what_is_new_also_in_files_of_the_same_name(service, manager, config, tmp_path):
    rules, token = tmp_path / "rules.yml", tmp_path / "token"
    rules.write_text(RULES.format(condition="memory_usage_pct > 100"))
    token.write_text("one\n")
    token.chmod(0o600)
    alerts = {"rules": rules, "webhook_token_file": token}
    config(alerts=alerts)
    process = service("--verbose")

    def reload():
        process.send_signal(signal.SIGHUP)
        manager.until("^RELOADING=1")
        manager.until("^READY=1")

    reload()
    rules.write_text(RULES.format(condition="memory_usage_pct > 99.9"))
    reload()
    token.write_text("two\n")
    reload()
    config(monitor={"interval": "0.06", "sampler": "portable"}, alerts=alerts)
    reload()
    process.terminate()
    assert process.wait(timeout=20) == 143
    said = [line.partition("read again; ")[2] for line in process.stderr.read().splitlines() if "read again; " in line]
    assert said[:3] == ["all as before", "new: alert rules", "new: destinations of alerts"]
    assert said[3].startswith("new: ") and set(said[3].removeprefix("new: ").split(", ")) == {
        "monitor.interval",
        "monitor.sampler (holds from the next start)",
    }


def test_rules_from_a_file_gate_from_their_reload_on(start, config, tmp_path, manager):
    path = config()
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
    words = ("--host", "--headless", "--config", str(path), "--fail-on", "error", "--fail-fast", "--timeout", "20")
    process = start("monitor", *words, env=environment, preexec_fn=os.setsid)
    manager.until("^READY=1")
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES.format(condition="memory_usage_pct > 0").replace("4s", "0s"))
    config(alerts={"rules": rules})
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=20) == 1


def test_only_a_service_talks_to_the_manager(run, tmp_path, manager):
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000"}
    assert run("monitor", "--host", "--once", env=environment).returncode == 0
    program = ("--", "sh", "-c", 'echo "$NOTIFY_SOCKET"')
    done = run("monitor", "--host", "--headless", *program, env=environment)
    assert "more than one target" in done.stderr
    assert run("monitor", "--headless", *program, env=environment).stdout == f"{tmp_path}/notify\n"
    manager._socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        manager._socket.recv(100)
