"""Limits of the whole machine: a file of ours in /etc/sysctl.d for what a profile asks (mappings, watches, …)."""

from collections.abc import Mapping

from mnemo_cli.doctor.fixes.lines import whole_lines
from mnemo_cli.doctor.fixes.scene import HEADER, OUR_NAME, Activation, Draft, Proposal, Scene, World
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.sampling.sysctl_config import parse_sysctl

PATH = f"etc/sysctl.d/{OUR_NAME}"
# In the order of sysctl.d(5): a file hides those of the same name further down.
_FOLDERS = ("etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d")


def run(scene: Scene) -> Proposal:
    tree, present = scene.tree, configured(scene.tree)
    new: dict[str, int] = {}
    for name, minimum in scene.wanted.sysctls:
        value, _ = present.get(name, (None, ""))
        if value is None or value < minimum:
            # Memory may have made the kernel's own choice larger than what is asked.
            new[name] = max(minimum, tree.number(live_path(name)) or 0)
    if not new:
        return Proposal()
    if scene.in_container:
        lines = ", ".join(f"{name} = {value}" for name, value in new.items())
        return Proposal(unmet=(f"{lines}: these belong to the machine; set them on the host of this container",))
    text = merged(tree.text(PATH), new)
    after = configured(tree, {PATH: text})
    return Proposal(
        drafts=(Draft(PATH, text.encode("utf-8", "surrogateescape")),),
        activate=(Activation(("sysctl", "-p", f"/{PATH}"), automatic=True, undo=()),),
        live=tuple((live_path(name), value) for name, value in new.items()),
        verify=tuple(f"sysctl {name}   # at least {value}" for name, value in new.items()),
        unmet=tuple(
            f"{after[name][1]} sets {name} = {after[name][0]} and is read after ours: change it there"
            for name, value in new.items()
            if after[name][0] < value
        ),
    )


def live_path(name: str) -> str:
    return "proc/sys/" + name.replace(".", "/")


def configured(tree: Tree, changed: Mapping[str, str] | None = None) -> Mapping[str, tuple[int, str]]:
    """Every whole number that the files set, by name with dots, and where: later names win, sysctl.conf is the last."""
    changed = changed or {}
    by_name: dict[str, str] = {}
    for folder in _FOLDERS:
        new = [path.rpartition("/")[2] for path in changed if path.rpartition("/")[0] == folder]
        for name in (*tree.names(folder), *new):
            by_name.setdefault(name, f"{folder}/{name}")
    found: dict[str, tuple[int, str]] = {}
    for path in (*(by_name[name] for name in sorted(by_name)), "etc/sysctl.conf"):
        text = changed[path] if path in changed else tree.text(path) or ""
        for name, setting in parse_sysctl(text, tree.shown(path)).items():
            if setting.text.isascii() and setting.text.isdigit() and len(setting.text) < 20:
                found[name] = int(setting.text), f"{setting.path} line {setting.line}"
    return found


def merged(text: str | None, new: Mapping[str, int]) -> str:
    """The file with these lines at its end; other lines stay, older ones for the same names go."""
    lines = whole_lines(HEADER if text is None else text)
    kept = [line for line in lines if not parse_sysctl(line.rstrip("\n"), "").keys() & new.keys()]
    return "".join(kept) + "".join(f"{name} = {value}\n" for name, value in new.items())


WORLD = World("sysctl", run)
