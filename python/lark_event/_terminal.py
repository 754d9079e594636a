"""What the commands have in common: text for people."""

from __future__ import annotations

import sys

from tqdm import tqdm


def printable(text: str) -> str:
    """Escape what would act on a terminal, or look like another line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def report(text: str) -> None:
    """Tell something on standard error, if there is one; a progress bar there stays whole."""
    if sys.stderr is not None:
        tqdm.write(text, file=sys.stderr)
        sys.stderr.flush()
