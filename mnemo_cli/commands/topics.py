"""Which page WHAT asks for: a number, signal, errno, level, topic, setting, check, step, action or message."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mnemo_cli.errors import EXIT_CODES, UsageError
from mnemo_cli.forensics.codes import code_page, codes_page, signal_names, signal_page
from mnemo_cli.forensics.errnos import errno_names, errno_page, message_page, messages
from mnemo_cli.forensics.levels import level_page, levels_page
from mnemo_cli.forensics.page import Group, Page, Topic

if TYPE_CHECKING:
    from mnemo_cli.doctor.page import CheckPage
    from mnemo_cli.settings import Row, Settings, Value


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
        lambda word: _step_or_action(word.lower(), settings),
        message_page,
    )
    for kind in kinds:
        if (page := kind(what)) is not None:
            return page
    if _names_a_file(what):
        raise UsageError(f"there is no file {what!r}; `mnemo explain` lists what there is beside files")
    # No number is near another one.
    known = {topic.name.lower(): topic.name for topic in topics(settings) if not topic.name.isdecimal()}
    near = [known[word] for word in difflib.get_close_matches(what.lower(), known, n=2, cutoff=0.6)]
    hint = f"did you mean {' or '.join(near)}?" if near else "`mnemo explain` lists what there is"
    raise UsageError(f"nothing is known about {what!r}; {hint}")


def _names_a_file(word: str) -> bool:
    """A path, or a name with an ending; the key of a setting has a dot, too."""
    tables = {row.key.partition(".")[0] for row in _shown_rows()}
    stem, dot, ending = word.rpartition(".")
    return "/" in word or (bool(stem and dot) and ending.isalnum() and stem.partition(".")[0] not in tables)


def topics(settings: "Settings") -> list[Topic]:
    """Everything that can be asked for, with what it is; each group stands together."""
    groups: dict[Group, Iterable[tuple[str, str]]] = {
        "symptom": _symptoms(),
        "exit-code": _codes(),
        "signal": signal_names(),
        "errno": errno_names(),
        "level": (("levels", "all levels"), *levels_page(settings.levels()).rows),
        "step": _steps(settings),
        "action": _actions(),
        "check": _checks(),
        "setting": _settings(),
    }
    return [Topic(group, name, text) for group, rows in groups.items() for name, text in rows]


def _symptoms() -> Iterator[tuple[str, str]]:
    yield "slow", "slow for want of memory; with --pid N measured"
    yield "leak", "memory that grows without end"
    for message, name in messages():
        yield message, f"printed for {name}"


def _codes() -> Iterator[tuple[str, str]]:
    yield "exit-codes", "all that mnemo exits with"
    of_sigkill = 137, "ended by SIGKILL: evidence of an OOM kill, and no proof"
    for code, meaning in sorted((*((int(code), meaning) for code, meaning in EXIT_CODES), of_sigkill)):
        yield str(code), meaning


def _steps(settings: "Settings") -> Iterator[tuple[str, str]]:
    from mnemo_cli.forensics.steps import steps_page

    yield "steps", "all steps: what is done, and when"
    # The others have the names of levels, whose pages come first.
    yield from (row for row in steps_page(settings.levels()).rows if row[0] == "emergency")


def _actions() -> Iterator[tuple[str, str]]:
    from mnemo_cli.forensics.actions import actions

    yield "actions", "all actions"
    yield from ((name, text.partition(". ")[0]) for name, text in actions())


def _checks() -> Iterator[tuple[str, str]]:
    from mnemo_cli.doctor.page import pages

    for page in pages():
        yield page.slug, f"{page.id}: {page.title}"


def _settings() -> Iterator[tuple[str, str]]:
    yield "settings", "all settings"
    yield from ((row.key, row.help) for row in _shown_rows())
    yield _WAIVERS_PAGE.topic, "Findings that somebody answers for."


def _number(word: str) -> Page | None:
    # int() alone would also read "1_37" and the digits of every script.
    return code_page(int(word)) if re.fullmatch(r"-?\d{1,9}", word, re.ASCII) else None


def _check(word: str) -> Page | None:
    from mnemo_cli.doctor.page import page_of

    page = page_of(word)
    if page is None:
        return None
    paragraphs = (page.title, *page.paragraphs, *_edges(page.slug), f"Look for it with `{_gate(page)} {page.slug}`.")
    return Page(topic=page.slug, title=f"check {page.id} {page.slug}", paragraphs=paragraphs)


def _edges(slug: str) -> Iterator[str]:
    """Where the checks of a use begin to find fault."""
    from mnemo_cli.doctor.check import CRITICAL_RATIO, HIGH_RATIO

    if slug.endswith("-usage"):
        yield f"Above {HIGH_RATIO * 100:g} % of the limit it is a warning, above {CRITICAL_RATIO * 100:g} % an error."


def _gate(page: "CheckPage") -> str:
    from mnemo_cli.doctor.page import GATE_PAGES

    return f"mnemo {'limits check' if page in GATE_PAGES else 'doctor'} --select"


def _topic(word: str, settings: "Settings") -> Page | None:
    if word == "levels":
        return levels_page(settings.levels())
    if word in ("exit-codes", "exit codes"):
        return codes_page()
    if word == "slow":
        from mnemo_cli.forensics.slow import slow_page

        return slow_page()
    if word == "leak":
        from mnemo_cli.forensics.leak import leak_page

        return leak_page()
    if word in ("waivers", "doctor.waivers"):
        return _WAIVERS_PAGE
    return _settings_page(settings) if word == "settings" else None


def _step_or_action(word: str, settings: "Settings") -> Page | None:
    from mnemo_cli.forensics.actions import action_page, actions_page
    from mnemo_cli.forensics.steps import step_page, steps_page

    if word == "steps":
        return steps_page(settings.levels())
    if word == "actions":
        return actions_page()
    return step_page(word, settings.levels()) or action_page(word)


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
            ("value", _in_words(row, settings.value(row.key))),
            ("origin", str(settings.origin(row.key))),
            ("default", _in_words(row, settings.default(row.key))),
            ("environment", row.environment),
        ),
    )


def _in_words(row: "Row", value: "Value") -> str:
    """A number in the unit of the row; of a text what may be shown of it."""
    if isinstance(value, str):
        from mnemo_cli.settings.kinds import readable

        return readable(row, value)
    return f"{value} {row.unit}".rstrip()


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


def _shown_rows() -> "list[Row]":
    from mnemo_cli.settings import ROWS

    return [row for row in ROWS if not row.hidden]
