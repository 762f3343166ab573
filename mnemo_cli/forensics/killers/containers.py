"""containerd and docker see that the kernel killed something in a container, and stop containers themselves.

They name the container, never the victim; an event may be lost, or come for a child of the main process.
"""

import re
from collections.abc import Iterator, Sequence

from mnemo_cli.forensics.case import Notice
from mnemo_cli.forensics.killers.card import Card, quote
from mnemo_cli.forensics.log.line import LogLine

_ID = r"([0-9a-f]{12,64})"
_OOM = re.compile(rf'TaskOOM(?: event)? .*?(?:container_id:\\*"|ContainerID:){_ID}')
_DOCKER_OOM = re.compile(rf"/tasks/oom\b.*?{_ID}|{_ID}.*?/tasks/oom\b")
_GRACE = re.compile(rf"(?:Container {_ID} )?failed to exit within .* of signal \d+ - using the force.*")
_NAMED = re.compile(rf"\bcontainer=\"?{_ID}")


def read(lines: Sequence[LogLine], source: str) -> Iterator[Notice]:
    """Kills by the kernel that the runtime saw, and containers that it killed because they did not stop."""
    for line in lines:
        if (match := _OOM.search(line.text) or _DOCKER_OOM.search(line.text)) is not None:
            found = next(group for group in match.groups() if group)
            yield Notice("oom", found, quote(line, source), line.time_seconds, line.clock)
        elif (match := _GRACE.search(line.text)) is not None:
            named = match[1] or next(iter(_NAMED.findall(line.text)), None)
            if named is not None:
                yield Notice("grace", named, quote(line, source), line.time_seconds, line.clock)


CARD = Card(
    senders=("containerd", "dockerd", "docker", "podman", "conmon", "crio", "k3s", "rke2"),
    literals=(b"TaskOOM", b"/tasks/oom", b" - using the force"),
    read=read,
)
