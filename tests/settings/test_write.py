"""Changing one setting: comments stay, the whole result is checked first, and a failure changes nothing."""

import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import ConfigError, OutputError
from mnemo_cli.settings import ROWS, Kind, Places, load
from mnemo_cli.settings.kinds import readable
from mnemo_cli.settings.write import write_setting

COMMENTED = """\
# thresholds of the night shift
[resources]   # see the runbook
memory_high_pct = 60      # not above 65
event_capacity = 500

# the screen
[monitor]
interval = "2s" # slow
"""
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system or give a file away")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_changed_value_leaves_every_other_character_alone(places):
    places.user_file.write_text(COMMENTED)
    write_setting("resources.memory_high_pct", "65", places=places)
    assert places.user_file.read_text() == COMMENTED.replace("= 60 ", "= 65 ")


def test_a_new_key_keeps_all_lines_that_were_there(places):
    places.user_file.write_text(COMMENTED)
    write_setting("work_queue_max", "7", places=places)
    after = places.user_file.read_text()
    assert [line for line in after.splitlines() if line != "work_queue_max = 7"] == COMMENTED.splitlines()
    assert tomllib.loads(after)["resources"]["work_queue_max"] == 7


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[resources]\nevent_capacity = 7\n"),
        ("# mine\n", "# mine\n\n[resources]\nevent_capacity = 7\n"),
        ("resources.event_capacity = 5 # five\n", "resources.event_capacity = 7 # five\n"),
        ("resources = { event_capacity = 5 } # one\n", "resources = { event_capacity = 7 } # one\n"),
        ("[resources]\r\nevent_capacity = 5\r\n", "[resources]\r\nevent_capacity = 7\r\n"),
        ("[monitor]\ninterval = 2", "[monitor]\ninterval = 2\n[resources]\nevent_capacity = 7\n"),
    ],
    ids=["empty", "comments only", "dotted", "inline", "windows", "no last line end"],
)
def test_every_spelling_of_a_file_can_be_changed(places, before, after):
    places.user_file.write_bytes(before.encode())
    write_setting("resources.event_capacity", "7", places=places)
    assert places.user_file.read_bytes() == after.encode()


def test_the_users_file_and_its_folder_are_made_when_missing(places):
    places.user_file.parent.rmdir()
    places.user_file.parent.parent.rmdir()
    write_setting("monitor.interval", "2s", places=places)
    assert places.user_file.read_text() == '[monitor]\ninterval = "2s"\n'
    assert places.user_file.stat().st_mode & 0o777 == 0o644


def test_a_new_file_is_trusted_whatever_the_umask(places):
    before = os.umask(0)
    try:
        write_setting("monitor.memory_log_file", "/x", places=places)
    finally:
        os.umask(before)
    settings = load(places=places)
    assert (settings.value("monitor.memory_log_file"), settings.warnings) == ("/x", ())


def test_local_and_a_named_file_are_written_instead_of_the_users(places):
    write_setting("event_capacity", "5", local=True, places=places)
    write_setting("event_capacity", "6", config_file=places.folder / "b.toml", places=places)
    assert names_in(places.folder) == ["b.toml", "mnemo.toml"]
    assert load(places=places).value("resources.event_capacity") == 5
    assert not places.user_file.exists()


def test_a_setting_that_the_local_file_may_not_give_is_not_written_there(places):
    with pytest.raises(ConfigError) as refused:
        write_setting("memory_log_file", "/x", local=True, places=places)
    assert str(refused.value) == (
        "monitor.memory_log_file is not taken from ./mnemo.toml, which may be a stranger's; omit --local"
    )
    assert names_in(places.folder) == []


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("memory_criticl_pct", "80", "'memory_criticl_pct'; did you mean resources.memory_critical_pct?"),
        ("memory_critical_pct", "180", "resources.memory_critical_pct: '180' is outside 0 to 100 percent; allowed is"),
        ("memory_high_pct", "85", "edges must rise"),
    ],
)
def test_a_wrong_key_value_or_whole_is_refused_before_anything_is_written(places, key, text, message):
    places.user_file.write_text(COMMENTED)
    inode = places.user_file.stat().st_ino
    with pytest.raises(ConfigError) as refused:
        write_setting(key, text, places=places)
    assert message in str(refused.value)
    assert places.user_file.read_text() == COMMENTED
    assert places.user_file.stat().st_ino == inode


