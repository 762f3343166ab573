"""Containers that Docker starts: default-ulimits in daemon.json, merged by key; all other keys stay as they are.

For containers made from then on, after a restart of dockerd. Tasks are no ulimit here: --ulimit nproc would count
all processes of that user on the host, so the limit of a container's tasks is --pids-limit.
"""

import json
from collections.abc import Sequence
from typing import NoReturn

from mnemo_cli.doctor.fixes.scene import Activation, Draft, Proposal, Scene, World
from mnemo_cli.doctor.fixes.systemd import BUILT_IN_NOFILE, has_unit, limit_pair, manager_settings, unit_settings, where
from mnemo_cli.doctor.fixes.tree import content_of
from mnemo_cli.doctor.fixes.wanted import Pair, raised_nofile
from mnemo_cli.errors import RepairError
from mnemo_cli.model import UNLIMITED, Json, Limit

PATH = "etc/docker/daemon.json"
_KEY = "default-ulimits"


def run(scene: Scene) -> Proposal:
    tree = scene.tree
    shown = tree.shown(PATH)
    document = parsed(content_of(tree.root, PATH), shown)
    ulimits = _object(document.setdefault(_KEY, {}), f"{shown}: {_KEY}")
    nofile = _object(ulimits.setdefault("nofile", {}), f"{shown}: {_KEY}.nofile")
    own = _pair(nofile, shown)
    pair = raised_nofile(_inherited(scene) if own == Pair() else own, scene.wanted.nofile, scene.ceiling)
    if pair is None:
        return Proposal()
    for name, value in (("Name", "nofile"), ("Soft", pair[0]), ("Hard", pair[1])):
        nofile[_spelled(nofile, name)] = value
    return Proposal(
        drafts=(Draft(PATH, _encoded(document)),),
        activate=(Activation(("systemctl", "restart", "docker")),),
        restart=("containers: those that were made before keep their limits until they are made anew",),
        verify=(f"dockerd --validate --config-file /{PATH}", "cat /proc/1/limits   # inside a new container"),
        notes=(f"for tasks start the container with --pids-limit {scene.wanted.nproc}",),
        unmet=tuple(_conflicts(scene)),
    )


def parsed(content: bytes | None, shown: str) -> dict[str, Json]:
    """The object in the file, empty without one. RepairError for anything that could not be written back whole."""
    if content is None or not content.strip():
        return {}
    try:
        return _object(json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_refuse), shown)
    except (ValueError, RecursionError) as err:
        raise RepairError(
            f"{shown} is not JSON that can be merged ({err}); it was left as it is, mend it first"
        ) from err


def _encoded(document: Json) -> bytes:
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # An escape in JSON may stand for half a character, or for one that a terminal would obey.
    is_plain = text.replace("\n", "").isprintable()
    return (text if is_plain else json.dumps(document, indent=2, allow_nan=False) + "\n").encode()


def _inherited(scene: Scene) -> Pair:
    """What a container has without default-ulimits: the limits of containerd, which a fix must not lower."""
    units = [unit for unit in ("containerd.service", "docker.service") if has_unit(scene.tree, unit)]
    set_pair = limit_pair(unit_settings(scene.tree, units[0]).get("LimitNOFILE")) if units else Pair()
    default = limit_pair(manager_settings(scene.tree).get("DefaultLimitNOFILE"))
    return set_pair if set_pair != Pair() else default if default != Pair() else BUILT_IN_NOFILE


def _unique(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    # Of two keys with one name a parser keeps the last: writing the file back would lose the other.
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return dict(pairs)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _object(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise RepairError(f"{what} is not an object; the file was left as it is, mend it first")
    return value


def _pair(nofile: dict[str, Json], shown: str) -> Pair:
    return Pair(_limit(nofile, "Soft", shown), _limit(nofile, "Hard", shown))


def _limit(nofile: dict[str, Json], name: str, shown: str) -> Limit | None:
    value = nofile.get(_spelled(nofile, name))
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < -1:
        raise RepairError(f"{shown}: {_KEY}.nofile.{name} is not a number; the file was left as it is, mend it first")
    return UNLIMITED if value == -1 else value


def _spelled(nofile: dict[str, Json], name: str) -> str:
    """Go reads the members of an object in any case: the key that is there is the one to change."""
    return next((key for key in nofile if key.lower() == name.lower()), name)


def _conflicts(scene: Scene) -> list[str]:
    """dockerd does not start when a flag and daemon.json set the same thing."""
    flag = "--default-ulimit"
    start = unit_settings(scene.tree, "docker.service").get("ExecStart")
    found = [where(start)] if start is not None and flag in start.text else []
    for path in ("etc/default/docker", "etc/sysconfig/docker"):
        lines = (scene.tree.text(path) or "").splitlines()
        found += [scene.tree.shown(path) for line in lines if flag in line.partition("#")[0]][:1]
    return [
        f"{place} starts dockerd with {flag}: with daemon.json setting it too, dockerd refuses to start"
        for place in found
    ]


WORLD = World("docker", run)
