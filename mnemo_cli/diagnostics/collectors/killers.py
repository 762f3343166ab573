"""What the killers other than the kernel wrote: systemd-oomd, earlyoom, nohang, bustd, kubelet, containerd, dockerd.

They kill before the kernel does, so that its log shows nothing. Their lines, and those in which systemd says that a
unit was killed for memory, are taken from the journal, as far back as --since.
"""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import ask, text_member

KILLERS = ("systemd-oomd", "earlyoom", "nohang", "bustd", "kubelet", "containerd", "dockerd")
# kubelet and containerd talk much: the last lines are those before the bundle was made.
_MOST_LINES = 5000
# What systemd says of a unit: "systemd-oomd killed 3 process(es)", "killed by the OOM killer", "result 'oom-kill'".
_WORDS = "oom|killed"
_NO_ENTRIES = b"-- No entries --"


def collect(scene: Scene) -> Iterator[Member | Missing]:
    since = f"--since=@{max(0, int(scene.now_seconds - scene.since_seconds))}"
    journal = ("journalctl", "--no-pager", "--output=short-iso", since, f"--lines={_MOST_LINES}")
    by_name = [f"--identifier={name}" for name in KILLERS]
    found = list(_lines(scene, (*journal, *by_name), "killers/killers.log", "these killers"))
    yield from found
    if any(isinstance(item, Missing) and item.state in ("timeout", "error") for item in found):
        return
    yield from _lines(
        scene, (*journal, "--identifier=systemd", f"--grep={_WORDS}"), "killers/systemd.log", "systemd on a kill"
    )


def _lines(scene: Scene, argv: tuple[str, ...], path: str, whose: str) -> Iterator[Member | Missing]:
    """Whoever may not see all of the journal is told so on stderr only, and the exit code is that of success."""
    done = ask(scene, argv, nothing_code=1)
    if isinstance(done, Missing):
        yield done
        return
    words = done.errors.lower()
    if done.output.strip() not in (b"", _NO_ENTRIES):
        yield text_member(path, done.output, "journalctl", "log")
    elif b"permission" not in words:
        yield Missing(argv[0], "skipped", f"the journal holds no line of {whose}")
    if b"permission" in words or b"not seeing messages" in words:
        yield Missing(argv[0], "denied", "only root and the group systemd-journal may read all of the journal")


COLLECTOR = Collector("killers", "what user-space killers and systemd said of kills", collect, timeout_seconds=5.0)
