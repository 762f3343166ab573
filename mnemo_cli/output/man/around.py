"""ENVIRONMENT, FILES and SEE ALSO: what stands around a command."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, paragraphs

_Entries = tuple[Entry, ...]

_LOG = Entry("MNEMOSYNE_LOG", "How much is logged: debug, info, warning or error. debug also shows tracebacks.")
_COLOUR = Entry("NO_COLOR, FORCE_COLOR", "Never or always use colour; --color outranks both.")
_FOLDERS = Entry("XDG_CONFIG_HOME, XDG_DATA_HOME", "Where ~/.config and ~/.local/share are instead.")
# The names are those of settings.alerts; a test compares.
SECRETS: _Entries = (
    Entry("MNEMOSYNE_ALERTS_WEBHOOK_TOKEN", "A bearer token for the webhook, where it is not in a file."),
    Entry("MNEMOSYNE_ALERTS_PAGERDUTY_KEY", "PagerDuty's routing key, where it is not in a file."),
)
_SERVICE = Entry(
    "NOTIFY_SOCKET", "Set by systemd: with --headless it is told when the service is ready, and that it lives."
)
_OF_COMMANDS: Mapping[str, _Entries] = MappingProxyType(
    {
        "mnemo": (_COLOUR, _FOLDERS),
        "monitor": (_COLOUR, _SERVICE, *SECRETS),
        "orchestrate": (
            _COLOUR,
            *SECRETS,
            Entry("MNEMOSYNE_JOB_ID, MNEMOSYNE_ATTEMPT", "Set for each job: its id, and which try it is, from 1."),
        ),
        "export": SECRETS,
        "limits": SECRETS,
        "config": (_FOLDERS,),
    }
)

# The order is that of settings.files.
SETTINGS_FILES: _Entries = (
    Entry("./mnemo.toml", "Settings of the project here: thresholds, component limits and waivers only."),
    Entry("~/.config/mnemosyne/config.toml", "The user's settings, read when there is no ./mnemo.toml."),
    Entry("/etc/mnemosyne/config.toml", "The machine's settings, read when there is neither."),
)
_MEMORY_LOG = Entry("~/.local/share/mnemosyne/logs/memory.log", "The memory log; older ones end in .1 and so on.")
_COUNTERS = Entry("/dev/shm/mnemosyne-UID", "Counters that programs of a user keep of themselves.")
_FILES: Mapping[str, _Entries] = MappingProxyType(
    {
        "mnemo": (_MEMORY_LOG, _COUNTERS),
        "monitor": (_MEMORY_LOG, _COUNTERS),
        "snapshot": (_COUNTERS,),
        "limits": (_COUNTERS,),
        "ulimit": (
            Entry("60-mnemo.conf", "What `fix` writes, into folders such as limits.d; a run of it can be undone."),
        ),
        "collect": (_MEMORY_LOG,),
        "collect-diagnostics": (_MEMORY_LOG,),
        "explain": (_MEMORY_LOG,),
        "orchestrate": (
            Entry(
                "~/.local/share/mnemosyne/orchestrate-history.db", "How much memory jobs needed, by name: for claims."
            ),
        ),
    }
)

_ORDER = ("monitor", "snapshot", "limits", "ulimit", "doctor", "collect", "explain", "orchestrate", "export", "config")
_RELATED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "monitor": ("snapshot", "limits", "export", "alerts", "cgroups(7)", "proc(5)"),
        "snapshot": ("monitor", "limits", "cgroups(7)"),
        "limits": ("doctor", "monitor", "alerts", "getrlimit(2)", "systemd.resource-control(5)"),
        "ulimit": ("doctor", "limits", "limits.conf(5)", "prlimit(1)", "systemd.exec(5)"),
        "doctor": ("ulimit", "limits", "explain", "getrlimit(2)", "limits.conf(5)", "sysctl.d(5)"),
        "collect": ("collect-diagnostics", "explain", "doctor"),
        "collect-diagnostics": ("collect", "explain", "doctor"),
        "explain": ("collect", "doctor", "dmesg(1)", "journalctl(1)", "signal(7)", "errno(3)"),
        "orchestrate": ("monitor", "alerts", "cgroups(7)", "systemd.service(5)"),
        "export": ("monitor", "alerts", "limits"),
        "config": (),
        "completion": ("bash(1)", "zsh(1)", "fish(1)"),
    }
)


def environment(name: str) -> Iterator[str]:
    """The variables of a command, and where those of the settings are listed."""
    yield from entries((_LOG, *_OF_COMMANDS.get(name, ())))
    yield ".PP"
    yield from paragraphs("Every setting has a variable, too: mnemo.toml(5) lists them.")


def files(name: str) -> _Entries:
    return (*SETTINGS_FILES, *_FILES.get(name, ()))


def see_also(name: str) -> tuple[str, ...]:
    """Pages of the manual, our own first. The first page names all of ours."""
    pages: tuple[str, ...]
    if name == "mnemo":
        pages = (*_ORDER, "completion", "alerts", "mnemo.toml(5)", "cgroups(7)", "getrlimit(2)")
    else:
        pages = ("mnemo(1)", *_RELATED.get(name, ()), "mnemo.toml(5)")
    ours = [page for page in map(_page, pages) if page.startswith("mnemo")]
    return (*ours, *(page for page in map(_page, pages) if page not in ours))


def _page(word: str) -> str:
    if "(" in word:
        return word
    return "mnemo-alerts(5)" if word == "alerts" else f"mnemo-{word}(1)"
