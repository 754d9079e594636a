"""What the commands have in common: text for people."""

from __future__ import annotations

import sys
from contextlib import suppress

from tqdm import tqdm


def report(text: str) -> None:
    """Tell something on standard error, if there is one and it has room; a progress bar there stays whole."""
    if sys.stderr is not None:
        # What people are told is not worth ending for.
        with suppress(OSError):
            tqdm.write(text, file=sys.stderr)
            sys.stderr.flush()
