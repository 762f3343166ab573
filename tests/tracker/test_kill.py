"""A reader beside a writer that never pauses, and after one that was killed in the middle of anything.

The counts are small by default; MNEMO_FULL_COUNTS=1 makes them a million reads and a hundred kills.
"""

import os
import random
import struct

from mnemo_cli.tracker import layout
from mnemo_cli.tracker.discovery import files_in
from mnemo_cli.tracker.folding import clean
from mnemo_cli.tracker.reading import decode

FULL = bool(os.environ.get("MNEMO_FULL_COUNTS"))
# The two that programs/words.py stores.
ONE, OTHER = 0x0123_4567_89AB_CDEF, 0x7EDC_BA98_7654_3210
READS, KILLS = (1_000_000, 100) if FULL else (20_000, 10)


def test_no_word_is_ever_seen_torn(host):
    """Read as the reader reads: the whole file by one pread."""
    path = host.start("words.py").line()
    seen = {ONE: 0, OTHER: 0}
    descriptor = os.open(path, os.O_RDONLY)
    try:
        for _ in range(READS):
            content = os.pread(descriptor, layout.FILE_BYTES, 0)
            (word,) = struct.unpack_from("=q", content, layout.REQUESTS_AT * 8)
            seen[word] = seen.get(word, 0) + 1
    finally:
        os.close(descriptor)
    assert set(seen) == {ONE, OTHER}, "whole numbers only"
    assert min(seen.values()) > READS // 1000, "the writer was at work meanwhile"


def test_after_a_kill_every_file_is_readable_and_its_owner_dead(host):
    """SIGKILL at any moment, from before the first file is made to deep in recording."""
    moments = random.Random(3)
    for number in range(KILLS):
        program = host.start("busy.py")
        program.line()
        if number % 2:
            program.line()
        # Let it work for a number of reads of its own files, and not for a time.
        for _ in range(moments.randrange(200)):
            host.read(program.pid)
        program.kill()
        assert host.read(program.pid)[0] == (), "the owner is dead"
        if host.folder.exists():
            with host.open_folder() as (descriptor, path):
                gaps = []
                files = files_in(descriptor, path, gaps)
                assert gaps == []
                for file in files:
                    seen = decode(file.content, pid=None, name=file.header.name)
                    assert seen.name == "busy"
                    assert seen.allocations >= seen.deallocations
                clean(descriptor, path)
