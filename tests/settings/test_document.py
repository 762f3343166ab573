"""Every way in which a settings file can be wrong, with the whole message it gets."""

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings import load

WRONG = {
    "misspelled key": (
        "[resources]\n\nmemory_criticl_pct = 80\n",
        "3: there is no setting 'memory_criticl_pct' in [resources]; did you mean memory_critical_pct?",
    ),
    "key of another table": (
        "[resources]\ninterval = 1\n",
        "2: there is no setting 'interval' in [resources]; did you mean monitor.interval?",
    ),
    "key like no other": (
        "[monitor]\nzzz = 1\n",
        "2: there is no setting 'zzz' in [monitor]; `mnemo config show` lists them",
    ),
    "key with escape codes": (
        '[monitor]\n"\\u001b[31m" = 1\n',
        "1: there is no setting '\\x1b[31m' in [monitor]; `mnemo config show` lists them",
    ),
    "misspelled table": (
        "[monitor]\n[resource]\nevent_capacity = 5\n",
        "2: there is no table 'resource'; did you mean [resources]?",
    ),
    "table like no other": (
        "zzz.a = 1\n",
        "1: there is no table 'zzz'; the tables are [resources] [monitor] [doctor] [collect] [alerts] [orchestrate]",
    ),
    "key outside a table": (
        "memory_critical_pct = 80\n",
        "1: there is no setting 'memory_critical_pct' outside a table; did you mean resources.memory_critical_pct?",
    ),
    "word outside a table": (
        "\nzzz = 1\n",
        "2: there is no setting 'zzz' outside a table; "
        "the tables are [resources] [monitor] [doctor] [collect] [alerts] [orchestrate]",
    ),
    "table that is a number": (
        "monitor = 3\n",
        "1: monitor is 3, but must be a table; write [monitor] and keys below",
    ),
    "table that is a list": (
        "[[monitor]]\n",
        "1: monitor is [{}], but must be a table; write [monitor] and keys below",
    ),
    "wrong type": (
        '[resources]\n# about events\nevent_capacity = "many"\n',
        "3: resources.event_capacity: 'many' is the wrong type; allowed is a whole number from 1 to 1000000000",
    ),
    "truth as a number": (
        "[resources]\ndb_pool_size = true\n",
        "2: resources.db_pool_size: true is the wrong type; allowed is a whole number from 1 to 100000",
    ),
    "out of range": (
        "[resources]\nmemory_critical_pct = 180\n",
        "2: resources.memory_critical_pct: 180 is out of range; allowed is a percentage from 0% to 100%",
    ),
    "not a number": (
        "[resources]\ncpu_limit = nan\n",
        "2: resources.cpu_limit: nan is out of range; allowed is a number from 0.001 to 4096",
    ),
    "unknown unit": (
        '[resources]\nmemory_limit = "4GI"\n',
        "2: resources.memory_limit: '4GI' has the unknown unit 'GI' (did you mean Gi?); "
        "Ki Mi Gi Ti and k m g t are powers of 1024, kB MB GB TB of 1000; allowed is a size from 1Mi to 1024Ti",
    ),
    "dotted key": (
        "# first\nresources.event_capacity = 0\n",
        "2: resources.event_capacity: 0 is out of range; allowed is a whole number from 1 to 1000000000",
    ),
    "inline table": (
        "\nresources = { db_pool_size = 20, event_capacity = 0 }\n",
        "2: resources.event_capacity: 0 is out of range; allowed is a whole number from 1 to 1000000000",
    ),
    "table below a key": (
        "[resources.event_capacity]\n",
        "1: resources.event_capacity: {} is the wrong type; allowed is a whole number from 1 to 1000000000",
    ),
    "hidden choice": (
        '[monitor]\nsampler = "psutil"\n',
        "2: monitor.sampler: 'psutil' is unknown; allowed is one of auto, portable",
    ),
    "unknown profile": (
        '[doctor]\nprofile = "servr"\n',
        "2: doctor.profile: 'servr' is unknown; did you mean server? "
        "allowed is one of auto, default, server, database, ci, container",
    ),
    "unknown need": (
        '[doctor]\nneed = "nofiles=9"\n',
        "2: doctor.need: 'nofiles=9' is not a need; write for example nofile=65536,nproc=4096,mem=2GiB; "
        "allowed is a list of nofile=N, nproc=N and mem=SIZE, or none",
    ),
    "a number as needs": (
        "[doctor]\nneed = 65536\n",
        "2: doctor.need: 65536 is the wrong type; allowed is a list of nofile=N, nproc=N and mem=SIZE, or none",
    ),
    "incomplete path": (
        '[monitor]\nmemory_log_file = "memory.log"\n',
        "2: monitor.memory_log_file: 'memory.log' is not a complete path; allowed is a path that begins with / or ~/",
    ),
    "no TOML": (
        "[resources]\nevent_capacity 5\n",
        "2: not valid TOML: Expected '=' after a key in a key/value pair; mend the file",
    ),
    "no end": (
        "[resources]\nevent_capacity =",
        "2: not valid TOML: Invalid value; mend the file",
    ),
    "key given twice": (
        "[monitor]\ninterval = 1\ninterval = 2\n",
        "3: not valid TOML: Cannot overwrite a value; mend the file",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_names_the_line_the_key_what_was_found_and_what_is_allowed(places, case):
    text, message = WRONG[case]
    places.user_file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(places=places)
    assert str(refused.value) == f"{places.user_file}:{message}"
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [f"a = {'9' * 5000}\n", f"a = {'[' * 20_000}"],
    ids=["a number of 5,000 digits", "20,000 brackets"],
)
def test_text_that_breaks_the_parser_is_not_valid_toml(places, text):
    places.user_file.write_text(text)
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(places=places)


def test_all_spellings_of_a_good_file_are_taken(places):
    places.user_file.write_text(
        'resources = { memory_limit = "8Gi", event_ttl_secs = "2m" }\n'
        "monitor.interval = 0.5\n"
        'monitor."memory_log_max_bytes" = 1_000_000\n'
    )
    settings = load(places=places)
    assert settings.value("resources.memory_limit") == 8 << 30
    assert settings.value("resources.event_ttl_secs") == 120
    assert settings.interval_seconds() == 0.5
    assert settings.memory_log_max_bytes() == 1_000_000
    assert [settings.origin(key).line for key in ("resources.memory_limit", "monitor.memory_log_max_bytes")] == [1, 3]
