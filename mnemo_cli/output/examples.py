"""What to type for the common purposes: the EXAMPLES of the man pages, one short table per command."""

from typing import NamedTuple


class Example(NamedTuple):
    """A line to type, and what it is for."""

    line: str
    purpose: str


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "mnemo": (
        Example("mnemo monitor", "Watch how close this machine, or the group you are in, is to its limit."),
        Example("mnemo snapshot --format json", "The same as one document for a program to read."),
        Example("mnemo explain 137", "Say what an exit code means."),
    ),
    "monitor": (
        Example("mnemo monitor", "Watch the limit that binds here, live; q ends."),
        Example("mnemo monitor --pid 4121", "Watch one process and its descendants."),
        Example("mnemo monitor --limit 2GiB -- pytest", "In CI: fail when the tests use more than 2 GiB together."),
        Example("mnemo monitor --format ndjson --count 10", "Ten samples, one JSON document per line."),
        Example("mnemo monitor --host --until-level critical", "Wait until the machine is in danger."),
    ),
    "snapshot": (
        Example("mnemo snapshot", "One reading, and every limit on the path."),
        Example("mnemo snapshot --cgroup /app --fail-on high", "Exit 1 when the group is above 60 % of its limit."),
        Example("mnemo snapshot --diff before.json", "What changed since a reading kept with --format json."),
    ),
    "explain": (
        Example("mnemo explain levels", "Where the levels begin, and what mnemo does at each."),
        Example("mnemo explain 137", "What an exit code means, and what it does not prove."),
        Example("mnemo explain memory_high_pct", "What a setting is for."),
    ),
    "config": (
        Example("mnemo config show --origin", "Every setting with its value, and where that comes from."),
        Example("mnemo config set resources.memory_high_pct 70", "Change one setting; comments in the file stay."),
        Example("mnemo config path", "Which files are read, in which order."),
    ),
    "completion": (
        Example("source <(mnemo completion bash)", "Complete in this bash from now on."),
        Example("mnemo completion fish > ~/.config/fish/completions/mnemo.fish", "Complete in every fish."),
        Example('mnemo completion zsh > "${fpath[1]}/_mnemo"', "Complete in every zsh, where that folder is yours."),
    ),
}
