"""The bounded components of a program as the ladder sees them: made smaller, and as large as they were again."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol, runtime_checkable

from mnemo_cli.degrade.foreign import Failed, attempt


class Shrinkable(Protocol):
    """Each class of `mnemo_cli.bounded` is one, and whatever of the program's own gives memory back."""

    def shrink(self, fraction: float, /) -> int:
        """Give up this share of what it holds, 0 to 1, from any thread: the bytes freed."""
        ...


@runtime_checkable
class Resizable(Protocol):
    """A cache whose limit can move: made smaller, it stays smaller."""

    @property
    def limit(self) -> int: ...
    def resize(self, limit: int, /) -> int: ...
    def __len__(self) -> int: ...


class Caches:
    """All components of one program; the first is asked first. One that raises does not stop the next."""

    def __init__(self, components: Iterable[Shrinkable] = ()) -> None:
        self._caches = tuple(map(_Cache, components))

    def __len__(self) -> int:
        return len(self._caches)

    def shrink(self, fraction: float) -> int:
        """Bytes freed by all of them together, as far as they tell; 1 is to their floor."""
        freed = [attempt(cache.name, partial(cache.shrink, fraction)) for cache in self._caches]
        return sum(size_bytes for size_bytes in freed if not isinstance(size_bytes, Failed))

    def restore(self) -> int:
        """How many may grow again to the limit that they had."""
        return sum(attempt(cache.name, cache.restore) is True for cache in self._caches)


class _Cache:
    """One component, and the limit that it had."""

    def __init__(self, component: Shrinkable) -> None:
        if not callable(getattr(component, "shrink", None)):
            raise TypeError(f"a component has a method shrink(fraction), and a {type(component).__name__} has none")
        self.name = f"to shrink the {type(component).__name__}"
        self._component = component
        self._full_limit: int | None = None

    def shrink(self, fraction: float) -> int:
        component = self._component
        freed_bytes = component.shrink(fraction)
        # Without this it would be as large as before after as many misses.
        if isinstance(component, Resizable):
            limit = max(1, len(component))
            if limit < component.limit:
                self._full_limit = component.limit if self._full_limit is None else self._full_limit
                freed_bytes += component.resize(limit)
        return freed_bytes

    def restore(self) -> bool:
        limit, self._full_limit = self._full_limit, None
        component = self._component
        if limit is None or not isinstance(component, Resizable):
            return False
        component.resize(max(limit, component.limit))
        return True
