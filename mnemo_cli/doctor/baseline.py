"""What an earlier audit had found already: with it only new findings fail, and old ones can wait.

A baseline is a document that `--format json`, `ndjson` or `--report` wrote. Waived findings are not in it:
when their waiver ends they are new.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from mnemo_cli.doctor.result import STATES, Finding, Severity, Subject
from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import printable

FINDINGS_SCHEMA = "mnemo.findings/1"
_HOW = "write one with `mnemo limits check --report json=FILE`"
_SEVERITIES = {severity.word: severity for severity in Severity}


class Identity(NamedTuple):
    """What stays the same of a finding from one run to the next: neither its numbers, its words nor a pid."""

    id: str
    name: str | None
    unit: str | None
    user: str | None
    layer: str | None


class Baseline(NamedTuple):
    """The findings that were there before, with the worst severity of each."""

    known: Mapping[Identity, Severity] = MappingProxyType({})

    def knows(self, subject: Subject, finding: Finding) -> bool:
        """Whether the finding was there before, and no better: one that became worse is new."""
        before = self.known.get(identity(subject, finding))
        return before is not None and finding.severity is not None and finding.severity <= before


def identity(subject: Subject, finding: Finding) -> Identity:
    """The identity of a finding; a document has the same words, since it too holds printable text only."""
    return Identity(finding.id, _shown(subject.name), _shown(subject.unit), _shown(subject.user), _shown(finding.layer))


def load_baseline(path: Path) -> Baseline:
    """The findings of a mnemo.findings/1 document, or of one per line; ConfigError for anything else."""
    shown = printable(str(path))
    try:
        text = path.read_bytes().decode()
    except OSError as err:
        raise ConfigError(f"cannot read the baseline {shown}: {err.strerror}; {_HOW}") from err
    except UnicodeDecodeError as err:
        raise ConfigError(f"{shown}: byte {err.start} is not UTF-8, so this is no baseline; {_HOW}") from err
    worst: dict[Identity, Severity] = {}
    for place, document in _documents(text, shown):
        for found, severity in _findings(document, place):
            worst[found] = max(severity, worst.get(found, severity))
    return Baseline(known=worst)


def _documents(text: str, shown: str) -> Iterator[tuple[str, object]]:
    """Each document with the words for its place."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines:
        raise ConfigError(f"{shown}: the baseline is empty; {_HOW}")
    # One document may be one line, too, and then it does not matter as which of the two it is read.
    if not _is_document(lines[0][1]):
        yield shown, _parsed(text, shown)
        return
    for number, line in lines:
        yield f"{shown}:{number}", _parsed(line, f"{shown}:{number}")


def _is_document(line: str) -> bool:
    import json

    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(text: str, place: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError) as err:
        raise ConfigError(f"{place}: not JSON: {err}; {_HOW}") from err


def _findings(document: object, place: str) -> Iterator[tuple[Identity, Severity]]:
    if not isinstance(document, dict) or document.get("schema") != FINDINGS_SCHEMA:
        raise ConfigError(f"{place}: not a {FINDINGS_SCHEMA} document; {_HOW}")
    results = document.get("results")
    if not isinstance(results, list):
        raise _wrong(place, "results", results, "a list")
    for position, result in enumerate(results):
        where = f"results[{position}]"
        if not isinstance(result, dict):
            raise _wrong(place, where, result, "an object")
        state = result.get("state")
        if state not in STATES:
            raise _wrong(place, f"{where}.state", state, f"one of {' '.join(STATES)}")
        if state == "finding":
            # Only where there are several targets each result names its own.
            target = result.get("target", document.get("target"))
            if not isinstance(target, dict):
                raise _wrong(place, f"{where}.target", target, "an object")
            yield _identity_of(result, target, place, where), _severity(result.get("severity"), place, where)


def _identity_of(result: Mapping[str, object], target: Mapping[str, object], place: str, where: str) -> Identity:
    check = result.get("id")
    if not isinstance(check, str):
        raise _wrong(place, f"{where}.id", check, "a text")
    names = {key: _text(target.get(key), place, f"{where}.target.{key}") for key in ("name", "unit", "user")}
    return Identity(check, **names, layer=_text(result.get("layer"), place, f"{where}.layer"))


def _text(value: object, place: str, where: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _wrong(place, where, value, "a text or null")
    return _shown(value)


def _severity(value: object, place: str, where: str) -> Severity:
    if not isinstance(value, str) or value not in _SEVERITIES:
        raise _wrong(place, f"{where}.severity", value, f"one of {' '.join(_SEVERITIES)}")
    return _SEVERITIES[value]


def _wrong(place: str, where: str, found: object, allowed: str) -> ConfigError:
    import json

    shown = printable(json.dumps(found))
    cut = shown if len(shown) <= 40 else f"{shown[:39]}…"
    return ConfigError(f"{place}: {where} is {cut}, but must be {allowed}; {_HOW}")


def _shown(text: str | None) -> str | None:
    return None if text is None else printable(text)
