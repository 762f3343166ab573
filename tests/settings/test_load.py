"""The layers: flag over environment over file over default, for every row, each value with its origin."""

import sys
from pathlib import Path

import platformdirs
import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.settings import ROWS, Kind, Origin, load, machine_places
from mnemo_cli.settings.kinds import from_text

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep their folders elsewhere")
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
SAMPLES = {
    Kind.COUNT: ("11", "12", "13"),
    Kind.NUMBER: ("3.5", "4", "5"),
    Kind.SIZE: ("20Mi", "21Mi", "22Mi"),
    Kind.DURATION: ("31s", "32", "1m"),
    Kind.PATH: ("/a", "/b", "~/c"),
    Kind.PATHS: ("/a.db", "/a.db:~/b.db", "none"),
    Kind.NEEDS: ("nofile=65536", "nproc=4096,mem=2GiB", "none"),
    Kind.FILE: ("/a", "~/b", "none"),
    Kind.URL: ("https://a.example/hook", "http://127.0.0.1:9093/", "none"),
    Kind.WORDS: ("/bin/a 'b c'", "/bin/b", "none"),
}
CHOICES = {
    "sampler": ("portable", "auto", "portable"),
    "profile": ("server", "auto", "ci"),
    "on_critical": ("resume", "drain", "resume"),
    "log_to": ("stderr", "journald,syslog", "none"),
    "columns": ("PID,RSS", "command,pss", "none"),
}
PERCENTS = {
    "memory_moderate_pct": ("41", "42", "43"),
    "memory_high_pct": ("61", "62", "63"),
    "memory_critical_pct": ("81", "82", "83"),
    "memory_release_margin_pct": ("6", "7", "8"),
}


def samples(row):
    """Three allowed values, none of them the default but for the two words of a choice."""
    return SAMPLES.get(row.kind) or {**PERCENTS, **CHOICES}[row.name]


def toml_of(row, text):
    quoted = text if row.kind in (Kind.COUNT, Kind.NUMBER) else f'"{text}"'
    return f"# a comment\n[{row.table}]\n{row.name} = {quoted}\n"


@each_row
def test_each_layer_beats_the_one_below_it(places_with, row):
    in_file, in_environment, in_flag = samples(row)
    plain = places_with()
    assert load(places=plain).origin(row.key) == Origin(layer="default")

    plain.user_file.write_text(toml_of(row, in_file))
    settings = load(places=plain)
    assert settings.value(row.key) == from_text(row, in_file)
    assert str(settings.origin(row.key)) == f"file {plain.user_file}:3"

    places = places_with({row.environment: in_environment})
    settings = load(places=places)
    assert settings.value(row.key) == from_text(row, in_environment)
    assert str(settings.origin(row.key)) == f"environment {row.environment}"

    settings = load(places=places, flags={row.key: in_flag})
    assert settings.value(row.key) == from_text(row, in_flag)
    assert settings.origin(row.key).layer == "flag"
    assert settings.default(row.key) == load(places=plain, config_file=Path("/dev/null")).value(row.key)


def test_a_flag_is_named_as_it_was_typed(places):
    settings = load(places=places, flags={"monitor.interval": "5"})
    assert str(settings.origin("monitor.interval")) == "flag --interval"


def test_an_empty_variable_is_as_one_that_is_not_set(places_with):
    settings = load(places=places_with({"MNEMOSYNE_EVENT_TTL": ""}))
    assert settings.origin("resources.event_ttl_secs").layer == "default"


@pytest.mark.parametrize(
    ("environment", "flags", "message"),
    [
        (
            {"MNEMOSYNE_MEMORY_CRITICAL_PCT": "180"},
            {},
            "environment MNEMOSYNE_MEMORY_CRITICAL_PCT: resources.memory_critical_pct: "
            "'180' is outside 0 to 100 percent; allowed is a percentage from 0% to 100%",
        ),
        (
            {"MNEMOSYNE_SAMPLER": "portabel"},
            {},
            "environment MNEMOSYNE_SAMPLER: monitor.sampler: "
            "'portabel' is unknown; did you mean portable? allowed is one of auto, portable",
        ),
        (
            {},
            {"monitor.interval": "2 fortnights"},
            "flag --interval: monitor.interval: '2 fortnights' is not a duration; "
            "write for example 500ms, 30s, 5m or 2h; allowed is a duration from 50ms to 1h",
        ),
        (
            {},
            {"monitor.interval": ""},
            "flag --interval: monitor.interval: '' is not a duration; "
            "write for example 500ms, 30s, 5m or 2h; allowed is a duration from 50ms to 1h",
        ),
    ],
)
def test_a_wrong_variable_or_flag_is_named(places_with, environment, flags, message):
    with pytest.raises(ConfigError) as refused:
        load(places=places_with(environment), flags=flags)
    assert str(refused.value) == message
    assert refused.value.exit_code == 2


