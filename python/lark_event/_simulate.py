"""The command `lark-event simulate`: plays the platform, and tells what an endpoint does wrong."""

from __future__ import annotations

import argparse
import json
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tqdm import tqdm

from lark_event import _secrets, _simulate_platform
from lark_event._checks import Check, Outcome, all_checks, own_event
from lark_event._platform import RETRY_GAPS, TIME_SCALE, Platform, UnreachableError
from lark_event._printable import printable
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable

    _Print = Callable[[str], None]

DESCRIPTION = f"""\
Plays the platform against the endpoint at URL, whatever it is written with: challenges, encrypted and signed events,
repeated deliveries, forgeries and broken requests. Prints for each check whether it passed, and the reply.

{_secrets.HELP} Without an Encrypt Key, bodies are plain and not signed.

The endpoint handles the events as if they were genuine: use one that may.
"""
EPILOG = """\
example:
  LARK_ENCRYPT_KEY=... lark-event simulate webhook http://127.0.0.1:8000/lark

Exit status: 0 if all checks passed, 1 if one failed or nothing answers, 2 if the command line was wrong.
"""


def add_parser(commands: Any, show: _Print) -> None:
    """Add the command to the command line; `show` prints a line."""
    simulate: argparse.ArgumentParser = commands.add_parser(
        "simulate", help="play the platform", description="Plays the platform, for an endpoint or for a client."
    )
    kinds = simulate.add_subparsers(required=True, metavar="KIND")
    parser: argparse.ArgumentParser = kinds.add_parser(
        "webhook",
        help="deliver events to a URL, and tell what it does wrong",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", metavar="URL", type=_url, nargs="?", help="the endpoint, http or https")
    _secrets.add_options(parser, _secrets.ENCRYPT_KEY, _secrets.VERIFICATION_TOKEN)
    parser.add_argument(
        "--event", action="append", default=[], type=_event, metavar="FILE", help="deliver the event in this file too"
    )
    parser.add_argument(
        "--checks", metavar="NAMES", help="only these, separated by commas; * stands for any characters"
    )
    parser.add_argument("--list", action="store_true", help="list the checks and end")
    parser.add_argument("--json", action="store_true", help="print JSON Lines instead of a table")
    _add_time_scale(parser)
    parser.set_defaults(run=lambda options: _run(parser, options, show))
    _simulate_platform.add_parser(kinds, show, _content, _add_time_scale)


def _add_time_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--time-scale",
        type=_scale,
        default=TIME_SCALE,
        metavar="N",
        help=f"make the platform's waits of {', '.join(map(str, RETRY_GAPS))} s shorter by this (default: %(default)s)",
    )


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, show: _Print) -> int:
    checks = _chosen(parser, [*options.event, *all_checks()], options.checks)
    if options.list:
        for check in checks:
            show(f"{check.name:<40} {check.description}")
        return 0
    if options.url is None:
        parser.error("the URL of the endpoint is missing")
    platform = Platform(
        options.url,
        _secrets.of(options, _secrets.ENCRYPT_KEY),
        _secrets.of(options, _secrets.VERIFICATION_TOKEN),
        options.time_scale,
    )
    try:
        return _make(checks, platform, show, as_json=options.json)
    except UnreachableError as error:
        report(f"lark-event: {error}")
        return 1


def _make(checks: list[Check], platform: Platform, show: _Print, *, as_json: bool) -> int:
    """Make the checks and print what comes of them; return the exit status."""
    passed = failed = skipped = 0
    hidden = sys.stderr is None or not sys.stderr.isatty()
    for check in tqdm(checks, unit="check", disable=hidden, leave=False):
        reason = check.skipped(platform)
        outcome = None if reason else check.run(platform)
        if outcome is None:
            skipped += 1
        elif outcome.passed:
            passed += 1
        else:
            failed += 1
        show(_json(check, outcome, reason) if as_json else _text(check, outcome, reason))
    if as_json:
        show(json.dumps({"passed": passed, "failed": failed, "skipped": skipped}))
    else:
        show(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def _text(check: Check, outcome: Outcome | None, reason: str | None) -> str:
    if outcome is None:
        return f"SKIP  {check.name}: {reason}"
    replies = [f"{'PASS' if outcome.passed else 'FAIL'}  {check.name}: {check.description}"]
    if not outcome.passed:
        replies.append(f"      expected {outcome.expected}")
    replies += [f"      {printable(str(reply))}" for reply in outcome.replies]
    return "\n".join(replies)


def _json(check: Check, outcome: Outcome | None, reason: str | None) -> str:
    row: dict[str, Any] = {"check": check.name, "description": check.description}
    if outcome is None:
        return json.dumps({**row, "result": "skipped", "reason": reason})
    replies = [
        {
            "status": reply.status,
            "seconds": round(reply.seconds, 6),
            "body": reply.body.decode("utf-8", "backslashreplace"),
            "error": reply.error,
        }
        for reply in outcome.replies
    ]
    result = "passed" if outcome.passed else "failed"
    return json.dumps({**row, "result": result, "expected": outcome.expected, "replies": replies}, ensure_ascii=False)


def _chosen(parser: argparse.ArgumentParser, checks: list[Check], names: str | None) -> list[Check]:
    if names is None:
        return checks
    patterns = [name.strip() for name in names.split(",")]
    for pattern in patterns:
        if not any(fnmatchcase(check.name, pattern) for check in checks):
            parser.error(f"no check is called {pattern!r}: --list tells their names")
    return [check for check in checks if any(fnmatchcase(check.name, pattern) for pattern in patterns)]


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise argparse.ArgumentTypeError(f"expected a URL such as http://127.0.0.1:8000/, found {text!r}")
    return text


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 1 <= scale < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, found {text!r}")
    return scale


def _event(name: str) -> Check:
    return own_event(name, _content(name))


def _content(name: str) -> dict[str, Any]:
    try:
        content: object = json.loads(Path(name).read_bytes())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("header"), dict):
        raise argparse.ArgumentTypeError(f"{name}: expected an event of schema 2.0 with a header")
    return content
