"""Posts alerts to an address of the user's, as Alertmanager does."""

import time
from collections.abc import Callable

from mnemo_cli.degrade.actions.answers import heed_answer
from mnemo_cli.degrade.actions.document import Source, body
from mnemo_cli.degrade.actions.notice import Notice
from mnemo_cli.degrade.actions.post import Post


class Webhook:
    """An Action. A notice that was not answered in time is sent again: receivers know an alert by its fingerprint."""

    name = "webhook"

    def __init__(self, post: Post, source: Source, *, unix_clock: Callable[[], float] = time.time) -> None:
        self._post, self._source, self._unix_clock = post, source, unix_clock

    @property
    def shown(self) -> str:
        return self._post.shown

    def send(self, notice: Notice) -> None:
        answer = self._post.post(body(notice, self._source))
        heed_answer(answer, self._post.secrets, time_seconds=self._unix_clock())

    def end(self) -> None:
        self._post.end()
