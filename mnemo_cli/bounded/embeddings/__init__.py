"""Rows of floats, packed, the least recently used out first.

cache   EmbeddingsCache: which row belongs to which key
rows    the rows themselves, in memory that goes back to the system
"""

from mnemo_cli.bounded.embeddings.cache import EmbeddingsCache

__all__ = ["EmbeddingsCache"]
