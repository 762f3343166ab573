"""Any log as lines: what a kernel wrote becomes kills, what other killers and runtimes wrote is handed on.

    read_log(stream, source)     a whole log, from a file or a pipe
    LogReader(source)            the same a piece at a time, for a log that is being copied anyway
    LogReading, LogLine          what comes out

line        the nouns
prefix      dmesg, syslog, journal, kmsg: who wrote the line and when, chosen by content
dates       what time the dates of a log are
documents   the journal's JSON and that of dmesg
parsing     single lines, with the sender of the line before where they have none
blocks      a stream cut into whole lines
finding     bytes in bytes, as fast as the C library can
hits        where the next line stands that is worth reading
reader      the whole: what can be skipped is skipped unread
"""

from mnemo_cli.forensics.log.line import LogLine, LogReading
from mnemo_cli.forensics.log.reader import LogReader, read_log

__all__ = ["LogLine", "LogReader", "LogReading", "read_log"]
