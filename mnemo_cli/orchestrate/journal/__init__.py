"""The truth of a run: what was asked, what was started, how it ended; survives kill -9 of everything.

journal     writing it: a row before each start, a row after each end
file        the open file: statements, rows, and what can befall a file meanwhile
reserve     room on the disk for what still runs when it is full
store       opening the file: schema, version, and the errors of a file that is no journal
spec        a job as one compact line, and back
rows        what can be read of it: jobs, attempts, counts
lock        one orchestrator per journal
"""

from mnemo_cli.orchestrate.journal.journal import Journal
from mnemo_cli.orchestrate.journal.rows import AttemptRow, JobRow, Standing

__all__ = ["AttemptRow", "JobRow", "Journal", "Standing"]
