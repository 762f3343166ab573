"""Rules shown: how each stands, the numbers that it may name, and the history of a recording; nothing wider than 80."""

import io
import json
from importlib import resources

import jsonschema
import pytest

from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.names import VARIABLES, values_of
from mnemo_cli.limits.rules.present import present
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.model import UNLIMITED, Component, Forecast, Gap
from mnemo_cli.output.rules import RulesFormat
from mnemo_cli.output.rules.listing import Listing, listing_text
from mnemo_cli.output.rules.phrases import number, quantity
from mnemo_cli.output.rules.replayed import replay_text
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.memory_log import memory_line
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.recording.replay import replay
from tests.limits.rules.moments import sample_of, verdict_of
from tests.recording.test_trackers import tracker

GIB = 1 << 30
SETTINGS = {"db_pool_size": 20.0, "memory_limit": 4.0 * GIB}
RULES = Rules(
    (
        *BUILT_IN.rules[1:3],
        Rule("Soon", parse("forecast_low_seconds < 60 or memory_used_bytes > memory_limit"), "info", ("log", "exec"),
             for_seconds=300.0, keep_firing_seconds=90.0),
    ),
    "/etc/mnemo/alerts.yml",
)  # fmt: skip
TABLE_80 = """\
3 alert rules of /etc/mnemo/alerts.yml
cgroup /app  2026-11-22T14:02:31.004Z

RULE            NOW         VALUE  SEVERITY    FOR
MemoryCritical  XX holds       85  error       30s
    memory_usage_pct > 80
    does page_operator
    Memory use is critical: the kernel may kill soon
WorkQueueFull   ?? unknown      ?  warning     30s
    work_queue_size > 9000
    unknown: work_queue_size (no program in scope counts it)
    does throttle_requests
    The work queue is nearly full: producers should slow down
Soon            ?? unknown      ?  info      5m00s
    forecast_low_seconds < 60 or memory_used_bytes > memory_limit
    unknown: forecast_low_seconds (there are too few readings for a trend yet)
    does log, exec; goes on firing for 1m30s

NUMBERS OF A SAMPLE
  memory_usage_pct      85 percent  Used, in percent of the limit.
  memory_used_bytes            850  Used, of the limit that binds.
  forecast_low_seconds           ?  The same, at the earliest.

SUMS OVER THE PROGRAMS THAT COUNT THEMSELVES
  work_queue_size  ?  Items that wait.

SETTINGS
  memory_limit  4.00G  The setting.

--all shows all {names} names that conditions may use.
"""
PLAIN = """\
rule  MemoryCritical  holds  value 85  error  for 30s  actions page_operator  memory_usage_pct > 80
rule  WorkQueueFull  unknown  value ?  warning  for 30s  actions throttle_requests  work_queue_size > 9000  \
unknown work_queue_size
rule  Soon  unknown  value ?  info  for 5m00s  actions log,exec  \
forecast_low_seconds < 60 or memory_used_bytes > memory_limit  unknown forecast_low_seconds
name  memory_usage_pct  85  percent  Used, in percent of the limit.
name  memory_used_bytes  850  bytes  Used, of the limit that binds.
name  forecast_low_seconds  ?  seconds  The same, at the earliest.
name  work_queue_size  ?  items  Items that wait.
name  memory_limit  4,294,967,296  bytes  The setting.
"""


def listing_of(moment, rules=RULES, **more):
    values = values_of(moment.sample, moment.verdict, SETTINGS)
    return Listing(rules, tuple(present(rule, values) for rule in rules.rules), moment, values, **more)


