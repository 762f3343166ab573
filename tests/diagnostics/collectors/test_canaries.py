"""Secrets planted where a collector looks: none of them is in what it takes, before any masking."""

import json
import sqlite3

import pytest

from mnemo_cli.diagnostics.collectors import COLLECTORS
from tests.diagnostics.collectors.scenes import MACHINE, Programs, Taken, printing, process, scene_of, taken, write

CANARY = "c4n4ry"
CONTAINER = "ab" * 32
ARGVS = [
    ("/usr/bin/worker", f"--password={CANARY}"),
    ("/usr/bin/worker", "--password", CANARY, CANARY),
    ("mysql", f"-p{CANARY}", f"https://u:{CANARY}@host/"),
    ("bash", "-c", f"TOKEN={CANARY} worker"),
    ("sh", "-lc", f"worker {CANARY}"),
    ("python3", "-c", f"login({CANARY!r})"),
    ("python3", "-W", CANARY, "app.py"),
    ("python3", "-u", "/srv/app.py", CANARY),
    ("python3", "-m", "http.server", CANARY),
    ("node", "-e", CANARY),
    ("node", "--require", CANARY, "app.js"),
    ("perl", "-e", CANARY),
    ("java", f"-Dpassword={CANARY}", "-cp", f"/srv/{CANARY}.jar", "com.example.Main", CANARY),
    ("java", "--unknown", CANARY),
    (f"postgres: {CANARY} database idle",),
    (f"worker --token={CANARY}",),
    (f"-bash {CANARY}",),
    (f"/opt/app/{CANARY}/bin/worker",),
    ("", CANARY),
]
INSPECT = [
    {
        "Id": CONTAINER,
        "Name": "/web",
        "Path": CANARY,
        "Args": [f"--password={CANARY}"],
        "State": {"Status": "exited", "OOMKilled": True, "ExitCode": 137, "Error": CANARY, "Health": {"Log": [CANARY]}},
        "HostConfig": {
            "Memory": 536870912, "Binds": [CANARY], "Tmpfs": {CANARY: ""}, "LogConfig": {"Config": {"token": CANARY}},
            "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2, "Secret": CANARY}],
            "RestartPolicy": {"Name": "always", "x": CANARY},
        },
        "Config": {"Image": "web:1", "Env": [f"DB_PASSWORD={CANARY}"], "Cmd": [CANARY], "Entrypoint": [CANARY],
                   "Labels": {CANARY: CANARY}, "Healthcheck": {"Test": [CANARY]}},
        "status": {"message": CANARY, "annotations": {CANARY: CANARY}},
        "info": {"config": {"envs": [{"key": "X", "value": CANARY}]},
                 "runtimeSpec": {"process": {"env": [CANARY], "args": [CANARY]},
                                  "linux": {"cgroupsPath": "/kubepods/x"}}},
    }
]  # fmt: skip
NODE_REPORT = {
    "header": {
        "event": "Allocation failed",
        "processId": 4100,
        "commandLine": ["node", CANARY],
        "cwd": CANARY,
        "host": CANARY,
    },
    "javascriptHeap": {"totalMemory": 5, "heapSpaces": {"old_space": {"used": 3}}},
    "environmentVariables": {"DB_PASSWORD": CANARY},
    "libuv": [{"remoteEndpoint": {"host": CANARY}}],
    "userLimits": {"open_files": {"soft": 1024, "hard": "unlimited"}},
}
JVM_ERROR = f"""#
# There is insufficient memory for the Java Runtime Environment to continue.
#
Command Line: -Dpassword={CANARY} com.example.Main
Environment Variables:
JAVA_TOOL_OPTIONS=-Dtoken={CANARY}
 garbage-first heap   total 2048K, used 1024K
"""
SAMPLE = {
    "schema": "mnemo.sample/1", "type": "sample", "scope": {"kind": "command", "name": f"worker {CANARY}", "pid": 1},
    "processes": [{"pid": 1, "rss_bytes": 5, "command": f"worker {CANARY}"}],
}  # fmt: skip
EXIT = {"schema": "mnemo.log/1", "type": "event", "event": "exit", "text": f"worker {CANARY} ended with code 1"}


