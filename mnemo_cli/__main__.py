"""Where `mnemo` and `python -m mnemo_cli` begin.

The exact form `mnemo --version` is answered here, before Typer is imported: importing Typer alone
costs six times a bare interpreter, and scripts ask for versions often.
"""

import sys


def main() -> None:
    """Run mnemo on sys.argv; ends by SystemExit."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mnemo_cli import __version__

        try:
            sys.stdout.write(f"mnemo {__version__}\n")
            sys.stdout.flush()
        except OSError:
            pass  # a closed pipe or a full disk: `run` meets it again, and knows what to say
        else:
            raise SystemExit(0)
    from mnemo_cli.app import main as run

    raise SystemExit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
