"""`guarded_worker.py FOLDER DRAIN_SECONDS`: threads that take work from a queue and fill memory, under a guard."""

import itertools
import json
import sys
import threading
import time
from pathlib import Path

from mnemo_cli import guard
from mnemo_cli.bounded import QueueClosed, QueueEmpty, QueueFull, WorkQueue
from mnemo_cli.degrade.guard import NotAccepting

FOLDER, DRAIN_SECONDS = Path(sys.argv[1]), float(sys.argv[2])
RESULT_BYTES = 256 * 1024

queue: WorkQueue[int] = WorkQueue(50)
done: dict[int, bytearray] = {}
never = threading.Event()


def say(**words):
    print(json.dumps(words), flush=True)


def work() -> None:
    while True:
        try:
            # Taken inside the block: an item that nobody works on yet is not lost between the two.
            with held.work():
                item = queue.get(timeout=0.05)
                never.wait(0.005)
                done[item] = bytearray(b"x") * RESULT_BYTES
        except QueueEmpty:
            continue
        except NotAccepting:
            return


def save() -> None:
    (FOLDER / "state.json").write_text(json.dumps({"done": sorted(done), "left": queue.drain()}))


def on_event(event) -> None:
    say(at=time.monotonic(), step=event.step.word, action=event.action, outcome=event.outcome, text=event.text)


held = guard(save=save, on_event=on_event, drain_timeout_seconds=DRAIN_SECONDS)
workers = [threading.Thread(target=work) for _ in range(3)]
for worker in workers:
    worker.start()
accepted = 0
try:
    for item in itertools.count():
        while held.accepting() and accepted == item:
            try:
                queue.put(item, timeout=0.05)
                accepted += 1
            except QueueFull:
                continue
            except QueueClosed:  # the drain was faster
                break
        if accepted == item:
            break
    never.wait()
finally:
    say(accepted=accepted, threads=sum(worker.is_alive() for worker in workers))
