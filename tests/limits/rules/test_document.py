"""Files of rules: the specification's as it stands, and each mistake with its line."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import ConfigError, ExitCode
from mnemo_cli.limits.rules.document import MOST_RULES, read_rules
from mnemo_cli.limits.rules.items import DEEPEST, LARGEST_BYTES, MOST_ITEMS
from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule
from tests.examples import few_examples

SPECIFICATION = """\
alerts:
  - name: MemoryHigh
    condition: memory_usage_pct > 60
    severity: warning
    action: log
  - name: MemoryCritical
    condition: memory_usage_pct > 80
    severity: error
    action: page_operator
  - name: WorkQueueFull
    condition: work_queue_size > 9000
    severity: warning
    action: throttle_requests
  - name: ConnectionLeaks
    condition: db_connections > db_pool_size * 2
    severity: error
    action: restart_recommended
"""


def read(text):
    return read_rules(text, "rules.yml", known=VARIABLES_BY_NAME)


def one_rule(*lines):
    return "\n    ".join(["alerts:\n  - name: A", "condition: memory_usage_pct > 1", *lines])


def refusal(text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value)


@pytest.mark.parametrize("text", [SPECIFICATION, SPECIFICATION.encode(), "\ufeff".encode() + SPECIFICATION.encode()])
def test_the_specifications_file_is_read_as_it_stands_and_is_what_is_built_in(text):
    rules = read(text)
    assert rules.rules == tuple(rule._replace(summary="") for rule in BUILT_IN.rules)
    assert rules.source == "rules.yml"
    assert not rules.are_built_in
    assert BUILT_IN.are_built_in


def test_everything_that_may_be_written_is_read():
    text = one_rule(
        "severity: critical",
        "actions: [log, webhook, log]",
        "for: 1m30s",
        "keep_firing_for: 5",
        'summary: "two\\n lines, and \\u001b[31m"',
    )
    (rule,) = read(text).rules
    assert rule == Rule(
        name="A",
        condition=rule.condition,
        severity="critical",
        actions=("log", "webhook"),
        for_seconds=90.0,
        keep_firing_seconds=5.0,
        summary="two lines, and \\x1b[31m",
    )


def test_what_is_left_out_has_its_default():
    (rule,) = read(one_rule()).rules
    assert rule[2:] == ("warning", ("log",), 30.0, 0.0, "")


def test_a_condition_may_stand_over_several_lines():
    (rule,) = read("alerts:\n- name: A\n  condition: >\n    memory_usage_pct > 60\n    or work_queue_size > 1\n").rules
    assert rule.condition.text == "memory_usage_pct > 60 or work_queue_size > 1"


def test_a_file_may_say_that_there_are_no_alerts():
    assert read("alerts: []").rules == ()


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~", "null"])
def test_an_empty_file_is_a_mistake_and_an_example_is_given(text):
    assert refusal(text).startswith("rules.yml:1: the file is empty; write\nalerts:\n  - name: MemoryHigh")


MISTAKES = {
    "no list": ("alerts:\n", "1: alerts must be a list of rules, but is nothing"),
    "a table": ("alerts:\n  name: A\n", "1: alerts must be a list of rules, but is a table"),
    "a list at the top": ("- name: A\n", "1: the file must begin with alerts:, but is a list"),
    "text at the top": ("memory_usage_pct > 60", "1: the file must begin with alerts:, but is the text 'memory_u"),
    "a wrong key at the top": ("alerts: []\nalert: 1", "2: there is no 'alert' here; the file has one key, alerts"),
    "a file of Prometheus": ("groups:\n- name: x", "1: there is no 'groups' here"),
    "an alert of text": ("alerts:\n\n - A\n", "3: an alert must be a table of name, condition and more, but is the te"),
    "an empty table": ("{}\n", "1: there is no alerts: in the file; write"),
    "an empty alert": ("alerts:\n -\n", "2: an alert must be a table of name, condition and more, but is nothing"),
    "a wrong key": (one_rule("serverity: error"), "4: there is no 'serverity' in an alert; did you mean severity?"),
    "a strange key": (one_rule("zzz: 1"), "4: there is no 'zzz' in an alert; there are name, condition, severity, ac"),
    "Prometheus's word": (one_rule("expr: up"), "4: there is no 'expr' in an alert; did you mean condition?"),
    "a key twice": (one_rule("for: 1s", "for: 2s"), "5: 'for' stands here twice, first in line 4"),
    "a list for a key": (one_rule("? [a]\n    : 1"), "4: a key must be a word"),
    "no name": ("alerts:\n - condition: memory_usage_pct > 1", "2: it has no name"),
    "a name of nothing": ("alerts:\n - name:\n   condition: a > 1", "2: it has no name"),
    "a name that is a list": ("alerts:\n - name: [a]\n", "2: name must be a text, but is a list"),
    "a name with a blank": ("alerts:\n - name: a b\n", "2: the name 'a b' will not do; allowed is a letter first"),
    "a name with a quote": ("alerts:\n - name: \"a'\"\n", '2: the name "a\'" will not do'),
    "a name too long": (f"alerts:\n - name: {'a' * 101}\n", "2: the name 'aaa"),
    "a name twice": (
        SPECIFICATION.replace("WorkQueueFull", "MemoryHigh"),
        "10: another alert has the name MemoryHigh, in line 2; each needs its own",
    ),
    "no condition": ("alerts:\n - name: A\n", "2: A has no condition; write for example condition: memory"),
    "a condition of nothing": ("alerts:\n - name: A\n   condition:\n", "3: A has no condition"),
    "a severity unknown": (one_rule("severity: eror"), "4: there is no severity 'eror'; did you mean error?"),
    "a strange severity": (one_rule("severity: 5"), "4: there is no severity '5'; there are note, info, warning, e"),
    "a severity of nothing": (one_rule("severity:"), "4: severity has no value"),
    "an action unknown": (one_rule("action: page"), "4: there is no action 'page'; there are log, page_operator, web"),
    "an action misspelt": (one_rule("action: pageoperator"), "4: there is no action 'pageoperator'; did you mean pa"),
    "both": (one_rule("action: log", "actions: [log]"), "5: it has both action and actions; leave one of them"),
    "actions of text": (one_rule("actions: log"), "4: actions must be a list such as [log, webhook], but is the text"),
    "no actions": (one_rule("actions: []"), "4: actions must be a list such as [log, webhook], but is an empty list"),
    "one of them unknown": (one_rule("actions: [log, page]"), "4: there is no action 'page'; there are log, page_op"),
    "actions of lists": (one_rule("actions: [[log]]"), "4: an action is a word, not a list"),
    "a duration unknown": (one_rule("for: soon"), "4: for: 'soon' is not a duration; write for example 500ms"),
    "a negative duration": (one_rule("keep_firing_for: -5s"), "4: keep_firing_for: '-5s' is not a duration"),
    "a duration too long": (one_rule("for: 31d"), "4: for: '31d' is too long; allowed are up to 30d"),
    "a summary of a list": (one_rule("summary: [a]"), "4: summary must be a text, but is a list"),
    "a summary too long": (one_rule(f"summary: {'a' * 501}"), "4: a summary may have 500 characters, not 501"),
    "a tab": ("alerts:\n\t- name: A\n", "2: this is no YAML: found character"),
    "a bracket": ("alerts: [\n", "this is no YAML:"),
    "a quote": ("alerts:\n - name: 'a\n", "this is no YAML:"),
    "a second document": ("alerts: []\n---\nalerts: []\n", "2: the file has a second document"),
    "an anchor": ("alerts: &a []\n", "1: anchors and aliases (&a and *a) are not read"),
    "an alias of nothing": ("alerts: *a\n", "1: anchors and aliases"),
    "a merge": ("alerts:\n - <<: *a\n", "2: anchors and aliases"),
    "a tag": ("alerts: !!python/object/apply:os.system [id]\n", "1: tags such as tag:yaml.org,2002:python"),
    "a tagged name": ("alerts:\n - name: !!str A\n", "2: tags such as"),
    "a NUL": ("alerts:\n\n - name: A\x00\n", "3: the character '\\x00' cannot stand in YAML"),
    "an escape code": ("# \x1b[31m\nalerts: []\n", "1: the character '\\x1b' cannot stand in YAML"),
    "a surrogate": ("alerts: \udc80\n", "1: the character '\\udc80' cannot stand in YAML"),
    "bytes of another code": (b"alerts:\n - name: caf\xe9\n", "2: this is not UTF-8; save the file as UTF-8"),
    "UTF-16": (SPECIFICATION.encode("utf-16"), "1: this is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_and_line(text, words):
    message = refusal(text)
    assert message.startswith("rules.yml:")
    assert words in message
    assert all(line.isprintable() for line in message.splitlines())


def test_a_wrong_condition_is_shown_with_a_caret():
    text = SPECIFICATION.replace("work_queue_size", "work_queue_sise")
    assert refusal(text) == (
        "rules.yml:11: the condition of WorkQueueFull: there is no work_queue_sise; did you mean work_queue_size?\n"
        "    work_queue_sise > 9000\n"
        "    ^"
    )


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "alerts: " + "[" * 100_000,
        "alerts: " + "{a: " * 100_000,
        "- " * 100_000,
        "? " * 100_000,
        "alerts: [" + "a," * 100_000 + "]",
        "alerts:\n" + " - {}\n" * 100_000,
        "alerts:\n" + "".join(f" - name: A{at}\n   condition: memory_usage_pct > 1\n" for at in range(MOST_RULES + 1)),
        "alerts:\n" + " - name: A\n   summary: |\n" + "     " + "a" * 900_000,
        "a" * (LARGEST_BYTES + 1),
        b"\xff" * (LARGEST_BYTES + 1),
    ],
    ids=["laughs", "brackets", "braces", "dashes", "keys", "words", "alerts", "rules", "a long text", "MB", "bytes"],
)
def test_a_bomb_is_refused(text):
    assert len(refusal(text)) < 400


MUCH = "there is more here than any file of rules has"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n" * LARGEST_BYTES + "a", "1: the file may have 1,000,000 bytes, not 1,000,001"),
        ("alerts:\n" + "- a\n" * (MOST_ITEMS - 3), "1: a file may have 1,000 alerts, not 19,997"),
        ("alerts:\n" + "- a\n" * (MOST_ITEMS - 2), f"{MOST_ITEMS - 1}: {MUCH}"),
        ("alerts: " + "[" * DEEPEST + "]" * DEEPEST, "1: an alert must be a table"),
        ("\nalerts: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"2: {MUCH}"),
    ],
    ids=["bytes", "the most items", "an item more", "the deepest", "deeper"],
)
def test_the_caps_are_where_they_are_said_to_be(text, words):
    assert refusal(text).startswith(f"rules.yml:{words}")


def test_a_file_may_have_as_many_alerts_as_it_says():
    alerts = (f" - name: A{at}\n   condition: memory_usage_pct > 1\n" for at in range(MOST_RULES))
    assert len(read("alerts:\n" + "".join(alerts)).rules) == MOST_RULES


def test_only_where_a_tab_stands_is_anything_said_of_tabs():
    assert refusal("alerts:\n\t- name: A\n").endswith("; indent with spaces, YAML has no tabs there")
    assert "tabs" not in refusal("alerts: [\n")


def test_the_files_name_reaches_no_terminal_raw():
    with pytest.raises(ConfigError, match=r"^\\x1b\[31m.yml:1: "):
        read_rules("", "\x1b[31m.yml", known=())


fragments = st.lists(
    st.sampled_from(
        ["alerts:", "\n", " ", "- ", "name: A", "condition: memory_usage_pct > 1", "  ", "severity: error", "[", "]",
         "{", "}", "&a", "*a", "'", '"', "|", ">", "actions:", "for: 5s", "\t", "%", "!", "? ", ": ", "#", "---"]
    )
).map("".join)  # fmt: skip


@given(fragments | st.text() | st.binary())
def test_any_text_is_a_file_of_rules_or_refused(text):
    try:
        rules = read(text)
    except ConfigError as err:
        assert str(err).startswith("rules.yml:")
    else:
        assert len({rule.name for rule in rules.rules}) == len(rules.rules)


durations = st.sampled_from([0, 1, 30, 90, 3600, 86_400])


@few_examples
@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True),
             "condition": st.sampled_from(["memory_usage_pct > 60", "not work_queue_size == 1 or cpu_limit < 2"])},
            optional={"severity": st.sampled_from(["note", "critical"]), "for": durations,
                      "keep_firing_for": durations, "summary": st.text("ab:#'\"{}[] ,&*!|>%@`"),
                      "actions": st.lists(st.sampled_from(["log", "webhook", "exec"]), min_size=1, unique=True)},
        ),
        unique_by=lambda alert: alert["name"],
    )
)  # fmt: skip
def test_what_pyyaml_writes_is_read_back(alerts):
    # A summary of blanks alone, or of nothing, is quoted by PyYAML, and is then a text.
    rules = read(yaml.safe_dump({"alerts": alerts})).rules
    assert [rule.name for rule in rules] == [alert["name"] for alert in alerts]
    for rule, alert in zip(rules, alerts, strict=True):
        assert rule.condition.text == alert["condition"]
        assert rule.severity == alert.get("severity", "warning")
        assert rule.for_seconds == alert.get("for", 30)
        assert rule.keep_firing_seconds == alert.get("keep_firing_for", 0)
        assert rule.summary == " ".join(alert.get("summary", "").split())
        assert list(rule.actions) == alert.get("actions", ["log"])
