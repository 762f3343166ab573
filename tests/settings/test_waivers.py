"""`[[doctor.waivers]]`: what is taken, every way to get it wrong, and that nothing else disturbs it."""

import datetime
import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.waivers import Waiver
from mnemo_cli.errors import ConfigError
from mnemo_cli.settings import load, row_of
from mnemo_cli.settings.files import SettingsFile
from mnemo_cli.settings.schema import file_schema
from mnemo_cli.settings.waivers import read_waivers
from mnemo_cli.settings.write import write_setting

KNOWN = {"FD001": "fd-soft-low", "MM009": "swap"}
GOOD = """\
# until the new machines come
[doctor]
profile = "server"

[[doctor.waivers]]
id = "FD001"
target = "nginx"
reason = "replaced in May"
expires = 2027-05-31

[[doctor.waivers]]  # everywhere
target = "*"
id = "swap"
expires = 2026-12-01
reason = "by design"
"""
WAIVERS = (
    Waiver("FD001", "nginx", "replaced in May", datetime.date(2027, 5, 31)),
    Waiver("swap", "*", "by design", datetime.date(2026, 12, 1)),
)


def whole(**changed):
    """A file of one waiver, some of its values changed; None leaves the key out."""
    values = {"id": '"FD001"', "target": '"nginx"', "reason": '"why"', "expires": "2027-05-31", **changed}
    lines = [f"{name} = {value}" for name, value in values.items() if value is not None]
    return "\n".join(["", "[[doctor.waivers]]", *lines, ""])


def refusal(places, text):
    places.user_file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(places=places).waivers(KNOWN)
    assert refused.value.exit_code == 2
    return str(refused.value).removeprefix(f"{places.user_file}:")


def test_without_any_there_are_none(places):
    assert load(places=places).waivers(KNOWN) == ()
    places.user_file.write_text("[doctor]\nwaivers = []\n")
    assert load(places=places).waivers(KNOWN) == ()


def test_each_table_is_a_waiver_and_knows_its_line(places):
    places.user_file.write_text(GOOD)
    settings = load(places=places)
    assert settings.waivers(KNOWN) == WAIVERS
    assert [entry.origin.line for entry in settings.waiver_entries] == [5, 11]
    assert [entry.id_origin.line for entry in settings.waiver_entries] == [6, 13]


def test_an_inline_list_says_the_same(places):
    places.user_file.write_text(
        'doctor.waivers = [{id = "FD001", target = "nginx", reason = "replaced in May", expires = 2027-05-31},\n'
        '  {id = "swap", target = "*", reason = "by design", expires = 2026-12-01}]\n'
    )
    settings = load(places=places)
    assert settings.waivers(KNOWN) == WAIVERS
    assert [entry.origin.line for entry in settings.waiver_entries] == [1, 1]


def test_they_are_taken_from_a_file_that_is_not_trusted_with_everything(places):
    (places.folder / "mnemo.toml").write_text(GOOD)
    settings = load(places=places)
    assert (settings.waivers(KNOWN), settings.warnings) == (WAIVERS, ())
    assert settings.value("doctor.profile") == "server"


