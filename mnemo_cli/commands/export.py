"""`mnemo export`: metrics for Prometheus, and the files for Prometheus, Alertmanager and Grafana."""

import typer

from mnemo_cli.commands.export_files import alertmanager, dashboard, rules
from mnemo_cli.commands.export_serve import serve
from mnemo_cli.commands.export_textfile import textfile
from mnemo_cli.commands.options import command_app

app = command_app("Give metrics, rules and a dashboard to Prometheus.", invoke_without_command=True)


@app.callback()
def export(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


app.command()(serve)
app.command()(textfile)
app.command()(rules)
app.command()(alertmanager)
app.command()(dashboard)
