"""What this machine is and who uses it: the names and addresses that must not leave with the bundle."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_FIRST_PERSON = 1000
_NOBODY = (65534, 65533)
_MOST_NAMES = 20_000
_LARGEST_FILE_BYTES = 4 << 20
# Homes of persons, wherever their names are: found by their own pattern, see `contexts`.
HOME_FOLDERS = ("home", "Users", "export/home", "var/home")
_SYSTEM_FOLDERS = ("/bin/", "/etc/", "/lib/", "/opt/", "/proc/", "/run/", "/sbin/", "/tmp/", "/usr/", "/var/")
_NO_PERSON = frozenset(("Shared", "Guest", "lost+found", "linuxbrew"))
_LOCAL_ADDRESS = re.compile(r"\|-- ([\d.]+)\n[^\n]*/32 host LOCAL")
_HOST = re.compile(r"[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?(?:\.[\w-]+)*\.?", re.ASCII)
# A container's host name is its id, which its group and its state bear too: structure, nobody's name.
_CONTAINER_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
_NO_HOST = ("localhost", "localdomain", "(none)", "ip6-", "ip4-", "broadcasthost", "host.docker.internal")


class Known(NamedTuple):
    """Names of persons and machines. System accounts (root, daemon, www-data) are no persons and stay.

    `homes` are home folders outside /home and /Users, whose folders are always found. A name below one of
    `domains` (this machine's own, and those that it searches) is a host's.
    """

    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    machine_ids: tuple[str, ...] = ()


def known_names(root: Path) -> Known:
    """Read from the files below `root` at the moment of the call; what cannot be read adds nothing."""
    users, homes = _accounts(_text(root / "etc/passwd"))
    for folder in HOME_FOLDERS:
        users += [name for name in _names(root / folder) if name not in _NO_PERSON and not name.startswith(".")]
    own = _own_hosts(root)
    hosts = (*own, *_listed_hosts(root))
    return Known(
        users=_distinct(users),
        hosts=_distinct([*hosts, *(host.partition(".")[0] for host in hosts)]),
        domains=_domains(root, own),
        homes=_distinct(homes),
        addresses=_addresses(root),
        macs=_distinct(_text(root / "sys/class/net" / name / "address").strip().lower() for name in _links(root)),
        machine_ids=_distinct(_text(root / name).strip() for name in ("etc/machine-id", "var/lib/dbus/machine-id")),
    )


def _accounts(passwd: str) -> tuple[list[str], list[str]]:
    """Persons: from uid 1000 on, or at home below a folder of homes; their names as people write them too."""
    users: list[str] = []
    homes: list[str] = []
    for line in passwd.split("\n"):
        row = line.split(":")
        if len(row) < 7 or not row[2].isdecimal():
            continue
        uid, home = int(row[2]), row[5].rstrip("/")
        below_homes = home.lstrip("/").startswith(tuple(f"{folder}/" for folder in HOME_FOLDERS))
        if not (below_homes or _FIRST_PERSON <= uid not in _NOBODY) or row[0] in ("root", "nobody"):
            continue
        full_name = row[4].partition(",")[0].strip()
        users += [row[0], *([full_name] if " " in full_name else [])]
        # "/app" is a folder of an image, and the name of its group; a person's home lies deeper.
        if not below_homes and home.count("/") > 1 and not home.startswith(_SYSTEM_FOLDERS):
            homes.append(home)
    return users, homes


def _own_hosts(root: Path) -> tuple[str, ...]:
    kernel = _text(root / "proc/sys/kernel/hostname").strip()
    if not kernel and root == Path(root.anchor):  # macOS has no such file
        kernel = os.uname().nodename
    names = [kernel, f"{kernel}.{_text(root / 'proc/sys/kernel/domainname').strip()}"]
    names.append(_text(root / "etc/hostname").strip())
    return _distinct(name.rstrip(".") for name in names if _is_host(name))


def _listed_hosts(root: Path) -> tuple[str, ...]:
    """Names of /etc/hosts, and the one that a person gave to the machine."""
    words = [word for line in _text(root / "etc/hosts").split("\n") for word in line.partition("#")[0].split()[1:]]
    pretty = re.search(r'^PRETTY_HOSTNAME="?([^"\n]+)', _text(root / "etc/machine-info"), re.MULTILINE)
    return _distinct([*(word.rstrip(".") for word in words if _is_host(word)), *([pretty[1]] if pretty else [])])


def _is_host(name: str) -> bool:
    if not _HOST.fullmatch(name) or _CONTAINER_ID.fullmatch(name):
        return False
    return not name.lower().startswith(_NO_HOST) and not name.replace(".", "").isdecimal()


def _domains(root: Path, hosts: Iterable[str]) -> tuple[str, ...]:
    """Domains of at least two parts: every word below one of them names a machine."""
    found = [host.partition(".")[2] for host in hosts]
    for line in _text(root / "etc/resolv.conf").split("\n"):
        words = line.split()
        found += words[1:] if words[:1] in (["search"], ["domain"]) else []
    return _distinct(
        name.strip(".").lower() for name in found if "." in name.strip(".") and not name.endswith("cluster.local")
    )


def _addresses(root: Path) -> tuple[str, ...]:
    found = _LOCAL_ADDRESS.findall(_text(root / "proc/self/net/fib_trie") or _text(root / "proc/net/fib_trie"))
    for line in (_text(root / "proc/self/net/if_inet6") or _text(root / "proc/net/if_inet6")).split("\n"):
        digits = line.partition(" ")[0]
        if len(digits) == 32:
            found.append(":".join(digits[at : at + 4] for at in range(0, 32, 4)))
    return _distinct(found)


def _links(root: Path) -> list[str]:
    return _names(root / "sys/class/net")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())[:_MOST_NAMES]
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(_LARGEST_FILE_BYTES))
    except OSError:
        return ""


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_NAMES]
