"""One file per command: parse, call the rooms, hand the result to one view, exit. No decision about memory lives here.

Each module has `app`, a Typer of its own; `mnemo_cli.app` imports it only when its command is asked for.
"""
