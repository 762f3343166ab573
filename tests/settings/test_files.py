"""Which one file is read, what happens when it cannot be, and why some files are not trusted with everything."""

import os

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings import load
from mnemo_cli.settings.files import LARGEST_BYTES, states
from tests.strangers import open_to_all

LOG_FILE = "monitor.memory_log_file"
STRANGER = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away or become another user")


def state_of(places, config_file=None):
    return {role: state for role, _, state in states(config_file, places)}


def capacity(places, config_file=None):
    return load(config_file=config_file, places=places).value("resources.event_capacity")


def test_the_first_file_that_exists_is_the_only_one_read(places):
    option = places.folder / "other.toml"
    assert capacity(places) == 1000
    for number, path in enumerate((places.system_file, places.user_file, places.folder / "mnemo.toml"), start=1):
        path.write_text(f"[resources]\nevent_capacity = {number}\n")
        assert capacity(places) == number
    option.write_text("[resources]\nevent_capacity = 4\n")
    assert capacity(places, option) == 4


def test_a_file_hides_the_settings_of_those_below_it(places):
    places.user_file.write_text("[resources]\nevent_capacity = 5\n")
    (places.folder / "mnemo.toml").write_text("")
    assert capacity(places) == 1000


def test_states_say_which_file_is_used_and_which_are_not(places):
    assert state_of(places) == {"local": "absent", "user": "absent", "system": "absent"}
    places.user_file.write_text("")
    places.system_file.write_text("")
    assert state_of(places) == {"local": "absent", "user": "used", "system": "shadowed"}
    assert state_of(places, places.folder / "none.toml") == {"option": "absent"}
    assert state_of(places, places.user_file) == {"option": "used"}


def test_a_relative_option_is_looked_for_in_the_working_folder(places, tmp_path):
    (places.folder / "a.toml").write_text("")
    assert load(config_file=tmp_path / "work/a.toml", places=places).file == places.folder / "a.toml"
    assert load(config_file=(places.folder / "a.toml").relative_to(places.folder), places=places).file == (
        places.folder / "a.toml"
    )


def test_an_option_that_names_no_file_is_an_error(places):
    path = places.folder / "none.toml"
    with pytest.raises(ConfigError) as refused:
        load(config_file=path, places=places)
    assert str(refused.value) == (
        f"cannot read the settings file {path}: No such file or directory; name an existing file"
    )
    assert refused.value.exit_code == 2


def test_an_option_that_names_a_folder_is_an_error(places):
    with pytest.raises(ConfigError, match=r"Is a directory; name an existing file$"):
        load(config_file=places.folder, places=places)


def test_a_pipe_may_be_named_as_the_option(places):
    reader, writer = os.pipe()
    os.write(writer, b"resources.event_capacity = 6\n")
    os.close(writer)
    assert capacity(places, places.folder / f"/dev/fd/{reader}") == 6
    os.close(reader)


def test_a_fifo_in_the_working_folder_is_refused_and_not_waited_for(places):
    path = places.folder / "mnemo.toml"
    os.mkfifo(path)
    with pytest.raises(ConfigError) as refused:
        load(places=places)
    assert str(refused.value) == f"{path}: not a regular file; remove it, or name another with --config"


def test_a_link_to_itself_is_an_error(places):
    (places.folder / "mnemo.toml").symlink_to("mnemo.toml")
    with pytest.raises(ConfigError, match=r"mnemo\.toml: Too many levels of symbolic links; remove it$"):
        load(places=places)


def test_text_that_is_not_utf8_names_its_line(places):
    places.user_file.write_bytes(b"[resources]\n# caf\xe9\n")
    with pytest.raises(ConfigError) as refused:
        load(places=places)
    assert str(refused.value) == f"{places.user_file}:2: not UTF-8 text, as TOML must be; save the file as UTF-8"


def test_an_endless_file_is_not_read_to_its_end(places):
    places.user_file.write_bytes(b"#" * (LARGEST_BYTES + 2))
    with pytest.raises(ConfigError, match=f"larger than {LARGEST_BYTES} bytes"):
        load(places=places)


@pytest.fixture
def as_a_stranger():
    os.seteuid(STRANGER)
    yield
    os.seteuid(0)


@only_root
def test_an_unreadable_file_is_an_error(places, tmp_path, request):
    places.user_file.write_text("")
    places.user_file.chmod(0)
    open_to_all(tmp_path)
    request.getfixturevalue("as_a_stranger")
    with pytest.raises(ConfigError) as refused:
        load(places=places)
    assert str(refused.value) == (
        f"cannot read the settings file {places.user_file}: Permission denied; make it readable"
    )


@only_root
def test_a_folder_that_may_not_be_searched_is_a_warning(places, tmp_path, request):
    places.user_file.parent.chmod(0o700)
    open_to_all(tmp_path)
    request.getfixturevalue("as_a_stranger")
    settings = load(places=places)
    assert settings.warnings == (
        f"{places.user_file}: cannot look for settings there (Permission denied); going on without",
    )
    assert state_of(places)["user"] == "unreachable"


def test_the_users_own_file_may_name_the_log_file(places):
    places.user_file.write_text('[monitor]\nmemory_log_file = "/x"\n')
    settings = load(places=places)
    assert (settings.value(LOG_FILE), settings.warnings) == ("/x", ())


def test_the_file_of_the_working_folder_may_not(places):
    path = places.folder / "mnemo.toml"
    path.write_text('[monitor]\ninterval = 2\nmemory_log_file = "/x"\n')
    settings = load(places=places)
    assert settings.value(LOG_FILE) == str(places.data_folder / "logs/memory.log")
    assert settings.interval_seconds() == 2
    assert settings.warnings == (
        f"{path}:3: {LOG_FILE} is not taken from here: ./mnemo.toml may be a stranger's; "
        f"put it into {places.user_file}, or use --config",
    )


def test_the_same_file_may_when_it_is_named(places):
    path = places.folder / "mnemo.toml"
    path.write_text('[monitor]\nmemory_log_file = "/x"\n')
    assert load(config_file=path, places=places).value(LOG_FILE) == "/x"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_trusted(places, mode):
    places.user_file.write_text('monitor.memory_log_file = "/x"\nresources.event_capacity = 5\n')
    places.user_file.chmod(mode)
    settings = load(places=places)
    assert settings.origin(LOG_FILE).layer == "default"
    assert settings.value("resources.event_capacity") == 5
    assert settings.warnings == (
        f"{places.user_file}:1: {LOG_FILE} is not taken from here: "
        f"others may write the file (mode {mode:04o}); run chmod go-w on it",
    )


def test_a_file_of_another_user_is_not_trusted(places):
    places.user_file.write_text('monitor.memory_log_file = "/x"\n')
    settings = load(places=places._replace(user_id=12345))
    if os.geteuid() == 0:
        assert settings.value(LOG_FILE) == "/x", "root's files are trusted by everybody"
    else:
        assert settings.origin(LOG_FILE).layer == "default"


@only_root
def test_a_file_that_belongs_to_a_stranger_is_not_trusted_and_says_so(places):
    places.user_file.write_text('monitor.memory_log_file = "/x"\n')
    os.chown(places.user_file, STRANGER, STRANGER)
    assert load(places=places).warnings == (
        f"{places.user_file}:1: {LOG_FILE} is not taken from here: "
        f"the file belongs to user {STRANGER}, who is neither root nor you; change its owner",
    )
    assert load(places=places._replace(user_id=STRANGER)).value(LOG_FILE) == "/x"
