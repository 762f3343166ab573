"""What files of an attempt are called: any id gives a name of its own, not too long, that stays in its folder."""

import hashlib
from pathlib import Path
from urllib.parse import quote

from mnemo_cli.orchestrate.job import Key

# A name may have 255 bytes: the attempt's number and the stream come after it.
_LONGEST = 200
_KEPT = 160


def file_stem(key: Key) -> str:
    """ "a%2Fb.1" for the first attempt of "a/b". A long id is cut, and told apart by its hash."""
    name = quote(key.job, safe="", errors="surrogatepass")
    if len(name) > _LONGEST:
        # No other id has a % that stands before a dash.
        name = f"{name[:_KEPT]}%-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    return f"{name}.{key.number}"


def output_files(folder: Path, key: Key) -> tuple[Path, Path]:
    """Of what an attempt writes to stdout and to stderr."""
    stem = file_stem(key)
    return folder / f"{stem}.out", folder / f"{stem}.err"
