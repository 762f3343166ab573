"""What is read at its first use and then kept: a property in its object, or one of many answers by its key.

functools.cached_property takes a lock each first time before Python 3.12: 1 µs, as much as a whole check.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def once_for(known: dict[Key, Answer], key: Key, read: Callable[[], Answer]) -> Answer:
    """The answer for this key, kept in `known`."""
    if key not in known:
        known[key] = read()
    return known[key]


class once(Generic[Answer]):
    """A non-data descriptor: the kept value in __dict__ shadows it."""

    def __init__(self, read: Callable[[Any], Answer]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "once[Answer]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Answer: ...
    def __get__(self, instance: object | None, owner: type) -> "once[Answer] | Answer":
        if instance is None:
            return self
        answer = instance.__dict__[self._name] = self._read(instance)
        return answer
