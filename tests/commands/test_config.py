"""`mnemo config` as a shell calls it: what each subcommand prints, and with which code it ends."""

import json
import os
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from mnemo_cli.settings import ROWS

VISIBLE = [row.key for row in ROWS if not row.hidden]
SCHEMA = json.loads(resources.files("mnemo_cli").joinpath("schemas/config.schema.json").read_text())


@pytest.fixture
def mnemo(script_runner, tmp_path, monkeypatch):
    """Runs `mnemo config …` in an empty folder with a home of its own."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words):
        return script_runner.run(["mnemo", "config", *words])

    return run


@pytest.fixture
def user_file(tmp_path):
    path = tmp_path / "config/mnemosyne/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_config_alone_prints_its_help(mnemo):
    done = mnemo()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {name} " in done.stdout for name in ("show", "get", "set", "path", "schema"))


def test_show_prints_a_settings_file_off_a_terminal(mnemo, user_file):
    first = mnemo("show")
    assert (first.returncode, first.stderr) == (0, "")
    document = tomllib.loads(first.stdout)
    assert [f"{table}.{name}" for table, pairs in document.items() for name in pairs] == VISIBLE
    assert document["resources"]["memory_limit"] == "4Gi"
    user_file.write_text(first.stdout)
    assert mnemo("show").stdout == first.stdout


def test_show_origin_says_where_each_value_came_from(mnemo, user_file, monkeypatch):
    user_file.write_text("[resources]\nevent_capacity = 5\n")
    monkeypatch.setenv("MNEMOSYNE_EVENT_TTL", "9")
    lines = mnemo("show", "--origin").stdout.splitlines()
    assert [line.split(maxsplit=3)[2:] for line in lines if "event" in line] == [
        ["5", f"# file {user_file}:2"],
        ["9", "# environment MNEMOSYNE_EVENT_TTL"],
    ]
    assert sum("# default" in line for line in lines) == len(VISIBLE) - 2


def test_show_as_a_table_has_aligned_columns_and_no_escape_codes(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", "/\x1b[31m")
    text = mnemo("show", "--format", "table").stdout
    head, *rows = text.splitlines()
    column = head.index("value")
    assert head.split() == ["setting", "value", "meaning"]
    assert [row[:column].strip() for row in rows] == VISIBLE
    assert "\x1b" not in text and '"/\\u001b[31m"' in text
    with_origin = mnemo("show", "--format", "table", "--origin").stdout
    assert "environment MNEMOSYNE_MEMORY_LOG_FILE" in with_origin


@pytest.mark.parametrize("name", ["\x1b[31m", "\x9b31m", "\x7f", "\udcff"], ids=["escape", "C1", "DEL", "no UTF-8"])
def test_a_path_with_unprintable_characters_is_escaped_everywhere(mnemo, monkeypatch, name):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", f"/{name}")
    commands = [("get", "memory_log_file"), ("show",), *(("show", "--format", form) for form in ("table", "json"))]
    for words in commands:
        done = mnemo(*words)
        assert done.returncode == 0
        assert name not in done.stdout or (words[-1] == "json" and name == "\x7f")
        done.stdout.encode()


def test_show_prints_a_path_in_any_script_as_it_is(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", "/журнал/日誌")
    assert 'monitor.memory_log_file = "/журнал/日誌"\n' in mnemo("show").stdout


def test_show_on_a_terminal_is_a_table(tmp_path):
    leader, follower = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mnemo_cli", "config", "show"], stdout=follower, stderr=follower, cwd=tmp_path
    ) as process:
        os.close(follower)
        assert os.read(leader, 100).startswith(b"setting ")
        while process.poll() is None:
            try:
                os.read(leader, 65536)
            except OSError:  # the other end was closed
                break
    os.close(leader)
    assert process.returncode == 0


def test_show_as_json_is_one_document_of_its_schema(mnemo, user_file):
    user_file.write_text("[resources]\ndb_pool_size = 5\n")
    done = mnemo("show", "--format", "json")
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    by_key = {setting["key"]: setting for setting in document["settings"]}
    assert list(by_key) == VISIBLE
    assert document["schema"] == "mnemo.config/1"
    assert document["file"] == str(user_file)
    assert by_key["resources.db_pool_size"]["origin"] == {"layer": "file", "source": str(user_file), "line": 2}
    assert by_key["resources.memory_limit"]["value"] == 4 << 30
    assert document["warnings"] == [f"{user_file}:2: resources.db_pool_size is 5; 10 to 50 connections are advised"]
    assert done.stderr == f"mnemo: warning: {document['warnings'][0]}\n"


def test_hidden_settings_are_shown_only_when_asked_for(mnemo):
    assert "sampler" not in mnemo("show").stdout
    assert 'monitor.sampler = "auto"' in mnemo("show", "--all").stdout


@pytest.mark.parametrize(
    ("key", "value"),
    [("resources.memory_limit", "4294967296"), ("interval", "1"), ("memory_critical_pct", "80"), ("sampler", "auto")],
)
def test_get_prints_the_bare_value(mnemo, key, value):
    done = mnemo("get", key)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{value}\n", "")


def test_get_of_an_unknown_key_names_the_nearest(mnemo):
    done = mnemo("get", "memory_critcal_pct")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "mnemo: there is no setting 'memory_critcal_pct'; did you mean resources.memory_critical_pct?\n"
    )


def test_get_from_a_named_file(mnemo):
    Path("a.toml").write_text("monitor.interval = '2s'\n")
    assert mnemo("get", "interval", "--config", "a.toml").stdout == "2\n"


@pytest.mark.parametrize("command", [("show",), ("get", "interval")])
def test_a_wrong_file_ends_with_2_and_nothing_on_stdout(mnemo, command):
    Path("mnemo.toml").write_text("[resources]\nevent_capcity = 5\n")
    done = mnemo(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"mnemo: {Path.cwd()}/mnemo.toml:2: there is no setting 'event_capcity' in [resources]; "
        "did you mean event_capacity?\n"
    )


def test_a_wrong_variable_ends_with_2(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_EVENT_TTL", "soon")
    done = mnemo("show")
    assert done.returncode == 2
    assert done.stderr.startswith("mnemo: environment MNEMOSYNE_EVENT_TTL: resources.event_ttl_secs: 'soon' is not")


def test_set_writes_the_users_file_and_get_reads_it(mnemo, tmp_path):
    done = mnemo("set", "memory_limit", "8Gi")
    path = tmp_path / "config/mnemosyne/config.toml"
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"mnemo: resources.memory_limit = 8Gi written to {path}\n"
    assert path.read_text() == '[resources]\nmemory_limit = "8Gi"\n'
    assert mnemo("get", "memory_limit").stdout == f"{8 << 30}\n"


def test_set_local_and_set_config_write_other_files(mnemo):
    assert mnemo("set", "interval", "2", "--local").returncode == 0
    assert mnemo("set", "interval", "3", "--config", "b.toml").returncode == 0
    assert Path("mnemo.toml").read_text() == "[monitor]\ninterval = 2\n"
    assert Path("b.toml").read_text() == "[monitor]\ninterval = 3\n"
    both = mnemo("set", "interval", "3", "--config", "b.toml", "--local")
    assert (both.returncode, both.stderr) == (2, "mnemo: --local and --config name two files; give one of them\n")


def test_set_says_when_the_new_value_is_not_the_one_in_force(mnemo, monkeypatch, tmp_path):
    Path("mnemo.toml").write_text("")
    monkeypatch.setenv("MNEMOSYNE_MONITOR_INTERVAL", "7")
    user_file = tmp_path / "config/mnemosyne/config.toml"
    done = mnemo("set", "interval", "2")
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == [
        f"mnemo: warning: {Path.cwd()}/mnemo.toml is read here instead of {user_file}",
        "mnemo: warning: environment MNEMOSYNE_MONITOR_INTERVAL goes before the file",
    ]


def test_set_says_when_the_file_in_force_here_is_wrong(mnemo, tmp_path):
    Path("mnemo.toml").write_text("nonsense")
    done = mnemo("set", "interval", "2")
    assert done.returncode == 0
    assert (tmp_path / "config/mnemosyne/config.toml").exists()
    assert done.stderr.splitlines()[1].startswith(f"mnemo: warning: {Path.cwd()}/mnemo.toml:1: not valid TOML")


def test_set_leaves_a_file_that_is_not_toml_alone_and_ends_with_2(mnemo, user_file):
    user_file.write_text("not toml\n")
    done = mnemo("set", "interval", "2")
    assert done.returncode == 2
    assert done.stderr.startswith(f"mnemo: {user_file}:1: not valid TOML: ")
    assert user_file.read_text() == "not toml\n"


def test_set_of_edges_out_of_order_ends_with_2(mnemo):
    done = mnemo("set", "memory_high_pct", "90")
    assert done.returncode == 2
    assert done.stderr.startswith("mnemo: edges must rise")


def test_set_into_a_folder_that_is_not_there_ends_with_1(mnemo):
    done = mnemo("set", "interval", "2", "--config", "no/a.toml")
    assert done.returncode == 1
    assert done.stderr == (
        f"mnemo: cannot open the folder {Path.cwd()}/no: No such file or directory; nothing was written\n"
    )


def test_path_lists_the_files_in_the_order_they_are_looked_at(mnemo, user_file):
    user_file.write_text("")
    done = mnemo("path")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["absent", "local", f"{Path.cwd()}/mnemo.toml"],
        ["used", "user", str(user_file)],
        ["absent", "system", "/etc/mnemosyne/config.toml"],
    ]
    assert mnemo("path", "--config", "x.toml").stdout.split() == ["absent", "option", f"{Path.cwd()}/x.toml"]


def test_schema_prints_a_schema_that_show_fulfils(mnemo):
    done = mnemo("schema")
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(mnemo("show", "--all").stdout))


@pytest.mark.parametrize("words", [("sow",), ("get",), ("set", "interval"), ("show", "--format", "xml")])
def test_wrong_usage_ends_with_2(mnemo, words):
    assert mnemo(*words).returncode == 2


def test_get_and_show_import_no_rich_and_no_tomlkit():
    program = (
        "import sys; from mnemo_cli.app import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "print(sorted({'rich', 'tomlkit', 'psutil', 'pydantic', 'tomllib'} & set(sys.modules)), file=sys.stderr)"
    )
    for words in (["get", "interval"], ["show"]):
        done = subprocess.run(
            [sys.executable, "-c", program, "config", *words], capture_output=True, text=True, check=True
        )
        assert done.stderr == "[]\n"


WAIVERS = """\
[[doctor.waivers]]
id = "FD001"
target = "nginx"
reason = "replaced in \\"May\\" \\u001b[31m"
expires = 2027-05-31
[[doctor.waivers]]
id = "swap"
target = "*"
reason = "by design"
expires = 2026-12-01
"""


def test_show_prints_waivers_as_a_settings_file_that_can_be_read_back(mnemo, user_file):
    user_file.write_text(WAIVERS)
    first = mnemo("show")
    assert (first.returncode, first.stderr) == (0, "") and "\x1b" not in first.stdout
    assert tomllib.loads(first.stdout)["doctor"]["waivers"] == tomllib.loads(WAIVERS)["doctor"]["waivers"]
    assert f"# file {user_file}:6\n" in mnemo("show", "--origin").stdout
    user_file.write_text(first.stdout)
    assert mnemo("show").stdout == first.stdout


def test_show_as_a_table_and_as_json_has_the_waivers_too(mnemo, user_file):
    user_file.write_text(WAIVERS)
    rows = [line.split(maxsplit=1) for line in mnemo("show", "--format", "table").stdout.splitlines()]
    shown = [row[1] for row in rows if row[0] == "doctor.waivers"]
    assert len(shown) == 2
    assert shown[1].startswith("swap of * until 2026-12-01 ") and shown[1].endswith(" by design")
    document = json.loads(mnemo("show", "--format", "json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["waivers"][1] == {
        "id": "swap",
        "target": "*",
        "reason": "by design",
        "expires": "2026-12-01",
        "origin": {"layer": "file", "source": str(user_file), "line": 6},
    }


def test_a_waiver_without_an_end_stops_every_command_with_exit_2(mnemo, user_file):
    user_file.write_text(WAIVERS.replace("expires = 2026-12-01", ""))
    done = mnemo("show")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"mnemo: {user_file}:6: this waiver has no expires; add for example expires = 2027-05-31\n"


def test_get_and_set_of_the_waivers_say_how_they_are_written(mnemo):
    for words in (("get", "doctor.waivers"), ("set", "doctor.waivers", "x")):
        done = mnemo(*words)
        assert (done.returncode, done.stdout) == (2, "") and "write [[doctor.waivers]]" in done.stderr
