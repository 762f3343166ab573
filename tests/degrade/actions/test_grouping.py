"""Which alerts are told, and when: by the numbers of a clock that the test turns."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.degrade.actions.grouping import Grouping, Pace
from tests.degrade.actions.stage import BEGIN, alert, refusal

HOUR = 3600.0


def grouping(pace=None, jitter=1.0, **rest):
    return Grouping(pace or Pace(), lambda: jitter, **rest)


def heed(group, at, *alerts):
    return [group.heed(one, at, BEGIN + at) for one in alerts]


def told(group, at, *, at_once=False):
    """The news that is due, sent; None where nothing is."""
    notice = group.notice(at, at_once=at_once)
    if notice is None:
        return None
    group.sent(notice, at)
    return names(notice)


def names(notice):
    return [f"{one.alert.name}{'/' if one.is_over else ''}" for one in notice.news]


def test_what_fires_is_told_once_and_the_same_again_is_no_news():
    group = grouping()
    assert heed(group, 0, alert("A")) == [True]
    assert told(group, 0) == ["A"]
    assert heed(group, 1, alert("A", value=99.0)) == [False]
    assert told(group, 1) is None


def test_all_alerts_of_one_evaluation_and_of_the_wait_after_it_are_one_notice():
    group = grouping(Pace(group_wait_seconds=5))
    heed(group, 0, alert("A"), alert("B"))
    assert group.due_seconds() == 5
    heed(group, 4, alert("C"))
    assert told(group, 4.9) is None
    assert told(group, 5) == ["A", "B", "C"]


def test_the_end_is_told_with_its_times_and_what_still_fires_stands_beside_it():
    group = grouping()
    heed(group, 0, alert("A"), alert("B"))
    told(group, 0)
    heed(group, 100, alert("A", "resolved", BEGIN + 99, value=10.0))
    notice = group.notice(100)
    (end,) = notice.news
    assert (end.started_seconds, end.ended_seconds, end.alert.value) == (BEGIN, BEGIN + 99, 10.0)
    assert {one.alert.name for one in notice.episodes} == {"A", "B"} and notice.is_firing
    group.sent(notice, 100)
    heed(group, 200, alert("B", "inactive", BEGIN + 150))
    notice = group.notice(200)
    assert names(notice) == ["B/"] and notice.news[0].ended_seconds == BEGIN + 200
    assert not notice.is_firing
    group.sent(notice, 200)
    assert group.due_seconds() == float("inf")


def test_what_ended_before_anybody_was_told_is_not_told():
    group = grouping(Pace(group_wait_seconds=5))
    heed(group, 0, alert("A"))
    heed(group, 1, alert("A", "resolved"))
    assert group.due_seconds() == float("inf") and told(group, 9) is None


def test_an_alert_that_was_never_firing_or_is_unknown_changes_nothing():
    group = grouping()
    quiet = [alert("A", state) for state in ("inactive", "pending", "resolved", "unknown")]
    assert heed(group, 0, *quiet) == [False] * 4
    heed(group, 1, alert("A"))
    told(group, 1)
    assert heed(group, 2, alert("A", "unknown", value=None)) == [False]
    assert told(group, 2) is None


def test_one_that_fires_anew_is_news_with_its_new_beginning():
    group = grouping(Pace(group_wait_seconds=5))
    heed(group, 0, alert("A"))
    told(group, 5)
    heed(group, 10, alert("A", "resolved"))
    heed(group, 11, alert("A", since=BEGIN + 11))
    notice = group.notice(15)
    assert names(notice) == ["A"] and notice.news[0].started_seconds == BEGIN + 11


def test_what_still_fires_is_repeated_after_the_interval_with_its_present_value():
    group = grouping(Pace(repeat_seconds=4 * HOUR))
    heed(group, 0, alert("A"))
    told(group, 0)
    heed(group, HOUR, alert("A", value=97.0))
    assert group.due_seconds() == 4 * HOUR
    assert told(group, 4 * HOUR - 1) is None
    notice = group.notice(4 * HOUR)
    assert notice.is_repeat and notice.news[0].alert.value == 97.0
    group.sent(notice, 4 * HOUR)
    assert group.due_seconds() == 8 * HOUR


def test_news_is_no_repeat():
    group = grouping()
    heed(group, 0, alert("A"))
    assert not group.notice(0).is_repeat


def test_one_by_one_each_alert_has_its_own_notice_in_the_order_of_time():
    group = grouping(Pace(one_by_one=True))
    heed(group, 0, alert("A"), alert("B"))
    notice = group.notice(0)
    assert names(notice) == ["A"] and len(notice.episodes) == 1
    group.sent(notice, 0)
    assert [told(group, 0), told(group, 0)] == [["B"], None]
    assert [told(group, 5 * HOUR), told(group, 5 * HOUR), told(group, 5 * HOUR)] == [["A"], ["B"], None]


def test_more_notices_than_the_rate_wait_and_come_together():
    group = grouping(Pace(most_per_minute=2))
    for at, name in enumerate("ABCD"):
        heed(group, at, alert(name))
        assert (told(group, at) is None) == (at >= 2)
    assert group.due_seconds() == 60
    assert told(group, 60) == ["C", "D"]


def test_pauses_after_failures_double_up_to_the_longest_and_news_does_not_shorten_them():
    group = grouping(Pace(first_pause_seconds=1, longest_pause_seconds=10, most_per_minute=100))
    heed(group, 0, alert("A"))
    at, pauses = 0.0, []
    for _ in range(6):
        group.failed(group.notice(at), refusal(), at)
        heed(group, at, alert(f"B{len(pauses)}"))
        pauses.append(group.due_seconds() - at)
        at = group.due_seconds()
    assert pauses == [1, 2, 4, 8, 10, 10]
    assert told(group, at) == ["A", *(f"B{n}" for n in range(6))]
    heed(group, at, alert("C"))
    group.failed(group.notice(at), refusal(), at)
    assert group.due_seconds() == at + 1


def test_chance_makes_a_pause_shorter_by_half_at_most():
    group = grouping(jitter=0.0)
    heed(group, 0, alert("A"))
    group.failed(group.notice(0), refusal(), 0)
    assert group.due_seconds() == 0.5


def test_a_wait_that_the_other_side_asks_for_is_kept_up_to_the_longest_pause():
    group = grouping()
    heed(group, 0, alert("A"))
    group.failed(group.notice(0), refusal(after=17), 0)
    assert group.due_seconds() == 17
    group.failed(group.notice(17), refusal(after=86_400), 17)
    assert group.due_seconds() == 17 + 300


def test_a_refusal_for_good_is_not_tried_again_before_the_repeat_and_its_end_is_not_told():
    group = grouping()
    heed(group, 0, alert("A"))
    group.failed(group.notice(0), refusal(again=False), 0)
    assert group.due_seconds() == 4 * HOUR
    heed(group, 10, alert("A", "resolved"))
    assert group.due_seconds() == float("inf")


def test_the_end_of_what_may_have_arrived_is_told():
    for again in (True, False):
        group = grouping()
        heed(group, 0, alert("A"))
        group.failed(group.notice(0), refusal(again=again, perhaps=True), 0)
        heed(group, 1, alert("A", "resolved"))
        assert told(group, 10) == ["A/"]


def test_what_ended_while_its_beginning_was_being_sent_is_told_if_that_arrived():
    for arrives in (True, False):
        group = grouping()
        heed(group, 0, alert("A"))
        notice = group.notice(0)
        heed(group, 1, alert("A", "resolved"))
        group.sent(notice, 2) if arrives else group.failed(notice, refusal(), 2)
        assert told(group, 10) == (["A/"] if arrives else None)


def test_a_repeat_that_is_refused_leaves_the_end_to_be_told():
    group = grouping()
    heed(group, 0, alert("A"))
    told(group, 0)
    group.failed(group.notice(5 * HOUR), refusal(again=False), 5 * HOUR)
    heed(group, 6 * HOUR, alert("A", "resolved"))
    assert told(group, 6 * HOUR) == ["A/"]


def test_a_destination_that_wants_no_ends_hears_of_none():
    group = grouping(Pace(tells_end=False, repeat_seconds=float("inf")))
    heed(group, 0, alert("A"))
    told(group, 0)
    assert group.due_seconds() == float("inf")
    heed(group, 1, alert("A", "resolved"))
    assert told(group, 1e9) is None
    heed(group, 2, alert("A", since=BEGIN + 2))
    assert told(group, 2) == ["A"]


def test_at_the_end_of_all_what_waits_is_told_at_once_and_nothing_is_repeated():
    group = grouping(Pace(group_wait_seconds=60, most_per_minute=1))
    heed(group, 0, alert("A"))
    assert told(group, 0, at_once=True) == ["A"]
    assert told(group, 9 * HOUR, at_once=True) is None


def test_of_too_many_alerts_the_oldest_that_was_never_told_is_dropped_and_counted():
    group = grouping(most_alerts=3)
    heed(group, 0, alert("A"))
    told(group, 0)
    heed(group, 1, *(alert(name) for name in "BCDE"))
    notice = group.notice(1)
    assert (names(notice), notice.lost, group.dropped_total) == (["D", "E"], 2, 2)
    group.sent(notice, 1)
    assert heed(group, 2, alert("F")) == [False]
    assert (group.dropped_total, group.due_seconds()) == (3, 1 + 4 * HOUR)


NAMES = st.sampled_from("ABC")
STEPS = st.one_of(
    st.tuples(
        st.just("heed"), NAMES, st.sampled_from(["firing", "anew", "resolved", "inactive", "pending", "unknown"])
    ),
    st.tuples(st.just("take"), st.sampled_from(["sent", "lost", "perhaps lost", "perhaps there"]), st.booleans()),
    st.tuples(st.just("settle"), st.none(), st.none()),
    st.tuples(st.just("wait"), st.floats(0, 20_000), st.none()),
)


@given(steps=st.lists(STEPS, max_size=60), one_by_one=st.booleans())
def test_in_the_end_the_destination_believes_what_is_so(steps, one_by_one):
    """Whatever is lost on the way, once it gets through; and no end is told of what it never heard of."""
    group = grouping(Pace(one_by_one=one_by_one, group_wait_seconds=3, first_pause_seconds=1))
    at, since, firing, believed, flying = 0.0, BEGIN, {}, set(), None

    def arrive(notice):
        for one in notice.news:
            (believed.discard if one.is_over else believed.add)(one.alert.name)

    def settle(outcome):
        if outcome in ("sent", "perhaps there"):
            arrive(flying)
        if outcome == "sent":
            group.sent(flying, at)
        else:
            group.failed(flying, refusal(perhaps=outcome != "lost"), at)

    heard, outcome = set(), "sent"
    for kind, first, second in steps:
        if kind == "wait":
            at += first
        elif kind == "heed":
            since += 1
            if second in ("firing", "anew"):
                began = since if second == "anew" else firing.get(first, since)
                firing[first] = began
                group.heed(alert(first, since=began), at, BEGIN + at)
            else:
                group.heed(alert(first, second, since), at, BEGIN + at)
                if second != "unknown":
                    firing.pop(first, None)
        elif kind == "take" and flying is None:
            flying, outcome = group.notice(at), first
            if flying is not None:
                assert all(one.alert.name in heard for one in flying.news if one.is_over)
                heard |= {one.alert.name for one in flying.news if not one.is_over}
        elif kind == "settle" and flying is not None:
            settle(outcome)
            flying = None
    if flying is not None:
        settle(outcome)
    at += 1e9
    for _ in range(50):
        flying = group.notice(at)
        if flying is None or flying.is_repeat:
            break
        settle("sent")
        at += 100
    assert believed == set(firing)
