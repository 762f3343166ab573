"""What is asked of a target: the recommended minimums of a profile, and the demands of --need.

A profile recommends (a warning, or a note where the program can help itself); a need is a demand:
not met, it is an error.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from mnemo_cli.units import parse_size


class Needs(NamedTuple):
    """What must be possible; None: nothing was demanded."""

    nofile: int | None = None
    nproc: int | None = None
    memory_bytes: int | None = None


class Profile(NamedTuple):
    """Recommended minimums. `is_chosen` is False where `auto` found it by itself.

    The numbers: 4,096 descriptors and tasks for any program, 65,536 descriptors for a server (the
    specification); max_map_count and aio as databases' own manuals ask.
    """

    name: str
    nofile: int = 4096
    nproc: int = 4096
    max_map_count: int | None = None
    inotify_watches: int | None = None
    aio_events: int | None = None
    wants_memory_limit: bool = False
    minds_huge_pages: bool = False
    is_chosen: bool = True


PROFILES: Mapping[str, Profile] = {
    "default": Profile("default"),
    "server": Profile("server", nofile=65536),
    "database": Profile("database", nofile=65536, max_map_count=262144, aio_events=1048576, minds_huge_pages=True),
    "ci": Profile("ci", inotify_watches=65536),
    "container": Profile("container", wants_memory_limit=True),
}
NAMES: tuple[str, ...] = ("auto", *PROFILES)

# The names that the kernel shows of programs (cut at 15 bytes), not of packages.
_DATABASES = frozenset({
    "postgres", "mysqld", "mariadbd", "mongod", "mongos", "redis-server", "valkey-server", "clickhouse-serv",
    "oracle", "cassandra", "etcd", "influxd", "memcached",
})  # fmt: skip
_SERVERS = frozenset({
    "nginx", "httpd", "apache2", "haproxy", "envoy", "caddy", "traefik", "varnishd", "squid", "lighttpd",
    "php-fpm", "uwsgi", "gunicorn", "dockerd", "containerd", "kubelet",
})  # fmt: skip
_CI = re.compile(r"actions\.runner|gitlab-runner|buildkite|jenkins|Runner\.(?:Listener|Worker)")


def profile_named(name: str) -> Profile | None:
    """A profile by its name; None for `auto`, which needs evidence. Raises ValueError with what is allowed."""
    if name == "auto":
        return None
    if name not in PROFILES:
        raise ValueError(f"{name!r} is not a profile; there are {', '.join(NAMES)}")
    return PROFILES[name]


@lru_cache(maxsize=256)
def detect_profile(program: str | None, unified_path: str | None, *, in_container: bool) -> Profile:
    """What kind of program this looks like: the most particular sign wins."""
    name = "default"
    if program in _DATABASES:
        name = "database"
    elif program in _SERVERS:
        name = "server"
    elif _CI.search(f"{program} {unified_path}"):
        name = "ci"
    elif in_container:
        name = "container"
    return PROFILES[name]._replace(is_chosen=False)


def parse_needs(text: str) -> Needs:
    """ "nofile=65536,nproc=4096,mem=2GiB" in any order; raises ValueError with what is allowed."""
    needs = Needs()
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = word.partition("=")
        field = {"nofile": "nofile", "nproc": "nproc", "mem": "memory_bytes"}.get(name.strip())
        if field is None:
            raise ValueError(f"{word!r} is not a need; write for example nofile=65536,nproc=4096,mem=2GiB")
        amount = parse_size(number) if field == "memory_bytes" else _count(name.strip(), number.strip())
        if amount < 1:
            raise ValueError(f"{word!r} asks for nothing; give a number above 0")
        needs = needs._replace(**{field: amount})
    return needs


def _count(name: str, word: str) -> int:
    """Infinity is refused on purpose: a program that closes "all possible descriptors" would spin for minutes."""
    if not (word.isascii() and word.isdigit() and len(word) < 12):
        raise ValueError(f"{name}={word!r} is not a count; write for example {name}=65536")
    return int(word)
