"""What forensics answers: a verdict with its confidence, the lines that prove it, and what to do next."""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.forensics.kills import Evidence, Kill
from mnemo_cli.model import Gap

VerdictWord: TypeAlias = Literal["kernel-oom", "userspace-oom", "eviction", "limit", "signal", "exit", "unknown"]
Confidence: TypeAlias = Literal["proven", "likely", "possible", "excluded"]
Owner: TypeAlias = Literal["container", "pod", "unit", "user", "machine", "group"]


class Step(NamedTuple):
    """One thing to do: why, in a sentence, and the exact command of the world it is in (None: nothing to type)."""

    text: str
    command: str | None = None


class Cause(NamedTuple):
    """One candidate, with what speaks for it; excluded ones stay, with what speaks against them."""

    verdict: VerdictWord
    confidence: Confidence
    sentence: str
    evidence: tuple[Evidence, ...] = ()


class Explanation(NamedTuple):
    """`causes` are ranked; the first one is the verdict. `headline` is one line for `monitor` and `orchestrate`.

    `paragraphs` say what was hit and whose it is, where the memory was, and why this victim. `last_lines` quote the
    memory log's end.
    """

    headline: str
    causes: tuple[Cause, ...]
    kills: tuple[Kill, ...] = ()
    owner: Owner | None = None
    paragraphs: tuple[str, ...] = ()
    next_steps: tuple[Step, ...] = ()
    gaps: tuple[Gap, ...] = ()
    last_lines: tuple[Evidence, ...] = ()

    @property
    def verdict(self) -> VerdictWord:
        return self.causes[0].verdict if self.causes else "unknown"

    @property
    def confidence(self) -> Confidence:
        return self.causes[0].confidence if self.causes else "possible"
