"""The counters that programs with mnemo's tracker keep of themselves: the target's, or everybody's without a target."""

from collections.abc import Iterator

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import document_member
from mnemo_cli.diagnostics.reading import names_in
from mnemo_cli.model import Gap
from mnemo_cli.recording.document import gap_documents, timestamp, tracker_document
from mnemo_cli.tracker.reader import TrackerReader

_MOST_TRACKERS = 500


def collect(scene: Scene) -> Iterator[Member | Missing]:
    gaps: list[Gap] = []
    scope = scene.pids or tuple(int(name) for name in names_in(scene.root / "proc") if name.isdigit())
    trackers = TrackerReader(scene.root).read(scope, gaps, time_seconds=scene.now_seconds)
    if not trackers and not gaps:
        yield Missing("/dev/shm", "skipped", "no program in scope keeps counters")
        return
    largest = sorted(trackers, key=lambda tracker: tracker.used_bytes, reverse=True)[:_MOST_TRACKERS]
    yield document_member(
        "counters/trackers.json",
        {
            "schema": "mnemo.trackers/1",
            "time": timestamp(scene.now_seconds),
            "count": len(trackers),
            "trackers": [tracker_document(tracker) for tracker in largest],
            "gaps": gap_documents(gaps),
        },
        "/dev/shm/mnemosyne-*",
    )


COLLECTOR = Collector("counters", "the counters that programs keep of themselves", collect)
