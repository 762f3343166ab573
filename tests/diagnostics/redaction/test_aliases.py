"""Aliases: the same thing has one, different things have different ones, and another key makes others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.redaction.aliases import _MOST_KEPT, Aliases
from tests.diagnostics.redaction.texts import KEY, redactor, safe


@given(st.text(max_size=40))
def test_a_name_has_one_alias_in_the_whole_bundle(name):
    aliases = Aliases(KEY)
    assert aliases.of("user", name) == aliases.of("user", name)
    assert re.fullmatch(r"user-[0-9a-f]{4}", aliases.of("user", name))


def test_a_thousand_names_have_a_thousand_aliases():
    aliases = Aliases(KEY)
    assert len({aliases.of("ip", f"10.0.{number // 256}.{number % 256}") for number in range(2000)}) == 2000


def test_another_key_makes_other_aliases():
    other = bytes(32)
    names = [f"person{number}" for number in range(20)]
    assert all(Aliases(KEY).of("user", name) != Aliases(other).of("user", name) for name in names)


def test_a_user_and_a_host_of_one_name_are_told_apart():
    aliases = Aliases(KEY)
    assert aliases.of("user", "alice")[5:] != aliases.of("host", "alice")[5:]


def test_no_alias_holds_a_name_that_must_not_be_seen():
    plain = Aliases(KEY).of("user", "bob")
    careful = Aliases(KEY, reserved=(plain.removeprefix("user-"),)).of("user", "bob")
    assert careful.startswith(plain) and len(careful) == len(plain) + 2


def test_past_the_kept_ones_an_alias_is_long_and_still_the_same():
    aliases = Aliases(KEY)
    for number in range(_MOST_KEPT):
        aliases.of("ip", str(number))
    assert aliases.of("ip", "the next") == aliases.of("ip", "the next")
    assert len(aliases.of("ip", "the next")) == len("ip-") + 16


def test_aliases_are_counted_where_they_are_put():
    one = redactor()
    safe("alice and alice on node7\n", one=one)
    assert one.counts == {"user": 2, "host": 1}


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="random bytes"):
        redactor(key=b"short")
