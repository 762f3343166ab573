"""Which page WHAT asks for: a code, a signal, an errno, a level, a topic, a setting, a check or a message."""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mnemo_cli.errors import UsageError
from mnemo_cli.forensics.codes import code_page, codes_page, signal_names, signal_page
from mnemo_cli.forensics.errnos import errno_names, errno_page, message_page
from mnemo_cli.forensics.levels import level_page, levels_page
from mnemo_cli.forensics.page import Page
from mnemo_cli.model import Level

if TYPE_CHECKING:
    from mnemo_cli.settings import Row, Settings


_WAIVERS_PAGE = Page(
    topic="doctor.waivers",
    title="setting doctor.waivers",
    paragraphs=(
        "A waiver takes a finding of `mnemo doctor` and `mnemo limits check` out of the gate until a day. It stays "
        "visible and is counted; when its last day has passed the finding comes back, with a note.",
        "In a settings file each is a table [[doctor.waivers]] with these four keys; ./mnemo.toml may have them, too. "
        "`mnemo config show` prints those in force.",
    ),
    rows=(
        ("id", 'the check, by id or slug: "FD001" or "fd-soft-low"'),
        ("target", 'whom: a name, a unit, a user, "pid 812", or a pattern such as "*"'),
        ("reason", "why it may stay"),
        ("expires", "the last day, without quotes: 2027-05-31"),
    ),
)


def find_page(what: str, settings: "Settings") -> Page:
    """The first kind of thing that WHAT is; the order is part of the interface."""
    kinds: Sequence[Callable[[str], Page | None]] = (
        _number,
        signal_page,
        errno_page,
        lambda word: level_page(word.lower(), settings.levels()),
        lambda word: _topic(word.lower(), settings),
        lambda word: _setting(word, settings),
        # No slug is also a topic or a setting (a test sees to it), so the dear question can come late.
        _check,
        message_page,
    )
    for kind in kinds:
        if (page := kind(what)) is not None:
            return page
    known = {name.lower(): name for name, _ in topics(settings)}
    near = [known[word] for word in difflib.get_close_matches(what.lower(), known, n=2, cutoff=0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`mnemo explain` lists what there is"
    raise UsageError(f"nothing is known about {what!r}; {hint}")


def topics(settings: "Settings") -> list[tuple[str, str]]:
    """Everything that can be asked for, with what it is."""
    return [
        ("levels", "the levels and their edges"),
        *((level.word, "one level") for level in Level),
        ("exit-codes", "what mnemo exits with"),
        ("0 … 255", "an exit code, such as 137"),
        ("slow", "slow for want of memory; with --pid N measured"),
        *((name, "a signal") for name in signal_names()),
        *((name, text) for name, text in errno_names()),
        ("settings", "all settings"),
        *((row.key, row.help) for row in _shown_rows()),
        (_WAIVERS_PAGE.topic, "findings that somebody answers for"),
        *_checks(),
    ]


def _number(word: str) -> Page | None:
    # int() alone would also read "1_37" and the digits of every script.
    return code_page(int(word)) if re.fullmatch(r"-?\d{1,9}", word, re.ASCII) else None


def _check(word: str) -> Page | None:
    from mnemo_cli.doctor.page import page_of

    page = page_of(word)
    if page is None:
        return None
    return Page(topic=page.slug, title=f"check {page.id} {page.slug}", paragraphs=(page.title, *page.paragraphs))


def _topic(word: str, settings: "Settings") -> Page | None:
    if word == "levels":
        return levels_page(settings.levels())
    if word in ("exit-codes", "exit codes"):
        return codes_page()
    if word == "slow":
        from mnemo_cli.forensics.slow import slow_page

        return slow_page()
    if word in ("waivers", "doctor.waivers"):
        return _WAIVERS_PAGE
    return _settings_page(settings) if word == "settings" else None


def _setting(word: str, settings: "Settings") -> Page | None:
    from mnemo_cli.settings import ROWS

    row = next((row for row in ROWS if word in (row.key, row.name, row.environment)), None)
    if row is None:
        return None
    return Page(
        topic=row.key,
        title=f"setting {row.key}",
        paragraphs=(row.help,),
        rows=(
            ("value", f"{settings.value(row.key)} {row.unit}".rstrip()),
            ("origin", str(settings.origin(row.key))),
            ("default", f"{settings.default(row.key)} {row.unit}".rstrip()),
            ("environment", row.environment),
        ),
    )


def _settings_page(settings: "Settings") -> Page:
    return Page(
        topic="settings",
        title="settings",
        paragraphs=(
            "A value comes from a flag, else from the environment, else from the settings file, else it is the "
            "default. `mnemo config show --origin` shows all values with their origins.",
        ),
        rows=tuple((row.key, row.help) for row in _shown_rows()),
    )


def _checks() -> Iterator[tuple[str, str]]:
    from mnemo_cli.doctor.page import pages

    for page in pages():
        yield page.slug, f"check {page.id}: {page.title}"


def _shown_rows() -> "list[Row]":
    from mnemo_cli.settings import ROWS

    return [row for row in ROWS if not row.hidden]
