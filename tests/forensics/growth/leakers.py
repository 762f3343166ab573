"""Programs that leak one thing each, and two that do not: what the judge of growth is tested on.

Each says "ready", leaks for as long as it is told in a rhythm that a minute and a few seconds show alike, never
holds more than 48 MiB, and ends by itself when its standard input closes.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping

_PROLOGUE = """
import sys, threading, time
gone = threading.Event()
def watch_the_parent():
    sys.stdin.read()
    gone.set()
threading.Thread(target=watch_the_parent, daemon=True).start()
steps = 0
print("ready", flush=True)
def each(step):
    global steps
    # No leaker grows past its last step: it would be too large for the machine.
    while not gone.wait({beat}) and steps < {most}:
        step()
        steps += 1
    gone.wait()
"""
LEAKS: Mapping[str, str] = {
    "a Python list": "kept = []\neach(lambda: kept.extend([b'x' * 900 + str(steps).encode() for _ in range({kib})]))",
    "descriptors": "import os\nkept = []\neach(lambda: kept.append(os.open('/dev/null', os.O_RDONLY)))",
    "pipes": "import os\nkept = []\neach(lambda: kept.append(os.pipe()))",
    "threads": "kept = []\ndef one():\n    kept.append(threading.Thread(target=gone.wait, daemon=True))\n"
    "    kept[-1].start()\nthreading.stack_size(131072)\neach(one)",
    "anonymous maps": "import mmap\nkept = []\ndef one():\n"
    "    kept.append(mmap.mmap(-1, 65536, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))\n"
    "    for at in range(0, 65536, 4096):\n        kept[-1][at] = 1\neach(one)",
    "a tmpfs file": "import os, tempfile\nfile = tempfile.TemporaryFile(dir='/dev/shm', prefix='mnemo-test-')\n"
    "def one():\n    file.write(b'x' * 65536)\n    file.flush()\neach(one)",
}
CONTROLS: Mapping[str, str] = {
    "a sawtooth": "kept = []\ndef one():\n    kept.append(bytearray(262144))\n    if len(kept) > 12:\n"
    "        kept.clear()\neach(one)",
    "a cache that fills and stops": "kept = {{}}\ndef one():\n    global steps\n    if len(kept) < {fill}:\n"
    "        kept[steps] = bytearray(131072)\neach(one)",
    "an idle program": "gone.wait()",
}


@contextlib.contextmanager
def running(programs: Mapping[str, str], *, seconds: float) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """All of them at once, each ended afterwards. `seconds` is how long they will be watched."""
    beat = max(0.04, seconds / 300)
    # They must outlast the watch, with time to spare for a machine that is busy.
    words = {"beat": beat, "most": 700, "kib": 64, "fill": int(seconds / beat / 3)}
    started: dict[str, subprocess.Popen[str]] = {}
    try:
        for name, code in programs.items():
            text = _PROLOGUE.format(**words) + code.format(**words)
            started[name] = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        for program in started.values():
            assert program.stdout is not None and program.stdout.readline() == "ready\n"
        yield started
    finally:
        for program in started.values():
            program.kill()
            with program:
                pass
