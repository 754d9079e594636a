"""The command line `lark-event`."""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import sys
from contextlib import closing
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tqdm import tqdm

import lark_event
from lark_event import _catalogue, _listen, _serve, _simulate
from lark_event._output import EventOutput, OutputError
from lark_event._printable import printable
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DECODE_HELP = """\
Decodes the JSON bodies of events and prints them.

A file holds one JSON document, or JSON Lines: one document on each line.
Without a file, or for the file "-", standard input is read.
"""
DECODE_EPILOG = """\
Bad input is reported on standard error as FILE:LINE:OFFSET: what was expected,
what was found; LINE counts from 1 in the file, OFFSET counts bytes from 0 in the
document. The rest of the input is decoded all the same. If only one field of an
event is bad, the others are printed, with the fault.

Exit status: 0 if everything was decoded, 1 if some input was bad, 2 if the
command line was wrong.
"""
# Inputs smaller than this are done before a progress bar could be read.
PROGRESS_BYTES = 4 << 20
# Where a time is no longer one that can be shown as a date (the year 9999).
LAST_DATE_MS = 253_402_300_800_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        _prepare_output(options)
        status: int = options.run(options)
        _flush()
    except OutputError as error:
        if sys.stdout is not None:
            _discard(sys.stdout)
        # Whoever has closed a pipe has seen enough.
        if not isinstance(error.__cause__, BrokenPipeError):
            report(f"lark-event: the output cannot be written: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        try:
            if sys.stderr is not None:
                sys.stderr.flush()
        except OSError:
            _discard(sys.stderr)
    return status


def _discard(stream: IO[str]) -> None:
    """Let go of what could not be written: Python flushes once more at its end, and would end with another status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _prepare_output(options: argparse.Namespace) -> None:
    if sys.stdout is None:
        raise OutputError("it is closed")
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return
    if sys.stdout.write_through:
        # As PYTHONUNBUFFERED asks for; but then what a signal cuts off would be taken for written. Everything that
        # matters is flushed.
        sys.stdout = open(sys.stdout.fileno(), "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115 - for the rest of the program
    # JSON is UTF-8 whatever the terminal speaks; what a terminal cannot show of a table, it shows escaped.
    encoding = "utf-8" if options.json else None
    sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lark-event", description="Lark / Feishu CoreHR events.")
    parser.add_argument("--version", action="version", version=f"lark-event {lark_event.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    decode = commands.add_parser(
        "decode",
        help="decode events from files or standard input",
        description=DECODE_HELP,
        epilog=DECODE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    decode.add_argument("files", nargs="*", metavar="FILE", help="a file with events; - is standard input")
    decode.add_argument("--json", action="store_true", help="print JSON Lines instead of tables")
    decode.add_argument(
        "--event-type",
        metavar="TYPE",
        type=_catalogue.event_type,
        help="event type of bodies that name none, such as corehr.process.node.updated_v2",
    )
    decode.set_defaults(run=_decode)
    _catalogue.add_parser(commands, _print)
    _serve.add_parser(commands, _printer)
    _listen.add_parser(commands, _printer)
    _simulate.add_parser(commands, _show_line)
    return parser


def _printer(options: argparse.Namespace) -> Callable[[lark_event.Envelope], None]:
    """Return what prints an event that was received, for certain."""
    output = None if sys.stdout.isatty() else EventOutput(sys.stdout.fileno())

    def show(envelope: lark_event.Envelope) -> None:
        text = envelope.to_json() if options.json else _table("event", envelope.header.event_id, envelope)
        if output is None:
            _show_line(text)
        else:
            output.write(f"{text}\n".encode(sys.stdout.encoding, "backslashreplace"))

    return show


def _show_line(line: str) -> None:
    _print(line)
    _flush()


def _decode(options: argparse.Namespace) -> int:
    good = [_decode_file(name, options) for name in options.files or ["-"]]
    return 0 if all(good) else 1


def _decode_file(name: str, options: argparse.Namespace) -> bool:
    """Decode and print one file; return whether all of it was good."""
    try:
        with _open(name) as file, closing(_progress(name, file)) as progress:
            good = True
            for line, body in _documents(_counted(file, progress)):
                good = _decode_one(body, name, line, options) and good
            return good
    except OSError as error:
        report(f"{name}: {error.strerror or error}")
        return False


def _decode_one(body: bytes, name: str, line: int, options: argparse.Namespace) -> bool:
    """Decode and print one document; return whether all of it was good."""
    try:
        envelope = lark_event.decode(body, event_type=options.event_type)
    except lark_event.DecodeError as error:
        line += body.count(b"\n", 0, error.offset)
        report(f"{name}:{line}:{error.offset}: {error.message}")
        if error.envelope is not None:
            _print(
                _json_with_fault(error.envelope, error) if options.json else _table(name, line, error.envelope, error)
            )
        return False
    _print(envelope.to_json() if options.json else _table(name, line, envelope))
    return True


def _json_with_fault(envelope: lark_event.Envelope, error: lark_event.DecodeError) -> str:
    """Return the envelope as JSON that cannot be taken for a whole one."""
    fault = {"kind": error.kind.name, "field": error.field, "offset": error.offset, "message": error.message}
    return f'{envelope.to_json()[:-1]},"error":{json.dumps(fault, ensure_ascii=False)}}}'


def _open(name: str) -> IO[bytes]:
    if name == "-":
        if sys.stdin is None:
            raise OSError(errno.EBADF, "standard input is closed")
        if sys.stdin.isatty():
            report("lark-event: reading from the terminal; Ctrl-D ends the input")
        return open(sys.stdin.fileno(), "rb", closefd=False)
    return Path(name).open("rb")


def _progress(name: str, file: IO[bytes]) -> tqdm[Any]:
    """Return a progress bar, which shows only on a terminal and for input that takes a while."""
    size = os.fstat(file.fileno()).st_size if file.seekable() else None
    hidden = sys.stderr is None or not sys.stderr.isatty() or (size is not None and size < PROGRESS_BYTES)
    return tqdm(desc=name, total=size, unit="B", unit_scale=True, disable=hidden, delay=0.5, leave=False)


def _counted(file: IO[bytes], progress: tqdm[Any]) -> Iterator[bytes]:
    for line in file:
        yield line
        progress.update(len(line))


def _documents(lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Split input into documents, each with the number of its first line.

    It is one document if the second line may go on with what the first one starts: if the first is the start of one,
    and the second does not open an object where none can be. Everything else is JSON Lines, so that no bad line costs
    the good ones after it.
    """
    first, second, blank = b"", b"", 0
    for line in lines:
        if first and line.strip():
            second = line
            break
        if first or line.strip():
            first += line
        else:
            blank += 1
    lead = first.rstrip()
    is_object = second.lstrip().startswith(b"{")
    if second and not _may_go_on(lead + (b"\n{" if is_object else b"\n")):
        yield blank + 1, lead
        rest = enumerate(chain([second], lines), blank + 1 + first.count(b"\n"))
        yield from ((number, line.rstrip(b"\r\n")) for number, line in rest if line.strip())
    else:
        yield blank + 1, b"".join([first, second, *lines])


def _may_go_on(start: bytes) -> bool:
    """Whether all that is wrong with the start of a document is that it ends."""
    try:
        lark_event.decode(start)
    except lark_event.DecodeError as error:
        return error.kind == lark_event.ErrorKind.UNEXPECTED_END
    return False


def _table(name: str, line: object, envelope: lark_event.Envelope, error: lark_event.DecodeError | None = None) -> str:
    """Return an envelope as lines of names and values."""
    event = envelope.event
    has_class = event is not None and not isinstance(event, lark_event.UnknownEvent)
    title = type(event).__name__ if has_class else "no class for this event type"
    rows = _rows("header", envelope.header)
    if has_class:
        rows += _rows("event", event)
    elif envelope.raw_event is not None:
        rows.append(("event", printable(envelope.raw_event.decode())))
    if error is not None:
        rows.append(("error", printable(error.message)))
    width = max((len(label) for label, _ in rows), default=0)
    lines = [f"{name}:{line}  {title}  (schema {envelope.schema})"]
    lines += [f"  {label:<{width}}  {value}" for label, value in rows]
    return "\n".join(lines) + "\n"


def _rows(prefix: str, record: Any) -> list[tuple[str, str]]:
    """Return the fields that are there for people to read, those of objects in it too."""
    rows = []
    for field in record.__match_args__:
        value, label = getattr(record, field), f"{prefix}.{field}"
        if isinstance(value, lark_event.Record):
            rows += _rows(label, value) or [(label, "(empty)")]
        elif isinstance(value, tuple) and any(isinstance(item, lark_event.Record) for item in value):
            for index, item in enumerate(value):
                rows += _rows(f"{label}[{index}]", item) or [(f"{label}[{index}]", "(empty)")]
        elif value is not None:
            rows.append((label, _text(field, value)))
    return rows


def _text(field: str, value: Any) -> str:
    """Return a value for people to read."""
    if isinstance(value, lark_event.OpenEnum):
        text = printable(str(value))
        return f"{value.name} ({text})" if value.is_known else text  # type: ignore[attr-defined]
    if isinstance(value, tuple):
        return ", ".join(printable(item) for item in value) or "(none)"
    ms = _milliseconds(field, value)
    if ms is not None:
        return f"{value}  ({datetime.fromtimestamp(ms / 1000, tz=timezone.utc):%Y-%m-%d %H:%M:%S} UTC)"
    return printable(value) if isinstance(value, str) else str(value)


def _milliseconds(field: str, value: Any) -> int | None:
    """Return the time that a field denotes, if it can be shown as a date."""
    if not isinstance(value, int) or field not in {"create_time", "event_time"}:
        return None
    ms: int = value // 1000 if value >= 10**15 else value
    return ms if ms < LAST_DATE_MS else None


def _print(text: str) -> None:
    try:
        if sys.stdout.isatty():
            tqdm.write(text, file=sys.stdout)  # takes care of a progress bar on the same terminal
        else:
            sys.stdout.write(text + "\n")
    except OSError as error:
        raise OutputError(error.strerror or error) from error


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(error.strerror or error) from error
