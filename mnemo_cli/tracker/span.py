"""A with-block that takes something at its begin and gives it back at its end, whatever happens inside."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Span:
    """Calls `take` with the arguments on the way in and `give_back` with the same on the way out."""

    __slots__ = ("_arguments", "_give_back", "_take")

    def __init__(self, take: "Callable[..., None]", give_back: "Callable[..., None]", *arguments: int) -> None:
        self._take = take
        self._give_back = give_back
        self._arguments = arguments

    def __enter__(self) -> None:
        self._take(*self._arguments)

    def __exit__(self, *raised: object) -> None:
        self._give_back(*self._arguments)