WRONG = {
    "no reason": (
        whole(reason=None),
        '2: this waiver has no reason; add for example reason = "replaced in May, ticket 4711"',
    ),
    "no expiry": (whole(expires=None), "2: this waiver has no expires; add for example expires = 2027-05-31"),
    "no id": (whole(id=None), '2: this waiver has no id; add for example id = "FD001"'),
    "no target": (whole(target=None), '2: this waiver has no target; add for example target = "nginx"'),
    "misspelled key": (
        whole(expires=None, expiry="2027-05-31"),
        "6: there is no key 'expiry' in [[doctor.waivers]]; did you mean expires?",
    ),
    "key like no other": (
        whole(zzz="1"),
        "7: there is no key 'zzz' in [[doctor.waivers]]; allowed are id, target, reason, expires",
    ),
    "empty reason": (
        whole(reason='" "'),
        "5: doctor.waivers: reason: it is empty; "
        'allowed is a text, for example reason = "replaced in May, ticket 4711"',
    ),
    "number as id": (
        whole(id="1"),
        '3: doctor.waivers: id: 1 is the wrong type; allowed is a text, for example id = "FD001"',
    ),
    "date in quotes": (
        whole(expires='"2027-05-31"'),
        "6: doctor.waivers: expires: '2027-05-31' is the wrong type; "
        "allowed is a date without quotes, for example expires = 2027-05-31",
    ),
    "date with a time": (
        whole(expires="2027-05-31T12:00:00"),
        "6: doctor.waivers: expires: 2027-05-31 12:00:00 has a time; "
        "allowed is a date without quotes, for example expires = 2027-05-31",
    ),
    "no such day": (
        whole(expires="2027-02-30"),
        "6: not valid TOML: Invalid date or datetime; mend the file",
    ),
    "one table, no list": (
        '[doctor.waivers]\nid = "FD001"\n',
        "1: doctor.waivers is {'id': 'FD001'}, but must be tables; write [[doctor.waivers]]",
    ),
    "words in the list": (
        'doctor.waivers = ["FD001"]\n',
        "1: doctor.waivers[0] is 'FD001', but must be a table; write [[doctor.waivers]] and keys below",
    ),
    "unknown check": (
        whole(id='"FD991"'),
        "3: doctor.waivers: there is no check 'FD991'; did you mean FD001?",
    ),
    "id in lower case": (whole(id='"fd001"'), "3: doctor.waivers: there is no check 'fd001'; did you mean FD001?"),
    "slug in upper case": (whole(id='"SWAP"'), "3: doctor.waivers: there is no check 'SWAP'; did you mean swap?"),
    "check like no other": (
        whole(id='"zzzz"'),
        "3: doctor.waivers: there is no check 'zzzz'; `mnemo explain` lists them",
    ),
    "second of two": (
        GOOD + whole(reason=None),
        '17: this waiver has no reason; add for example reason = "replaced in May, ticket 4711"',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_waiver_names_the_line_the_key_what_was_found_and_what_is_allowed(places, case):
    text, message = WRONG[case]
    assert refusal(places, text) == message


def test_another_setting_can_be_changed_beside_them(places):
    places.user_file.write_text(GOOD)
    write_setting("doctor.profile", "database", places=places)
    assert places.user_file.read_text() == GOOD.replace('"server"', '"database"')
    write_setting("event_capacity", "7", places=places)
    assert load(places=places).waivers(KNOWN) == WAIVERS


def test_the_first_key_of_a_table_of_waivers_only_is_set_or_refused_whole(places):
    places.user_file.write_text(whole())
    write_setting("doctor.profile", "database", places=places)
    settings = load(places=places)
    assert settings.value("doctor.profile") == "database" and len(settings.waiver_entries) == 1


@pytest.mark.parametrize("key", ["doctor.waivers", "waivers"])
def test_asking_for_them_as_one_setting_says_how_they_are_written(key):
    with pytest.raises(ConfigError, match=r"write \[\[doctor.waivers\]\] with id, target, reason and expires"):
        row_of(key)


def in_json(text):
    """The document as an editor sees it, to whom a date is a text."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_the_schema_takes_what_is_taken_and_refuses_what_is_refused():
    validator = jsonschema.Draft202012Validator(file_schema())
    validator.validate(in_json(GOOD))
    wrong = [text for case, (text, _) in WRONG.items() if "check" not in case and "case" not in case]
    typeless = [WRONG["date in quotes"][0], WRONG["no such day"][0], WRONG["date with a time"][0]]
    assert not [text for text in wrong if text not in typeless and validator.is_valid(in_json(text))]


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.dates(), st.datetimes()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "target", "reason", "expires", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_stands_there_is_waivers_or_a_config_error(found):
    try:
        entries = list(read_waivers(found, SettingsFile(path=Path("/x.toml"), text="")))
    except ConfigError as err:
        assert str(err).startswith("/x.toml:1: ")
        return
    for waiver, _, _ in entries:
        assert waiver.id and waiver.target and waiver.reason and type(waiver.expires) is datetime.date
