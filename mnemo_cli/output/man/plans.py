"""PLANS of mnemo-orchestrate(1): what a plan looks like, and the fields of a job."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mnemo_cli.orchestrate.plan.fields import FIELDS
from mnemo_cli.output.man.nouns import Entry
from mnemo_cli.output.man.roff import entries, example, paragraphs

EXAMPLE = """\
[plan]
name = "nightly"
slots = 8           # jobs at once; by default one per processor
budget = "12Gi"     # for all jobs together

[defaults]
retries = 1

[[job]]
id = "fetch"
cmd = ["curl", "-fsSO", "https://example.org/data.csv"]

[[job]]
id = "sort"
after = ["fetch"]
cmd = "sort data.csv > sorted.csv"
mem = "2Gi"
"""
HELPS: Mapping[str, str] = MappingProxyType(
    {
        "id": "What the job is called; by default its number.",
        "name": "The name under which its memory is learned; by default that of its program.",
        "cmd": "A list of words, or one text for sh. Needed.",
        "cwd": "The folder that it runs in.",
        "env": "A table of variables, beside those that mnemo has.",
        "stdin": "The file that it reads; by default nothing.",
        "after": "Ids of jobs that must be done before.",
        "priority": "From -1000 to 1000; more goes first. By default 0.",
        "critical": "true: deferred, frozen and ended last. By default false.",
        "mem": 'The memory that it claims, or "auto": learned. By default "auto".',
        "mem_limit": "Where it is ended; by default twice its claim.",
        "cpus": "How many slots it takes; by default 1.",
        "timeout": "After how long it is ended; by default never.",
        "kill_grace": "How long it has between SIGTERM and SIGKILL; by default 10s.",
        "retries": "How often it is tried again after retry_on; by default 0.",
        "retry_on": "Which ends cost a retry: exit, signal, timeout. By default all of them.",
        "oom_retries": "How often it is tried again after an OOM kill; by default 3.",
        "oom_factor": "How much more it claims then; by default 1.6.",
    }
)


def plans() -> Iterator[str]:
    yield from paragraphs("A file whose name ends in .toml is a plan with tables; [defaults] has fields for every job.")
    yield from example(EXAMPLE)
    yield ".PP"
    yield from paragraphs(
        "Any other file, or - for standard input, has a job on each line: a command for sh, a JSON object of the same "
        "fields, or with --template what takes the place of {}. Standard input is read no faster than jobs are taken "
        "on. The fields of a job:"
    )
    yield from entries(Entry(name, HELPS[name]) for name in FIELDS)
