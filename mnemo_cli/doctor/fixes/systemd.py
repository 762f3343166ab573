"""Settings of systemd as its files say them: units and the manager, with their drop-ins in order."""

from collections.abc import Mapping

from mnemo_cli.doctor.fixes.lines import whole_lines
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import Pair
from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.sampling.systemd_units import Assignment, parse_section
from mnemo_cli.units import parse_size

# In the order of systemd.unit(5): a file hides those of the same name further down.
_UNIT_FOLDERS = (
    "etc/systemd/system",
    "run/systemd/system",
    "run/systemd/generator",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)
_MANAGER_FOLDERS = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd", "lib/systemd")
# What systemd >= 240 gives where no file says anything (systemd-system.conf(5)).
BUILT_IN_NOFILE = Pair(soft=1024, hard=524_288)


Settings = Mapping[str, Assignment]


def has_unit(tree: Tree, unit: str) -> bool:
    return any(tree.exists(f"{folder}/{name}") for folder in _UNIT_FOLDERS for name in _names_of(unit))


def unit_settings(tree: Tree, unit: str, changed: Mapping[str, str] | None = None) -> Settings:
    """The [Service] settings in force; `changed` holds files as they are to be."""
    return _settings(tree, unit_files(tree, unit, changed), "Service", changed or {})


def manager_settings(tree: Tree, changed: Mapping[str, str] | None = None) -> Settings:
    """The [Manager] settings in force."""
    main = next((path for folder in _MANAGER_FOLDERS if tree.exists(path := f"{folder}/system.conf")), None)
    drop_ins = _drop_ins(tree, [f"{folder}/system.conf.d" for folder in _MANAGER_FOLDERS], changed or {})
    return _settings(tree, ([main] if main else []) + drop_ins, "Manager", changed or {})


def unit_files(tree: Tree, unit: str, changed: Mapping[str, str] | None = None) -> list[str]:
    """The unit's file, then its drop-ins by their names; of two with one name the more particular folder's."""
    candidates = (f"{folder}/{name}" for name in _names_of(unit) for folder in _UNIT_FOLDERS)
    main = next((path for path in candidates if tree.exists(path)), None)
    folders = [f"{folder}/{name}.d" for name in _drop_in_names(unit) for folder in _UNIT_FOLDERS]
    return ([main] if main else []) + _drop_ins(tree, folders, changed or {})


def limit_pair(setting: Assignment | None) -> Pair:
    """ "65536", "1024:524288", "infinity"; what cannot be read counts as nothing set."""
    if setting is None:
        return Pair()
    soft, colon, hard = setting.text.partition(":")
    return Pair(limit(soft), limit(hard) if colon else limit(soft))


def limit(word: str) -> Limit | None:
    """A count or size of systemd; None for a share ("15%") or anything else."""
    word = word.strip()
    if word == "infinity":
        return UNLIMITED
    try:
        return parse_size(word)
    except ValueError:
        return None


def default_tasks_max(tree: Tree) -> int | None:
    """DefaultTasksMax where no file sets it: 15 % of the tightest of pid_max and threads-max; None without /proc."""
    bounds = [tree.number(f"proc/sys/kernel/{name}") for name in ("pid_max", "threads-max")]
    known = [number for number in bounds if number is not None]
    return min(known) * 15 // 100 if len(known) == len(bounds) else None


def merged(text: str | None, section: str, values: Mapping[str, str], header: str) -> str:
    """The file with these keys set in this section; every other line stays as it is."""
    kept: list[str] = []
    within, place, goes_on, is_ours = "", -1, False, False
    for line in whole_lines(header if text is None else text):
        word = line.strip()
        if not goes_on:
            is_ours = within == section and word.partition("=")[0].strip() in values
        if not is_ours:
            kept.append(line)
            if not goes_on and word.startswith("["):
                within = word.removeprefix("[").removesuffix("]")
                place = len(kept) if within == section else place
        goes_on = word.endswith("\\") and (goes_on or word[:1] not in ("#", ";"))
    if goes_on and not is_ours:
        kept.append("\n")  # else the last line would go on into ours
    assignments = [f"{key}={value}\n" for key, value in values.items()]
    if place < 0:
        return "".join([*kept, f"[{section}]\n", *assignments])
    return "".join([*kept[:place], *assignments, *kept[place:]])


def _settings(tree: Tree, files: list[str], section: str, changed: Mapping[str, str]) -> Settings:
    """The last assignment counts; an empty one takes the earlier ones back."""
    found: dict[str, Assignment] = {}
    for path in files:
        text = changed[path] if path in changed else tree.text(path) or ""
        found.update(parse_section(text, section, tree.shown(path)))
    return {key: assignment for key, assignment in found.items() if assignment.text}


def where(assignment: Assignment) -> str:
    return f"{assignment.path} line {assignment.line}"


def _drop_ins(tree: Tree, folders: list[str], changed: Mapping[str, str]) -> list[str]:
    by_name: dict[str, str] = {}
    for folder in folders:
        new = [path.rpartition("/")[2] for path in changed if path.rpartition("/")[0] == folder]
        for name in (*tree.names(folder), *new):
            by_name.setdefault(name, f"{folder}/{name}")
    return [by_name[name] for name in sorted(by_name)]


def _names_of(unit: str) -> tuple[str, ...]:
    """The unit's own name, and that of its template."""
    stem, at, rest = unit.partition("@")
    return (unit,) if not at or rest == ".service" else (unit, f"{stem}@.service")


def _drop_in_names(unit: str) -> tuple[str, ...]:
    """Also those that many units share: "a-b.service" looks into a-.service.d and service.d."""
    stem, suffix = unit.rpartition(".")[::2]
    words = stem.partition("@")[0].split("-")
    prefixes = tuple("-".join(words[:count]) + "-." + suffix for count in range(len(words) - 1, 0, -1))
    return (*_names_of(unit), *prefixes, suffix)
