"""One metric family: its name, its meaning, its labels; and the sheet of families that one scrape fills.

A sheet holds prometheus_client's own metrics. A scrape of many trackers has thousands of samples: the label
sets that they share carry their text with them, so that `text` need not write it anew for each.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from prometheus_client.core import Metric
from prometheus_client.samples import Sample

from mnemo_cli.model import Json, Unlimited
from mnemo_cli.redact import printable, redact_text

_UNITS = ("bytes", "seconds", "ratio")
_SUFFIXES = {"gauge": "", "counter": "_total", "info": "_info"}
_INFINITE = float("inf")
_new = tuple.__new__

# One of the three answers, as a number or as in JSON.
Answer: TypeAlias = "Json | Unlimited"


class Family(NamedTuple):
    """`name` is without the _total of a counter and the _info of an info."""

    name: str
    help: str
    kind: Literal["gauge", "counter", "info"] = "gauge"

    @property
    def metric_name(self) -> str:
        """As in PromQL."""
        return self.name + _SUFFIXES[self.kind]

    @property
    def unit(self) -> str:
        """The base unit that its name ends with, if it does."""
        return next((unit for unit in _UNITS if self.name.endswith(f"_{unit}")), "")

    def empty(self) -> Metric:
        """Declared, without a sample."""
        return Metric(self.name, self.help, self.kind, self.unit)


def family(metric_name: str, help: str) -> Family:
    """The family of a name as in PromQL: one that ends with _total is a counter's, with _info an info's."""
    for kind, suffix in (("counter", "_total"), ("info", "_info")):
        if metric_name.endswith(suffix):
            return Family(metric_name.removesuffix(suffix), help, kind)  # type: ignore[arg-type]
    return Family(metric_name, help)


class Labels(dict[str, str]):
    """The labels of a sample, and their text as the formats write it. Not to be changed: they are shared."""

    __slots__ = ("text",)

    def __init__(self, labels: Mapping[str, str]) -> None:
        super().__init__(labels)
        pairs = [f'{name}="{_escaped(self[name])}"' for name in sorted(self)]
        self.text = "{" + ",".join(pairs) + "}" if pairs else ""

    def joined_by(self, name: str, value: str) -> "Labels":
        """These and one more, whose value is ours and not a stranger's."""
        return Labels({**self, name: value})


NO_LABELS = Labels({})


class LabelSets:
    """The label sets of things of one sort, no two alike: Prometheus refuses a scrape with two equal series.

    Two names may be the same once their secrets are masked; the second one gets a number then, in the label
    `told_apart_by`.
    """

    def __init__(self, *names: str, told_apart_by: str) -> None:
        self._names = names
        self._told_apart_by = names.index(told_apart_by)
        self._seen: set[tuple[str, ...]] = set()

    def next(self, *values: object) -> Labels:
        """The labels of one more thing. None is an empty value, which is the same as no label."""
        texts = tuple("" if value is None else label_text(str(value)) for value in values)
        texts = texts if texts not in self._seen else self._told_apart(texts)
        self._seen.add(texts)
        return _labels(self._names, texts)

    def _told_apart(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        at = self._told_apart_by
        number, told = 2, texts
        while told in self._seen:
            told = (*texts[:at], f"{texts[at]} ({number})", *texts[at + 1 :])
            number += 1
        return told


class Sheet:
    """The declared families of one scrape. What is unknown leaves no sample; UNLIMITED is +Inf."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._metrics = {family.metric_name: family.empty() for family in families}

    def put(self, metric_name: str, value: Answer, labels: Labels = NO_LABELS) -> None:
        """One sample, if there is a number."""
        self.put_row((metric_name,), (value,), labels)

    def put_row(self, metric_names: Iterable[str], values: Iterable[Answer], labels: Labels = NO_LABELS) -> None:
        """Several numbers about one thing: the values of as many metrics, in the same order."""
        metrics = self._metrics
        for name, value in zip(metric_names, values, strict=True):
            if value is not None:
                number = value if value.__class__ is int or value.__class__ is float else _number(value)
                # As Sample(name, labels, number), in half the time.
                metrics[name].samples.append(_new(Sample, (name, labels, number, None, None, None)))

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._metrics.values())


def _number(value: Answer) -> float:
    if value == "unlimited" or isinstance(value, Unlimited):
        return _INFINITE
    assert isinstance(value, int | float), f"{value!r} is no number"
    return float(value)


@lru_cache(4096)
def _labels(names: tuple[str, ...], texts: tuple[str, ...]) -> Labels:
    """A thing keeps its labels from scrape to scrape."""
    return Labels(dict(zip(names, texts, strict=True)))


@lru_cache(4096)
def label_text(text: str) -> str:
    """A name that a stranger may have chosen, without its secrets and on one line of plain text."""
    return printable(redact_text(text))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
