"""What supervisors wrote down about a container, a pod or a unit, as their own tools print it.

    recognise(head)               what a file or a pipe holds, by content
    read_records(text, source)    containers: docker inspect, podman inspect, kubectl get pod -o json
    read_unit(text, source)       a unit: systemctl show UNIT
    read_exits(text, source)      units that ended, from a journal's JSON
    joblog_kills                  GNU parallel's joblog

recognition   the first bytes decide
values        numbers, times and sizes out of other people's JSON
inspect       docker and podman
pods          Kubernetes
units         systemd
"""

from mnemo_cli.forensics.case import ContainerRecord
from mnemo_cli.forensics.killers.parallel import joblog_kills
from mnemo_cli.forensics.records.inspect import read_inspect
from mnemo_cli.forensics.records.pods import read_pods
from mnemo_cli.forensics.records.recognition import Form, recognise
from mnemo_cli.forensics.records.units import read_exits, read_unit
from mnemo_cli.forensics.records.values import document

__all__ = ["Form", "joblog_kills", "read_exits", "read_records", "read_unit", "recognise"]


def read_records(text: str, source: str) -> tuple[ContainerRecord, ...]:
    """The containers of a JSON document, one record for each run that it tells of; SourceError if it is none."""
    found = document(text, source)
    return read_pods(found) if isinstance(found, dict) and "kind" in found else read_inspect(found, text)
