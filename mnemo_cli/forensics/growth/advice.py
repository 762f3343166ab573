"""What to do next about a line that grows: commands that fit this very process and what it runs on."""

import shlex
from collections.abc import Iterator

from mnemo_cli.forensics.explanation import Step
from mnemo_cli.forensics.growth.nouns import FILE_MAPS, SHARED_MAPS, TREE, Growth, Line
from mnemo_cli.redact import redact_command

_LISTENING_SHOWN = 3
_LONGEST_COMMAND = 300


def next_steps(line: Line, growth: Growth) -> tuple[Step, ...]:
    """The most telling one first."""
    steps = {
        "descriptors": _descriptors,
        "connections": _connections,
        "files": _files,
        "processes": _processes,
        "threads": _threads,
        "stacks": _threads,
        "tracker": _tracker,
    }.get(line.series.kind, _memory)
    return tuple(steps(line, growth))


def _memory(line: Line, growth: Growth) -> Iterator[Step]:
    if line.series.name == TREE:
        yield Step("Watch the one below it that grows.", f"ps -o pid,rss,args --ppid {growth.pid} --sort -rss")
        return
    if line.series.name == FILE_MAPS:
        yield Step("See which files are mapped.", f"pmap -x {growth.pid} | sort -k3 -n | tail -20")
        return
    if line.series.name == SHARED_MAPS:
        yield Step(
            "See what is shared: segments, memfds, /dev/shm.", f"grep -E 'rw-s' /proc/{growth.pid}/maps; ipcs -m -p"
        )
        return
    by_language = {"Python": _python, "JVM": _jvm, "Node": _node, "Go": _go}.get(growth.program.language or "", _native)
    yield from by_language(growth)


def _python(growth: Growth) -> Iterator[Step]:
    pid = growth.pid
    yield Step(
        "Record who allocates, in the running process (memray must be installed in its environment, and gdb or lldb "
        "here).",
        f"memray attach --aggregate -o /tmp/memray-{pid}.bin {pid}",
    )
    yield Step("Then see what was never freed.", f"memray table --leaks /tmp/memray-{pid}.bin")
    yield Step("See where it is at work right now.", f"py-spy dump --pid {pid}")
    if growth.program.traces_allocations:
        yield Step(
            "It traces its allocations: compare two snapshots inside it, "
            "tracemalloc.take_snapshot().compare_to(earlier, 'lineno')."
        )
    else:
        yield Step(
            "If it can be started again: trace allocations, take tracemalloc.take_snapshot() twice, and print "
            "later.compare_to(earlier, 'lineno')[:10].",
            f"PYTHONTRACEMALLOC=10 {_command(growth)}",
        )


def _jvm(growth: Growth) -> Iterator[Step]:
    pid, program = growth.pid, growth.program
    yield Step(
        _as_its_user("Count the living objects by class, twice, and compare", growth), f"jcmd {pid} GC.class_histogram"
    )
    if program.tracks_native_memory:
        yield Step("See what the JVM itself holds outside of the heap.", f"jcmd {pid} VM.native_memory summary")
    else:
        yield Step(
            "Memory outside of the heap is not tracked: start it with -XX:NativeMemoryTracking=summary, then "
            f"`jcmd {pid} VM.native_memory summary`."
        )
    yield Step(
        "Take a heap dump (it stops the program meanwhile, and holds its data: keep it private).",
        f"jcmd {pid} GC.heap_dump /tmp/heap-{pid}.hprof",
    )


def _node(growth: Growth) -> Iterator[Step]:
    pid, signal = growth.pid, growth.program.snapshot_signal
    if signal is not None:
        yield Step(
            "Have it write a heap snapshot into its working folder, twice, and compare them in the developer tools.",
            f"kill -{signal.removeprefix('SIG')} {pid}",
        )
    else:
        yield Step(
            "Open its inspector (127.0.0.1:9229, unless the program handles SIGUSR1 itself) and take two heap "
            "snapshots from chrome://inspect.",
            f"kill -USR1 {pid}",
        )
        yield Step(
            "If it can be started again: let a signal write the snapshots.",
            f"NODE_OPTIONS=--heapsnapshot-signal=SIGUSR2 {_command(growth)}",
        )


def _go(growth: Growth) -> Iterator[Step]:
    for port in growth.listening[:_LISTENING_SHOWN]:
        yield Step(
            "If it serves net/http/pprof there: see who holds the memory, and run it again later with -base.",
            f"go tool pprof -sample_index=inuse_space http://localhost:{port}/debug/pprof/heap",
        )
    if not growth.listening:
        yield Step(
            "It listens on no port that could serve pprof: add net/http/pprof to it, or runtime/pprof to a file."
        )
    yield Step(
        "If it can be started again: see each collection, and whether the live heap rises.",
        f"GODEBUG=gctrace=1 {_command(growth)}",
    )


