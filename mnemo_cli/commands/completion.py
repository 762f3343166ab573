"""`mnemo completion SHELL`: the completion script of a shell, for installations that did not place it."""

from enum import StrEnum
from typing import Annotated

import typer

from mnemo_cli.commands.options import command_app

app = command_app()


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command()
def completion(
    ctx: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the completion script of a shell.

    The script is static: a TAB does not start mnemo. Load it in the running shell with
    `source <(mnemo completion bash)`, or write it to where the shell looks for such files.
    """
    from mnemo_cli.output.command_tree import command_tree
    from mnemo_cli.output.completion import completion_script

    typer.echo(completion_script(shell.value, command_tree(ctx.find_root().command)), nl=False)
