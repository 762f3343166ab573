"""What a program runs on and allocates with, and what it was started with."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.program import Program, allocator_of, language_of, read_program

LIBC = "7f00-7f01 r--p 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n"
STATUS = "Name:\tapp\nState:\tS (sleeping)\nUid:\t33\t33\t33\t33\n"
DETAIL = "-XX:NativeMemoryTracking=detail"
NO_OPTIONS = Program("native", "glibc", ("app",), 33)


def read(root):
    gaps = []
    folder = ProcessFolder(7, root, live=False)
    try:
        return read_program(7, root, folder, gaps), gaps
    finally:
        folder.close()


def files(argv=("app",), environ="", maps=LIBC, status=STATUS):
    return {
        "proc/7/cmdline": "\0".join(argv) + "\0",
        "proc/7/environ": environ,
        "proc/7/maps": maps,
        "proc/7/status": status,
    }


def test_a_native_program_is_told_by_what_it_is_not(fake_host):
    assert read(fake_host(files())) == (NO_OPTIONS, [])


@pytest.mark.parametrize(
    ("argv", "environ", "changed"),
    [
        (("java", "-XX:NativeMemoryTracking=summary"), "", {"language": "JVM", "tracks_native_memory": True}),
        (("java",), f"A=b\0JAVA_TOOL_OPTIONS={DETAIL}\0", {"language": "JVM", "tracks_native_memory": True}),
        (("java", "-XX:NativeMemoryTracking=off"), "", {"language": "JVM"}),
        (("node", "--heapsnapshot-signal=SIGUSR2"), "", {"language": "Node", "snapshot_signal": "SIGUSR2"}),
        (("node",), "NODE_OPTIONS=--heapsnapshot-signal=SIGUSR1\0", {"language": "Node", "snapshot_signal": "SIGUSR1"}),
        (("/usr/bin/python3.11", "a.py"), "PYTHONTRACEMALLOC=5\0", {"language": "Python", "traces_allocations": True}),
        (("python3", "-Xtracemalloc=5", "a.py"), "", {"language": "Python", "traces_allocations": True}),
        (("python3", "-X", "tracemalloc", "a.py"), "", {"language": "Python", "traces_allocations": True}),
        (("python3", "tracemalloc.py"), "", {"language": "Python"}),
        (("app",), "MALLOC_CONF=prof:true,prof_leak:true\0", {"profiles_heap": True}),
        (("app",), "MALLOC_CONF=prof:false\0", {}),
    ],
)  # fmt: skip
def test_what_it_was_started_with_is_seen(fake_host, argv, environ, changed):
    assert read(fake_host(files(argv, environ)))[0] == NO_OPTIONS._replace(argv=argv, **changed)


def test_the_setting_that_bounds_its_heap_is_told(fake_host):
    found, _ = read(fake_host(files(("java", "-Xmx1g"), "JAVA_TOOL_OPTIONS=-Xmx2g\0")))
    assert found.heap is not None and (found.heap.name, found.heap.heap_bytes) == ("-Xmx", 1 << 30)


def test_no_other_variable_of_the_environment_is_kept(fake_host):
    found, _ = read(fake_host(files(environ="SECRET=hunter2\0NODE_OPTIONS=--x hunter2\0")))
    assert "hunter2" not in str(found)


def test_what_cannot_be_read_is_unknown_with_its_gaps(fake_host):
    found, gaps = read(
        fake_host({"proc/7/cmdline": "app\0", "proc/7/maps": None, "proc/7/status": None, "proc/7/environ": None})
    )
    assert found == Program(None, None, ("app",))
    assert {gap.source for gap in gaps} == {"/proc/7/maps", "/proc/7/status", "/proc/7/environ"}


@pytest.mark.parametrize(
    ("argv", "executable", "maps", "runtime", "language"),
    [
        ((), "/usr/bin/python3.12", b"x", None, "Python"),
        ((), "/opt/pypy3", b"x", None, "Python"),
        (("gunicorn: master",), "/usr/bin/python3", b"x", None, "Python"),
        (("uwsgi",), "/usr/bin/uwsgi", b"/usr/lib/libpython3.11.so.1.0\n", None, "Python"),
        ((), "/usr/bin/node18", b"x", None, "Node"),
        (("server",), "/srv/app", b"/srv/libjvm.so\n", None, "JVM"),
        (("node",), "/srv/node_exporter", b"x", "Go", "Go"),
        (("node_exporter",), "/srv/node_exporter", b"x", None, "native"),
        ((), None, b"", None, None),
    ],
)
def test_the_language_is_told_by_executable_and_libraries(argv, executable, maps, runtime, language):
    assert language_of(argv, executable, maps, runtime) == language


@pytest.mark.parametrize(
    ("maps", "allocator"),
    [
        (b"/usr/lib/libjemalloc.so.2\n/usr/lib/libc.so.6\n", "jemalloc"),
        (b"/usr/lib/libc.so.6\n/usr/lib/libtcmalloc_minimal.so.4\n", "tcmalloc"),
        (b"/usr/lib/libc-2.31.so\n", "glibc"),
        (b"/lib/ld-musl-x86_64.so.1\n", "musl"),
        (b"/usr/lib/libcrypt.so.1\n", None),
    ],
)
def test_the_allocator_that_replaces_another_wins(maps, allocator):
    assert allocator_of(maps) == allocator


@given(st.lists(st.text(max_size=20), max_size=4), st.binary(max_size=100))
def test_any_words_are_answered(argv, maps):
    language_of(argv, None, maps, None)
    allocator_of(maps)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_we_ourselves_are_python():
    folder = ProcessFolder(os.getpid(), Path("/"), live=True)
    found = read_program(os.getpid(), Path("/"), folder, [])
    folder.close()
    assert (found.language, found.uid) == ("Python", os.getuid())
    assert found.allocator in ("glibc", "musl", "jemalloc", "tcmalloc", "mimalloc")
