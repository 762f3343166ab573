"""The JSON schema of a settings file agrees with what `load` takes."""

import tomllib

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.settings import ROWS, Kind, load, row_of
from mnemo_cli.settings.kinds import from_toml, in_file
from mnemo_cli.settings.schema import file_schema

VALIDATOR = jsonschema.Draft202012Validator(file_schema())
GOOD = """
[resources]
memory_critical_pct = "85%"
memory_high_pct = 60.5
memory_limit = "8Gi"
memory_request = 1073741824
cpu_limit = 1.5
event_ttl_secs = "1m30s"
[monitor]
interval = "500ms"
memory_log_file = "~/mnemo.log"
sampler = "portable"
[doctor]
profile = "server"
need = "nofile=65536, mem=2GiB"
[collect]
databases = ["/srv/app.db", "~/other.db"]
budget_time = "30s"
budget_size = "50Mi"
[alerts]
rules = "/etc/mnemosyne/alerts.yml"
log_to = ["stderr", "journald"]
webhook_url = "https://hooks.example/v1"
exec = ["/usr/bin/logger", "-t", "mnemo alerts"]
"""


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(file_schema())


def test_a_good_file_is_valid_and_loads(places):
    VALIDATOR.validate(tomllib.loads(GOOD))
    places.user_file.write_text(GOOD)
    assert load(places=places).interval_seconds() == 0.5


def test_a_file_of_all_defaults_is_valid():
    document = {}
    for row in ROWS:
        value = f"/{row.default}" if row.kind is Kind.PATH else in_file(row, row.default)
        document.setdefault(row.table, {})[row.name] = value
    VALIDATOR.validate(document)


@pytest.mark.parametrize(
    "text",
    [
        "resource.event_capacity = 5",
        "resources.event_capacty = 5",
        "resources.event_capacity = 0",
        'resources.event_capacity = "5"',
        'resources.memory_limit = "4GiX"',
        "resources.memory_critical_pct = 180",
        'monitor.sampler = "psutil"',
        'monitor.memory_log_file = "memory.log"',
        'monitor.interval = "soon"',
        "monitor = 3",
        'doctor.profile = "servr"',
        'doctor.need = "nofile=many"',
        "doctor.need = 3",
        'collect.databases = ["app.db"]',
        'collect.databases = "app.db"',
        "collect.databases = 3",
        'alerts.rules = "rules.yml"',
        'alerts.log_to = ["stdout"]',
        'alerts.webhook_url = "ftp://hooks.example"',
        "alerts.exec = 3",
    ],
)
def test_a_wrong_file_is_invalid(text):
    assert not VALIDATOR.is_valid(tomllib.loads(text))


words = st.one_of(
    st.text(alphabet="0123456789.kKmMGiBbsh% +-", max_size=6),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.text(),
    st.lists(st.sampled_from(["/a", "~/b", "c", "/\n", "/a:b", "", "stderr", "syslog"])),
    st.sampled_from(["http://a", "HTTPS://b/c", "/bin/a 'b", "/bin/a b", "stderr, journald"]),
)


@given(st.sampled_from(ROWS), words)
def test_whatever_load_takes_is_valid(row, found):
    try:
        from_toml(row, found)
    except ValueError:
        return
    VALIDATOR.validate({row.table: {row.name: found}})


def test_a_default_is_given_where_it_is_the_same_on_every_machine():
    properties = file_schema()["properties"]["resources"]["properties"]
    assert properties["memory_limit"]["default"] == row_of("memory_limit").default
