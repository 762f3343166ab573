"""How a value of each kind is read from text and from TOML, checked, and written for people."""

from collections.abc import Callable

from mnemo_cli.settings import texts
from mnemo_cli.settings.row import Kind, Row, Value
from mnemo_cli.settings.texts import shown
from mnemo_cli.units import parse_duration, parse_percent, parse_size


def from_text(row: Row, text: str) -> Value:
    """The value that a flag, a variable or `config set` spells; ValueError says what is wrong with it."""
    match row.kind:
        case Kind.COUNT:
            return _in_range(row, _number(row, text, int))
        case Kind.NUMBER:
            return _in_range(row, _number(row, text, float))
        case Kind.PERCENT:
            # 57 / 100 * 100 is 56.99999999999999: the key is in percent, and 57 must stay 57.
            return _in_range(row, round(parse_percent(text) * 100, 9))
        case Kind.SIZE:
            return _in_range(row, parse_size(text))
        case Kind.DURATION:
            return _in_range(row, parse_duration(text))
        case _:
            return texts.read(row, text)


def from_toml(row: Row, found: object) -> Value:
    """The value of a parsed TOML item: a number, or text where a person writes a unit; ValueError otherwise."""
    if row.kind in texts.LIST_KINDS and isinstance(found, list):
        return texts.read_list(row, found)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if isinstance(found, str) and row.kind not in (Kind.COUNT, Kind.NUMBER):
        return from_text(row, found)
    if not is_number or row.kind in texts.TEXT_KINDS:
        raise ValueError(f"{texts.shown_of(row, found)} is the wrong type")
    assert isinstance(found, int | float)
    if row.kind in (Kind.NUMBER, Kind.PERCENT, Kind.DURATION):
        return float(_in_range(row, found))
    if isinstance(found, float) and not found.is_integer():
        raise ValueError(f"{found} is not whole")
    return int(_in_range(row, found))


def to_toml(row: Row, text: str) -> Value:
    """What `config set` writes for `text`: a number where it is one, else the words as they were typed."""
    value = from_text(row, text)
    if row.kind in (Kind.SIZE, Kind.DURATION) and text.strip()[-1:].isalpha():
        return text.strip()
    return plain(value)


def in_file(row: Row, value: Value) -> Value:
    """The value as a person would write it into a file; the key's own suffix can stand for the unit."""
    suffix_says_unit = row.name.endswith(("_secs", "_bytes"))
    if row.kind in (Kind.SIZE, Kind.DURATION) and not suffix_says_unit:
        words = readable(row, value)
        return value if words.isdigit() else words
    return plain(value)


def plain(value: Value) -> Value:
    """Without a needless fraction: 30.0 is 30."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def readable(row: Row, value: Value) -> str:
    """As a person writes it, exactly: "80%", "4Gi", "10m", "20"."""
    if isinstance(value, str):
        return texts.without_secrets(row.kind, value) or texts.NONE
    if row.kind is Kind.PERCENT:
        return f"{plain(value)}%"
    if row.kind is Kind.SIZE:
        return _in_largest_unit(value, ("Ti", "Gi", "Mi", "Ki"), parse_size, otherwise="")
    if row.kind is Kind.DURATION and value < 1:
        return f"{plain(round(value * 1000, 6))}ms"
    if row.kind is Kind.DURATION:
        return _in_largest_unit(value, ("d", "h", "m"), parse_duration, otherwise="s")
    return str(plain(value))


def allowed(row: Row) -> str:
    """The words after "allowed is"."""
    if row.kind in texts.TEXT_KINDS:
        return texts.allowed(row)
    return f"{row.kind} from {readable(row, row.minimum)} to {readable(row, row.maximum)}"


def refusal(row: Row, err: ValueError) -> str:
    """What is wrong with a value, and what is allowed."""
    return f"{err}{'' if str(err).endswith('?') else ';'} allowed is {allowed(row)}"


def _number(row: Row, text: str, parse: Callable[[str], int | float]) -> int | float:
    try:
        return parse(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not {row.kind}") from None


def _in_range(row: Row, value: int | float) -> int | float:
    # Written so that a NaN, which TOML can spell, is out of range.
    if row.minimum <= value <= row.maximum:
        return value
    raise ValueError(f"{shown(value)} is out of range")


def _in_largest_unit(
    number: int | float, units: tuple[str, ...], parse: Callable[[str], int | float], *, otherwise: str
) -> str:
    for unit in units:
        if number and number % parse(f"1{unit}") == 0:
            return f"{int(number // parse(f'1{unit}'))}{unit}"
    return f"{plain(number)}{otherwise}"
