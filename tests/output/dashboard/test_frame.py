"""The frame for every size and every moment: exactly its cells, never an error, never a 0 that nobody read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mnemo_cli.limits.components import judged
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import (
    UNLIMITED,
    Component,
    Event,
    Forecast,
    Level,
    LimitSource,
    Memory,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
    Tracker,
)
from mnemo_cli.model.alerts import Alert, AlertState
from mnemo_cli.output.dashboard.choice import WINDOWS_SECONDS, Choice, Dialog, Page
from mnemo_cli.output.dashboard.frame import frame, process_rows
from mnemo_cli.output.dashboard.look import LEVEL_STYLES, Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.spans import Line, plain
from mnemo_cli.output.dashboard.table.columns import COLUMNS
from mnemo_cli.output.dashboard.table.filter import parse_filter
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.redact import printable
from mnemo_cli.units import GIB, MIB
from tests.examples import few_examples

Scene = Callable[..., View]
MomentOf = Callable[..., Moment]

_BYTES = st.none() | st.integers(0, 1 << 62)
_LIMITS = _BYTES | st.just(UNLIMITED)
_COUNTS = st.none() | st.integers(0, 1 << 40)
_SHARES = st.floats(0, 1)
# What sampling hands on: anything that a process calls itself, made printable.
_TEXTS = st.text(max_size=30).map(printable) | st.sampled_from(["漢字かな", "🙂👍🏽", "e\u0301" * 9, "❤️☎️", "\\x1b]0;x"])
_PROCESSES = st.builds(
    Process,
    pid=st.integers(1, 1 << 22),
    ppid=st.integers(0, 1 << 22),
    started=st.integers(0, 1 << 40),
    name=_TEXTS,
    uid=st.none() | st.sampled_from([0, 4_000_001]),
    rss_bytes=_BYTES,
    pss_bytes=_BYTES,
    uss_bytes=_BYTES,
    swap_bytes=_BYTES,
    command=st.none() | _TEXTS,
    threads=_COUNTS,
    fds=_COUNTS,
    fd_soft_limit=_LIMITS,
    oom_score_adj=st.none() | st.integers(-1000, 1000),
    cgroup=st.none() | _TEXTS.map(lambda name: f"/{name}"),
)
_PRESSURES = st.none() | st.builds(
    Pressure,
    source=st.just("memory.pressure"),
    some_avg10_ratio=_SHARES,
    some_avg60_ratio=_SHARES,
    some_avg300_ratio=_SHARES,
    some_seconds_total=st.just(0.0),
    full_avg10_ratio=_SHARES,
    full_avg60_ratio=_SHARES,
    full_avg300_ratio=_SHARES,
    full_seconds_total=st.just(0.0),
)
_SECONDS = st.floats(0, 1e9) | st.just(UNLIMITED)
_FORECASTS = st.none() | st.builds(
    Forecast,
    seconds_to_limit=_SECONDS,
    low_seconds=_SECONDS,
    high_seconds=_SECONDS,
    growth_bytes_per_second=st.floats(-1e15, 1e15),
    window_seconds=st.floats(0, 300),
)
_EVENTS = st.lists(
    st.builds(
        Event,
        time_seconds=st.floats(0, 4e9),
        event=st.sampled_from(["level", "oom_kill", "limit_change", "exit"]),
        level=st.none() | st.sampled_from(Level),
        text=_TEXTS,
        fields=st.just({}),
    ),
    max_size=8,
).map(tuple)

# Nobody made these printable: they come as the program wrote them.
_RAW_NAMES = st.text(max_size=30) | st.sampled_from(["work_queue", "embeddings_cache", "漢字" * 20, "\x1b[2J"])
_WORDS = st.integers(0, 1 << 62)
_COMPONENTS = st.builds(
    Component,
    name=_RAW_NAMES,
    used=st.none() | _WORDS,
    limit=st.none() | st.integers(1, 1 << 62) | st.just(UNLIMITED),
    unit=_RAW_NAMES,
    used_bytes=st.none() | _WORDS,
    limit_bytes=st.none() | st.integers(1, 1 << 62) | st.just(UNLIMITED),
    policy=st.sampled_from(["block", "reject", "evict_lru", "drop_oldest", "compact", "none", "\x1b[31m" * 4]),
    blocked_seconds_total=st.just(0.0),
    **dict.fromkeys(("evicted_total", "expired_total", "rejected_total", "hits_total", "misses_total"), _WORDS),
)
_TRACKERS = st.builds(
    Tracker,
    pid=st.none() | st.integers(1, 1 << 22),
    name=st.sampled_from(["app", "api"]) | _RAW_NAMES,
    started=_WORDS,
    processes=st.integers(1, 9),
    used_bytes=_WORDS,
    peak_bytes=_WORDS,
    allocated_bytes_total=_WORDS,
    allocations=_WORDS,
    deallocated_bytes_total=_WORDS,
    deallocations=_WORDS,
    unbalanced_total=_WORDS,
    limit_bytes=_LIMITS,
    spawned_tasks=_WORDS,
    completed_tasks_total=_WORDS,
    allocation_bytes_per_second=st.none() | st.floats(0, 1e18),
    components=st.lists(_COMPONENTS, max_size=8).map(tuple),
    metrics=st.just(()),
)


@st.composite
def _memories(draw: st.DrawFn) -> tuple[Memory, ...]:
    """A path of limits: perhaps a budget, groups, the host."""
    sources = [LimitSource(kind="budget")] if draw(st.booleans()) else []
    sources += [LimitSource(kind="cgroup", path=f"/{n}{draw(_TEXTS)}") for n in range(draw(st.integers(0, 7)))]
    return tuple(
        Memory(
            source=source,
            used_bytes=draw(_BYTES),
            limit_bytes=draw(_LIMITS),
            reclaimable_bytes=draw(_BYTES),
            anon_bytes=draw(_BYTES),
            file_bytes=draw(_BYTES),
            swap_used_bytes=draw(_BYTES),
            swap_total_bytes=draw(_LIMITS),
            major_faults_total=draw(_COUNTS),
            oom_kills_total=draw(_COUNTS),
        )
        for source in [*sources, LimitSource(kind="host")]
    )


@st.composite
def _moments(draw: st.DrawFn) -> Moment:
    """A moment judged by the real engine, so that its parts agree; the forecast and the events are drawn."""
    processes = draw(st.lists(_PROCESSES, max_size=6))
    sample = Sample(
        time_seconds=draw(st.floats(0, 4e9)),
        clock_seconds=draw(st.floats(0, 1e9)),
        scope=Scope(kind=draw(st.sampled_from(["host", "cgroup", "process", "command"])), name=draw(_TEXTS)),
        limits=draw(_memories()),
        target=draw(st.none() | st.builds(Target, used_bytes=_BYTES, used_is_rss=st.booleans(), processes=_COUNTS)),
        pressure=draw(_PRESSURES),
        processes=tuple(processes * draw(st.sampled_from([1, 1, 1, 90]))),
        process_count=draw(_COUNTS),
        trackers=judged(draw(st.lists(_TRACKERS, max_size=4))),
        host_oom_kills_total=draw(_COUNTS),
    )
    _, verdict = step(State(), sample, Edges())
    return Moment(sample=sample, verdict=verdict._replace(forecast=draw(_FORECASTS), events=draw(_EVENTS)))


_ROW_KEYS = st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)) | _TEXTS
_DIALOGS = st.builds(
    Dialog,
    kind=st.sampled_from(["filter", "signal"]),
    text=_TEXTS,
    subject=st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)),
    name=_TEXTS,
)
_CHOICES = st.builds(
    Choice,
    page=st.sampled_from(Page),
    filter=st.sampled_from(["", "a", "user:0", "re:[a-z]", "cg:/ pid:1"]).map(parse_filter),
    sort=st.sampled_from([*COLUMNS, "nothing"]),
    reverse=st.booleans(),
    tree=st.booleans(),
    grouped=st.booleans(),
    selected=_ROW_KEYS,
    first_row=st.integers(0, 20),
    focus=st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)),
    window_seconds=st.sampled_from(WINDOWS_SECONDS),
    paused=st.booleans(),
    steps_back=st.integers(0, 600),
    helping=st.booleans(),
    dialog=st.none() | _DIALOGS,
    complaint=st.none() | _TEXTS,
    notice=st.none() | _TEXTS,
)


@st.composite
def _views(draw: st.DrawFn) -> View:
    memory, moment = ViewMemory(), draw(_moments())
    for earlier in (*draw(st.lists(_moments(), max_size=2)), moment):
        memory.note(earlier)
    return View(
        moment=moment,
        memory=memory,
        edges=Edges(),
        look=Look(ascii_only=draw(st.booleans())),
        host_name=draw(_TEXTS),
        version="0.1",
        interval_seconds=draw(st.sampled_from([0.1, 1.0, 60.0])),
        own_cpu_ratio=draw(st.none() | _SHARES),
        own_rss_bytes=draw(_BYTES),
        choice=draw(_CHOICES),
        may_signal=draw(st.booleans()),
    )


@few_examples
@given(view=_views(), width=st.integers(1, 220), height=st.integers(1, 70))
def test_every_frame_has_exactly_its_cells(view: View, width: int, height: int) -> None:
    lines = frame(view, width, height)

    assert len(lines) == height
    for line in lines:
        text = plain(line)
        assert cell_len(text) == width
        assert text.isprintable()
        assert text.isascii() or not view.look.ascii_only


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 24), (80, 0), (-1, 5)])
def test_no_room_is_no_line(scene: Scene, width: int, height: int) -> None:
    assert frame(scene(), width, height) == []


@pytest.mark.parametrize(
    ("level", "at_least", "words", "sign"),
    [
        (Level.NORMAL, Level.NORMAL, " ok NORMAL ", "ok"),
        (Level.MODERATE, Level.MODERATE, " ! MODERATE ", "!"),
        (Level.HIGH, Level.HIGH, " !! HIGH ", "!!"),
        (Level.CRITICAL, Level.CRITICAL, " XX CRITICAL ", "XX"),
        (None, Level.NORMAL, " ?? UNKNOWN ", "??"),
        (None, Level.HIGH, " ?? UNKNOWN (at least HIGH) ", "??"),
    ],
)
def test_the_level_is_a_sign_and_a_word_and_only_then_a_colour(
    scene: Scene, moment_of: MomentOf, level: Level | None, at_least: Level, words: str, sign: str
) -> None:
    view = scene(moment=moment_of(verdict={"level": level, "at_least": at_least}))

    sentence, bar = frame(view, 80, 24)[1], frame(view, 80, 24)[4]
    assert sentence[0] == (words, LEVEL_STYLES[level])
    assert plain(bar).endswith(f" 71.2% {sign}".ljust(len(plain(bar)) - plain(bar).index(" 71.2%")))
    assert plain(frame(view, 19, 2)[0]).strip() == f"{sign} 71.2%"


def test_the_colours_hold_no_pair_that_a_colour_blind_person_confuses() -> None:
    assert not any(colour in style for style in LEVEL_STYLES.values() for colour in ("red", "green"))


def test_a_moment_of_which_nothing_is_known_has_no_zero(scene: Scene, moment_of: MomentOf) -> None:
    host = Memory(source=LimitSource(kind="host"), used_bytes=None, limit_bytes=None)
    moment = moment_of(
        sample={
            "limits": (host,),
            "scope": Scope(kind="host", name="host"),
            "target": Target(used_bytes=None, used_is_rss=False, processes=None),
            "pressure": None,
            "processes": (),
            "process_count": None,
            "host_oom_kills_total": None,
        },
        verdict={
            "level": None,
            "at_least": None,
            "binding": None,
            "levels": (None,),
            "forecast": None,
            "peak_used_bytes": None,
        },
    )
    view = scene(moment=moment, memory=ViewMemory(), own_cpu_ratio=None, own_rss_bytes=None)

    compact, wide = (_text(frame(view, *size)) for size in ((80, 24), (160, 45)))

    for words in (
        "?? UNKNOWN   no limit could be read",
        "ETA to limit  unknown",
        "OOM kills: host unknown",
        "MEM  unknown",
        "SWAP unknown",
        "PSI  unknown (this system does not measure it)",
        "majflt ?",
        "(0 of ? processes)",
    ):
        assert words in compact
    for words in ("peak unknown", "refault ?", "target unknown", "unknown / unknown", "host unknown of unknown"):
        assert words in wide
    assert plain(frame(view, 19, 2)[0]).strip() == "?? unknown"
    assert "0%" not in compact


@pytest.mark.parametrize(("states", "words"), [(("firing", "resolved", "firing"), "alerts 2 "), (("pending",), "")])
def test_the_alerts_that_fire_are_counted_beside_the_level(
    scene: Scene, moment_of: MomentOf, states: tuple[AlertState, ...], words: str
) -> None:
    moment = moment_of()
    alerts = tuple(Alert(f"A{at}", state, "warning", 0.0) for at, state in enumerate(states))
    view = scene(moment=moment._replace(verdict=moment.verdict._replace(alerts=alerts)))
    line = _text([frame(view, 120, 30)[1]])
    assert words in line
    assert ("alerts" in line) == bool(words)


def test_no_limit_is_not_zero_percent(scene: Scene, moment_of: MomentOf) -> None:
    group = Memory(source=LimitSource(kind="cgroup", path="/a"), used_bytes=MIB, limit_bytes=UNLIMITED)
    host = Memory(source=LimitSource(kind="host"), used_bytes=None, limit_bytes=None)
    moment = moment_of(sample={"limits": (group, host)})
    _, verdict = step(State(), moment.sample, Edges())
    view = scene(moment=moment._replace(verdict=verdict))

    assert plain(frame(view, 19, 2)[0]).strip() == "?? unlimited"
    for width, height in ((40, 10), (80, 24), (160, 45)):
        text = _text(frame(view, width, height)[:5])
        assert "?? UNKNOWN  unlimited cgroup limit" in text
        assert "0.0%" not in text


def test_a_limit_below_its_use_is_full_and_says_by_how_much(scene: Scene, moment_of: MomentOf) -> None:
    group = Memory(source=LimitSource(kind="cgroup", path="/a"), used_bytes=3 * GIB, limit_bytes=2 * GIB)
    moment = moment_of(sample={"limits": (group,)})
    _, verdict = step(State(), moment.sample, Edges())

    text = _text(frame(scene(moment=moment._replace(verdict=verdict)), 80, 24))

    assert "XX CRITICAL  150.0% of 2.00G cgroup limit" in text
    assert "[################|########|#######|########]  3.00G / 2.00G  150.0% XX" in text


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        ({"swap_used_bytes": None}, " SWAP unknown"),
        ({"swap_total_bytes": None}, " SWAP unknown"),
        ({"swap_used_bytes": 0, "swap_total_bytes": 0}, " SWAP none"),
        ({"swap_used_bytes": 0}, "0 / 2.00G    0.0%"),
        ({}, "120M / 2.00G    5.9%"),
    ],
)
def test_swap(scene: Scene, moment_of: MomentOf, swap: dict[str, int | None], words: str) -> None:
    moment = moment_of()
    assert moment.verdict.binding is not None
    group = moment.verdict.binding._replace(**swap)  # type: ignore[arg-type]

    view = scene(moment=moment_of(sample={"limits": (group,)}, verdict={"binding": group, "levels": (Level.HIGH,)}))

    assert words in plain(frame(view, 80, 24)[6])


def test_swap_that_the_group_does_not_bound_is_the_machines(scene: Scene, moment_of: MomentOf) -> None:
    moment = moment_of()
    assert moment.verdict.binding is not None
    group = moment.verdict.binding._replace(swap_total_bytes=UNLIMITED)

    view = scene(moment=moment_of(verdict={"binding": group}))

    assert "1.00G / 8.00G" in plain(frame(view, 80, 24)[6])


def test_the_edges_of_the_bar_and_of_the_chart_move_with_the_settings(scene: Scene) -> None:
    view = scene(edges=Edges(moderate_ratio=0.15, high_ratio=0.25, critical_ratio=0.75))

    assert "[######|###|##################%%|          ]" in plain(frame(view, 80, 24)[4])
    labels = [plain(line)[1:10] for line in frame(view, 160, 45)[10:15]]
    assert labels == [" CRIT 80|", " HIGH 60|", " HIGH 40|", " MOD  20|", " norm  0|"]


def test_no_row_of_the_chart_is_reversed_since_what_is_blank_would_look_full(scene: Scene) -> None:
    rows = [line for line in frame(scene(), 160, 45) if "CRIT 80|" in plain(line)]

    assert len(rows) == 1
    assert not [style for text, style in rows[0] if "reverse" in style]


@pytest.mark.parametrize(
    ("height", "has_event", "has_history", "rules"),
    [(24, True, True, 3), (23, False, True, 3), (22, False, True, 3), (21, False, False, 3), (17, False, False, 1)],
)
def test_event_and_history_go_first_below_24_lines(
    scene: Scene, height: int, has_event: bool, has_history: bool, rules: int
) -> None:
    text = _text(frame(scene(), 80, height))

    assert (" EVNT " in text, " 5min " in text, text.count("─" * 80)) == (has_event, has_history, rules)
    for always in ("!! HIGH", "ETA to limit", " MEM ", " SWAP ", " PSI ", "    PID ", " q quit"):
        assert always in text


@pytest.mark.parametrize(
    ("height", "has_event", "has_components", "has_history"),
    [(24, True, True, True), (23, False, True, True), (22, False, False, True), (21, False, False, False)],
)
def test_components_go_after_the_event_and_before_the_history(
    scene: Scene, telling: object, height: int, has_event: bool, has_components: bool, has_history: bool
) -> None:
    text = _text(frame(scene(None, telling), 80, height))

    assert (" EVNT " in text, " COMP " in text, " 5min " in text) == (has_event, has_components, has_history)
    assert " COMP " not in _text(frame(scene(), 80, height))


@pytest.mark.parametrize(("width", "height"), [(59, 24), (80, 11), (20, 3), (59, 11)])
def test_below_60x12_three_lines_stay(scene: Scene, width: int, height: int) -> None:
    text = [plain(line).strip() for line in frame(scene(), width, height)]

    assert text[0].startswith("!! HIGH  71.2%")
    assert text[1].startswith("MEM  [#")
    assert text[2].startswith("ETA to limit  6m40s")
    assert not any(text[3:])


@pytest.mark.parametrize(("width", "height"), [(19, 24), (80, 2), (12, 1)])
def test_below_20x3_only_the_level_and_the_share_stay(scene: Scene, width: int, height: int) -> None:
    assert [plain(line).strip() for line in frame(scene(), width, height)] == ["!! 71.2%"] + [""] * (height - 1)


def test_no_number_is_cut_in_half(scene: Scene) -> None:
    view = scene()
    whole = {word for line in frame(view, 139, 30)[1:8] for word in plain(line).split()}

    for width in range(20, 140):
        for line in frame(view, width, 30)[1:8]:
            words = {word for word in plain(line).split() if word[0] not in "[#|%─]"}
            assert words <= whole, width


@pytest.mark.parametrize("has_trackers", [False, True])
@pytest.mark.parametrize("width", [19, 59, 60, 80, 139, 140, 220])
def test_exactly_the_processes_that_fit_are_read(
    scene: Scene, telling: Callable[[float], object], moment_of: MomentOf, width: int, has_trackers: bool
) -> None:
    many = tuple(process._replace(pid=9000 + n) for n, process in enumerate(moment_of().sample.processes * 15))
    view = scene(moment=moment_of(sample={"processes": many, "trackers": telling(0) if has_trackers else ()}))

    for height in range(1, 71):
        shown = sum(plain(line).startswith("   9") for line in frame(view, width, height))
        assert process_rows(width, height, has_trackers=has_trackers) == shown, height


def test_of_many_limits_the_binding_one_is_always_shown(scene: Scene, moment_of: MomentOf) -> None:
    groups = [
        Memory(source=LimitSource(kind="cgroup", path=f"/{'x/' * depth}"), used_bytes=MIB, limit_bytes=GIB)
        for depth in range(9, 0, -1)
    ]
    limits = (groups[0]._replace(used_bytes=GIB), *groups[1:])
    moment = moment_of(sample={"limits": limits})
    _, verdict = step(State(), moment.sample, Edges())

    text = _text(frame(scene(moment=moment._replace(verdict=verdict)), 160, 45))

    assert "│ *cgroup /x/x/x/x/x/x/x/x/x/ " in text


def test_a_long_path_keeps_its_end(scene: Scene, moment_of: MomentOf) -> None:
    path = f"/{'漢' * 60}/app"
    group = Memory(source=LimitSource(kind="cgroup", path=path), used_bytes=GIB, limit_bytes=4 * GIB)
    view = scene(moment=moment_of(sample={"limits": (group,)}, verdict={"levels": (Level.NORMAL,), "binding": group}))

    (line,) = [text for text in map(plain, frame(view, 160, 45)) if "*…" in text]

    assert "漢/app " in line
    assert "1.00G / 4.00G" in line


def test_what_strangers_named_never_reaches_the_screen_raw(scene: Scene, moment_of: MomentOf) -> None:
    evil = Scope(kind="name", name="\x1b]0;owned\x07")
    view = scene(moment=moment_of(sample={"scope": evil}), host_name="a\x1b[2Jb")

    text = plain(frame(view, 200, 50)[0])

    assert text.isprintable()
    assert "a\\x1b[2Jb  name:\\x1b]0;owned\\x07" in text


def _text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)
