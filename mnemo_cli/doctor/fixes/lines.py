"""The lines of a text, each whole with its newline: only a newline ends one, unlike what splitlines thinks."""


def whole_lines(text: str) -> list[str]:
    """A last line without a newline gets one: another line may follow it."""
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")] if text else []
