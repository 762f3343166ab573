"""Alerts as the JSON that Alertmanager sends to webhooks, version 4: whoever receives that receives ours.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.degrade.actions.notice import Episode, Notice
from mnemo_cli.model import Json
from mnemo_cli.recording.document import encode, timestamp

MOST_BODY_BYTES = 256 * 1024
_MOST_TOLD = 100
_MOST_LABEL_CHARACTERS = 256
_MOST_ANNOTATION_CHARACTERS = 2048
# How Go writes a time that is none.
_NEVER = "0001-01-01T00:00:00Z"
# FNV-1a, 64 bits, over names and values with a byte after each that no text holds: as Prometheus does it.
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK, _SEPARATOR = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1, b"\xff"


class Source(NamedTuple):
    """Who tells: labels that stand beside those of each alert (job, instance, what is watched), and a page about it."""

    labels: Mapping[str, str]
    external_url: str = ""


def body(notice: Notice, source: Source) -> bytes:
    """The document of a notice; with too many alerts for it those that are news come first, and the rest is counted."""
    news = set(notice.news)
    ordered = sorted(notice.episodes, key=lambda episode: episode not in news)
    told = min(len(ordered), _MOST_TOLD)
    while True:
        left_out = len(ordered) - told + notice.lost
        text = encode(_document(ordered[:told], source, is_firing=notice.is_firing, left_out=left_out)).encode()
        if len(text) <= MOST_BODY_BYTES or told <= 1:
            return text
        told //= 2


def labels(episode: Episode, source: Source) -> dict[str, str]:
    own = {"alertname": episode.alert.name, "severity": episode.alert.severity}
    return {name: clean(text, _MOST_LABEL_CHARACTERS) for name, text in sorted({**source.labels, **own}.items())}


def annotations(episode: Episode) -> dict[str, str]:
    alert = episode.alert
    texts = {"summary": alert.summary, "value": value_text(alert.value)}
    return {name: clean(text, _MOST_ANNOTATION_CHARACTERS) for name, text in texts.items() if text}


def value_text(value: float | None) -> str:
    """As Prometheus writes numbers; nothing for one that is not known."""
    if value is None:
        return ""
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if value != value else f"{value:.10g}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """The number by which Alertmanager knows an alert with these labels."""
    number = _FNV_OFFSET
    for name in sorted(labels):
        for byte in name.encode() + _SEPARATOR + labels[name].encode() + _SEPARATOR:
            number = (number ^ byte) * _FNV_PRIME & _FNV_MASK
    return f"{number:016x}"


def clean(text: str, most: int) -> str:
    """Text that every reader of JSON takes: bytes that were no UTF-8 are spelt out."""
    text = text[: most + 1].encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= most else text[: most - 1] + "…"


def _document(episodes: Sequence[Episode], source: Source, *, is_firing: bool, left_out: int) -> dict[str, Json]:
    group = {name: clean(text, _MOST_LABEL_CHARACTERS) for name, text in sorted(source.labels.items())}
    return {
        "version": "4",
        "groupKey": f"{{}}:{{{', '.join(f'{name}={encode(text)}' for name, text in group.items())}}}",
        "truncatedAlerts": left_out,
        "status": "firing" if is_firing else "resolved",
        "receiver": "mnemo",
        "groupLabels": dict(group),
        "commonLabels": _common(labels(episode, source) for episode in episodes),
        "commonAnnotations": _common(map(annotations, episodes)),
        "externalURL": source.external_url,
        "alerts": [_alert(episode, source) for episode in episodes],
    }


def _alert(episode: Episode, source: Source) -> dict[str, Json]:
    named = labels(episode, source)
    ended = _NEVER if episode.ended_seconds is None else timestamp(episode.ended_seconds)
    return {
        "status": "resolved" if episode.is_over else "firing",
        "labels": dict(named),
        "annotations": dict(annotations(episode)),
        "startsAt": timestamp(episode.started_seconds),
        "endsAt": ended,
        "generatorURL": source.external_url,
        "fingerprint": fingerprint(named),
    }


def _common(several: Iterable[Mapping[str, str]]) -> dict[str, Json]:
    """What all of them say alike."""
    shared: set[tuple[str, str]] | None = None
    for one in several:
        shared = set(one.items()) if shared is None else shared & set(one.items())
    return dict(sorted(shared or ()))
