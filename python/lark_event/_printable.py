"""Text of others, where people read it."""

from __future__ import annotations


def printable(text: str) -> str:
    """Escape what would act on a terminal, or look like another line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