def test_a_wrong_value_that_is_already_there_is_refused_and_can_be_mended(places):
    places.user_file.write_text("[resources]\nevent_capacity = 0\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: resources\.event_capacity: 0 is out of range"):
        write_setting("work_queue_max", "5", places=places)
    write_setting("event_capacity", "1", places=places)
    assert load(places=places).value("resources.event_capacity") == 1


@pytest.mark.parametrize("text", ["not toml", "monitor = 3\n", "[[monitor]]\n"])
def test_a_file_that_cannot_be_understood_is_left_alone(places, text):
    places.user_file.write_text(text)
    with pytest.raises(ConfigError, match=r"config\.toml:1: "):
        write_setting("monitor.interval", "2", places=places)
    assert places.user_file.read_text() == text


def test_a_file_that_the_writer_would_damage_is_left_alone(places):
    # tomlkit 0.15 appends the new key to a last line that is dotted and has no line end.
    text = "[resources]\nresources.a.b = 2 # two"
    places.user_file.write_text(text)
    with pytest.raises(OutputError) as failed:
        write_setting("event_capacity", "7", places=places)
    assert str(failed.value) == (
        f"{places.user_file}: cannot set resources.event_capacity without touching the rest; change it in an editor"
    )
    assert places.user_file.read_text() == text


def test_variables_do_not_stand_in_the_way_of_a_good_file(places_with):
    places = places_with({"MNEMOSYNE_MEMORY_HIGH_PCT": "99"})
    write_setting("memory_critical_pct", "90", places=places)
    assert places.user_file.read_text() == "[resources]\nmemory_critical_pct = 90\n"


def test_warnings_of_the_new_file_are_handed_back(places):
    change = write_setting("db_pool_size", "60", places=places)
    assert change.warnings == (f"{places.user_file}:2: resources.db_pool_size is 60; 10 to 50 connections are advised",)


