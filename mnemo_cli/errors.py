"""What can go wrong, as exceptions that carry their exit code, and the one table of exit codes.

    MnemoError                    anything mnemo itself reports; never shown as a traceback
    ├── UsageError       2        the command line asks for something that cannot be
    │   ├── TargetError  2        the process or group to look at is not there
    │   ├── FilterError  2        a filter of processes is wrong
    │   │   └── SlowFilterError 2 it is right, and would not end
    │   ├── PlanError    2        a plan of jobs is wrong: its file, the line, and what is allowed
    │   ├── DuplicateJobError 2   a run has a job of that id already
    │   └── DamagedJournalError 2 what is in a journal cannot have been written so
    ├── ConfigError      2        a configuration file or environment variable is wrong
    │   └── ConditionError 2      the condition of an alert rule cannot be used
    ├── SourceError      3        a file of the system cannot be read
    │   └── BundleError  3        an archive is damaged, hostile, or none that we read
    ├── OutputError      1        a result cannot be written
    ├── RepairError      4        a fix failed and was taken back
    │   └── StrangeFileError 4    something that we did not put there stands where a file of a fix should be
    ├── RedactionError   1        a member of a bundle could not be made safe, and stays out of it
    ├── EngineError      1        a place to run work failed
    ├── JournalError     3        the journal of a run cannot be read or written
    ├── HookError        1        functions of the program that uses mnemo failed
    ├── NotSentError     1        a notice of an alert did not arrive
    ├── NoMomentError    1        nobody sampled in the time that there was
    └── CommandError 126/127      the command after `--` cannot be started

The man page, `mnemo explain` and a test are made from EXIT_CODES.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes that mnemo itself exits with. For `-- CMD` the child's own code is passed on."""

    DONE = 0
    FINDING = 1
    USAGE = 2
    UNKNOWN = 3
    REPAIR_FAILED = 4
    DRAINED = 75
    TIMED_OUT = 124
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127
    INTERRUPTED = 130
    TERMINATED = 143


EXIT_CODES: tuple[tuple[ExitCode, str], ...] = (
    (ExitCode.DONE, "done; nothing at or above --fail-on"),
    (
        ExitCode.FINDING,
        "a finding, breach or firing alert at or above --fail-on; a budget passed; a job failed; "
        "no bundle could be made",
    ),
    (ExitCode.USAGE, "wrong usage or wrong configuration, nothing was done"),
    (
        ExitCode.UNKNOWN,
        "could not tell: the level is unknown; a bundle is partial; explain could read nothing; a recording has not "
        "the numbers of a rule; orchestrate could not go on writing its journal",
    ),
    (
        ExitCode.REPAIR_FAILED,
        "a repair failed, or could not be made or undone safely; everything is as it was",
    ),
    (
        ExitCode.DRAINED,
        "drained at critical level, state saved, run me again (EX_TEMPFAIL)",
    ),
    (ExitCode.TIMED_OUT, "--timeout ran out"),
    (ExitCode.NOT_EXECUTABLE, "CMD is not executable"),
    (ExitCode.NOT_FOUND, "CMD was not found"),
    (ExitCode.INTERRUPTED, "interrupted (after clean-up)"),
    (ExitCode.TERMINATED, "terminated (after clean-up)"),
)


class MnemoError(Exception):
    """Says what happened, to what, and what to do about it; `exit_code` is what the shell gets."""

    exit_code: ExitCode = ExitCode.FINDING


class UsageError(MnemoError):
    exit_code = ExitCode.USAGE


class TargetError(UsageError):
    """There is no such process, name or group."""


class FilterError(UsageError):
    """A filter of processes: one line that says which word is wrong, and what it may be."""


class SlowFilterError(FilterError):
    """A regular expression that is right, and would not end at what it is held against."""


class ConfigError(MnemoError):
    """Names the file and line (or the environment variable), the key, what was found and what is allowed."""

    exit_code = ExitCode.USAGE


class ConditionError(ConfigError):
    """What is wrong with a condition, the condition, and a caret below it. `column` counts from 0."""

    def __init__(self, message: str, *, column: int) -> None:
        super().__init__(message)
        self.column = column


class SourceError(MnemoError):
    """Names the path and the errno."""

    exit_code = ExitCode.UNKNOWN


class BundleError(SourceError):
    """An archive that cannot be read safely or to its end; nothing of it was written anywhere."""


class OutputError(MnemoError):
    """A file that was asked for cannot be written; names the path and the errno."""


class RepairError(MnemoError):
    exit_code = ExitCode.REPAIR_FAILED


class StrangeFileError(RepairError):
    """Something that we did not put there: a symbolic link, a folder, a file of great size."""


class RedactionError(MnemoError):
    """A member that could not be made safe: leave it out of the bundle, and say so in the manifest."""


class EngineError(MnemoError):
    """A place to run work refused or lost it."""


class CommandError(MnemoError):
    """The command after `--` cannot be started: 127 when it is not there, 126 when it may not run."""

    def __init__(self, message: str, *, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class PlanError(UsageError):
    """Something in a plan is not as it must be; nothing of it was run."""


class DuplicateJobError(UsageError):
    """Two jobs have one id."""


class JournalError(MnemoError):
    """The journal cannot be written any more: the run stops admitting, and ends with 3."""

    exit_code = ExitCode.UNKNOWN


class DamagedJournalError(UsageError):
    """What is in the file cannot have been written so."""


class HookError(MnemoError):
    """Functions of the program failed: which, and how many, is in the message; the log has the tracebacks."""


class NotSentError(MnemoError):
    """A notice did not arrive; the message holds no secrets.

    `again`: to try once more may help, after `after_seconds` if the other side said so. `perhaps`: it may
    have arrived all the same, so that the end of the alert is told in any case.
    """

    def __init__(self, message: str, *, again: bool, perhaps: bool = False, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.again, self.perhaps, self.after_seconds = again, perhaps, after_seconds


class NoMomentError(MnemoError):
    """No moment came in the time that there was, or the watch is over."""
