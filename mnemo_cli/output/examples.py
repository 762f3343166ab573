"""What to type for the common purposes: the EXAMPLES of the man pages, one short table per command."""

from typing import NamedTuple


class Example(NamedTuple):
    """A line to type, or a few for a file, and what that is for."""

    line: str
    purpose: str


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "mnemo": (
        Example("mnemo monitor", "Watch how close this machine, or the group you are in, is to its limit."),
        Example("mnemo snapshot --format json", "The same as one document for a program to read."),
        Example("mnemo doctor --name nginx", "Which limits of a program bind or will, and who set them."),
        Example("mnemo limits check", "In CI: fail when memory or a limit is nearly used up."),
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
    "limits": (
        Example("mnemo limits check --fail-on warning", "Exit 1 when memory or a limit is nearly used up."),
        Example("mnemo limits check --wait 30s --name postgres", "Wait until a program has what it needs."),
        Example("mnemo limits check --report sarif=mnemo.sarif", "The same, with a file for code scanning."),
        Example("mnemo limits show --pid 4121", "Every limit of a process, with what is left of it."),
        Example("mnemo limits render --for compose", "The configured limits as a part of compose.yaml."),
    ),
    "ulimit": (
        Example("mnemo ulimit doctor --unit nginx", "What limits a service, and where that is set."),
        Example("mnemo ulimit fix --need nofile=65536", "What to change so that every login may open so many files."),
        Example("mnemo ulimit raise --pid 4121 --nofile 65536", "Raise the limit of a process while it runs."),
        Example("mnemo ulimit protect --pid 4121 --score=-500", "Let the OOM killer choose others first."),
    ),
    "doctor": (
        Example("mnemo doctor", "What limits a program that is started from here."),
        Example("mnemo doctor --pid 4121 --profile server", "One process, by the measure of a server."),
        Example("mnemo doctor --all --top 10", "The machine, and the ten processes with the worst findings."),
        Example("mnemo doctor --need nofile=65536 -- ./server", "Would it get what it needs? It is not run."),
        Example("mnemo doctor --root /mnt/image", "The files of an image, offline."),
    ),
    "collect-diagnostics": (
        Example("mnemo collect-diagnostics", "One redacted tarball in this folder; its path is printed."),
        Example("mnemo collect-diagnostics --pid 4121 -o /var/tmp", "With one process and its descendants looked at."),
        Example("mnemo collect-diagnostics --list", "What is collected, and in which profile."),
    ),
    "collect": (
        Example("mnemo collect", "One redacted tarball in this folder; its path is printed."),
        Example("mnemo collect --profile deep --since 2h", "Everything, with two hours of logs."),
        Example("mnemo collect -o /mnt/usb --budget-size 5Mi", "A small one, into a folder with room."),
        Example("mnemo collect --dry-run", "Which files it would hold, and where they come from."),
        Example("mnemo collect --verify mnemo-20261122T140231Z.tar.gz", "Whether a bundle is whole."),
    ),
    "explain": (
        Example("mnemo explain --last", "What the kernel killed last on this machine, and why."),
        Example("mnemo explain kern.log", "All kills in a log; in a pipe: dmesg | mnemo explain -"),
        Example("mnemo explain --container web", "How a container died; or: docker inspect web | mnemo explain -"),
        Example("mnemo explain pod.json", "What kubectl get pod web-0 -o json says of a pod."),
        Example("mnemo explain mnemo-20261122.tar.gz", "What a bundle, or any tar with a kernel log, proves."),
        Example("mnemo explain --pid 4121 --growth 60s", "What grows in a process, and is it a leak?"),
        Example("mnemo explain slow --pid 4121", "Is it memory that slows it?"),
        Example("mnemo explain levels", "Where the levels begin, and what mnemo does at each."),
        Example("mnemo explain 137", "What an exit code means, and what it does not prove."),
        Example("mnemo explain EMFILE", "Which limits an error of the system can mean."),
        Example('mnemo explain "Too many open files"', "The same, from the message."),
        Example("mnemo explain fd-soft-low", "What a finding of the doctor means, and what to do."),
        Example("mnemo explain memory_high_pct", "What a setting is for."),
    ),
    "orchestrate": (
        Example("mnemo orchestrate check nightly.toml", "Show what a plan would run; nothing is started."),
        Example("mnemo orchestrate nightly.toml --journal nightly.db --resume", "Run it, or go on after a crash."),
        Example("find . -name '*.png' | mnemo orchestrate --template 'resize {}'", "A job for each line of stdin."),
        Example("mnemo orchestrate --budget 4Gi -- make -j4", "Run one program; its exit code is passed on."),
        Example("mnemo orchestrate status nightly.db", "How a run stands, from another terminal."),
        Example("mnemo orchestrate demo", "See every step of the ladder and the drain, in a minute."),
    ),
    "export": (
        Example("mnemo export serve", "Metrics at http://127.0.0.1:9477/metrics, read at each scrape."),
        Example("mnemo export serve --cgroup /app --rules alerts.yaml", "Of one group, with your own alert rules."),
        Example("mnemo export textfile /var/lib/node_exporter --interval 15s", "For node_exporter."),
        Example("mnemo export rules -o mnemo.rules.yml", "The same alerts, in Prometheus."),
        Example("mnemo export dashboard -o mnemo.json", "A dashboard to import into Grafana."),
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

_SYSTEMD = """\
[Service]
ExecStart=/usr/bin/mnemo orchestrate /srv/nightly.toml \\
  --journal /srv/nightly.db --resume
RestartForceExitStatus=75
RestartSec=30"""
_KUBERNETES = """\
spec:
  backoffLimit: 3
  podFailurePolicy:
    rules:
    - action: Ignore
      onExitCodes: {operator: In, values: [75]}
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 45"""

# Parts of files that other programs read.
FRAGMENTS: dict[str, tuple[Example, ...]] = {
    "orchestrate": (
        Example(_SYSTEMD, "A service that systemd starts again after a drain (exit code 75)."),
        Example(
            _KUBERNETES,
            "A Job of Kubernetes whose pod is replaced after a drain: Ignore does not count that as a failure, Count "
            "would. The grace period is longer than a drain may take.",
        ),
    ),
}