def validated(text, name):
    schema = json.loads(resources.files("mnemo_cli").joinpath(f"schemas/{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


# The rules that hold


def test_each_rule_is_shown_with_what_it_is_now_at_80_columns(moment, limits):
    text = listing_text(listing_of(moment(limits(850))), RulesFormat.TABLE)
    assert text.splitlines() == TABLE_80.format(names=len(VARIABLES)).splitlines()


def test_plain_is_one_line_for_each_rule_and_name(moment, limits):
    assert listing_text(listing_of(moment(limits(850))), RulesFormat.PLAIN) == PLAIN


def test_what_does_not_hold_is_ok_and_the_built_in_rules_say_that_they_are(moment, limits):
    lines = listing_text(listing_of(moment(limits(500)), BUILT_IN), RulesFormat.TABLE).splitlines()
    assert lines[0] == "4 alert rules, built in"
    assert lines[4] == "MemoryHigh       ok does not hold     50  warning   30s"


def test_every_name_is_shown_when_it_is_asked_for(moment):
    text = listing_text(listing_of(moment(), has_all_names=True), RulesFormat.TABLE)
    lines = text.splitlines()
    assert {variable.name for variable in VARIABLES} <= {line.split()[0] for line in lines if line.startswith("  ")}
    assert max(map(len, lines)) <= 80
    titles = [line for line in lines if line.isupper() and not line.startswith("RULE ")]
    assert titles == ["NUMBERS OF A SAMPLE", "SUMS OVER THE PROGRAMS THAT COUNT THEMSELVES", "SETTINGS"]
    assert "--all" not in text


def test_a_wide_terminal_breaks_fewer_lines(moment):
    listing = listing_of(moment(), has_all_names=True)
    narrow, wide = (listing_text(listing, RulesFormat.TABLE, width=width).splitlines() for width in (80, 200))
    assert len(wide) < len(narrow)
    assert listing_text(listing, RulesFormat.TABLE, width=5) == listing_text(listing, RulesFormat.TABLE, width=40)


def test_a_file_without_rules_leaves_no_empty_headings(moment):
    text = listing_text(listing_of(moment(), Rules((), "none.yml")), RulesFormat.TABLE)
    assert text.splitlines()[0] == "0 alert rules of none.yml"
    assert "RULE" not in text and "SETTINGS" not in text


def test_json_says_the_same_to_programs(moment, limits):
    judged = moment(limits(850), gaps=(Gap("pressure", "/proc/pressure", "absent"),))
    steady = Forecast(UNLIMITED, UNLIMITED, UNLIMITED, 0.0, 60.0)
    judged = judged._replace(verdict=judged.verdict._replace(forecast=steady))
    document = validated(listing_text(listing_of(judged), RulesFormat.JSON), "rules")
    critical, queue, soon = document["rules"]
    assert (critical["holds"], critical["value"], critical["unknown"]) == (True, 85.0, [])
    assert (queue["holds"], queue["value"], queue["unknown"]) == (None, None, ["work_queue_size"])
    assert (soon["holds"], soon["value"], soon["actions"]) == (False, "unlimited", ["log", "exec"])
    assert (soon["for_seconds"], soon["keep_firing_seconds"]) == (300.0, 90.0)
    names = {each["name"]: each for each in document["names"]}
    assert names["memory_limit"]["value"] == 4.0 * GIB and names["memory_limit"]["origin"] == "settings"
    assert names["work_queue_size"]["value"] is None and names["forecast_low_seconds"]["value"] == "unlimited"
    assert document["scope"]["name"] == "/app" and document["source"] == "/etc/mnemo/alerts.yml"
    assert [gap["field"] for gap in document["gaps"]] == ["pressure", "forecast"]


def test_json_has_every_name_when_it_is_asked_for(moment):
    document = validated(listing_text(listing_of(moment(), has_all_names=True), RulesFormat.JSON), "rules")
    assert [each["name"] for each in document["names"]] == [variable.name for variable in VARIABLES]


def test_the_program_that_could_not_be_read_is_the_reason(moment):
    unread = moment(gaps=(Gap("trackers", "/dev/shm/mnemosyne-7", "Permission denied\x1b[2J"),))
    text = listing_text(listing_of(unread), RulesFormat.TABLE)
    assert "    unknown: work_queue_size (Permission denied\\x1b[2J)\n" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "?"), (0.0, "0"), (9001.0, "9,001"), (71.25, "71.25"), (float("inf"), "unlimited"), (-3.5, "-3.5"),
     (1e300, "1e+300"), (0.1 + 0.2, "0.3")],
)  # fmt: skip
def test_a_number_is_short_and_unknown_is_not_zero(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("name", "value", "unit", "text"),
    [
        ("memory_used_bytes", 3 * GIB, "bytes", "3.00G"),
        ("tracker_allocation_bytes_per_second", 2048.0, "bytes per second", "2.0K/s"),
        ("memory_used_ratio", 0.5, "ratio", "0.5"),
        ("work_queue_size", 9001.0, "items", "9,001 items"),
        ("budget_time", 20.0, "seconds", "20 s"),
        ("work_queue_limit", 10.0, "", "10"),
        ("memory_limit", None, "bytes", "?"),
        ("memory_limit_bytes", float("inf"), "bytes", "unlimited"),
    ],
)
def test_a_quantity_has_the_unit_that_its_name_does_not_say(name, value, unit, text):
    assert quantity(name, value, unit) == text


# A recording

REPLAY_80 = """\
4 alert rules, built in
6 samples of host in night.ndjson
2023-11-14T22:13:20.000Z to 2023-11-14T22:15:00.000Z

TIME                      RULE            CHANGE              VALUE
2023-11-14T22:13:50.000Z  MemoryHigh      pending -> firing      85
2023-11-14T22:13:50.000Z  MemoryCritical  pending -> firing      85
2023-11-14T22:14:10.000Z  MemoryCritical  firing -> resolved     70

RULE             FIRED  IN THE END   VALUE  SEVERITY  FOR
MemoryHigh           1  !! firing       70  warning   30s
    memory_usage_pct > 60
MemoryCritical       1  ok resolved     70  error     30s
    memory_usage_pct > 80
WorkQueueFull        0  ! pending    9,500  warning   30s
    work_queue_size > 9000
    unknown in 5 samples: work_queue_size
ConnectionLeaks      0  ?? unknown       ?  error     30s
    db_connections > db_pool_size * 2
    unknown in 6 samples: db_connections

left out: line 4: it is not JSON: Expecting value at character 1
left out: line 8: the recording ends in the middle of it
"""


