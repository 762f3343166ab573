"""Which checks are run: `--select` and `--ignore` by id (FD003), family or other id prefix (FD), or slug (fd-usage)."""

from collections.abc import Mapping, Sequence

from mnemo_cli.errors import UsageError


def selected(checks: Mapping[str, str], *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> frozenset[str]:
    """The ids that are left of `checks` (id to slug); each text of `select` and `ignore` may name several.

    Without `select` all are chosen; what is ignored is ignored even if it is selected.
    """
    kept = _named("--select", select, checks) if select else frozenset(checks)
    left = kept - _named("--ignore", ignore, checks)
    if checks and not left:
        both = "--select and --ignore leave" if select else "--ignore leaves"
        raise UsageError(f"{both} no check; nothing would be looked at")
    return left


def _named(option: str, texts: Sequence[str], checks: Mapping[str, str]) -> frozenset[str]:
    """Every id that the texts name."""
    found: set[str] = set()
    for text in texts:
        words = [word for word in (part.strip() for part in text.split(",")) if word]
        # An unset variable in a script must not quietly mean everything, nor nothing.
        if not words:
            raise UsageError(f"{option} is empty; name checks by id, family or slug, such as FD003, FD or fd-usage")
        for word in words:
            found |= _matching(option, word, checks)
    return frozenset(found)


def _matching(option: str, word: str, checks: Mapping[str, str]) -> set[str]:
    by_slug = {check for check, slug in checks.items() if slug == word.lower()}
    matching = by_slug or {check for check in checks if check.startswith(word.upper())}
    if matching:
        return matching
    raise UsageError(f"{option}: there is no check {word!r}{_hint(word, checks)}")


def _hint(word: str, checks: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    families = sorted({check.rstrip("0123456789") for check in checks})
    lowered = {name.lower(): name for name in (*checks, *families, *checks.values())}
    near = get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return f"; did you mean {lowered[near[0]]}?" if near else f"; the families are {' '.join(families)}"
