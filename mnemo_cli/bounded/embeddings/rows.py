"""Rows of floats, packed without a gap, in memory that goes back to the system as soon as rows are given up.

The heap would keep it: once a block of up to 32 MiB was freed, glibc serves the next one of that size
from the heap (M_MMAP_THRESHOLD grows, mallopt(3)), where one small object behind it holds all of it. So
rows stand in segments of about 1 MiB, each a private mapping of its own. To grow is to map one more, to
shrink is to drop the last ones: nothing is copied, and at no time are an old and a new store both there.
Keys and the order of use are the affair of `embeddings`.
"""

import math
import mmap
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar

from mnemo_cli.units import MIB

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

Backing: TypeAlias = Literal["numpy", "array"]
Precision: TypeAlias = Literal["float32", "float16"]
_LARGEST_FLOAT16 = 65504.0


Segment = TypeVar("Segment")


class Vector(Protocol):
    """What a cache gives out: a numpy array where numpy is installed, otherwise an `array.array`."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[float]: ...
    def __getitem__(self, index: int, /) -> float: ...
    def tolist(self) -> list[float]: ...
    def tobytes(self) -> bytes: ...


class Floats(Protocol[Segment]):
    """One way to hold floats: what a vector must be to become a row, and how a segment is looked at."""

    @property
    def row_bytes(self) -> int: ...
    def row(self, vector: Sequence[float] | Vector, /) -> memoryview:
        """The vector as a row; raises TypeError or ValueError when it is none, or holds NaN or infinity."""

    def segment(self, mapping: mmap.mmap, /) -> Segment: ...
    def copy(self, segment: Segment, place: int, /) -> Vector: ...


class Rows(Generic[Segment]):
    """Rows 0 to `count` − 1 may be read and written, after `hold(count)`."""

    def __init__(self, floats: Floats[Segment]) -> None:
        self.row_bytes = floats.row_bytes
        self.row = floats.row
        self._copy, self._segment = floats.copy, floats.segment
        self._per_segment = max(1, MIB // self.row_bytes)
        self._mappings: list[mmap.mmap] = []
        self._segments: list[Segment] = []

    def hold(self, count: int, *, spare_segments: int = 1) -> None:
        """Map what is missing for `count` rows, and drop what is more than that and `spare_segments`."""
        needed = -(-count // self._per_segment)
        while len(self._mappings) < needed:
            mapping = _mapped(self._per_segment * self.row_bytes)
            self._segments.append(self._segment(mapping))
            self._mappings.append(mapping)
        del self._segments[needed + spare_segments :]
        del self._mappings[needed + spare_segments :]

    def write(self, number: int, row: memoryview | bytes) -> None:
        segment, place = divmod(number, self._per_segment)
        offset = place * self.row_bytes
        self._mappings[segment][offset : offset + self.row_bytes] = row

    def read(self, number: int) -> Vector:
        """A copy: the next eviction writes another vector into this row."""
        segment, place = divmod(number, self._per_segment)
        return self._copy(self._segments[segment], place)

    def move(self, number: int, *, to: int) -> None:
        segment, place = divmod(number, self._per_segment)
        offset = place * self.row_bytes
        self.write(to, self._mappings[segment][offset : offset + self.row_bytes])


def rows(
    dimensions: int, precision: Precision = "float32", backing: Backing | None = None
) -> "Rows[NDArray[floating]] | Rows[mmap.mmap]":
    """Rows by numpy where it is installed, otherwise by the array module; or by the one that `backing` names."""
    if precision not in ("float32", "float16") or backing not in ("numpy", "array", None):
        raise ValueError(f"rows are float32 or float16, by numpy or array; not {precision!r} by {backing!r}")
    if backing != "array":
        try:
            return Rows(NumpyFloats(dimensions, precision))
        except ImportError as err:
            if backing == "numpy":
                raise ValueError("numpy is not installed; from mnemo's checkout: pip install '.[embeddings]'") from err
    if precision == "float16":
        raise ValueError("float16 needs numpy (from mnemo's checkout: pip install '.[embeddings]'); or take float32")
    return Rows(ArrayFloats(dimensions))


class NumpyFloats:
    """float32 or float16 by numpy, which is imported here, at the first use."""

    def __init__(self, dimensions: int, precision: Precision) -> None:
        import numpy

        self._numpy = numpy
        self._single, self._kept = numpy.dtype("float32"), numpy.dtype(precision)
        self._safe_square = _LARGEST_FLOAT16**2 if precision == "float16" else math.inf
        self._shape = (dimensions,)
        self.row_bytes = dimensions * self._kept.itemsize

    def row(self, vector: Sequence[float] | Vector, /) -> memoryview:
        numpy = self._numpy
        try:
            row = numpy.ascontiguousarray(vector)
        except ValueError as err:
            raise TypeError(f"a vector is one row of numbers: {err}") from err
        if row.dtype is not self._single:
            if row.dtype.kind not in "fiu":
                raise TypeError(f"a vector holds numbers; numpy reads this {type(vector).__name__} as {row.dtype}")
            with numpy.errstate(over="ignore"):
                row = row.astype(self._single)
        if row.shape != self._shape:
            raise ValueError(f"the vector has the shape {row.shape}, the rows of this cache {self._shape}")
        # The square of the length proves most vectors finite in less than half of the time of isfinite. It
        # may overflow where every number is fine (vdot, unlike dot, says nothing): then each is looked at.
        if not numpy.vdot(row, row) < self._safe_square:
            with numpy.errstate(over="ignore"):
                finite = numpy.isfinite(row.astype(self._kept)).all()
            if not finite:
                raise ValueError(f"the vector holds NaN, infinity, or a number too large for {self._kept}")
        packed: memoryview = (row if self._kept is self._single else row.astype(self._kept)).data
        return packed

    def segment(self, mapping: mmap.mmap, /) -> "NDArray[floating]":
        return self._numpy.frombuffer(mapping, self._kept, -1).reshape(-1, *self._shape)

    def copy(self, segment: "NDArray[floating]", place: int, /) -> Vector:
        row: Vector = segment[place].copy()
        return row


class ArrayFloats:
    """float32 by the array module."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self.row_bytes = dimensions * array("f").itemsize

    def row(self, vector: Sequence[float] | Vector, /) -> memoryview:
        # array() would take bytes for machine floats, and read an iterator for as long as it gives.
        if not (isinstance(vector, Sequence) or hasattr(vector, "tolist")) or isinstance(
            vector, str | bytes | bytearray
        ):
            raise TypeError(f"a vector is a sequence of numbers, not {type(vector).__name__}")
        if len(vector) != self._dimensions:
            raise ValueError(f"the vector has {len(vector):,} numbers, the rows of this cache {self._dimensions:,}")
        row = array("f", vector)
        if not math.isfinite(sum(row)):
            raise ValueError("the vector holds NaN, infinity, or a number too large for float32")
        return memoryview(row)

    def segment(self, mapping: mmap.mmap, /) -> mmap.mmap:
        return mapping

    def copy(self, segment: mmap.mmap, place: int, /) -> Vector:
        row = array("f")
        row.frombytes(segment[place * self.row_bytes : (place + 1) * self.row_bytes])
        return row


def _mapped(size_bytes: int) -> mmap.mmap:
    try:
        # Without MAP_PRIVATE it would be shared memory: one store for a parent and its forked child.
        return mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except (OSError, OverflowError) as err:
        raise MemoryError(f"cannot map {size_bytes:,} bytes for rows: {err}; shrink or lower the limit") from err