def test_edges_out_of_order_name_each_key_and_where_it_came_from(places_with):
    places = places_with({"MNEMOSYNE_MEMORY_CRITICAL_PCT": "55"})
    places.user_file.write_text("[resources]\nmemory_high_pct = 70\n")
    with pytest.raises(ConfigError) as refused:
        load(places=places)
    assert str(refused.value) == (
        "edges must rise: 0 < moderate < high < critical <= 100 %; found "
        "resources.memory_moderate_pct = 40% (default), "
        f"resources.memory_high_pct = 70% (file {places.user_file}:2), "
        "resources.memory_critical_pct = 55% (environment MNEMOSYNE_MEMORY_CRITICAL_PCT), "
        "resources.memory_release_margin_pct = 5% (default); change one of them"
    )


def test_a_release_margin_as_large_as_the_lowest_edge_is_refused(places_with):
    with pytest.raises(ConfigError, match="release margin must be"):
        load(places=places_with({"MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT": "40"}))


@pytest.mark.parametrize(("size", "warned"), [("9", True), ("10", False), ("50", False), ("51", True)])
def test_a_pool_outside_ten_to_fifty_is_a_warning(places_with, size, warned):
    settings = load(places=places_with({"MNEMOSYNE_DB_POOL_SIZE": size}))
    assert settings.value("resources.db_pool_size") == int(size)
    assert settings.warnings == (
        (f"MNEMOSYNE_DB_POOL_SIZE: resources.db_pool_size is {size}; 10 to 50 connections are advised",)
        if warned
        else ()
    )


def test_the_rooms_get_plain_numbers_in_base_units(places_with):
    settings = load(
        places=places_with(
            {
                "MNEMOSYNE_MEMORY_HIGH_PCT": "57",
                "MNEMOSYNE_MONITOR_INTERVAL": "500ms",
                "MNEMOSYNE_MEMORY_LOG_INTERVAL": "1m",
                "MNEMOSYNE_MEMORY_LOG_MAX_BYTES": "1Mi",
                "MNEMOSYNE_SAMPLER": "portable",
            }
        )
    )
    assert settings.levels() == Edges(
        moderate_ratio=0.4, high_ratio=0.57, critical_ratio=0.8, release_margin_ratio=0.05
    )
    assert settings.interval_seconds() == 0.5
    assert settings.memory_log_interval_seconds() == 60
    assert settings.memory_log_max_bytes() == 1 << 20
    assert settings.sampler() == "portable"


def test_the_default_edges_are_those_of_the_engine(places):
    assert load(places=places).levels() == Edges()


def test_the_memory_log_lies_in_the_users_data_folder_unless_told(places_with, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert load(places=places_with()).memory_log_file() == places_with().data_folder / "logs/memory.log"
    told = places_with({"MNEMOSYNE_MEMORY_LOG_FILE": "~/m.log"})
    assert load(places=told).memory_log_file() == Path("/home/ada/m.log")


def test_a_log_file_below_a_home_that_is_not_there_is_an_error(places):
    homeless = places._replace(data_folder=Path("~no-such-user/data"))
    with pytest.raises(ConfigError) as refused:
        load(places=homeless).memory_log_file()
    assert str(refused.value) == (
        "default: ~no-such-user/data/logs/memory.log: you have no home folder; write a path that begins with /"
    )


@only_linux
def test_the_places_of_this_machine_are_those_of_the_design(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    monkeypatch.setenv("XDG_DATA_HOME", "/d")
    monkeypatch.chdir(tmp_path)
    places = machine_places()
    assert places.folder == tmp_path
    assert places.user_file == Path("/c/mnemosyne/config.toml")
    assert places.system_file == Path("/etc/mnemosyne/config.toml")
    assert places.data_folder == Path("/d/mnemosyne")


@pytest.mark.parametrize("value", [None, "", "/x"])
def test_the_users_folders_are_those_of_platformdirs(monkeypatch, value):
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, value) if value is not None else monkeypatch.delenv(variable)
    places = machine_places()
    assert places.user_file == platformdirs.user_config_path("mnemosyne", appauthor=False) / "config.toml"
    assert places.data_folder == platformdirs.user_data_path("mnemosyne", appauthor=False)


@only_linux
def test_a_relative_folder_of_the_user_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "here")
    monkeypatch.setenv("HOME", "/home/ada")
    assert machine_places().user_file == Path("/home/ada/.config/mnemosyne/config.toml")


def test_a_working_folder_that_was_removed_is_no_obstacle(monkeypatch, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert load().origin("monitor.interval").layer == "default"
