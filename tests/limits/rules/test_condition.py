"""Conditions as text: read as Python reads them, and everything else refused with a caret where it is wrong."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import ConfigError, ExitCode
from mnemo_cli.limits.rules.condition import DEEPEST, Condition, ConditionError, parse
from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME
from mnemo_cli.limits.rules.tokens import LARGEST_NUMBER, LONGEST_TEXT, MOST_TOKENS
from mnemo_cli.limits.rules.tree import Both, Comparison, Either, Name, Negative, Number, Opposite, Reckoning
from tests.limits.rules.conditions import claim

NAMES = ("a", "b", "memory_usage_pct")
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def as_python_reads(text):
    """The tree that Python's own parser makes, in our nodes."""
    return converted(ast.parse(text.replace("4Ki", "4096"), mode="eval").body)


def converted(node):
    match node:
        case ast.Constant(value=value):
            return Number(float(value))
        case ast.Name(id=name):
            return Name(name)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return Opposite(converted(inner))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return Negative(converted(inner))
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return converted(inner)
        case ast.BinOp(left=left, op=op, right=right):
            return Reckoning(converted(left), SIGNS[type(op)], converted(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return Comparison(converted(left), SIGNS[type(op)], converted(right))
        case ast.BoolOp(op=op, values=[*front, last]):
            joined = Both if isinstance(op, ast.And) else Either
            return joined(converted(ast.BoolOp(op, front)) if len(front) > 1 else converted(front[0]), converted(last))
    raise AssertionError(ast.dump(node))


@given(st.randoms(use_true_random=False))
def test_a_condition_means_what_python_takes_it_for(random):
    text = claim(random, NAMES)
    assert parse(text, NAMES).tree == as_python_reads(text)


@pytest.mark.parametrize(
    "text",
    [
        "memory_usage_pct > 60",
        "db_connections > db_pool_size * 2",
        "  memory_usage_pct\n  >\t60  ",
        "not not a > 1",
        "a - - - b > 1",
        "60 < memory_usage_pct",
        "(((a))) > ((1))",
        "a > 1 or b > 1 and not a == b or a != 0.5",
        f"a > {LARGEST_NUMBER:g}",
        "a > 512Mi and a < 1.5Gi",
        "a" * 64 + " > 1",
    ],
)
def test_what_people_write_is_read(text):
    condition = parse(text)
    assert condition.text == " ".join(text.split())
    assert parse(condition.text).tree == condition.tree


@pytest.mark.parametrize(
    ("text", "value"),
    [("4Gi", 4 * 2**30), ("512MiB", 512 * 2**20), ("2GB", 2e9), ("1kB", 1000), ("1e9", 1e9), ("2.5E-1", 0.25)],
)
def test_numbers_and_sizes(text, value):
    assert parse(f"a > {text}").tree.right == Number(value)


def test_the_names_of_a_condition_are_told():
    assert parse("a > 1 or not (b + 2 < -a) and c == 1").names == {"a", "b", "c"}


def test_two_conditions_of_the_same_text_are_one():
    one, other = parse("a > 1"), parse("a  >  1")
    assert one == other
    assert len({one, other, parse("a > 2")}) == 2
    assert one != "a > 1"
    assert repr(other) == "parse('a > 1')"


# The condition, the words of the refusal, and the column of the caret.
WRONG = [
    ("", "it is empty", 0),
    ("   ", "it is empty", 3),
    ("memory_usage_pct", "a number alone", 0),
    ("memory_usage_pct > ", "must stand here", 19),
    ("> 60", "must stand here, not '>'", 0),
    ("a > > 1", "must stand here, not '>'", 4),
    ("a > 1 b", "'b' is too much", 6),
    ("a 1", "'1' is too much", 2),
    ("(a > 1", "a ) is missing", 6),
    ("a > 1)", "')' is too much", 5),
    ("1 < 2", "constants only", 0),
    ("a > 1 and 2 > 1", "constants only", 10),
    ("1 < a < 3", "cannot be chained", 6),
    ("(a > 1) + 1 > 1", "a comparison is no number", 0),
    ("(a > 1) == (b > 1)", "a comparison is no number", 0),
    ("a > (b > 1)", "a comparison is no number", 4),
    ("-(a > 1) > 0", "a comparison is no number", 1),
    ("a or b > 1", "a number alone", 0),
    ("b > 1 and a", "a number alone", 10),
    ("not a", "a number alone", 4),
    ("a > not b", "must stand here, not 'not'", 4),
    ("a = 1", "write ==", 2),
    ("a > 1 && b > 1", "write and", 6),
    ("a > 1 || b > 1", "write or", 6),
    ("!a > 1", "write not", 0),
    ("a > 60%", "'60%' is no number", 4),
    ("a % 2 > 1", "percent is in the names", 2),
    ("a > 5m", "spans in seconds", 4),
    ("a > 1_000", "'1_000' is no number", 4),
    ("a > 010", "'010' is no number", 4),
    ("a > 0x10", "'0x10' is no number", 4),
    ("a > 1.", "'1.' is no number", 4),
    ("a > .5", "'.5' is no number", 4),
    ("a > 1j", "'1j' is no number", 4),
    ("a > 1e", "'1e' is no number", 4),
    ("a (1) > 1", "nothing can be called here", 2),
    ("a ** 2 > 1", "there are no powers; multiply instead", 2),
    ("a // 2 > 1", "there is no // here; write /", 2),
    ("a << 2 > 1", "there are no shifts; multiply instead", 2),
    ("a >> 2 > 1", "there are no shifts; divide instead", 2),
    ("a\t> > 1", "must stand here, not '>'", 4),
]


@pytest.mark.parametrize(("text", "words", "column"), WRONG, ids=[repr(row[0]) for row in WRONG])
def test_a_mistake_is_shown_where_it_is(text, words, column):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    shown = text.replace("\t", " ")
    assert words in str(caught.value)
    assert caught.value.column == column
    assert str(caught.value).splitlines()[1:] == [f"    {shown}", f"    {' ' * column}^"]


HOSTILE = {
    "a call": "__import__('os').system('id') > 1",
    "a call of a name": "a(1) > 1",
    "an attribute": "a.__class__ > 1",
    "an attribute of a number": "(1).real > a",
    "an index": "a[0] > 1",
    "a slice": "a[:] > 1",
    "an exponent tower": "9**9**9**9 > a",
    "a shift": "1 << 10**9 > a",
    "a huge number": "9" * 900 + " > a",
    "a huge exponent": "1e999999999 > a",
    "a huge size": "999999999999999Ti > a",
    "deep parentheses": "(" * 400 + "a > 1" + ")" * 400,
    "parentheses that never close": "(" * 1024,
    "a tower of signs": "-" * 1000 + "a > 1",
    "a tower of nots": "not " * 250 + "a > 1",
    "an endless sum": "a" + "+1" * 500 + " > 1",
    "10 MB": "a > 1 or " * 1_200_000 + "a > 1",
    "10 MB of blanks": " " * 10_000_000 + "a > 1",
    "a lambda": "(lambda: 1)() > a",
    "a lambda alone": "lambda a: a > 1",
    "an f-string": 'f"{a}" > 1',
    "text": "'a' * 10**9 > a",
    "bytes": 'b"a" > a',
    "a walrus": "(a := 1) > 1",
    "an assignment": "a = 1",
    "a list": "[a] > 1",
    "a comprehension": "[x for x in a] > 1",
    "a set": "{a} > 1",
    "a star": "*a > 1",
    "a conditional": "1 if a else 2",
    "an await": "await a > 1",
    "a yield": "(yield a) > 1",
    "membership": "a in b",
    "identity": "a is b",
    "an ellipsis": "... > a",
    "a matrix product": "a @ b > 1",
    "bits": "a | b > 1",
    "a NUL byte": "a > 1\x00",
    "a comment": "a > 1 # and more",
    "a line continuation": "a > \\\n 1",
    "a second statement": "a > 1; import os",
    "a Unicode identifier": "mémoire > 1",
    "a name that Python would fold": "\uff41 > 1",
    "digits of another script": "a > \u0661",
    "a bidirectional mark": "a \u202e> 1",
    "a surrogate": "a > \udc80",
    "an escape code": "a > \x1b[31m1",
    "a decorator of dunders": "__builtins__ > 1",
    "a name without end": "x" * 1000 + " > 1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_in_few_plain_words(text):
    with pytest.raises(ConfigError) as caught:
        parse(text, VARIABLES_BY_NAME)
    message = str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE
    assert len(message) < 400
    assert all(line.isprintable() for line in message.splitlines())
    assert message.encode()
    assert len(message.splitlines()) == 3
    assert message.splitlines()[2].strip() == "^"


def test_the_caps_are_where_they_are_said_to_be():
    assert parse("(" * DEEPEST + "a > 1" + ")" * DEEPEST)
    longest = "a > 1" + " " * (LONGEST_TEXT - 5)
    assert parse(longest)
    fullest = "a" + "+1" * ((MOST_TOKENS - 3) // 2) + " > 1"
    assert parse(fullest).holds({"a": 0.0})
    for text, words in (
        ("(" * (DEEPEST + 1) + "a > 1" + ")" * (DEEPEST + 1), f"more than {DEEPEST} deep"),
        (longest + " ", "1,024 characters"),
        ("1 +" + fullest, f"{MOST_TOKENS} words"),
    ):
        with pytest.raises(ConditionError, match=words):
            parse(text)


def test_a_wrong_name_is_met_with_the_nearest_right_one():
    with pytest.raises(ConditionError) as caught:
        parse("work_queue_size > 1 and memory_usage_pc > 60", VARIABLES_BY_NAME)
    assert str(caught.value) == (
        "there is no memory_usage_pc; did you mean memory_usage_pct?\n"
        "    work_queue_size > 1 and memory_usage_pc > 60\n"
        "                            ^"
    )
    with pytest.raises(ConditionError, match="limits rules"):
        parse("zzzzzz > 1", VARIABLES_BY_NAME)
    with pytest.raises(ConditionError, match=r"there is no z{60};"):
        parse("z" * 60 + " > 1", VARIABLES_BY_NAME)
    with pytest.raises(ConditionError, match=r"there is no z{60}…;"):
        parse("z" * 61 + " > 1", VARIABLES_BY_NAME)
    with pytest.raises(ConditionError, match="did you mean db_connections"):
        parse("DB_Connections > 1", VARIABLES_BY_NAME)


def test_of_a_long_condition_the_part_around_the_mistake_is_shown():
    text = " and ".join(["a > 1"] * 30 + ["zz ! 2"] + ["b > 1"] * 30)
    with pytest.raises(ConditionError) as caught:
        parse(text)
    _, shown, caret = str(caught.value).splitlines()
    assert shown[caret.index("^")] == "!"
    assert shown.strip().startswith("…") and shown.endswith("…")
    assert len(shown) < 90


pieces = st.sampled_from(["a", "b", "1", "4Gi", "(", ")", ">", "<=", "==", "and", "or", "not", "-", "+", "*", "/", " "])


@given(st.text() | st.lists(pieces).map(" ".join) | st.lists(pieces).map("".join))
def test_any_text_is_a_condition_or_refused(text):
    try:
        condition = parse(text)
    except ConditionError as err:
        assert 0 <= err.column <= max(len(text), LONGEST_TEXT)
    else:
        assert isinstance(condition, Condition)
        assert condition.names
