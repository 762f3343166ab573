"""The kernel's reports of OOM kills, line by line, as kills: chosen by what stands there, never by version.

    Reports(source)       takes the lines of a log in order; its kills and gaps at the end

openings    who asked for memory, and what else a report begins with
selection   which process the kernel selected, against which group's limit
killed      the line that says who was killed, in all its forms
usage       how full the groups and the machine were
tasks       the table of candidates
fact        one message as one of these facts
joining     messages that names with newlines, mail programs or tickets have broken into several lines
pending     what was read of reports whose last line is still to come
composing   the parts that agree, as one Kill
kept        kills in bounded memory
reports     the whole: lines in, kills out
"""

from mnemo_cli.forensics.oom_report.reports import Reports

__all__ = ["Reports"]
