"""The tree of the commands, read off real Typer apps of every shape."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.core import TyperGroup

from mnemo_cli.output.command_tree import Command, ValueKind, command_tree


class Shape(StrEnum):
    ROUND = "round"
    FLAT = "flat"


@dataclass(frozen=True)
class Row:
    takes_program: bool
    programs_after: tuple[str, ...] = ()


class Root(TyperGroup):
    rows = {"draw": Row(takes_program=True), "tell": Row(takes_program=False, programs_after=("time",))}  # noqa: RUF012


draw = typer.Typer(add_completion=False)
tell = typer.Typer(add_completion=False, help="Tell things.")


@draw.command()
def _draw(
    shape: Annotated[Shape, typer.Option("--shape", "-s", help="Which shape.")] = Shape.ROUND,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to.")] = None,
    folder: Annotated[Path | None, typer.Option(file_okay=False)] = None,
    colour: Annotated[bool, typer.Option("--colour/--no-colour")] = True,
    count: Annotated[int, typer.Option()] = 1,
    secret: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Draw a shape.

    A second paragraph,
    over two lines.
    """


@tell.command("time")
def _time(
    places: Annotated[
        list[str], typer.Argument(metavar="PLACE", help="Where.", autocompletion=lambda: ["rome", "oslo"])
    ],
) -> None:
    """Tell the time."""


@tell.command("nothing", hidden=True)
def _nothing() -> None:
    """Tell nothing."""


def tree() -> Command:
    app = typer.Typer(cls=Root, add_completion=False, help="A root.")
    app.add_typer(tell, name="tell")
    app.command("draw")(_draw)
    return command_tree(typer.main.get_command(app))


def named(*words: str) -> Command:
    return next(command for command in tree().walk() if command.words == ("mnemo", *words))


def option(name: str) -> Any:
    return next(option for option in named("draw").options if name in option.names)


def test_every_visible_command_is_there_below_its_parent():
    assert {command.words[1:] for command in tree().walk()} == {(), ("draw",), ("tell",), ("tell", "time")}


def test_only_the_table_says_what_may_be_followed_by_a_program():
    assert [command.words for command in tree().walk() if command.takes_program] == [
        ("mnemo", "draw"),
        ("mnemo", "tell", "time"),
    ]


def test_summary_is_the_first_paragraph_without_its_full_stop():
    assert named("draw").summary == "Draw a shape"
    assert named("draw").description == "Draw a shape.\n\nA second paragraph, over two lines."


def test_an_enum_offers_its_members():
    shape = option("--shape")
    assert shape.names == ("-s", "--shape")
    assert (shape.value.kind, shape.value.words) == (ValueKind.WORDS, ("round", "flat"))
    assert shape.help == "Which shape. [default: round]"


def test_a_path_offers_files_or_folders():
    assert (option("--output").value.kind, option("--output").value.metavar) == (ValueKind.FILE, "FILE")
    assert option("--folder").value.kind is ValueKind.DIRECTORY


def test_a_number_offers_nothing_and_a_flag_takes_no_value():
    assert option("--count").value.kind is ValueKind.NOTHING
    assert option("--colour").value is None
    assert set(option("--colour").names) == {"--colour", "--no-colour"}


def test_hidden_options_are_left_out():
    assert not [one for one in named("draw").options if "--secret" in one.names]


def test_help_is_an_option_of_every_command():
    assert all("--help" in command.options[-1].names for command in tree().walk())


def test_an_argument_knows_its_words_and_that_it_repeats():
    (place,) = named("tell", "time").arguments
    assert str(place) == "PLACE..."
    assert place.value.words == ("rome", "oslo")
    assert place.help == "Where."


def test_anything_but_the_lazy_root_is_refused():
    with pytest.raises(TypeError, match="lazy group"):
        command_tree(typer.main.get_command(draw))
