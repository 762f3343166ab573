"""A verdict on a death, for people and for programs.

    explanation_text(explanation, width)    headline, what was hit, quoted evidence, commands to copy
    explanation_document(explanation)       mnemo.explain/1
    headline_line(explanation)              one line, for `monitor` and `orchestrate`

Pages of topics are next door, in `output.explain`.
"""

from mnemo_cli.output.explanation.document import explanation_document
from mnemo_cli.output.explanation.text import explanation_text, headline_line

__all__ = ["explanation_document", "explanation_text", "headline_line"]
