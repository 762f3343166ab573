"""Messages for people: their severity, how much of them is wanted, and a stderr that is gone."""

import logging
import os

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.model import Event, Level
from mnemo_cli.output.log import log_event, start_log, tell


def event(level):
    return Event(time_seconds=0.0, event="level", level=level, text="text")


def logged(capsys, environment, *, verbose=False, quiet=False):
    """The severities that get through."""
    logger = start_log(environment, verbose=verbose, quiet=quiet)
    logger.debug("x")
    for level in (None, *Level):
        log_event(logger, event(level))
    out, err = capsys.readouterr()
    assert out == ""
    return [line.split(": ")[1] for line in err.splitlines()]


def test_the_severity_of_a_level_is_that_of_the_table(capsys):
    logger = start_log({}, verbose=True, quiet=False)
    for level, severity in [
        (None, "warning"),
        (Level.NORMAL, "info"),
        (Level.MODERATE, "warning"),
        (Level.HIGH, "warning"),
        (Level.CRITICAL, "error"),
    ]:
        log_event(logger, event(level))
        assert capsys.readouterr().err == f"mnemo: {severity}: level: text\n"


@pytest.mark.parametrize(
    ("environment", "flags", "lowest"),
    [
        ({}, {}, "warning"),
        ({"MNEMOSYNE_LOG": ""}, {}, "warning"),
        ({"MNEMOSYNE_LOG": "debug"}, {}, "debug"),
        ({"MNEMOSYNE_LOG": "Info"}, {}, "info"),
        ({"MNEMOSYNE_LOG": "error"}, {}, "error"),
        ({"MNEMOSYNE_LOG": "error"}, {"verbose": True}, "info"),
        ({"MNEMOSYNE_LOG": "debug"}, {"quiet": True}, "error"),
        ({}, {"verbose": True, "quiet": True}, "error"),
    ],
)
def test_how_much_is_logged(capsys, environment, flags, lowest):
    found = logged(capsys, environment, **flags)
    rank = ["debug", "info", "warning", "error"].index
    everything = ["debug", "warning", "info", "warning", "warning", "error"]
    assert found == [severity for severity in everything if rank(severity) >= rank(lowest)]


@pytest.mark.parametrize("word", ["loud", "WARN", " warning", "0"])
def test_an_unknown_word_is_refused_with_those_that_are_allowed(word):
    with pytest.raises(ConfigError, match=f"MNEMOSYNE_LOG: '{word}' is not one of debug, info, warning, error"):
        start_log({"MNEMOSYNE_LOG": word}, verbose=False, quiet=False)


def test_a_second_run_in_one_process_does_not_say_things_twice(capsys):
    start_log({}, verbose=False, quiet=False)
    start_log({}, verbose=False, quiet=False).warning("once")
    assert capsys.readouterr().err == "mnemo: warning: once\n"


def test_nothing_is_passed_on_to_the_loggers_of_others():
    assert start_log({}, verbose=False, quiet=False).propagate is False
    assert logging.getLogger().handlers is not logging.getLogger("mnemo").handlers


def test_what_is_told_needs_a_reader_but_fails_without_one(monkeypatch, capsys):
    tell("hello")
    assert capsys.readouterr().err == "mnemo: hello\n"
    monkeypatch.setattr("sys.stderr", None)
    tell("nobody hears")
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", buffering=1) as broken:
        monkeypatch.setattr("sys.stderr", broken)
        tell("nobody hears")
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)
