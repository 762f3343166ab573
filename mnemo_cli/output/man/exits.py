"""EXIT STATUS: which codes a command has, and what each means there. mnemo(1) has the one table of all.

A test holds this against the command tree (a time-out only where there is --timeout, a program's code only where
one is run) and against the table: no code may be missing on every page.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnemo_cli.errors import EXIT_CODES, ExitCode
from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, paragraphs, sentence

_Codes = Mapping[ExitCode, str]

# Those that run the program after `--`; to the others it is only a name.
RUN_PROGRAMS = ("monitor", "snapshot", "orchestrate")
_USAGE = {ExitCode.USAGE: "Wrong usage or wrong configuration; nothing was done."}
_NOT_STARTED = {ExitCode.NOT_EXECUTABLE: "CMD is not executable.", ExitCode.NOT_FOUND: "CMD was not found."}
_ENDED = {ExitCode.INTERRUPTED: "Interrupted (SIGINT).", ExitCode.TERMINATED: "Terminated (SIGTERM)."}
_AUDIT: _Codes = {
    ExitCode.DONE: "No finding at or above --fail-on.",
    ExitCode.FINDING: "A finding at or above --fail-on that is neither waived nor in the baseline.",
    **_USAGE,
    ExitCode.UNKNOWN: "Nothing at all could be judged; or, with --strict-unknown, some check could not.",
    **_NOT_STARTED,
}
_BUNDLE: _Codes = {
    ExitCode.DONE: "Everything that was wanted is in the bundle; with --verify, it is whole.",
    ExitCode.FINDING: "No bundle could be made; with --verify, it is not whole.",
    **_USAGE,
    ExitCode.UNKNOWN: "The bundle is there and lacks something; stderr says what, and the manifest why. With --verify, "
    "there is nothing that could be read.",
    ExitCode.INTERRUPTED: "Interrupted; what was collected until then is in the bundle.",
    ExitCode.TERMINATED: "Terminated; the same.",
}
CODES: Mapping[str, _Codes] = MappingProxyType(
    {
        "monitor": {
            ExitCode.DONE: "It ended as it was asked to, or --until-level was reached.",
            ExitCode.FINDING: "--fail-on was met, by a level or by an alert of your own rules; --limit was passed; or "
            "the output or the recording could not be written.",
            **_USAGE,
            ExitCode.UNKNOWN: "With --fail-on or --limit: it could not be told.",
            ExitCode.TIMED_OUT: "--timeout ran out.",
            **_NOT_STARTED,
            **_ENDED,
        },
        "snapshot": {
            ExitCode.DONE: "The reading was made, and is below --fail-on.",
            ExitCode.FINDING: "--fail-on was met, or --limit was passed.",
            **_USAGE,
            ExitCode.UNKNOWN: "With --fail-on or --limit: it could not be told.",
            **_NOT_STARTED,
            **_ENDED,
        },
        "limits": {
            ExitCode.DONE: "Nothing at or above --fail-on.",
            ExitCode.FINDING: "check: a finding, a level, a component or an alert rule at or above --fail-on. rules "
            "--replay: an alert at or above it would have fired.",
            **_USAGE,
            ExitCode.UNKNOWN: "The level is unknown; with --strict-unknown, some check is. show: no limit could be "
            "read. rules --replay: the recording has not the numbers of a rule.",
            **_NOT_STARTED,
        },
        "ulimit": {
            **_AUDIT,
            ExitCode.DONE: "doctor: no finding at or above --fail-on. The others: done, or there was nothing to do.",
            ExitCode.REPAIR_FAILED: "A repair failed, or could not be made or undone safely; everything is as it was.",
        },
        "doctor": _AUDIT,
        "collect-diagnostics": _BUNDLE,
        "collect": _BUNDLE,
        "explain": {
            ExitCode.DONE: "There is a verdict or a page, whatever it says.",
            **_USAGE,
            ExitCode.UNKNOWN: "There is evidence, but nothing of it could be read.",
            ExitCode.INTERRUPTED: "Interrupted; --growth shows what it saw until then.",
            ExitCode.TERMINATED: "Terminated; the same.",
        },
        "orchestrate": {
            ExitCode.DONE: "Every job is done.",
            ExitCode.FINDING: "A job failed, was cancelled or never ran; the scheduler of Dask was lost. check: a job "
            "can never fit, or its command is not there.",
            ExitCode.USAGE: "Wrong usage, configuration, plan or journal; a wrong line of a plan that is read as it "
            "comes ends it after what runs.",
            ExitCode.UNKNOWN: "The journal could not be written or read any more.",
            ExitCode.DRAINED: "Drained at critical level, state saved: run it again with --resume (EX_TEMPFAIL). The "
            "demo ends so, too.",
            **_NOT_STARTED,
            ExitCode.INTERRUPTED: "Interrupted: what ran has finished or was ended, and the journal is whole.",
            ExitCode.TERMINATED: "Terminated; the same.",
        },
        "export": {
            ExitCode.DONE: "Done.",
            ExitCode.FINDING: "The file could not be written.",
            **_USAGE,
            **_ENDED,
        },
        "config": {
            ExitCode.DONE: "Done.",
            ExitCode.FINDING: "set: the file could not be written; it is as it was.",
            ExitCode.USAGE: "Wrong usage, a wrong value, or a file that is wrong already; nothing was changed.",
        },
        "completion": {ExitCode.DONE: "Done.", **_USAGE},
    }
)


def exits(name: str) -> Iterator[str]:
    """The section of a command, by its name; that of mnemo itself is the table."""
    codes = CODES.get(name)
    if codes is None:
        yield from entries(Entry(str(int(code)), sentence(meaning)) for code, meaning in EXIT_CODES)
        yield from entries([_OWN])
        yield ".PP"
        yield from paragraphs(_GENERAL)
        return
    yield from entries(Entry(str(int(code)), codes[code]) for code in ExitCode if code in codes)
    yield from entries([_OWN] if name in RUN_PROGRAMS else [])
    yield ".PP"
    if name in ("doctor", "limits", "ulimit"):
        yield from paragraphs("With --format nagios the codes are those of Nagios: 0, 1, 2 and 3.\n\n" + _ALSO)
    else:
        yield from paragraphs(_ALSO)


_OWN = Entry("the program's own", "With -- CMD: the code of CMD, or 128 plus the signal that ended it.")
_GENERAL = (
    "A command has some of them: its page says which. In any command a result that cannot be written ends with 1, and "
    "a mistake of mnemo's own with 3. A pipe that is closed ends it quietly with 0."
)
_ALSO = "A result that cannot be written ends with 1, too, and a mistake of mnemo's own with 3; mnemo(1) has all codes."
