"""`mnemo export rules`, `alertmanager` and `dashboard`, and `mnemo snapshot --format prometheus`."""

import json
from pathlib import Path

import pytest
import yaml

from mnemo_cli.output.prometheus.families import METRIC_NAMES


@pytest.fixture
def mnemo(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", *words])

    return call


def test_the_built_in_rules_are_printed_as_rules_of_prometheus(mnemo):
    done = mnemo("export", "rules")
    assert (done.returncode, done.stderr) == (0, "")
    (group,) = yaml.safe_load(done.stdout)["groups"]
    assert [rule["alert"] for rule in group["rules"]] == [
        "MemoryHigh",
        "MemoryCritical",
        "WorkQueueFull",
        "ConnectionLeaks",
    ]


def test_rules_of_a_file_go_to_a_file(mnemo):
    Path("mine.yaml").write_text("alerts:\n  - {name: Mine, condition: work_queue_size > 5, severity: error}\n")
    done = mnemo("export", "rules", "--rules", "mine.yaml", "-o", "rules.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (rule,) = yaml.safe_load(Path("rules.yaml").read_text())["groups"][0]["rules"]
    assert (rule["alert"], rule["expr"]) == ("Mine", "mnemo_work_queue_size > 5")


@pytest.mark.parametrize("text", ["alerts: [{name: A, condition: worc_queue_size > 5, severity: error}]", "[", ""])
def test_wrong_rules_are_refused_and_nothing_is_written(mnemo, text):
    Path("mine.yaml").write_text(text)
    done = mnemo("export", "rules", "--rules", "mine.yaml", "-o", "rules.yaml")
    assert (done.returncode, done.stdout) == (2, "") and "mine.yaml" in done.stderr
    assert not Path("rules.yaml").exists()


def test_a_file_that_cannot_be_written_is_told(mnemo):
    done = mnemo("export", "dashboard", "-o", "no/such/folder/file")
    assert (done.returncode, done.stdout) == (1, "") and "cannot write no/such/folder/file" in done.stderr


def test_a_configuration_of_alertmanager_names_the_files_that_were_given(mnemo):
    plain = yaml.safe_load(mnemo("export", "alertmanager").stdout)
    assert {"route", "receivers"} <= set(plain)
    done = mnemo("export", "alertmanager", "--pagerduty-key-file", "/etc/key", "--webhook-url-file", "/etc/url")
    assert done.returncode == 0 and "/etc/key" in done.stdout and "/etc/url" in done.stdout
    assert yaml.safe_load(done.stdout)


def test_the_dashboard_is_json_with_our_own_levels_as_bands(mnemo, monkeypatch):
    usual = mnemo("export", "dashboard").stdout
    assert json.loads(usual)["uid"] == "mnemo"
    monkeypatch.setenv("MNEMOSYNE_MEMORY_CRITICAL_PCT", "91")
    assert json.loads(mnemo("export", "dashboard").stdout) != json.loads(usual)


def test_export_alone_shows_what_there_is(mnemo):
    done = mnemo("export")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in ("serve", "textfile", "rules", "alertmanager", "dashboard"))


def test_a_snapshot_can_be_metrics(mnemo):
    done = mnemo("snapshot", "--host", "--format", "prometheus", "--top", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert {name for name in METRIC_NAMES if f"\n# TYPE {name} " in f"\n{done.stdout}"} == METRIC_NAMES
    assert done.stdout.count("\nmnemo_process_rss_bytes{") == 2


@pytest.mark.parametrize("words", [("--fields", "level"), ("--diff", "old.json")])
def test_metrics_are_not_compared_or_picked_from(mnemo, words):
    done = mnemo("snapshot", "--format", "prometheus", *words)
    assert (done.returncode, done.stdout) == (2, "") and "choose json" in done.stderr
