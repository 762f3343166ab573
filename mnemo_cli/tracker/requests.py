"""What other processes ask of this program: read by the owner of a counters file, and answered. `asking` asks."""

from mnemo_cli.tracker import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Request:
    """One request: "shrink", "throttle" or "restart", and how much of it, from 0 to 1."""

    __slots__ = ("name", "number", "ratio")

    def __init__(self, name: str, number: int, ratio: float) -> None:
        self.name = name
        self.number = number
        self.ratio = ratio


class Requests:
    """The request area of one counters file. Of several requests of a kind the latest counts."""

    __slots__ = ("_words",)

    def __init__(self, words: "memoryview[int]") -> None:
        self._words = words

    def pending(self) -> "Iterator[Request]":
        """Those that are not answered yet. One that makes no sense is refused here."""
        words = self._words
        for slot, name in enumerate(layout.REQUESTS):
            first = layout.REQUESTS_AT + slot * layout.REQUEST_WORDS
            # The argument is written before the number: read after it, it is that of this request or a later one.
            number = words[first]
            if number == words[first + layout.ACKNOWLEDGED_OFFSET]:
                continue
            request = Request(name, number, words[first + layout.ARGUMENT_OFFSET] / layout.MILLION)
            if 0 <= request.ratio <= 1:
                yield request
            else:
                self.answer(request, layout.REFUSED)

    def are_pending(self) -> bool:
        """Whether there are any, at the cost of a few reads of memory."""
        words = self._words
        return any(
            words[first] != words[first + layout.ACKNOWLEDGED_OFFSET]
            for first in range(
                layout.REQUESTS_AT,
                layout.REQUESTS_AT + len(layout.REQUESTS) * layout.REQUEST_WORDS,
                layout.REQUEST_WORDS,
            )
        )

    def answer(self, request: Request, came_of_it: int) -> None:
        """Acknowledge it: layout.DONE, NOTHING, REFUSED or FAILED. A later request stays pending."""
        first = layout.REQUESTS_AT + layout.REQUESTS.index(request.name) * layout.REQUEST_WORDS
        self._words[first + layout.CAME_OF_IT_OFFSET] = came_of_it
        self._words[first + layout.ACKNOWLEDGED_OFFSET] = request.number
