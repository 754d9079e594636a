"""What the commands have in common: text for people."""

from __future__ import annotations

import sys

from tqdm import tqdm


def report(text: str) -> None:
    """Tell something on standard error, if there is one; a progress bar there stays whole."""
    if sys.stderr is not None:
        tqdm.write(text, file=sys.stderr)
        sys.stderr.flush()
