"""Known names become aliases wherever they stand as words, in every spelling; plain words stay."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.redaction import Known
from tests.diagnostics.redaction.texts import redactor, safe


@pytest.mark.parametrize(
    "text",
    [
        "alice", "ALICE", "Alice", "alice_backup", "backup-alice.service", "/srv/people/alice/x",
        "(alice)", "task=alice,pid=4",
        "José", "user jos\\u00e9", "/data/Jos%C3%A9", "bob\\x2dsmith.service", "Alice Example", "cafe", "user-cafe",
    ],
)  # fmt: skip
def test_a_known_user_is_found(text):
    came = safe(f"x {text} y\n")
    lowered = came.lower()
    assert not any(name in lowered for name in ("alice", "jos", "smith", "-cafe", " cafe")), came
    assert "user-" in came or "home-" in came


@pytest.mark.parametrize("text", ["malice", "alices", "chalice1", "decafe", "bobsmith", "web-010"])
def test_a_name_inside_another_word_is_another_word(text):
    assert safe(f"x {text} y\n") == f"x {text} y\n"


def test_a_host_has_one_alias_with_and_without_its_domain():
    one = redactor()
    words = safe("web-01 WEB-01.corp.example Web-01.Corp.Example. web-01\n", one=one).split()
    assert len({word.rstrip(".") for word in words}) == 1


def test_every_name_below_a_known_domain_is_a_host():
    came = safe("to db7.corp.example and x.y.corp.example and corp.exampled\n")
    assert came.count("host-") == 2 and "db7" not in came and "corp.exampled" in came


def test_a_user_called_like_a_word_of_the_kernel_is_found_by_its_surroundings_only():
    came = safe("memory.max is max\nfrom /home/max/x user=max\n")
    assert came.startswith("memory.max is max\n") and "home/max" not in came and "=max" not in came
    assert len({word.rstrip("/x") for word in came.replace("user=", "/home/").split("/home/")[1:]}) <= 2


def test_the_machines_id_and_a_home_elsewhere():
    came = safe("id 3d1219c7c4c5404aaa1f6d2a48adfda4 in /srv/people/alice/app.log\n")
    assert "3d1219" not in came and "people" not in came
    assert "machine-" in came and "home-" in came


@pytest.mark.parametrize(
    "unit", ["user@1000.service", "user-1000.slice", "session-3.scope", "system.slice", "app.slice"]
)
def test_the_names_of_units_and_slices_stay(unit):
    text = f"/user.slice/user-1000.slice/user@1000.service/{unit}\n"
    assert safe(text) == text


def test_five_thousand_users_are_found_as_well_as_one():
    users = tuple(f"person{'abcdefghij'[number % 10]}{number}" for number in range(5000))
    one = redactor(Known(users=users))
    assert safe(f"{users[4321]} and {users[7]} and personx\n", one=one).count("user-") == 2


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=4, max_size=12).filter(
        lambda name: name.strip("._-0123456789") == name and len(name) > 3
    ),
    st.text(alphabet=" /,()[]:;=\"'\n@_-.", max_size=3),
    st.text(alphabet=" /,()[]:;=\"'\n@_-.", max_size=3),
)
def test_no_known_name_is_left_whatever_stands_around_it(name, before, after):
    name = f"q{name}q"  # no word of the kernel, and none of the aliases' own
    one = redactor(Known(users=(name,)))
    came = safe(f"x {before}{name}{after} y {json.dumps({name: name})}\n", one=one)
    assert name not in came


def test_a_machine_without_names_is_no_error():
    assert safe("alice on node7\n", one=redactor(Known())) == "alice on node7\n"
