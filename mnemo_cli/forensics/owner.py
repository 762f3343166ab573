"""Whose group it is: a container, a pod, a systemd unit, a user, or a plain group, told from its path alone.

The forms are those of docker, podman, containerd and CRI-O under both drivers (cgroupfs and systemd), and of
systemd's units. `sampling.place` only tells whether a process is in a container at all.
"""

import re
from typing import NamedTuple

from mnemo_cli.forensics.explanation import Owner

_ID = r"[0-9a-f]{12,64}"
# The runtime's word, a dash and the id in a scope; or the bare id below the runtime's own group or a pod.
_SCOPE = re.compile(rf"(docker|libpod|crio|cri-containerd|nerdctl|containerd)-({_ID})\.scope")
_BARE = re.compile(rf"(?:libpod-|crio-)?({_ID})")
_BARE_PARENT = re.compile(r"docker|libpod_parent|libpod|ecs|garden|lxc|(?:buildkit|moby)(?:/.*)?")
_ECS_TASK = re.compile(r"[0-9a-f]{32}-\d+")
_POD_UID = re.compile(r"pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$")
_USER = re.compile(r"user-(\d{1,10})\.slice")
_MANAGER = re.compile(r"user@(\d{1,10})\.service")
_ALL_PODS = {"kubepods", "burstable", "besteffort", "kubepods-burstable", "kubepods-besteffort"}
_HEXADECIMAL = re.compile(_ID)
_SHORT_ID = 12


class Whose(NamedTuple):
    """`words` name the owner in a sentence ("container 3f2a91b0c4d5"). `unit` is set for users and units.

    `inside` is the rest of the path below the owner's own group: a group that a container made in itself.
    """

    owner: Owner
    words: str
    container_id: str | None = None
    runtime: str | None = None
    pod_uid: str | None = None
    unit: str | None = None
    uid: int | None = None
    inside: str = ""


def owner_of(path: str | None) -> Whose:
    """The innermost owner that the path names; None or the root is the machine."""
    parts = [part for part in (path or "").split("/") if part]
    if not parts:
        return Whose("machine", "the machine")
    pod = pod_uid_of(path)
    for depth in range(len(parts), 0, -1):
        found = _container(parts[:depth], pod) or _pod(parts[depth - 1]) or _unit(parts[:depth])
        if found is not None:
            return found._replace(inside="/".join(parts[depth:]))
    if parts[-1].removesuffix(".slice") in _ALL_PODS:
        return Whose("group", f"all pods of the node (/{'/'.join(parts)})")
    return Whose("group", f"group /{'/'.join(parts)}")


def is_in_container(path: str | None, container_id: str) -> bool:
    """Whether the group is the container's, or lies in it; an id may be cut to its first twelve digits."""
    if len(container_id) < _SHORT_ID or _HEXADECIMAL.fullmatch(container_id) is None:
        return container_id != "" and container_id in re.split(r"[/.]", path or "")
    found = (match for part in (path or "").split("/") for match in _HEXADECIMAL.findall(part))
    return any(each.startswith(container_id) or container_id.startswith(each) for each in found)


def pod_uid_of(path: str | None) -> str | None:
    """The pod's uid, with dashes, from either form of its group's name."""
    for part in reversed((path or "").split("/")):
        match = _POD_UID.search(part)
        if match is not None:
            return match[1].replace("_", "-")
    return None


def _container(parts: list[str], pod: str | None) -> Whose | None:
    match = _SCOPE.fullmatch(parts[-1])
    if match is not None:
        return Whose("container", f"container {match[2][:_SHORT_ID]}", match[2], match[1], pod)
    bare = _BARE.fullmatch(parts[-1]) or (_ECS_TASK.fullmatch(parts[-1]) if "ecs" in parts else None)
    parent = parts[-2] if len(parts) > 1 else ""
    if bare is not None and (_BARE_PARENT.fullmatch(parent) or _POD_UID.search(parent) or "ecs" in parts[:-1]):
        found = bare[1] if bare.re is _BARE else parts[-1]
        return Whose("container", f"container {found[:_SHORT_ID]}", found, _runtime(parent), pod)
    if parent in ("lxc", "machine") or parts[-1].startswith(("lxc.payload.", "lxc.payload/")):
        name = parts[-1].removeprefix("lxc.payload.")
        return Whose("container", f"container {name}", name, "lxc")
    return None


def _runtime(parent: str) -> str | None:
    return parent if parent in ("docker", "libpod", "lxc") else "libpod" if parent == "libpod_parent" else None


def _pod(name: str) -> Whose | None:
    match = _POD_UID.search(name)
    if match is None:
        return None
    uid = match[1].replace("_", "-")
    return Whose("pod", f"pod {uid}", pod_uid=uid)


def _unit(parts: list[str]) -> Whose | None:
    name, uid = parts[-1], _uid(parts)
    if (match := _USER.fullmatch(name)) is not None or (match := _MANAGER.fullmatch(name)) is not None:
        return Whose("user", f"user {match[1]} ({name})", unit=name, uid=int(match[1]))
    if name.endswith((".service", ".scope", ".slice", ".mount", ".socket")) and not name.startswith("kubepods"):
        of_user = f" of user {uid}" if uid is not None else ""
        return Whose("unit", f"unit {name}{of_user}", unit=name, uid=uid)
    return None


def _uid(parts: list[str]) -> int | None:
    """The user whose manager runs the unit; None for the system's units, and for sessions, which it runs too."""
    matches = (_MANAGER.fullmatch(part) for part in parts[:-1])
    return next((int(match[1]) for match in matches if match is not None), None)
