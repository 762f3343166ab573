"""What a fix would change: the proposals of the chosen worlds as one plan, named after its content."""

import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from mnemo_cli.doctor.fixes.lines import whole_lines
from mnemo_cli.doctor.fixes.scene import Activation, Proposal, Scene, World, ceiling_of
from mnemo_cli.doctor.fixes.tree import Tree, content_of
from mnemo_cli.doctor.fixes.wanted import Ceiling, Wanted
from mnemo_cli.doctor.fixes.worlds import WORLDS
from mnemo_cli.errors import UsageError
from mnemo_cli.sampling.place import container_mark

_Item = TypeVar("_Item")
_UNIT_NAME = re.compile(r"[A-Za-z0-9:_\\][A-Za-z0-9:_.\\@-]{0,240}")
_SUFFIXES = (".service", ".socket", ".slice", ".scope", ".timer", ".mount", ".target", ".path", ".swap", ".device")


class Change(NamedTuple):
    """One file; `path` is relative to the root, `before` None where there is no such file yet."""

    path: str
    before: bytes | None
    after: bytes


class Printed(NamedTuple):
    """Text that a person puts where it belongs."""

    world: str
    text: str


class Plan(NamedTuple):
    """Everything a fix would do. `unmet` says what it cannot reach: then it is not applied.

    `live`: files of /proc/sys and their least values once the automatic steps have run.
    """

    id: str
    root: Path
    worlds: tuple[str, ...]
    wanted: Wanted
    ceiling: Ceiling
    changes: tuple[Change, ...] = ()
    printed: tuple[Printed, ...] = ()
    activate: tuple[Activation, ...] = ()
    restart: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    live: tuple[tuple[str, int], ...] = ()


def make_plan(root: Path, wanted: Wanted, worlds: Sequence[World], unit: str | None = None) -> Plan:
    """Ask each world; nothing is written. RepairError where a fix would not be safe."""
    tree = Tree(root)
    scene = Scene(tree, wanted, ceiling_of(tree), unit)
    proposals = [(world.name, world.run(scene)) for world in worlds]
    changes = tuple(change for _, proposal in proposals for change in _changes(root, proposal))
    return Plan(
        id=_name(changes),
        root=root,
        worlds=tuple(name for name, _ in proposals),
        wanted=wanted,
        ceiling=scene.ceiling,
        changes=changes,
        printed=tuple(Printed(name, proposal.printed) for name, proposal in proposals if proposal.printed),
        activate=tuple(_once(step for _, proposal in proposals for step in proposal.activate)),
        restart=tuple(_once(line for _, proposal in proposals for line in proposal.restart)),
        verify=tuple(_once(line for _, proposal in proposals for line in proposal.verify)),
        notes=tuple(_once(line for _, proposal in proposals for line in proposal.notes)),
        unmet=tuple(_once(line for _, proposal in proposals for line in proposal.unmet)),
        live=tuple(pair for _, proposal in proposals for pair in proposal.live),
    )


def choose_worlds(names: Sequence[str], root: Path, *, unit: str | None, system: str) -> tuple[World, ...]:
    """Those that were named, else those that govern what runs here. UsageError for a name that is none."""
    known = {world.name: world for world in WORLDS}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"{unknown[0]!r} is no world; there are {', '.join(known)}")
    chosen = tuple(dict.fromkeys(names)) or _usual(Tree(root), unit, system)
    if unit is not None and "service" not in chosen:
        raise UsageError("--unit is for the world service; omit --world, or add --world service")
    return tuple(world for world in WORLDS if world.name in chosen)


def complete_unit(unit: str) -> str:
    """ "nginx" is nginx.service. UsageError for what cannot be the name of a service."""
    if not _UNIT_NAME.fullmatch(unit):
        raise UsageError(f"{unit!r} is not the name of a unit; write for example nginx.service")
    name = unit if unit.endswith(_SUFFIXES) else f"{unit}.service"
    if not name.endswith(".service"):
        raise UsageError(f"{unit}: only services have these limits; write for example nginx.service")
    return name


def diff(root: Path, change: Change) -> str:
    """Unified, with whole paths."""
    path = os.fspath(root / change.path)
    old, new = ([] if content is None else _lines(content) for content in (change.before, change.after))
    return "".join(difflib.unified_diff(old, new, "/dev/null" if change.before is None else path, path))


def _usual(tree: Tree, unit: str | None, system: str) -> tuple[str, ...]:
    if unit is not None:
        return ("service",)
    if system == "darwin" and tree.root == Path("/"):
        return ("session", "launchd")
    session = ("session",) if tree.root == Path("/") else ()
    if tree.exists("var/run/secrets/kubernetes.io"):
        return (*session, "kubernetes")
    if container_mark(tree.root) is not None:
        return (*session, "compose")
    return (*session, "pam", "sysctl")


def _changes(root: Path, proposal: Proposal) -> list[Change]:
    drafts = ((draft, content_of(root, draft.path)) for draft in proposal.drafts)
    return [Change(draft.path, before, draft.content) for draft, before in drafts if before != draft.content]


def _name(changes: Iterable[Change]) -> str:
    """The same change has the same name, in the plan and when it is applied."""
    digest = hashlib.sha256()
    for change in changes:
        for part in (
            change.path.encode(),
            change.before or b"",
            b"new" if change.before is None else b"",
            change.after,
        ):
            digest.update(b"%d:%s" % (len(part), part))
    return digest.hexdigest()[:8]


def _once(items: Iterable[_Item]) -> Iterable[_Item]:
    return dict.fromkeys(items)


def _lines(content: bytes) -> list[str]:
    text = content.decode("utf-8", "surrogateescape")
    lines = whole_lines(text)
    if text and not text.endswith("\n"):
        lines[-1] += "\\ No newline at end of file\n"
    return lines
