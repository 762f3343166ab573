"""The guard in real programs in a real memory group of 256 MiB: every step in order, then 75, and nothing lost."""

import hashlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from conftest import MemoryGroup

pytestmark = [pytest.mark.memory_group, pytest.mark.usefixtures("shared_memory_is_left_as_it_was")]

PROGRAMS = Path(__file__).parent / "programs"
LIMIT_BYTES = 256 << 20
DRAIN_SECONDS, GRACE_SECONDS = 10.0, 2.0
DEADLINE_SECONDS = 120.0
QUICK_CLIENTS, SLOW_CLIENTS, MOST_REQUESTS = 8, 3, 2000
# What the table of the ladder says, for a program whose background jobs cannot be paused.
WANTED = [
    ("moderate", "notify"),
    *[("high", action) for action in ("notify", "evict", "throttle", "defer", "freeze")],
    *[("critical", action) for action in ("notify", "drain", "evict", "drain", "save", "close", "terminate")],
]


class Told:
    """What a program in the group says, read as it comes; and how it ended."""

    def __init__(self, group: "MemoryGroup", program: str, folder: Path) -> None:
        code = f"""
import os, runpy, sys
sys.path[:0] = {[path for path in sys.path if path]!r}
os.environ["MNEMOSYNE_MEMORY_LOG_FILE"] = {str(folder / "memory.log")!r}
os.dup2(os.open({str(folder / "stderr")!r}, os.O_WRONLY | os.O_CREAT), 2)
sys.argv = [{program!r}, {str(folder)!r}, "{DRAIN_SECONDS}"]
runpy.run_path({str(PROGRAMS / program)!r}, run_name="__main__")
"""
        self.said: list[dict[str, object]] = []
        self.ended_seconds = 0.0
        self._folder = folder
        self._process: subprocess.Popen[str] = group.run(code)
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def first(self) -> dict[str, object]:
        assert self._first.wait(DEADLINE_SECONDS) and self.said, (self._folder / "stderr").read_text()
        return self.said[0]

    def wait(self) -> int:
        self._thread.join(DEADLINE_SECONDS)
        assert not self._thread.is_alive(), "the program did not end"
        return self._process.wait(DEADLINE_SECONDS)

    @property
    def actions(self) -> list[tuple[object, object]]:
        return [(said["step"], said["action"]) for said in self.said if "action" in said]

    def at(self, step: str, action: str) -> float:
        return next(
            float(str(one["at"])) for one in self.said if (one.get("step"), one.get("action")) == (step, action)
        )

    @property
    def errors(self) -> str:
        return (self._folder / "stderr").read_text()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(json.loads(line))
            self._first.set()
        self.ended_seconds = time.monotonic()
        self._first.set()


class Client(threading.Thread):
    """Asks for one session after another over one connection, until it is refused or has had its share."""

    def __init__(self, port: int, kind: str, name: str) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
        self._kind, self._name = kind, name
        self.answers: dict[str, str] = {}
        self.refused = 0

    def run(self) -> None:
        try:
            for number in range(MOST_REQUESTS):
                key = f"{self._name}-{number}"
                self._connection.request("GET", f"/{self._kind}/{key}")
                answer = self._connection.getresponse()
                body = answer.read().decode()
                if answer.status == 503:
                    self.refused += 1
                    return
                assert answer.status == 200
                self.answers[key] = body
        except (ConnectionError, http.client.HTTPException):
            return  # the server has closed its connections
        finally:
            self._connection.close()


def oom_kills(group: "MemoryGroup") -> int:
    file = "memory.oom_control" if group.mount.version == 1 else "memory.events"
    words = dict(line.split() for line in (group.directory / file).read_text().splitlines())
    return int(words["oom_kill"])


@pytest.fixture
def quiet_group(memory_group: "MemoryGroup") -> Iterator["MemoryGroup"]:
    machine = Machine(TargetChoice(kind="host"), asked=NOBODY)
    host = machine.sample(time_seconds=time.time(), clock_seconds=time.monotonic()).host
    machine.close()
    if host is None or host.used_ratio is None or host.used_ratio > 0.35:
        pytest.skip("the machine itself is so full that its own level would be told")
    memory_group.limit(LIMIT_BYTES)
    yield memory_group


def assert_drained(told: Told, group: "MemoryGroup") -> None:
    """Every step in order, 75 in time, and the kernel killed nothing."""
    assert told.wait() == 75, told.errors
    assert oom_kills(group) == 0
    first = list(dict.fromkeys(told.actions))
    assert first == list(dict.fromkeys(WANTED)), told.errors
    assert told.ended_seconds - told.at("critical", "notify") <= DRAIN_SECONDS + GRACE_SECONDS
    assert {said["outcome"] for said in told.said if said.get("action") in ("save", "drain")} == {"done"}


def test_a_server_under_load_passes_every_step_finishes_saves_and_exits_with_75(quiet_group, tmp_path):
    told = Told(quiet_group, "guarded_server.py", tmp_path)
    port = int(str(told.first()["port"]))
    clients = [Client(port, "session", f"quick{number}") for number in range(QUICK_CLIENTS)]
    clients += [Client(port, "slow", f"slow{number}") for number in range(SLOW_CLIENTS)]
    for client in clients:
        client.start()
    assert_drained(told, quiet_group)
    for client in clients:
        client.join(DEADLINE_SECONDS)
    last = told.said[-1]
    assert last["begun"] == last["answered"], "what was in flight was finished"
    assert last["refused"] and sum(client.refused for client in clients)
    assert last["cached"] == 0, "the cache is at its floor"
    lines = (line.split() for line in (tmp_path / "state.txt").read_text().splitlines())
    state = {key: bytes.fromhex(record) for key, record in lines}
    whole = b"".join(key.encode() + state[key] for key in sorted(state))
    assert hashlib.sha256(whole).hexdigest() == last["digest"]
    answers = {key: answer for client in clients for key, answer in client.answers.items()}
    assert len(answers) > 500
    assert {key: hashlib.sha256(state[key]).hexdigest() for key in answers} == answers


def test_threads_that_work_off_a_queue_lose_nothing_and_exit_with_75(quiet_group, tmp_path):
    told = Told(quiet_group, "guarded_worker.py", tmp_path)
    assert_drained(told, quiet_group)
    last = told.said[-1]
    saved = json.loads((tmp_path / "state.json").read_text())
    assert sorted([*saved["done"], *saved["left"]]) == list(range(int(str(last["accepted"]))))
    assert len(saved["done"]) > 200 and saved["left"]
    assert told.at("high", "throttle") < told.at("critical", "notify")
