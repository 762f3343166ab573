"""The words that every view shares: unknown is never a 0, and a status reads without colour."""

import pytest

from mnemo_cli.model import UNLIMITED, Level
from mnemo_cli.output.words import count, duration, glyph, percent, size, status


@pytest.mark.parametrize("word", [count, duration, percent, size])
def test_unknown_is_a_word_and_zero_is_a_zero(word):
    assert word(None) == "unknown"
    assert word(0) in ("0", "0s", "0.0%")


def test_no_limit_is_a_word():
    assert (size(UNLIMITED), duration(UNLIMITED)) == ("unlimited", "never")


def test_numbers_are_short_and_have_a_unit():
    assert (size(3 * (1 << 30)), percent(0.7125), count(12), duration(400)) == ("3.00G", "71.2%", "12", "6m40s")


def test_every_level_has_a_glyph_of_its_own_in_ascii():
    glyphs = [glyph(level) for level in (None, *Level)]
    assert len(set(glyphs)) == 5 and all(sign.isascii() and sign.isprintable() for sign in glyphs)


@pytest.mark.parametrize(
    ("level", "at_least", "words"),
    [
        (Level.NORMAL, None, "ok NORMAL"),
        (Level.MODERATE, Level.MODERATE, "! MODERATE"),
        (Level.HIGH, None, "!! HIGH"),
        (Level.CRITICAL, None, "XX CRITICAL"),
        (None, None, "?? UNKNOWN"),
        (None, Level.NORMAL, "?? UNKNOWN"),
        (None, Level.HIGH, "?? UNKNOWN (at least HIGH)"),
    ],
)
def test_a_status_is_glyph_and_word(level, at_least, words):
    assert status(level, at_least) == words
