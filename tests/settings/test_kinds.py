"""A value of each kind, from text and from TOML: what is taken, and the words for what is not."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.settings import ROWS, Kind, row_of
from mnemo_cli.settings.kinds import allowed, from_text, from_toml, in_file, readable, to_toml
from mnemo_cli.settings.texts import shown

PERCENT = row_of("memory_critical_pct")
COUNT = row_of("event_capacity")
SIZE = row_of("memory_limit")
DURATION = row_of("event_ttl_secs")
CORES = row_of("cpu_limit")
CHOICE = row_of("sampler")
PATH = row_of("memory_log_file")
NEEDS = row_of("doctor.need")
PATHS = row_of("collect.databases")
FILE = row_of("alerts.rules")
URL = row_of("alerts.webhook_url")
WORDS = row_of("alerts.exec")
SOME = row_of("alerts.log_to")
COLUMNS = row_of("monitor.columns")
NUMERIC_ROWS = [row for row in ROWS if row.maximum]


@pytest.mark.parametrize(
    ("row", "text", "value"),
    [
        (PERCENT, "85", 85),
        (PERCENT, "57", 57),
        (PERCENT, "12.5%", 12.5),
        (COUNT, "500", 500),
        (SIZE, "4Gi", 4 << 30),
        (SIZE, "512m", 512 << 20),
        (SIZE, "2GB", 2_000_000_000),
        (SIZE, "1048576", 1 << 20),
        (DURATION, "500ms", 0.5),
        (DURATION, "1m30s", 90),
        (DURATION, "45", 45),
        (CORES, "0.5", 0.5),
        (CHOICE, "portable", "portable"),
        (PATH, "~/mnemo.log", "~/mnemo.log"),
        (PATH, "/var/log/mnemo.log", "/var/log/mnemo.log"),
        (NEEDS, " nofile=65536,mem=2GiB ", "nofile=65536,mem=2GiB"),
        (NEEDS, "none", ""),
        (NEEDS, " ", ""),
        (PATHS, "/a.db:~/b.db", "/a.db:~/b.db"),
        (PATHS, "none", ""),
    ],
)
def test_text_is_read_in_the_unit_of_the_row(row, text, value):
    assert from_text(row, text) == value


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        (PERCENT, "many", "'many' is not a percentage; write for example 80"),
        (PERCENT, "101", "'101' is outside 0 to 100 percent"),
        (PERCENT, "nan", "'nan' is outside 0 to 100 percent"),
        (COUNT, "1.5", "'1.5' is not a whole number"),
        (COUNT, "0", "0 is out of range"),
        (COUNT, "9" * 5000, f"'{'9' * 59}… is not a whole number"),
        (SIZE, "4GiX", "'4GiX' has the unknown unit 'GiX'"),
        (SIZE, "1k", "1024 is out of range"),
        (DURATION, "soon", "'soon' is not a duration"),
        (DURATION, "1ms", "0.001 is out of range"),
        (CORES, "nan", "nan is out of range"),
        (CORES, "inf", "inf is out of range"),
        (CORES, "two", "'two' is not a number"),
        (CHOICE, "portabel", "'portabel' is unknown; did you mean portable?"),
        (CHOICE, "x", "'x' is unknown"),
        (PATH, "logs/memory.log", "'logs/memory.log' is not a complete path"),
        (PATH, "", "'' is not a complete path"),
        (PATH, "/a\0b", "'/a\\x00b' is not a complete path"),
        (PATHS, "/a.db:b.db", "'b.db' is not a complete path"),
        (PATHS, "/a.db:", "'' is not a complete path"),
        (NEEDS, "fds=9", "'fds=9' is not a need"),
        (NEEDS, "nofile=unlimited", "nofile='unlimited' is not a count"),
        (NEEDS, "nproc=0", "'nproc=0' asks for nothing"),
        (NEEDS, "mem=2GX", "'2GX' has the unknown unit"),
    ],
)
def test_wrong_text_is_refused_in_words(row, text, message):
    with pytest.raises(ValueError) as refused:
        from_text(row, text)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("row", "found", "value"),
    [
        (PERCENT, 85, 85),
        (PERCENT, 12.5, 12.5),
        (PERCENT, "12.5%", 12.5),
        (COUNT, 500, 500),
        (COUNT, 1e6, 1_000_000),
        (SIZE, 1 << 32, 1 << 32),
        (SIZE, "4Gi", 4 << 30),
        (DURATION, 30, 30),
        (DURATION, "30s", 30),
        (CORES, 2, 2),
        (CHOICE, "auto", "auto"),
        (PATHS, ["/a.db", "~/b.db"], "/a.db:~/b.db"),
        (PATHS, "/a.db:~/b.db", "/a.db:~/b.db"),
        (PATHS, [], ""),
        (WORDS, ["/bin/a", "b c", ""], "/bin/a 'b c' ''"),
        (WORDS, "/bin/a  'b c'", "/bin/a 'b c'"),
        (SOME, ["syslog", "stderr", "syslog"], "syslog,stderr"),
        (SOME, "syslog, stderr", "syslog,stderr"),
        (COLUMNS, "pid, PSS,fds/lim,pid", "PID,PSS,FDS/LIM"),
        (COLUMNS, ["command", "+/min"], "COMMAND,+/min"),
        (FILE, "~/rules.yml", "~/rules.yml"),
        (FILE, " none ", ""),
        (URL, "https://hooks.example/v1", "https://hooks.example/v1"),
    ],
)
def test_toml_may_hold_a_number_or_the_words_of_a_person(row, found, value):
    taken = from_toml(row, found)
    assert taken == value
    assert isinstance(taken, int) or row.kind not in (Kind.COUNT, Kind.SIZE)


@pytest.mark.parametrize(
    ("row", "found", "message"),
    [
        (COUNT, "500", "'500' is the wrong type"),
        (COUNT, True, "true is the wrong type"),
        (COUNT, 1.5, "1.5 is not whole"),
        (COUNT, math.inf, "inf is not whole"),
        (COUNT, [1], "[1] is the wrong type"),
        (CORES, "2", "'2' is the wrong type"),
        (CORES, 0, "0 is out of range"),
        (CORES, math.nan, "nan is out of range"),
        (DURATION, 10**400, f"1{'0' * 59}… is out of range"),
        (PERCENT, False, "false is the wrong type"),
        (PERCENT, -1, "-1 is out of range"),
        (SIZE, date(2026, 1, 1), "datetime.date(2026, 1, 1) is the wrong type"),
        (CHOICE, 3, "3 is the wrong type"),
        (PATH, {"a": 1}, "{'a': 1} is the wrong type"),
        (PATHS, 3, "3 is the wrong type"),
        (PATHS, ["/a.db", 3], "3 is the wrong type"),
        (PATHS, ["/a:b"], "'/a:b' holds a :, which joins paths"),
        (NEEDS, {"nofile": 1}, "{'nofile': 1} is the wrong type"),
        (FILE, "rules.yml", "'rules.yml' is not a complete path"),
        (WORDS, ["logger", "-t"], "its first word is not a complete path of a program"),
        (WORDS, "/bin/a 'b", "it cannot be taken apart: no closing quotation"),
        (WORDS, ["/bin/a", 3], "3 is the wrong type"),
        (SOME, ["stdout"], "'stdout' is unknown"),
        (COLUMNS, "pid,ps", "'ps' is unknown; did you mean PSS?"),
        (SOME, ["stderr,syslog"], "'stderr,syslog' holds a ,, which joins words"),
        (URL, ["https://hooks.slack.com/services/T0/B0/Zq8canary"], "what it is set to is the wrong type"),
        (WORDS, "API_TOKEN=Zq8canary /usr/bin/x", "its first word is not a complete path of a program"),
        (URL, "ftp://a", "it is no http or https URL with a host; write https://HOST/PATH"),
    ],
)
def test_a_wrong_type_or_range_in_toml_is_refused_in_words(row, found, message):
    with pytest.raises(ValueError) as refused:
        from_toml(row, found)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (PERCENT, "a percentage from 0% to 100%"),
        (COUNT, "a whole number from 1 to 1000000000"),
        (SIZE, "a size from 1Mi to 1024Ti"),
        (DURATION, "a duration from 100ms to 30d"),
        (CORES, "a number from 0.001 to 4096"),
        (CHOICE, "one of auto, portable"),
        (PATH, "a path that begins with / or ~/"),
        (PATHS, "a list of paths that begin with / or ~/, with : between them, or none"),
        (NEEDS, "a list of nofile=N, nproc=N and mem=SIZE, or none"),
    ],
)
def test_what_is_allowed_is_said_in_the_units_of_a_person(row, words):
    assert allowed(row) == words


@pytest.mark.parametrize(
    ("row", "text", "written"),
    [
        (PERCENT, "85%", 85),
        (PERCENT, "12.5", 12.5),
        (COUNT, "500", 500),
        (SIZE, "4Gi", "4Gi"),
        (SIZE, "4194304", 4194304),
        (DURATION, " 5m ", "5m"),
        (DURATION, "30", 30),
        (DURATION, "0.5", 0.5),
        (CORES, "1.0", 1),
        (PATH, "/x", "/x"),
        (NEEDS, "nofile=9", "nofile=9"),
        (NEEDS, "none", ""),
    ],
)
def test_a_number_is_written_as_a_number_and_a_unit_as_it_was_typed(row, text, written):
    assert to_toml(row, text) == written
    assert type(to_toml(row, text)) is type(written)


@pytest.mark.parametrize(
    ("row", "value", "text"),
    [
        (SIZE, 4 << 30, "4Gi"),
        (SIZE, (4 << 30) + 1, "4294967297"),
        (SIZE, 0, "0"),
        (DURATION, 0.05, "50ms"),
        (DURATION, 90, "90s"),
        (DURATION, 1.5, "1.5s"),
        (DURATION, 7200, "2h"),
        (PERCENT, 12.5, "12.5%"),
        (NEEDS, "", "none"),
    ],
)
def test_readable_loses_nothing(row, value, text):
    assert readable(row, value) == text


def test_what_was_found_is_shown_short_and_without_escape_codes():
    assert shown("\x1b[31mred") == "'\\x1b[31mred'"
    assert len(shown("x" * 10_000)) == 61


@st.composite
def a_row_and_its_value(draw):
    row = draw(st.sampled_from(NUMERIC_ROWS))
    if row.kind in (Kind.COUNT, Kind.SIZE):
        return row, draw(st.integers(int(row.minimum), int(row.maximum)))
    places = 3 if row.kind is Kind.DURATION else 6
    return row, round(draw(st.floats(row.minimum, row.maximum)), places)


@given(a_row_and_its_value())
def test_every_allowed_number_reads_back_from_what_is_shown_and_what_is_written(row_and_value):
    row, value = row_and_value
    assert from_text(row, readable(row, value)) == pytest.approx(value, rel=1e-12)
    assert from_toml(row, in_file(row, value)) == pytest.approx(value, rel=1e-12)


@given(st.sampled_from(ROWS), st.text())
def test_any_text_is_taken_or_refused_with_a_value_error(row, text):
    try:
        value = from_text(row, text)
    except ValueError:
        return
    assert not row.maximum or row.minimum <= value <= row.maximum
    assert from_toml(row, to_toml(row, text)) == value


anything_in_toml = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.lists(st.integers() | st.text(), max_size=2)
)


@given(st.sampled_from(ROWS), anything_in_toml)
def test_any_toml_item_is_taken_or_refused_with_a_value_error(row, found):
    try:
        value = from_toml(row, found)
    except ValueError:
        return
    assert not row.maximum or row.minimum <= value <= row.maximum


@pytest.mark.parametrize(
    ("row", "text", "shown"),
    [
        (URL, "https://u:swordfish@hooks.example/T0123456789AB/swordfish99?key=swordfish", "hooks.example"),
        (WORDS, "/bin/page --token=swordfish1234567890 now", "/bin/page"),
    ],
)
def test_what_is_shown_of_an_address_or_a_program_holds_no_secret(row, text, shown):
    words = readable(row, from_text(row, text))
    assert shown in words
    assert "swordfish" not in words
