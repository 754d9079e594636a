"""The secrets of an app, for the command line: from files or from the environment, never from the arguments."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

ENCRYPT_KEY = "LARK_ENCRYPT_KEY"
VERIFICATION_TOKEN = "LARK_VERIFICATION_TOKEN"  # noqa: S105 - the name of the variable
APP_ID = "LARK_APP_ID"
APP_SECRET = "LARK_APP_SECRET"  # noqa: S105 - the name of the variable
PREVIOUS_ENCRYPT_KEY = "LARK_PREVIOUS_ENCRYPT_KEY"
PREVIOUS_VERIFICATION_TOKEN = "LARK_PREVIOUS_VERIFICATION_TOKEN"  # noqa: S105 - likewise

HELP = f"""\
Secrets stand in the first line of a file, or in the environment: {ENCRYPT_KEY} and
{VERIFICATION_TOKEN}."""


def add_options(parser: argparse.ArgumentParser, *variables: str) -> None:
    """Add an option for the file of each secret that is named by its variable."""
    for variable in variables:
        option = variable.removeprefix("LARK_").lower()
        words = option.replace("_", " ").replace("encrypt key", "Encrypt Key")
        parser.add_argument(
            f"--{option.replace('_', '-')}-file",
            dest=option,
            metavar="FILE",
            type=_read,
            default=argparse.SUPPRESS,
            help=f"file with the {words} (else {variable} in the environment)",
        )


def of(options: argparse.Namespace, variable: str) -> str | None:
    """Return a secret from its file or from the environment."""
    secret: str | None = getattr(options, variable.removeprefix("LARK_").lower(), None)
    return secret if secret is not None else os.environ.get(variable) or None


def _read(name: str) -> str:
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "expected UTF-8"
        raise argparse.ArgumentTypeError(f"{name}: {reason}") from error
    if not lines or not lines[0].strip():
        raise argparse.ArgumentTypeError(f"{name}: expected a secret in the first line, found none")
    if any(line.strip() for line in lines[1:]):
        raise argparse.ArgumentTypeError(f"{name}: expected one line, found {len(lines)}")
    return lines[0].strip()
