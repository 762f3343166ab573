"""Moments as ndjson, csv and plain lines: what is unknown stays unknown, and nobody's name breaks a line."""

import csv
import io
import json
import re
from importlib import resources

import jsonschema
import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Event, Forecast, Level, Scope, Target
from mnemo_cli.output.lines import LineFormat, event_text, header, moment_text

NDJSON, PLAIN, CSV = LineFormat.NDJSON, LineFormat.PLAIN, LineFormat.CSV
FIELDS = ("level", "memory.used_ratio", "forecast.seconds_to_limit", "scope")
EXIT = Event(time_seconds=0.0, event="exit", level=Level.NORMAL, text="pid 7 has ended", fields={"pid": 7})


def rows(moments):
    text = header(CSV) + "".join(moment_text(moment, CSV) for moment in moments)
    return list(csv.DictReader(io.StringIO(text), strict=True))


@pytest.mark.parametrize("name", ["sample", "event"])
def test_ndjson_is_valid_by_the_shipped_schemas(moment, name):
    schema = json.loads(resources.files("mnemo_cli").joinpath(f"schemas/{name}.schema.json").read_text())
    documents = [json.loads(line) for line in moment_text(moment(), NDJSON).splitlines()]
    (document,) = (document for document in documents if document["type"] == name)
    jsonschema.validate(document, schema)


def test_only_csv_has_a_header():
    assert header(NDJSON) == header(PLAIN) == ""
    assert header(CSV).startswith("time,level,memory.used_bytes,memory.limit_bytes,") and header(CSV).count("\n") == 1


def test_an_event_is_told_at_once_and_the_sample_only_when_it_is_reported(moment):
    told, fast = moment(), moment(reported=False)
    assert [json.loads(line)["type"] for line in moment_text(told, NDJSON).splitlines()] == ["event", "sample"]
    assert [json.loads(line)["type"] for line in moment_text(fast, NDJSON).splitlines()] == ["event"]
    assert moment_text(fast, CSV) == "" and len(rows([told, fast])) == 1
    assert moment_text(fast, PLAIN) == "14:02:31Z  level: unknown → high (cgroup /app)\n"


def test_a_plain_line_names_the_level_the_binding_limit_and_what_is_left(moment):
    line = moment_text(moment(), PLAIN).splitlines()[-1]
    assert line == "14:02:31Z  !! HIGH       70.0% of 1.0K (cgroup /app)  used 700  headroom 300"


def test_a_plain_line_tells_the_growth_only_when_there_is_one(moment):
    base = moment()
    grows = Forecast(
        seconds_to_limit=400.0,
        low_seconds=295.0,
        high_seconds=620.0,
        growth_bytes_per_second=3040870.4,
        window_seconds=60.0,
    )
    rests = grows._replace(seconds_to_limit=UNLIMITED, low_seconds=UNLIMITED, high_seconds=UNLIMITED)
    shown = {
        forecast: moment_text(base._replace(verdict=base.verdict._replace(forecast=forecast)), PLAIN)
        for forecast in (None, grows, rests)
    }
    assert shown[grows].endswith("  growth 2.9M/s  to limit 6m40s\n")
    assert shown[None] == shown[rests] and "growth" not in shown[None]


@pytest.mark.parametrize(("is_rss", "words"), [(False, "target 2.0K"), (True, "target ~2.0K")])
def test_a_tree_is_shown_with_its_own_use_and_rss_is_marked(moment, is_rss, words):
    target = Target(used_bytes=2048, used_is_rss=is_rss, processes=1)
    tree = moment(scope=Scope(kind="process", name="pid 7", pid=7), target=target)
    assert moment_text(tree, PLAIN).splitlines()[-1].endswith(f"  {words}")
    assert "target" not in moment_text(moment(target=target), PLAIN)