@pytest.fixture
def scene(tmp_path):
    root = write(tmp_path, MACHINE)
    for number, argv in enumerate(ARGVS):
        group = f"/system.slice/docker-{CONTAINER}.scope" if number % 2 else "/system.slice/web.service"
        write(
            root,
            process(
                4100 + number, argv=argv, group=group, environ=f"DB_PASSWORD={CANARY}\0JAVA_TOOL_OPTIONS={CANARY}\0"
            ),
        )
    recorded = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in (SAMPLE, EXIT)) + f"stranger {CANARY}\n"
    write(
        root,
        {
            "run/systemd/system/x": "",
            "run/docker.sock": "",
            "run/containerd/containerd.sock": "",
            "etc/docker/daemon.json": json.dumps(
                {"proxies": {"http-proxy": f"http://u:{CANARY}@p"}, "default-ulimits": {}}
            ),
            "etc/security/limits.conf": f"{CANARY} is no limit\n* soft nofile 1024\n",
            "etc/sysctl.d/1.conf": f"net.ipv4.tcp_fastopen_key = {CANARY}\nvm.swappiness = 1\n",
            "proc/sys/net/ipv4/tcp_fastopen_key": f"{CANARY}\n",
            "proc/sys/kernel/random/boot_id": f"{CANARY}\n",
            "etc/systemd/system.conf": f"[Manager]\nDefaultEnvironment=TOKEN={CANARY}\nDefaultLimitNOFILE=1024\n",
            "etc/systemd/system/web.service": f"[Service]\nEnvironment=TOKEN={CANARY}\nExecStart=/bin/x {CANARY}\n",
            "proc/4100/cwd/report.20261122.140231.4100.0.001.json": json.dumps(NODE_REPORT),
            "proc/4101/cwd/hs_err_pid4101.log": JVM_ERROR,
            "proc/4101/cwd/java_pid4101.hprof": CANARY,
            "home/memory.log": recorded,
            "home/one.jsonl": recorded,
        },
    )
    with sqlite3.connect(root / "home/data.db") as database:
        database.execute("CREATE TABLE users (password)")
        database.execute("INSERT INTO users VALUES (?)", (CANARY,))
    database.close()
    shown = f"Id=web.service\nResult=oom-kill\nEnvironment=TOKEN={CANARY}\nExecStart={CANARY}\n"
    listed = {
        "ID": CONTAINER,
        "Command": CANARY,
        "Labels": CANARY,
        "Mounts": CANARY,
        "Image": "web:1",
        "Status": "Exited (137)",
    }
    run = Programs(
        {
            ("systemctl", "show"): printing(shown),
            ("docker", "ps"): printing(json.dumps(listed)),
            ("docker", "inspect"): printing(json.dumps(INSPECT)),
            ("crictl", "ps"): printing(json.dumps({"containers": [{"id": CONTAINER, "labels": {"x": CANARY}}]})),
            ("crictl", "inspect"): printing(json.dumps(INSPECT[0])),
        }
    )
    return scene_of(
        root,
        run=run,
        pids=tuple(range(4100, 4100 + len(ARGVS))),
        memory_log_file=root / "home/memory.log",
        recordings=(root / "home/one.jsonl",),
        databases=(root / "home/data.db",),
    )


def all_taken(scene) -> dict[str, Taken]:
    return {collector.id: taken(collector, scene) for collector in COLLECTORS if "linux" in collector.platforms}


def test_no_collector_takes_a_secret(scene):
    found = all_taken(scene)
    assert {name: one.everything for name, one in found.items() if CANARY.encode() in one.everything} == {}


def test_what_the_allow_lists_let_through_is_there(scene):
    """The canaries above were looked at, and not missed for want of the collector's evidence."""
    found = all_taken(scene)
    assert b'"OOMKilled": true' in found["containers"].texts["containers/docker-inspect.json"]
    assert b"/kubepods/x" in found["containers"].texts["containers/crictl-inspect.json"]
    assert b"Result=oom-kill" in found["systemd-units"].texts["systemd-units/web.service"]
    assert b'"old_space"' in found["runtime-traces"].everything and b"used 1024K" in found["runtime-traces"].everything
    assert b'"rss_bytes":5' in found["recordings"].everything
    assert b'"rows": 1' in found["databases"].everything
    assert b"python3 app.py" in found["processes"].texts["processes/programs.jsonl"]


def test_command_lines_are_taken_whole_when_asked_for_and_marked_as_such(scene):
    found = all_taken(scene._replace(command_lines=True))["processes"]
    holders = {path for path, text in found.texts.items() if CANARY.encode() in text}
    assert holders == {"processes/commands.txt"}
    assert found.members["processes/commands.txt"].content == "commands"


def test_the_environment_is_no_part_of_any_bundle_even_with_command_lines(scene):
    for one in all_taken(scene._replace(command_lines=True)).values():
        assert b"DB_PASSWORD" not in one.everything
