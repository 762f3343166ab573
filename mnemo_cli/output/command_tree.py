"""The commands as data: what man pages and completion scripts are written from.

Reads the real, loaded commands, so that neither can promise an option that is not there. Helps that
a person reads on the screen are Typer's own and not made here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple, Protocol, runtime_checkable

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from mnemo_cli.output.value_kinds import ValueKind, file_patterns, known_kind


class Value(NamedTuple):
    """A value that an option or an argument takes: how the help calls it, and what it may be.

    `helps` say what the words mean, in their order, where they need it. `patterns` are of files. `after` is for
    an argument that depends on the one before it: what it may be for each word there.
    """

    metavar: str
    kind: ValueKind
    words: tuple[str, ...]
    helps: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    after: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Option(NamedTuple):
    names: tuple[str, ...]
    help: str
    value: Value | None
    repeats: bool = False

    def __str__(self) -> str:
        """As a person writes it: `-o, --output FILE`."""
        return ", ".join(self.names) + (f" {self.value.metavar}" if self.value else "")


class Argument(NamedTuple):
    value: Value
    help: str
    required: bool
    repeats: bool

    def __str__(self) -> str:
        """As a synopsis writes it: `[TARGET]...`."""
        word = self.value.metavar.strip("[].")
        return (word if self.required else f"[{word}]") + ("..." if self.repeats else "")


class Command(NamedTuple):
    """One command with everything below it. `words` is the way to it: ("mnemo", "config", "set")."""

    words: tuple[str, ...]
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    commands: tuple["Command", ...]
    takes_program: bool

    def walk(self) -> Iterator["Command"]:
        """This command and all below it, in the order of the help."""
        yield self
        for command in self.commands:
            yield from command.walk()


@runtime_checkable
class CommandRow(Protocol):
    """A row of `app`'s table, as far as it matters here."""

    @property
    def takes_program(self) -> bool: ...

    @property
    def programs_after(self) -> tuple[str, ...]: ...


@runtime_checkable
class LazyRoot(Protocol):
    """`app`'s root group: it knows which of its commands may be followed by `-- CMD…`."""

    @property
    def rows(self) -> Mapping[str, CommandRow]: ...


def command_tree(root: object) -> Command:
    """Load every command below `root`, the group that `app` builds (or Typer's root context holds)."""
    if not (isinstance(root, TyperGroup) and isinstance(root, LazyRoot)):
        raise TypeError(f"the root command must be app's lazy group, not {type(root).__name__}")
    programs: set[tuple[str, ...]] = {(name,) for name, row in root.rows.items() if row.takes_program}
    programs |= {(name, below) for name, row in root.rows.items() for below in row.programs_after}
    return _command(root, ("mnemo",), None, programs)


def _command(
    command: TyperGroup | TyperCommand,
    words: tuple[str, ...],
    parent: typer.Context | None,
    programs: Set[tuple[str, ...]],
) -> Command:
    context = typer.Context(command, info_name=words[-1], parent=parent, **command.context_settings)
    parameters = [parameter for parameter in command.get_params(context) if not getattr(parameter, "hidden", False)]
    paragraphs = (command.help or "").split("\n\n")
    return Command(
        words=words,
        summary=_flat(paragraphs[0]).rstrip("."),
        description="\n\n".join(_flat(paragraph) for paragraph in paragraphs),
        arguments=tuple(_arguments((p for p in parameters if isinstance(p, TyperArgument)), context)),
        options=tuple(_option(p, context) for p in parameters if isinstance(p, TyperOption)),
        commands=tuple(_subcommands(command, words, context, programs)),
        takes_program=words[1:] in programs,
    )


def _subcommands(
    command: TyperGroup | TyperCommand, words: tuple[str, ...], context: typer.Context, programs: Set[tuple[str, ...]]
) -> Iterator[Command]:
    if not isinstance(command, TyperGroup):
        return
    for name in command.list_commands(context):
        # resolve_command, not get_command: the lazy group holds stubs and resolves to the real ones.
        _, real, _ = command.resolve_command(context, [name])
        if not isinstance(real, TyperGroup | TyperCommand):
            raise TypeError(f"command {name} is not one that Typer built")
        if not real.hidden:
            yield _command(real, (*words, name), context, programs)


def _option(option: TyperOption, context: typer.Context) -> Option:
    names = sorted((*option.opts, *option.secondary_opts), key=lambda name: name.startswith("--"))
    takes_value = not option.is_flag and not option.count
    return Option(
        names=tuple(names),
        help=_help(option, context),
        value=_value(option, context, names) if takes_value else None,
        repeats=option.multiple or option.count,
    )


def _arguments(arguments: Iterable[TyperArgument], context: typer.Context) -> Iterator[Argument]:
    before: tuple[TyperArgument, Argument] | None = None
    for argument in arguments:
        value = _value(argument, context, (_metavar(argument, context).strip("[]."),))
        if before is not None and not value.words:
            value = value._replace(after=tuple(_after(before, argument, context)))
        found = Argument(
            value=value, help=_help(argument, context), required=argument.required, repeats=argument.nargs != 1
        )
        before = argument, found
        yield found


def _after(
    before: tuple[TyperArgument, Argument], argument: TyperArgument, context: typer.Context
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What `argument` completes to for each word that may stand before it."""
    parameter, found = before
    for word in found.value.words:
        context.params[parameter.name or ""] = word
        candidates = argument.shell_complete(context, "")
        if words := tuple(candidate.value for candidate in candidates if candidate.type == "plain"):
            yield word, words
    context.params.clear()


def _value(parameter: TyperOption | TyperArgument, context: typer.Context, names: Sequence[str]) -> Value:
    """What the parameter itself would complete to: its enum's members, its `autocompletion`, or files."""
    metavar = _metavar(parameter, context)
    candidates = [one for one in parameter.shell_complete(context, "") if one.type == "plain"]
    # "0 … 255" stands in a list for people, and is no word that one types.
    candidates = [one for one in candidates if " " not in one.value]
    helps = tuple(_flat(one.help or "") for one in candidates)
    return Value(
        metavar=metavar,
        kind=_kind(parameter, names, metavar, has_words=bool(candidates)),
        words=tuple(candidate.value for candidate in candidates),
        helps=helps if any(helps) else (),
        patterns=file_patterns(names),
    )


def _kind(parameter: TyperOption | TyperArgument, names: Sequence[str], metavar: str, *, has_words: bool) -> ValueKind:
    if (known := known_kind(names)) is not None:
        return known
    if has_words:
        return ValueKind.LIST if metavar.endswith(",…") else ValueKind.WORDS
    kinds = {"path": ValueKind.FILE, "file": ValueKind.FILE, "directory": ValueKind.DIRECTORY}
    return kinds.get(parameter.type.name, ValueKind.NOTHING)


def _metavar(parameter: TyperOption | TyperArgument, context: typer.Context) -> str:
    metavar = parameter.make_metavar(ctx=context)
    return metavar.split(":")[0].upper() if isinstance(parameter, TyperArgument) else metavar


def _help(parameter: TyperOption | TyperArgument, context: typer.Context) -> str:
    record = parameter.get_help_record(context)
    # The synopsis says by its brackets what is required.
    return _flat(record[1]).removesuffix("[required]").rstrip() if record else ""


def _flat(text: str) -> str:
    return " ".join(text.split())