def test_an_unknown_limit_is_unknown_in_every_format(moment, limits):
    blind = moment((limits(limit_bytes=None)[0],))
    assert moment_text(blind, PLAIN).splitlines()[-1] == "14:02:31Z  ?? UNKNOWN   no limit could be read"
    document = json.loads(moment_text(blind, NDJSON).splitlines()[-1])
    assert document["level"] is None and document["memory"] is None
    assert document["limits"][0]["limit_bytes"] is None and document["limits"][0]["used_ratio"] is None
    assert {"level", "memory"} & {gap["field"].split(".")[0] for gap in document["gaps"]}
    (row,) = rows([blind])
    assert {row[name] for name in row if name.startswith(("memory.", "level", "target", "forecast"))} == {""}


def test_an_unknown_limit_beside_a_breach_shows_the_worst_that_is_known(moment, limits):
    unread = limits(limit_bytes=None)[0]
    group, host = limits(used_bytes=700)
    shown = moment((group, unread._replace(source=unread.source._replace(path="/")), host))
    assert "?? UNKNOWN (at least HIGH)" in moment_text(shown, PLAIN)
    assert json.loads(moment_text(shown, NDJSON).splitlines()[-1])["level"] is None


def test_no_limit_is_the_word_unlimited(moment, limits):
    group, host = limits(limit_bytes=UNLIMITED)
    free = moment((host._replace(limit_bytes=UNLIMITED),), edges=Edges())
    assert json.loads(moment_text(free, NDJSON))["memory"]["limit_bytes"] == "unlimited"
    (row,) = rows([free])
    assert (row["memory.limit_bytes"], row["memory.headroom_bytes"], row["level"]) == (
        "unlimited",
        "unlimited",
        "normal",
    )
    assert "0.0% of unlimited (host)" in moment_text(free, PLAIN)
    assert json.loads(moment_text(moment((group, host)), NDJSON))["limits"][0]["limit_bytes"] == "unlimited"


def test_numbers_survive_csv_exactly(moment, limits):
    (row,) = rows([moment(limits(used_bytes=123, limit_bytes=997))])
    assert (row["memory.used_bytes"], row["memory.limit_bytes"]) == ("123", "997")
    assert float(row["memory.used_ratio"]) == 123 / 997


@pytest.mark.parametrize("path", ['/a,b "c"', "/a;b", "/=1+2"])
def test_a_strange_path_is_one_cell(moment, limits, path):
    group, host = limits()
    (row,) = rows([moment((group._replace(source=group.source._replace(path=path)), host))])
    assert row["memory.limit_source.path"] == path and None not in row


def test_an_event_alone_is_a_line_of_json_or_of_words_and_nothing_in_csv():
    assert json.loads(event_text(EXIT, NDJSON)) == {
        "type": "event",
        "time": "1970-01-01T00:00:00.000Z",
        "event": "exit",
        "text": "pid 7 has ended",
        "pid": 7,
    }
    assert event_text(EXIT, PLAIN) == "00:00:00Z  exit: pid 7 has ended\n"
    assert event_text(EXIT, CSV) == ""


@pytest.mark.parametrize("line_format", LineFormat)
def test_every_line_ends_with_a_newline(moment, line_format):
    text = header(line_format) + moment_text(moment(), line_format)
    assert text.endswith("\n") and "" not in text.split("\n")[:-1] and "\r" not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


def test_with_fields_a_line_has_these_numbers_and_nothing_else(moment):
    told = moment()
    scope = {"kind": "cgroup", "name": "/app", "pid": None}
    assert json.loads(moment_text(told, NDJSON, FIELDS)) == dict(zip(FIELDS, ["high", 0.7, None, scope], strict=True))
    text = '{"kind":"cgroup","name":"/app","pid":null}'
    assert moment_text(told, PLAIN, FIELDS) == f"high\t0.7\tunknown\t{text}\n"
    names, values = csv.reader(io.StringIO(header(CSV, FIELDS) + moment_text(told, CSV, FIELDS)), strict=True)
    assert (tuple(names), values) == (FIELDS, ["high", "0.7", "", text])
    assert moment_text(moment(reported=False), NDJSON, FIELDS) == ""
