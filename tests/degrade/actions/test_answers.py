"""What an answer means: taken, later, or never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.degrade.actions.answers import heed_answer, retry_after_seconds
from mnemo_cli.degrade.actions.post import Answer
from mnemo_cli.errors import NotSentError
from tests.degrade.actions.stage import BEGIN


def trouble(status, *, retry_after=None, location=None, text=""):
    try:
        heed_answer(Answer(status, retry_after, location, text), (), time_seconds=BEGIN)
    except NotSentError as err:
        return err
    return None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_is_one(status):
    assert trouble(status) is None


@pytest.mark.parametrize(
    ("status", "again"),
    [(400, False), (401, False), (403, False), (404, False), (410, False), (413, False), (408, True), (429, True),
     (500, True), (502, True), (503, True), (504, True), (599, True)],
)  # fmt: skip
def test_only_what_may_pass_is_tried_again(status, again):
    error = trouble(status, text="why\nnot")
    assert (error.again, error.perhaps, str(error)) == (again, False, f"it answered {status}: why")


def test_a_redirect_is_refused_and_names_where_it_led_without_its_secrets():
    error = trouble(302, location="https://u:Zq8canary@evil.example/login?Zq8canary")
    assert not error.again
    assert "it redirects to https://<redacted>@evil.example/<redacted>?<redacted> (302)" in str(error)
    assert "not followed" in str(trouble(301)) and "cannot be read" in str(trouble(308, location="/relative"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("0", 0.0), (" 120 ", 120.0), ("86400", 300.0), ("9" * 5000, 300.0), ("-1", None), ("1.5", None),
     ("٣", None), ("soon", None), ("", None),
     ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0), ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
     ("Sat, 15 Jan 2028 08:00:00 GMT", 300.0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_never_too_long(header, seconds):
    assert retry_after_seconds(header, BEGIN) == seconds


@given(header=st.text(max_size=80))
def test_no_retry_after_breaks_us(header):
    seconds = retry_after_seconds(header, BEGIN)
    assert seconds is None or 0 <= seconds <= 300