def test_a_symbolic_link_stays_one_and_the_mode_stays(places, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    real.chmod(0o600)
    places.user_file.symlink_to(real)
    write_setting("monitor.interval", "2s", places=places)
    assert places.user_file.is_symlink()
    assert real.read_text() == '[monitor]\ninterval = "2s"\n'
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_dangling_link_gets_the_file_it_names(places, tmp_path):
    places.user_file.symlink_to(tmp_path / "new.toml")
    write_setting("monitor.interval", "2s", places=places)
    assert places.user_file.is_symlink() and (tmp_path / "new.toml").is_file()


@only_root
def test_the_owner_stays_when_root_writes(places):
    places.user_file.write_text("")
    os.chown(places.user_file, 65534, 65533)
    write_setting("monitor.interval", "2s", places=places)
    status = places.user_file.stat()
    assert (status.st_uid, status.st_gid) == (65534, 65533)


def test_something_that_is_no_file_is_not_replaced(places):
    os.mkfifo(places.folder / "mnemo.toml")
    with pytest.raises(OutputError, match="is not a regular file; name another"):
        write_setting("monitor.interval", "2s", local=True, places=places)
    with pytest.raises(OutputError, match="is not a regular file; name another"):
        write_setting("monitor.interval", "2s", config_file=Path("/dev/null"), places=places)


def test_a_folder_that_is_not_there_is_an_error(places):
    with pytest.raises(OutputError) as failed:
        write_setting("monitor.interval", "2s", config_file=places.folder / "no/a.toml", places=places)
    assert str(failed.value) == (
        f"cannot open the folder {places.folder}/no: No such file or directory; nothing was written"
    )
    assert failed.value.exit_code == 1


def test_a_file_where_the_users_folder_should_be_is_an_error(places):
    places.user_file.parent.rmdir()
    places.user_file.parent.write_text("")
    with pytest.raises(OutputError, match=r"cannot make the folder .*: File exists; nothing was written"):
        write_setting("monitor.interval", "2s", places=places)


@pytest.fixture
def full_disk(tmp_path):
    """A file system with one settings file and not one free block."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@only_root
def test_on_a_full_disk_the_old_file_stays_whole_and_nothing_is_left_behind(places, full_disk):
    path = full_disk / "a.toml"
    path.write_text(COMMENTED)
    with pytest.raises(OSError, match="No space left"), (full_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    with pytest.raises(OutputError) as failed:
        write_setting("monitor.interval", "3s", config_file=path, places=places)
    assert str(failed.value) == f"cannot write {path}: No space left on device; nothing was changed"
    assert path.read_text() == COMMENTED
    assert names_in(full_disk) == ["a.toml", "filler"]
    (full_disk / "filler").unlink()
    write_setting("monitor.interval", "3s", config_file=path, places=places)
    assert path.read_text() == COMMENTED.replace("2s", "3s")


def test_writers_at_the_same_time_lose_no_key(places):
    rows = [row for row in ROWS if row.kind is Kind.COUNT]
    program = (
        "import sys; from mnemo_cli.app import main\n"
        "sys.exit(main(['config', 'set', '--config', sys.argv[1], sys.argv[2], '20']))"
    )
    path = places.folder / "shared.toml"
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(path), row.key], stderr=subprocess.PIPE) for row in rows
    ]
    assert [(writer.communicate()[1], writer.returncode)[1] for writer in writers] == [0] * len(rows)
    written = tomllib.loads(path.read_text())
    assert {f"{table}.{name}": value for table in written for name, value in written[table].items()} == {
        row.key: 20 for row in rows
    }


def test_a_reader_never_sees_half_a_file(places):
    write_setting("event_capacity", "1", places=places)
    seen, done = set(), threading.Event()

    def read_on():
        while not done.is_set():
            seen.add(load(places=places).value("resources.event_capacity"))

    reader = threading.Thread(target=read_on)
    reader.start()
    for number in range(2, 12):
        write_setting("event_capacity", str(number), places=places)
    done.set()
    reader.join()
    assert seen <= set(range(1, 12)) and seen


@st.composite
def a_row_and_a_text(draw):
    row = draw(st.sampled_from(ROWS))
    if row.kind is Kind.CHOICE:
        return row, draw(st.sampled_from(row.choices))
    if row.kind is Kind.NEEDS:
        return row, draw(st.sampled_from(["none", "nofile=65536", "nproc=4096, mem=2GiB"]))
    if row.kind is Kind.PATHS:
        return row, draw(st.sampled_from(["none", "/srv/app.db", "/srv/app.db:~/other.db"]))
    if row.kind is Kind.FILE:
        return row, draw(st.sampled_from(["none", "/srv/rules.yml", "~/rules.yml"]))
    if row.kind is Kind.URL:
        return row, draw(st.sampled_from(["none", "https://hooks.example/v1", "http://[::1]:9093/api?a=b"]))
    if row.kind is Kind.WORDS:
        return row, draw(st.sampled_from(["none", "/bin/page", "/bin/page --to 'the operator'"]))
    if row.kind is Kind.SOME:
        first, *others, last = row.choices
        return row, draw(st.sampled_from(["none", first, f"{last},{others[0]}"]))
    if row.kind is Kind.PATH:
        return row, "/" + draw(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
    if row.kind is Kind.PERCENT:
        lowest = {"memory_moderate_pct": 6, "memory_high_pct": 60, "memory_critical_pct": 80}.get(row.name, 0)
        highest = {"memory_moderate_pct": 59, "memory_high_pct": 79, "memory_critical_pct": 100}.get(row.name, 5)
        return row, str(draw(st.integers(lowest, highest)))
    if row.kind in (Kind.COUNT, Kind.SIZE):
        return row, readable(row, draw(st.integers(int(row.minimum), int(row.maximum))))
    return row, readable(row, round(draw(st.floats(row.minimum, row.maximum)), 3))


@given(chosen=st.lists(a_row_and_a_text(), min_size=1, max_size=4))
def test_what_is_set_is_what_is_read(tmp_path_factory, chosen):
    folder = tmp_path_factory.mktemp("round")
    places = Places(
        folder=folder,
        environment={},
        user_file=folder / "config.toml",
        system_file=folder / "none",
        data_folder=folder,
        user_id=os.geteuid(),
    )
    written = {}
    for row, text in chosen:
        write_setting(row.key, text, places=places)
        written[row.key] = load(places=places, flags={row.key: text}).value(row.key)
    settings = load(places=places)
    assert {key: settings.value(key) for key in written} == written
