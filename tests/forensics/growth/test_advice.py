"""The next steps: commands for this very process and what it runs on."""

import shlex

import pytest

from mnemo_cli.forensics.growth.advice import next_steps
from mnemo_cli.sampling.program import Program
from tests.forensics.growth.made import PYTHON, drawn, growth, line

RAMP = drawn(lambda at: 100 * at)


def commands(program=PYTHON, *, kind="memory", name="heap", **more):
    steps = next_steps(line(name, RAMP, kind=kind), growth(program=program, **more))
    return [step.command for step in steps if step.command is not None], " ".join(step.text for step in steps)


@pytest.mark.parametrize(
    ("program", "expected", "words"),
    [
        (PYTHON, "memray attach --aggregate -o /tmp/memray-4121.bin 4121", ""),
        (PYTHON, "PYTHONTRACEMALLOC=10 /usr/bin/python3 server.py --port 80", ""),
        (PYTHON._replace(traces_allocations=True), "py-spy dump --pid 4121", "It traces its allocations"),
        (Program("JVM", uid=33), "jcmd 4121 GC.class_histogram", "as its user, uid 33"),
        (Program("JVM"), "jcmd 4121 GC.heap_dump /tmp/heap-4121.hprof", "-XX:NativeMemoryTracking=summary"),
        (Program("JVM", tracks_native_memory=True), "jcmd 4121 VM.native_memory summary", ""),
        (Program("Node"), "kill -USR1 4121", "inspector"),
        (Program("Node", snapshot_signal="SIGUSR2"), "kill -USR2 4121", "snapshot"),
        (Program("Go"), "GODEBUG=gctrace=1 COMMAND", "net/http/pprof"),
        (Program("native", "jemalloc", ("app",)), "MALLOC_CONF=prof:true,prof_leak:true,lg_prof_interval:30 app", ""),
        (Program("native", "jemalloc", profiles_heap=True), "jeprof --base=FIRST.heap EXECUTABLE LAST.heap", ""),
        (Program("native", "tcmalloc", ("app",)), "HEAPPROFILE=/tmp/heap-4121 app", ""),
        (Program("native", "glibc", ("app",)), "heaptrack -p 4121", ""),
        (Program("native", "glibc", ("app",)), "valgrind --leak-check=full app", ""),
        (Program(None), "heaptrack -p 4121", "run this again as root or as its user"),
    ],
)  # fmt: skip
def test_memory_is_looked_into_with_the_tool_of_the_runtime(program, expected, words):
    found, text = commands(program)
    assert expected in found and words in text


def test_a_go_program_is_asked_at_each_port_where_it_listens():
    found, _ = commands(Program("Go"), listening=(6060, 8080))
    assert [each.rpartition("localhost:")[2] for each in found[:2]] == [
        "6060/debug/pprof/heap",
        "8080/debug/pprof/heap",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "language", "part"),
    [
        ("descriptors", "descriptors pipe", "Python", "/proc/4121/fd"),
        ("descriptors", "descriptors", "Go", "strace -f -k -p 4121"),
        ("connections", "connections close-wait", "Go", "ss -tnp state close-wait | grep pid=4121,"),
        ("threads", "threads", "Python", "py-spy dump --pid 4121"),
        ("threads", "threads", "JVM", "jcmd 4121 Thread.print"),
        ("threads", "threads", "native", "gdb -p 4121 -batch"),
        ("stacks", "thread stacks", None, "ps -L -p 4121"),
        ("files", "tmpfs files", "Python", "deleted|/dev/shm|memfd"),
        ("processes", "processes", "Python", "--ppid 4121"),
        ("tracker", "tracker app queue", "Python", "mnemo snapshot --pid 4121"),
        ("memory", "the whole tree", "JVM", "--ppid 4121"),
        ("memory", "file maps", "JVM", "pmap -x 4121"),
        ("memory", "shared maps", "JVM", "/proc/4121/maps"),
        ("mappings", "mappings", "Python", "memray attach"),
    ],
)
def test_each_kind_of_leak_has_its_own_command(kind, name, language, part):
    found, _ = commands(Program(language), kind=kind, name=name)
    assert any(part in command for command in found)


def test_the_threads_of_a_go_program_are_asked_for_at_its_port():
    found, _ = commands(Program("Go"), kind="threads", name="threads", listening=(6060,))
    assert "curl 'http://localhost:6060/debug/pprof/goroutine?debug=1'" in found


def test_a_command_line_is_quoted_and_its_secrets_are_masked():
    program = Program("native", "glibc", ("/opt/my app", "--password", "hunter2", "a'b"))
    (found,) = [each for each in commands(program)[0] if each.startswith("valgrind")]
    assert "hunter2" not in found
    words = shlex.split(found)
    assert words[2] == "/opt/my app" and words[-1] == "a'b"


@pytest.mark.parametrize("argv", [(), ("python3", "-c", "a\nb"), ("app", "x" * 500)])
def test_a_command_line_that_cannot_be_typed_again_is_left_to_the_reader(argv):
    found, _ = commands(PYTHON._replace(argv=argv))
    assert found[-1] == "PYTHONTRACEMALLOC=10 COMMAND"
