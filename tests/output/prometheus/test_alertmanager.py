import re
import subprocess
from pathlib import PurePath
from typing import get_args

import pytest
import yaml

from mnemo_cli.model.alerts import Severity
from mnemo_cli.output.prometheus.alertmanager import PLACE_OF_NO_RECEIVER, Receivers, alertmanager_config

ODD = PurePath('/run/secrets/a key: "of" us # \\ \x7f é')
URL, TOKEN, KEY = (PurePath(f"/run/secrets/{name}") for name in ("url", "token", "key"))
EVERY = [
    Receivers(url, token, key)
    for url in (None, URL)
    for token in (None, ODD)
    for key in (None, KEY)
]  # fmt: skip


def receivers_of(text):
    return {one["name"]: one for one in yaml.safe_load(text)["receivers"]}


@pytest.mark.parametrize("receivers", EVERY)
def test_amtool_finds_nothing_wrong_with_it(prometheus_binaries, tmp_path, receivers):
    text = alertmanager_config(receivers)
    version = subprocess.run([prometheus_binaries.amtool, "--version"], capture_output=True, text=True).stdout
    if "version 0.25." in version:
        # As the comment in the file says: that one knows no url_file yet.
        text = text.replace(f'url_file: "{URL}"', f'url: "{PLACE_OF_NO_RECEIVER}"')
    (tmp_path / "alertmanager.yml").write_text(text)
    done = subprocess.run(
        [prometheus_binaries.amtool, "check-config", tmp_path / "alertmanager.yml"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("severity", get_args(Severity))
def test_every_severity_has_its_receiver(prometheus_binaries, tmp_path, severity):
    (tmp_path / "alertmanager.yml").write_text(alertmanager_config())
    words = ("config", "routes", "test", f"--config.file={tmp_path / 'alertmanager.yml'}", f"severity={severity}")
    done = subprocess.run([prometheus_binaries.amtool, *words], capture_output=True, text=True)
    assert done.stdout.strip() == ("operator" if severity in ("error", "critical") else "team"), done.stderr


def test_without_a_receiver_there_is_a_place_to_be_replaced_and_pagerduty_is_a_comment():
    text = alertmanager_config()
    assert [one["webhook_configs"][0]["url"] for one in receivers_of(text).values()] == [PLACE_OF_NO_RECEIVER] * 2
    assert not any("pagerduty_configs" in one for one in receivers_of(text).values())
    operator = re.sub(r"^    # (?=[ p])", "    ", text[text.index("  - name: operator") :], flags=re.MULTILINE)
    (uncommented,) = yaml.safe_load(operator)
    assert uncommented["pagerduty_configs"][0]["routing_key_file"] == "/etc/alertmanager/pagerduty.key"


def test_what_is_secret_is_named_by_its_file():
    everyone = receivers_of(alertmanager_config(Receivers(URL, ODD, KEY)))
    for one in everyone.values():
        (webhook,) = one["webhook_configs"]
        assert webhook["url_file"] == str(URL) and "url" not in webhook
        assert webhook["http_config"]["authorization"] == {"credentials_file": str(ODD)}
        assert webhook["send_resolved"]
    assert everyone["operator"]["pagerduty_configs"][0]["routing_key_file"] == str(KEY)
    assert "pagerduty_configs" not in everyone["team"]


def test_a_pager_alone_needs_no_webhook_of_the_operator():
    everyone = receivers_of(alertmanager_config(Receivers(pagerduty_key_file=KEY)))
    assert "webhook_configs" not in everyone["operator"]


def test_a_path_that_is_no_text_makes_no_broken_file():
    (receiver, _) = receivers_of(alertmanager_config(Receivers(webhook_url_file=PurePath("/a\udcff")))).values()
    assert receiver["webhook_configs"][0]["url_file"] == "/a\\udcff"


def test_alerts_are_grouped_by_what_they_are_and_where():
    assert yaml.safe_load(alertmanager_config())["route"]["group_by"] == ["alertname", "job", "instance"]
