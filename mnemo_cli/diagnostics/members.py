"""The usual members of a bundle: a file, a JSON document, what a program prints; or why there is none."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mnemo_cli.diagnostics.collector import Content, Finished, Member, Missing, Scene
from mnemo_cli.diagnostics.reading import file_chunks, missing, pieces, read_whole, shown
from mnemo_cli.model import Json
from mnemo_cli.recording.document import encode, pretty
from mnemo_cli.redact import decoded, printable

# What a program printed is held in memory until it is written.
LARGEST_OUTPUT_BYTES = 1 << 20
_LONGEST_REASON = 200


def small_file(scene: Scene, name: str, path: str, content: Content = "numbers") -> Member | Missing:
    """A file of the machine that is read in one piece, now: `name` below the root ("proc/meminfo")."""
    try:
        text = read_whole(scene.root / name)
    except OSError as err:
        return missing(f"/{name}", err)
    return Member(path, tuple(pieces(text)), content, f"/{name}")


def large_file(scene: Scene, file: Path, path: str, content: Content, *, tail_only: bool = False) -> Member | Missing:
    """A file of which only head and tail may fit, read as it is written."""
    source = shown(file, scene.root) if file.is_relative_to(scene.root) else printable(str(file))
    try:
        chunks = file_chunks(file, most_bytes=scene.member_max_bytes, tail_only=tail_only)
    except OSError as err:
        return missing(source, err)
    return Member(path, chunks, content, source)


def text_member(path: str, text: bytes, source: str, content: Content = "numbers") -> Member:
    """A text at hand."""
    return Member(path, tuple(pieces(text)), content, source)


def document_member(path: str, document: Json, source: str) -> Member:
    """A JSON document of ours."""
    return Member(path, tuple(pieces(pretty(document).encode())), "document", source)


def json_line(row: Mapping[str, Json]) -> bytes:
    """One line of a member of many small documents."""
    return encode(dict(row)).encode() + b"\n"


def ask(
    scene: Scene, argv: Sequence[str], *, timeout_seconds: float = 2.0, nothing_code: int = 0
) -> Finished | Missing:
    """What a program leaves behind, or why it did not run to its end.

    `nothing_code` is what it ends with where it found nothing, as grep ends with 1.
    """
    try:
        done = scene.run(
            argv, timeout_seconds=timeout_seconds, max_bytes=min(LARGEST_OUTPUT_BYTES, scene.member_max_bytes)
        )
    except OSError as err:
        return missing(argv[0], err)
    if done.code in (0, nothing_code):
        return done
    if done.code is None:
        return Missing(argv[0], "timeout", f"it did not end within {timeout_seconds:g} s")
    words = printable(decoded(done.errors).strip().partition("\n")[0])[:_LONGEST_REASON]
    denied = "permission" in words.lower() or "not permitted" in words.lower()
    return Missing(argv[0], "denied" if denied else "error", f"it ended with code {done.code}: {words or 'no message'}")


def printed(
    scene: Scene, argv: Sequence[str], path: str, content: Content = "log", *, timeout_seconds: float = 2.0
) -> Iterator[Member | Missing]:
    """All that a program prints. Nothing printed is nothing to keep, and no fault."""
    done = ask(scene, argv, timeout_seconds=timeout_seconds)
    if isinstance(done, Missing):
        yield done
    elif done.output:
        yield Member(path, pieces(done.output), content, printable(" ".join(argv)))
