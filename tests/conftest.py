"""Lets the tests import the corpus, and what they start be interrupted."""

import signal
import sys
from pathlib import Path

# A shell has what it starts in the background ignore it, and programs that tests start would go on ignoring it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.insert(0, str(Path(__file__).parent / "corpus"))
