"""Pages the operator through PagerDuty: an event for each alert, which opens an incident and closes it again.

https://developer.pagerduty.com/docs/events-api-v2/overview/
"""

import time
from collections.abc import Callable

from mnemo_cli.degrade.actions.answers import heed_answer
from mnemo_cli.degrade.actions.document import Source, annotations, clean, fingerprint, labels, value_text
from mnemo_cli.degrade.actions.notice import Episode, Notice
from mnemo_cli.degrade.actions.post import Post
from mnemo_cli.model import Json
from mnemo_cli.model.alerts import Severity
from mnemo_cli.recording.document import encode, timestamp

_SEVERITIES: dict[Severity, str] = {
    "note": "info",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "critical": "critical",
}
# The service refuses longer ones.
_MOST_SUMMARY_CHARACTERS = 1024


class PagerDuty:
    """An Action. Its lane hands it one alert at a time; `routing_key` is that of an integration of a service."""

    name = "pagerduty"

    def __init__(
        self, post: Post, routing_key: str, source: Source, *, unix_clock: Callable[[], float] = time.time
    ) -> None:
        self._post, self._routing_key, self._source, self._unix_clock = post, routing_key, source, unix_clock

    @property
    def shown(self) -> str:
        return self._post.shown

    def send(self, notice: Notice) -> None:
        secrets = (self._routing_key, *self._post.secrets)
        for episode in notice.news:
            text = encode(event(episode, self._source, self._routing_key)).encode()
            heed_answer(self._post.post(text), secrets, time_seconds=self._unix_clock())

    def end(self) -> None:
        self._post.end()


def event(episode: Episode, source: Source, routing_key: str) -> dict[str, Json]:
    """One request of the Events API, version 2."""
    alert, named = episode.alert, labels(episode, source)
    # The same alert has the same key after a restart and under another severity.
    key = fingerprint({name: text for name, text in named.items() if name != "severity"})
    document: dict[str, Json] = {
        "routing_key": routing_key,
        "event_action": "resolve" if episode.is_over else "trigger",
        "dedup_key": f"mnemo-{key}",
        "client": "mnemo",
    }
    if source.external_url:
        document["client_url"] = source.external_url
    if episode.is_over:
        return document
    place, value = named.get("instance") or "mnemo", value_text(alert.value)
    of_target = f" of {named['target']}" if named.get("target") else ""
    words = f"{alert.name}{of_target} on {place}" + (f": {alert.summary}" if alert.summary else "")
    document["payload"] = {
        "summary": clean(words + (f" ({value})" if value else ""), _MOST_SUMMARY_CHARACTERS),
        "source": place,
        "severity": _SEVERITIES[alert.severity],
        "timestamp": timestamp(episode.started_seconds),
        "component": "memory",
        "class": named["alertname"],
        "custom_details": {**named, **annotations(episode)},
    }
    return document
