"""The history of a real CRDT document (loro): bounded bytes, and the text of a twin that forgets nothing."""

import random
import sys

import pytest

from mnemo_cli.bounded.history import HistoryFull, OperationHistory

loro = pytest.importorskip("loro")
EDITS = 50_000
LIMIT, LIMIT_BYTES, KEEP = 1000, 100_000, 200


def fold(snapshot, updates):
    """Import into a document that is thrown away; its shallow snapshot has the text, and no edit before it."""
    document = opened(snapshot, updates)
    return document.export(loro.ExportMode.ShallowSnapshot(document.state_frontiers))


def opened(snapshot, updates):
    document = loro.LoroDoc()
    if snapshot:
        document.import_(snapshot)
    if updates:
        document.import_batch(list(updates))
    return document


def text(document):
    return document.get_text("text").to_string()


class Writer:
    """Someone who types and deletes at random places, in a document whose every update is handed on."""

    def __init__(self, hand_on):
        self.document, self.random = loro.LoroDoc(), random.Random(3)
        self.document.peer_id = 1
        self.text = self.document.get_text("text")
        self.subscription = self.document.subscribe_local_update(lambda update: hand_on(update) or True)

    def edit(self, times):
        for _ in range(times):
            length = self.text.len_unicode
            if length > 500:
                self.text.delete(self.random.randrange(length - 12), 12)
            else:
                self.text.insert(self.random.randrange(length + 1), "émile ")
            self.document.commit()


@pytest.fixture
def history():
    return OperationHistory(LIMIT, fold=fold, snapshot=b"", keep=KEEP, limit_bytes=LIMIT_BYTES)


def test_bytes_stay_bounded_and_the_text_is_that_of_a_twin_that_forgets_nothing(history):
    everything, most_bytes = [], 0

    def hand_on(update):
        nonlocal most_bytes
        history.append(update)
        everything.append(update)
        if len(everything) % 50 == 0:
            most_bytes = max(most_bytes, history.used_bytes + len(history.state()[0]))

    writer = Writer(hand_on)
    writer.edit(EDITS)
    assert (len(everything), history.last_error) == (EDITS, None)
    assert history.evicted_total + len(history) == EDITS
    assert history.compactions_total > EDITS / LIMIT
    assert most_bytes < LIMIT_BYTES + 20_000 < sum(map(sys.getsizeof, everything)) / 50
    assert text(opened(*history.state())) == text(opened(b"", everything)) == text(writer.document)
    assert text(writer.document)


def test_a_peer_that_is_a_little_behind_is_sent_operations_and_another_one_the_snapshot(history):
    writer = Writer(history.append)
    writer.edit(3000)
    near, far = opened(*history.state()), opened(*history.state())
    writer.edit(KEEP)
    history.compact()
    _, newest = history.state()
    assert len(newest) == KEEP
    near.import_batch(list(newest))
    assert text(near) == text(writer.document)
    writer.edit(2 * LIMIT)
    snapshot, newest = history.state()
    assert text(opened(snapshot, newest)) == text(writer.document) != text(far)


def test_an_update_that_cannot_be_read_stops_the_folding_and_loses_nothing():
    history = OperationHistory(LIMIT, fold=fold, snapshot=b"", limit_bytes=LIMIT_BYTES)
    writer = Writer(history.append)
    writer.edit(10)
    history.append(b"not an update")
    with pytest.raises(BaseException, match=r"(?i)decode"):  # loro's own, and no Exception
        history.compact()
    assert (len(history), history.failures_total) == (11, 1)
    for _ in range(LIMIT_BYTES // 200):
        history.append(b"x" * 100)
    with pytest.raises(HistoryFull, match=r"(?i)decode"):
        for _ in range(LIMIT):
            history.append(b"x" * 100)
    snapshot, operations = history.state()
    assert text(opened(snapshot, operations[:10])) == text(writer.document)
    assert history.used_bytes <= LIMIT_BYTES