def _native(growth: Growth) -> Iterator[Step]:
    pid, allocator = growth.pid, growth.program.allocator
    if allocator == "jemalloc":
        if growth.program.profiles_heap:
            yield Step(
                "It profiles its heap: compare two of its dumps.", "jeprof --base=FIRST.heap EXECUTABLE LAST.heap"
            )
        else:
            yield Step(
                "Its allocator can profile (where it was built with --enable-prof): start it again with that on.",
                f"MALLOC_CONF=prof:true,prof_leak:true,lg_prof_interval:30 {_command(growth)}",
            )
    if allocator == "tcmalloc":
        yield Step(
            "Its allocator can profile: start it again with that on.", f"HEAPPROFILE=/tmp/heap-{pid} {_command(growth)}"
        )
    yield Step("Record who allocates, in the running process.", f"heaptrack -p {pid}")
    yield Step("If it can be started again (20 times slower).", f"valgrind --leak-check=full {_command(growth)}")
    if growth.program.language is None:
        yield Step("What it runs on could not be seen from here: run this again as root or as its user.")


def _descriptors(line: Line, growth: Growth) -> Iterator[Step]:
    pid = growth.pid
    links = f"ls -l /proc/{pid}/fd | sed 's/.* -> //; s/:\\[.*//' | sort | uniq -c | sort -rn | head"
    yield Step("See what they lead to.", links)
    yield Step("See them one by one.", f"lsof -nP -p {pid}")
    if growth.program.language == "Python":
        yield Step("See where it opens them.", f"py-spy dump --pid {pid}")
        yield Step(
            "If it can be started again: it then tells what was not closed.",
            f"PYTHONTRACEMALLOC=10 {_python_warnings(growth)}",
        )
    else:
        yield Step("See who opens them.", f"strace -f -k -p {pid} -e trace=openat,socket,accept4,pipe2,eventfd2,dup")


def _connections(line: Line, growth: Growth) -> Iterator[Step]:
    pid, state = growth.pid, line.series.name.removeprefix("connections ")
    yield Step("See to whom.", f"nsenter -t {pid} -n ss -tnp state {state} | grep pid={pid},")
    if state == "close-wait":
        yield Step("The other side has closed them, and the program never does: close the socket after the last read.")


def _files(line: Line, growth: Growth) -> Iterator[Step]:
    yield Step("See the files of tmpfs that it keeps open; (deleted) ones live until they are closed.",
        f"ls -lL /proc/{growth.pid}/fd; ls -l /proc/{growth.pid}/fd | grep -E 'deleted|/dev/shm|memfd'")  # fmt: skip
    yield Step("See what else is in tmpfs: it is memory, and only swap or deleting gives it back.", "df -h -t tmpfs")


def _processes(line: Line, growth: Growth) -> Iterator[Step]:
    yield Step(
        "See which ones are left behind, and in which state.", f"ps -o pid,ppid,stat,etime,rss,args --ppid {growth.pid}"
    )


def _threads(line: Line, growth: Growth) -> Iterator[Step]:
    pid = growth.pid
    yield Step("See their names.", f"ps -L -p {pid} -o comm= | sort | uniq -c | sort -rn | head")
    if growth.program.language == "Python":
        yield Step("See what each one waits for.", f"py-spy dump --pid {pid}")
    elif growth.program.language == "JVM":
        yield Step(_as_its_user("See what each one waits for", growth), f"jcmd {pid} Thread.print")
    elif growth.program.language == "Go":
        for port in growth.listening[:_LISTENING_SHOWN]:
            yield Step(
                "If it serves net/http/pprof there.", f"curl 'http://localhost:{port}/debug/pprof/goroutine?debug=1'"
            )
    else:
        yield Step("See what each one waits for.", f"gdb -p {pid} -batch -ex 'thread apply all bt'")


def _tracker(line: Line, growth: Growth) -> Iterator[Step]:
    yield Step("The program counts it itself: see all that it counts.", f"mnemo snapshot --pid {growth.pid}")


def _as_its_user(text: str, growth: Growth) -> str:
    """A JVM answers only its own user."""
    return text + ("." if growth.program.uid is None else f" (as its user, uid {growth.program.uid}).")


def _python_warnings(growth: Growth) -> str:
    return f"PYTHONWARNINGS=always::ResourceWarning {_command(growth)}"


def _command(growth: Growth) -> str:
    """Its own command line, masked and quoted; only COMMAND where no line could be made of it that works."""
    argv = growth.program.argv
    words = [shlex.quote(word) for word in argv]
    fits = all(word.isprintable() for word in argv) and sum(map(len, words)) <= _LONGEST_COMMAND
    return redact_command(words) if argv and fits else "COMMAND"
