"""Starts a keeper by the path of this file: `python -I -S __main__.py FOLDER SETUP` finds the package by itself."""
# ruff: noqa: PTH100, PTH120
# (pathlib would be half of what a keeper imports)

import os
import sys


def _start() -> None:
    # mnemo_cli/orchestrate/engines/local/keeper/__main__.py: with -I and -S nothing else leads to the package.
    package_folder = os.path.abspath(__file__)
    for _ in range(6):
        package_folder = os.path.dirname(package_folder)
    sys.path.insert(0, package_folder)
    from mnemo_cli.orchestrate.engines.local.keeper.program import main

    main(sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    _start()
