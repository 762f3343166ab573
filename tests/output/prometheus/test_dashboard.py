import json
import re
from typing import get_args

import promql_parser
import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level
from mnemo_cli.model.alerts import AlertState
from mnemo_cli.output.prometheus.dashboard import dashboard_json, expression
from mnemo_cli.output.prometheus.families import METRIC_NAMES, families
from mnemo_cli.output.prometheus.own import Own
from mnemo_cli.output.prometheus.panels import ALERT_WORDS, LEVEL_WORDS, NEVER_SECONDS, ROWS
from mnemo_cli.sampling.own import OwnCost
from tests.output.prometheus.rich import moment

DASHBOARD = json.loads(dashboard_json())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUESTIONS = [question for row in ROWS for panel in row.panels for question in panel.questions]
EXPRESSIONS = [
    *(target["expr"] for panel in PANELS for target in panel["targets"]),
    *(annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]),
]


def parsed(promql):
    """As Prometheus gets it: Grafana puts a duration and a regular expression in the place of its variables."""
    return promql_parser.parse(promql.replace("$__rate_interval", "1m").replace("$job", ".*"))


def selectors(promql):
    found = []

    def note(part):
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part)

    promql_parser.walk(parsed(promql), note)
    return found


def labels_of_every_metric():
    everything = families(moment(), settings={"db_pool_size": 20.0}, own_cost=Own(OwnCost(1.0, 2), 3))
    return {one.name: set(one.labels) for metric in everything for one in metric.samples}


def test_the_mark_of_a_kill_sees_two_samples_even_at_the_slowest_usual_scrape():
    """Prometheus asks once a minute unless it is told otherwise, and an increase needs two answers."""
    (kills,) = DASHBOARD["annotations"]["list"]
    assert "[5m]" in kills["expr"]


@pytest.mark.parametrize("promql", EXPRESSIONS)
def test_every_expression_parses_and_names_only_metrics_that_are_exported(promql):
    names = {selector.name for selector in selectors(promql)}
    assert names and names <= METRIC_NAMES


@pytest.mark.parametrize("promql", EXPRESSIONS)
def test_every_selector_is_of_the_chosen_jobs_and_instances(promql):
    for selector in selectors(promql):
        assert {"job", "instance"} <= {matcher.name for matcher in selector.matchers.matchers}


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.promql for question in QUESTIONS])
def test_every_label_of_a_legend_is_one_of_its_series(question):
    known = labels_of_every_metric()
    (names,) = {frozenset(known[selector.name]) for selector in selectors(expression(question.promql))}
    assert set(re.findall(r"{{(\w+)}}", question.legend)) <= names | {"instance"}


def test_variables_ask_for_a_metric_that_is_always_there():
    queries = [one["query"]["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
    assert [re.match(r"label_values\((\w+)", query)[1] for query in queries] == ["mnemo_build_info"] * 2
    assert "mnemo_build_info" in METRIC_NAMES


def test_the_bands_begin_where_the_levels_do():
    edges = Edges(moderate_ratio=0.3, high_ratio=0.5, critical_ratio=0.7)
    panels = json.loads(dashboard_json(edges))["panels"]
    (bands,) = [panel for panel in panels if panel["title"] == "Used, with the levels"]
    defaults = bands["fieldConfig"]["defaults"]
    steps = [(step["value"], step["color"]) for step in defaults["thresholds"]["steps"]]
    assert steps == [(None, "green"), (0.3, "yellow"), (0.5, "orange"), (0.7, "red")]
    assert defaults["custom"]["thresholdsStyle"] == {"mode": "area"}


def test_numbers_that_stand_for_words_are_those_of_the_exporter():
    assert [level.word for level in Level] == list(LEVEL_WORDS)
    assert set(ALERT_WORDS) == set(get_args(AlertState))
    levels, *_ = [panel for panel in PANELS if panel["title"] == "Level"]
    (mapping,) = levels["fieldConfig"]["defaults"]["mappings"]
    assert {number: word["text"] for number, word in mapping["options"].items()} == {
        "0": "normal", "1": "moderate", "2": "high", "3": "critical",
    }  # fmt: skip


def test_never_is_a_word_and_unknown_is_not_zero():
    (until,) = [panel for panel in PANELS if panel["title"] == "Until the limit"]
    assert until["fieldConfig"]["defaults"]["mappings"][0]["options"][str(NEVER_SECONDS)]["text"] == "never"
    assert {panel["fieldConfig"]["defaults"]["noValue"] for panel in PANELS} == {"unknown"}


def test_no_two_panels_lie_on_each_other_and_all_are_within_the_width():
    cells = []
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells += [(column, row) for column in columns for row in rows]
    assert len(cells) == len(set(cells))
    identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(identifiers) == len(set(identifiers))