def replayed(moments, *, form=sample_document, tail=b"", rules=BUILT_IN):
    lines = [encode(form(moment)).encode() + b"\n" for moment in moments]
    if tail:
        lines.insert(3, b"x\n")
    return replay(read_recording(io.BytesIO(b"".join(lines) + tail), "night.ndjson"), rules, SETTINGS)


@pytest.fixture
def night(moments_of_the_host):
    """Six moments of 20 seconds and 30; the last has a queue that is nearly full."""
    moments = moments_of_the_host((85, 0), (85, 30), (70, 50), (70, 60), (70, 80), (70, 100))
    queue = tracker(7, Component("work_queue", 9500, 10_000, "items", None, None, "block"))
    moments[-1] = moments[-1]._replace(sample=moments[-1].sample._replace(trackers=(queue,)))
    return moments


@pytest.fixture
def moments_of_the_host(moment):
    def make(*rows):
        samples = [sample_of(used, at=float(at)) for used, at in rows]
        return [moment()._replace(sample=sample, verdict=verdict_of(sample)) for sample in samples]

    return make


def test_the_history_stands_before_how_each_rule_fared_at_80_columns(night):
    text = replay_text(replayed(night, tail=b'{"schema'), RulesFormat.TABLE, "night.ndjson")
    assert text.splitlines() == REPLAY_80.splitlines()


def test_where_nothing_fires_that_is_said(moments_of_the_host):
    text = replay_text(replayed(moments_of_the_host((50, 0))), RulesFormat.TABLE, "calm.ndjson")
    assert "1 sample of host in calm.ndjson" in text
    assert "No alert would have fired." in text and "left out" not in text


def test_plain_is_one_line_for_each_change_and_rule(night):
    lines = replay_text(replayed(night, tail=b"{"), RulesFormat.PLAIN, "night.ndjson").splitlines()
    assert lines[0] == "event  2023-11-14T22:13:50.000Z  MemoryHigh  pending -> firing  85"
    assert lines[3] == "rule  MemoryHigh  fired 1  firing  value 70  warning  memory_usage_pct > 60"
    assert lines[5].endswith("work_queue_size > 9000  unknown in 5 samples: work_queue_size")
    assert lines[7] == "left out  line 4: it is not JSON: Expecting value at character 1"
    assert len(lines) == 9


def test_ndjson_has_the_lines_of_events_that_a_watch_writes(night):
    lines = replay_text(replayed(night), RulesFormat.NDJSON, "night.ndjson").splitlines()
    events = [validated(line, "event") for line in lines]
    assert [(event["name"], event["from"], event["to"]) for event in events] == [
        ("MemoryHigh", "pending", "firing"),
        ("MemoryCritical", "pending", "firing"),
        ("MemoryCritical", "firing", "resolved"),
    ]


def test_json_has_the_events_and_how_each_rule_fared(night):
    document = validated(replay_text(replayed(night, tail=b"{"), RulesFormat.JSON, "night.ndjson"), "replay")
    assert (document["samples"], document["from"], document["to"]) == (
        6, "2023-11-14T22:13:20.000Z", "2023-11-14T22:15:00.000Z",
    )  # fmt: skip
    assert [event["series"] for event in document["events"]] == [0, 0, 0]
    high, _, queue, _ = document["rules"]
    assert (high["fired"], high["state"], high["value"], high["unknown_samples"]) == (1, "firing", 70.0, 0)
    assert (queue["unknown_samples"], queue["unknown"]) == (5, ["work_queue_size"])
    assert [line["line"] for line in document["left_out"]] == [4, 8]


def test_a_recording_without_samples_has_no_times():
    document = validated(replay_text(replayed([], tail=b"x\n"), RulesFormat.JSON, "none"), "replay")
    assert (document["samples"], document["from"], document["rules"]) == (0, None, [])
    assert "0 samples of 0 series in none" in replay_text(replayed([], tail=b"x\n"), RulesFormat.TABLE, "none")


@pytest.mark.parametrize("rules_format", [RulesFormat.TABLE, RulesFormat.PLAIN])
def test_of_several_series_each_change_says_whose_it_is(moments_of_the_host, rules_format):
    moments = moments_of_the_host((85, 0), (85, 30))
    lines = [memory_line(moment) | {"pid": pid} for pid in (7, 9) for moment in moments]
    lines[2]["scope"] = lines[3]["scope"] = {"kind": "name", "name": "web\x1b[2J", "pid": None}
    found = replay(
        read_recording(io.BytesIO(b"".join(encode(line).encode() + b"\n" for line in lines)), "log"), BUILT_IN, SETTINGS
    )
    text = replay_text(found, rules_format, "log\x1b[2J")
    assert text.count("  host (written by 7)\n") == text.count("  name web\\x1b[2J (written by 9)\n") == 2
    assert all(line.isprintable() for line in text.splitlines())
