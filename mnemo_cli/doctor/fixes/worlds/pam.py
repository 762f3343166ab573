"""Sessions that PAM opens (console, ssh, su, user services): a file of ours in /etc/security/limits.d.

It never applies to system services or containers, and not to sessions that are open already. `*` and `root` get
lines of their own, since Debian's `*` does not cover root.
"""

import re
from collections.abc import Iterator, Mapping

from mnemo_cli.doctor.fixes.lines import whole_lines
from mnemo_cli.doctor.fixes.scene import HEADER, OUR_NAME, Draft, Proposal, Scene, World
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import DEFAULT_NR_OPEN, Pair, raised_nofile, reaches
from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.sampling.limits_config import ITEMS, LimitLine, parse_limits

PATH = f"etc/security/limits.d/{OUR_NAME}"
# From the weakest to the strongest: a file of /etc hides the vendor's of the same name.
_FOLDERS = ("usr/lib/security/limits.d", "usr/etc/security/limits.d", "etc/security/limits.d")
_DOMAINS = ("*", "root")
_AT_EVERY_BOOT = (
    f"fs.nr_open must be raised above the kernel's default {DEFAULT_NR_OPEN} at every boot, before anybody logs in: "
    "a file of sysctl.d does that; without it logins can be refused"
)
_SIGNS_OF_PAM = re.compile(r"(?m)^[^#\n]*\bpam_limits\.so\b")


def run(scene: Scene) -> Proposal:
    tree = scene.tree
    if not any(_SIGNS_OF_PAM.search(tree.text(f"etc/pam.d/{name}") or "") for name in tree.names("etc/pam.d", "")):
        return Proposal(unmet=("no file of /etc/pam.d loads pam_limits.so: limits.d applies to nobody here",))
    present = list(read_lines(tree))
    notes = [_other_domain(line) for line in present if _is_lower_for_some(line, scene)]
    new = [row for domain in _DOMAINS for row in _rows(scene, domain, present, notes)]
    if not new:
        return Proposal(notes=tuple(notes))
    if max(row[3] for row in new) > DEFAULT_NR_OPEN:
        notes.append(_AT_EVERY_BOOT)
    text = merged(tree.text(PATH), new)
    after = list(read_lines(tree, {PATH: text}))
    return Proposal(
        drafts=(Draft(PATH, text.encode("utf-8", "surrogateescape")),),
        restart=("log in again: open sessions keep their limits",),
        verify=("ulimit -Sn; ulimit -Hn   # in a new session",),
        notes=tuple(notes),
        unmet=tuple(_obstacles(new, after)),
    )


def read_lines(tree: Tree, changed: Mapping[str, str] | None = None) -> Iterator[LimitLine]:
    """limits.conf, then limits.d in the order of bytes: the later of two lines for one domain counts."""
    changed = changed or {}
    by_name = {name: f"{folder}/{name}" for folder in _FOLDERS for name in tree.names(folder)}
    by_name.update({path.rpartition("/")[2]: path for path in changed})
    for path in ("etc/security/limits.conf", *(by_name[name] for name in sorted(by_name))):
        text = changed[path] if path in changed else tree.text(path) or ""
        yield from parse_limits(text, tree.shown(path))[0]


def merged(text: str | None, rows: list[tuple[str, str, str, int]]) -> str:
    """The file with these lines at its end; other lines stay, older ones for the same limits go."""
    keys = {row[:3] for row in rows}
    kept = [
        line
        for line in whole_lines(HEADER if text is None else text)
        if tuple(line.partition("#")[0].split()[:3]) not in keys
    ]
    return "".join(kept) + "".join(f"{domain:<5} {kind}  {item}  {value}\n" for domain, kind, item, value in rows)


def _rows(scene: Scene, domain: str, lines: list[LimitLine], notes: list[str]) -> list[tuple[str, str, str, int]]:
    return [*_nofile_rows(scene, domain, lines, notes), *_nproc_rows(scene, domain, lines)]


def _nofile_rows(
    scene: Scene, domain: str, lines: list[LimitLine], notes: list[str]
) -> list[tuple[str, str, str, int]]:
    own, inherited = _set_for(domain, "RLIMIT_NOFILE", lines), _set_for("*", "RLIMIT_NOFILE", lines)
    pair = raised_nofile(own._replace(hard=_higher(own.hard, inherited.hard)), scene.wanted.nofile, scene.ceiling)
    if pair is None:
        return []
    soft, hard = pair
    rows = [(domain, "soft", "nofile", soft)]
    live = scene.live("RLIMIT_NOFILE")
    if own.hard is None and inherited.hard is None and live is not None and reaches(live.hard, hard + 1):
        note = f"no hard nofile is written: sessions have {live.hard} already, more than {hard}"
        if note not in notes:
            notes.append(note)
        return rows
    return [*rows, (domain, "hard", "nofile", hard)]


def _nproc_rows(scene: Scene, domain: str, lines: list[LimitLine]) -> list[tuple[str, str, str, int]]:
    """Only where a line sets less: what the kernel gives by itself, half of threads-max, may be more than ours."""
    own, minimum = _set_for(domain, "RLIMIT_NPROC", lines), scene.wanted.nproc
    rows = []
    for kind, value in (("soft", own.soft), ("hard", own.hard)):
        if value is not None and not reaches(value, minimum):
            rows.append((domain, kind, "nproc", minimum))
    return rows


def _set_for(domain: str, name: str, lines: list[LimitLine]) -> Pair:
    soft: Limit | None = None
    hard: Limit | None = None
    for line in lines:
        if line.domain == domain and line.name == name:
            soft = line.limit if line.kind in ("soft", "-") else soft
            hard = line.limit if line.kind in ("hard", "-") else hard
    return Pair(soft, hard)


def _obstacles(rows: list[tuple[str, str, str, int]], after: list[LimitLine]) -> Iterator[str]:
    """Lines of other files that are read later for the same domain."""
    for domain, kind, item, value in rows:
        name = ITEMS[item][0]
        last = [line for line in after if line.domain == domain and line.name == name and line.kind in (kind, "-")][-1]
        if not reaches(last.limit, value):
            told = f"{kind} {item} of {domain} to {last.limit}"
            yield f"{_where(last)} sets {told} and is read after ours: change it there"


def _is_lower_for_some(line: LimitLine, scene: Scene) -> bool:
    minimum = {"RLIMIT_NOFILE": scene.wanted.nofile, "RLIMIT_NPROC": scene.wanted.nproc}.get(line.name)
    return line.domain not in _DOMAINS and minimum is not None and not reaches(line.limit, minimum)


def _other_domain(line: LimitLine) -> str:
    return f"{_where(line)} gives {line.domain} {line.kind} {line.name} {line.limit}: that goes before `*`, and stays"


def _where(line: LimitLine) -> str:
    return f"{line.path} line {line.number}"


def _higher(one: Limit | None, other: Limit | None) -> Limit | None:
    if UNLIMITED in (one, other):
        return UNLIMITED
    return max((value for value in (one, other) if isinstance(value, int)), default=None)


WORLD = World("pam", run)
