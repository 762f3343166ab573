"""What the answer to a notice means: taken, to be tried again later, or refused for good."""

import email.utils
from datetime import UTC

from mnemo_cli.degrade.actions.address import said, shown_url
from mnemo_cli.degrade.actions.post import Answer
from mnemo_cli.errors import NotSentError

LONGEST_RETRY_AFTER_SECONDS = 300.0
# Request Timeout and Too Many Requests: the only refusals that say nothing against the request itself.
_TRY_AGAIN = (408, 429)
_MOST_DIGITS = 9


def heed_answer(answer: Answer, secrets: tuple[str, ...], *, time_seconds: float) -> None:
    """Raises NotSentError unless the notice was taken. `time_seconds` is Unix time."""
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        place = "" if answer.location is None else f" to {shown_url(answer.location)}"
        raise NotSentError(
            f"it redirects{place} ({status}), which is not followed; give the address that answers itself",
            again=False,
        )
    text = said(answer.text, secrets)
    words = f"it answered {status}" + (f": {text}" if text else "")
    if status in _TRY_AGAIN or status >= 500:
        raise NotSentError(words, again=True, after_seconds=retry_after_seconds(answer.retry_after, time_seconds))
    raise NotSentError(words, again=False)


def retry_after_seconds(header: str | None, time_seconds: float) -> float | None:
    """The seconds of a Retry-After, which is a number or a date; None where it is neither, and never too many.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(
            float(text[-_MOST_DIGITS:]) if len(text) <= _MOST_DIGITS else float("inf"), LONGEST_RETRY_AFTER_SECONDS
        )
    try:
        date = email.utils.parsedate_to_datetime(text)
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time_seconds
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
