"""`python -m lark_event`."""

import sys

from lark_event._cli import main

if __name__ == "__main__":
    sys.exit(main())
