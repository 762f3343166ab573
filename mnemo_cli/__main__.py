"""Where `mnemo` and `python -m mnemo_cli` begin.

The exact form `mnemo --version` is answered here, before Typer is imported: importing Typer alone
costs six times a bare interpreter, and scripts ask for versions often.
"""

import gc
import sys
from contextlib import suppress


def main() -> None:
    """Run mnemo on sys.argv; ends by SystemExit."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from mnemo_cli import __version__

        # A closed pipe or a full disk: `run` meets it again, and knows what to say.
        with suppress(OSError):
            sys.stdout.write(f"mnemo {__version__}\n")
            sys.stdout.flush()
            raise SystemExit(0)
    # A command that lives for 0.2 s has no garbage worth collecting; a watch enables it again.
    gc.disable()
    from mnemo_cli.app import main as run

    code = run(sys.argv[1:])
    # The interpreter collects once more at its end: a whole bare interpreter of time, to free what ends anyway.
    gc.freeze()
    raise SystemExit(code)


if __name__ == "__main__":
    main()
