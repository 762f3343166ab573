"""Bytes of a terminal become names of keys, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.output.dashboard.keyboard import Keyboard

_NAMED = {
    b"q": "q",
    b" ": "space",
    b"\r": "enter",
    b"\n": "enter",
    b"\t": "tab",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\x15": "ctrl+u",
    b"\x17": "ctrl+w",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\x1b[5~": "page_up",
    b"\x1b[6~": "page_down",
    b"\x1b[H": "home",
    b"\x1b[1~": "home",
    b"\x1bOF": "end",
    b"\x1b[4~": "end",
    b"\x1b[3~": "delete",
    "é".encode(): "é",
    "漢".encode(): "漢",
    b"\x1b[200~two\nwords\x1b[201~": "paste:two\nwords",
}
_NOTHING = [
    b"\x00",
    b"\x01",
    b"\x1bq",  # Alt-q
    b"\x1bOP",  # F1
    b"\x1b[15~",  # F5
    b"\x1b[[A",  # F1 of the Linux console
    b"\x1b[1;5A",  # Ctrl-up
    b"\x1b[24;80R",  # where the cursor is
    b"\x1b]11;rgb:0000/0000/0000\x07",  # the colour of the background
    b"\x1bP1+r4b=61\x1b\\",
    b"\x1b[201~",  # the end of a paste that never began
]
_PIECES = st.one_of(st.sampled_from([*_NAMED, *_NOTHING]), st.characters(codec="utf-8").map(str.encode))


def _pressed(keyboard: Keyboard, *pieces: bytes) -> list[str]:
    return [key for piece in pieces for key in keyboard.feed(piece)]


@pytest.mark.parametrize(("typed", "name"), _NAMED.items())
def test_a_key_has_a_name(typed: bytes, name: str) -> None:
    keyboard = Keyboard()

    assert keyboard.feed(typed) == (name,)
    assert not keyboard.is_waiting


@pytest.mark.parametrize("typed", _NOTHING)
def test_what_we_do_not_know_is_passed_over_whole(typed: bytes) -> None:
    keyboard = Keyboard()

    assert keyboard.feed(typed + b"?") == ("?",)


@given(st.lists(_PIECES, max_size=20), st.data())
def test_it_does_not_matter_where_a_read_ends(pieces: list[bytes], data: st.DataObject) -> None:
    typed = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(typed)), max_size=8)))
    parts = [typed[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(typed)], strict=True)]

    whole, cut = Keyboard(), Keyboard()

    assert _pressed(cut, *parts) == _pressed(whole, typed)
    assert cut.give_up() == whole.give_up()


@given(st.lists(st.binary(max_size=60), max_size=30))
def test_no_bytes_are_too_strange(parts: list[bytes]) -> None:
    keyboard = Keyboard()

    keys = [*_pressed(keyboard, *parts), *keyboard.give_up()]

    assert all((len(key) == 1 and key.isprintable()) or key.startswith("paste:") or key.isascii() for key in keys)
    assert not keyboard.is_waiting and not keyboard.is_pasting
    assert keyboard.feed(b"\x1b[A")[-1:] == ("up",)


def test_an_escape_is_a_key_when_nothing_follows() -> None:
    keyboard = Keyboard()

    assert keyboard.feed(b"\x1b") == ()
    assert keyboard.is_waiting
    assert keyboard.give_up() == ("esc",)
    assert not keyboard.is_waiting


def test_two_escapes_are_one_now_and_one_that_waits() -> None:
    keyboard = Keyboard()

    assert keyboard.feed(b"\x1b\x1b") == ("esc",)
    assert keyboard.give_up() == ("esc",)


def test_half_a_sequence_that_never_ends_is_no_key() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[1;")

    assert keyboard.give_up() == ()
    assert keyboard.feed(b"q") == ("q",)


def test_a_paste_is_no_keys_and_its_length_is_bounded() -> None:
    keyboard = Keyboard()
    assert keyboard.feed(b"\x1b[200~qK") == ()
    for _ in range(1000):
        assert keyboard.feed(b"q" * 1000) == ()
        assert not keyboard.is_waiting

    (pasted, after) = keyboard.feed(b"q\x1b[20" + b"1~?")

    assert pasted == "paste:" + ("qK" + "q" * 998)
    assert after == "?"


def test_a_paste_that_lost_its_end_is_what_came_of_it() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[200~some words")

    assert keyboard.is_pasting
    assert keyboard.give_up() == ("paste:some words",)
    assert keyboard.feed(b"q") == ("q",)


def test_noise_that_begins_like_a_sequence_is_given_up_at_last() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b]" + b"x" * 5000)

    assert not keyboard.is_waiting
