"""Where received events are printed to: each of them whole, or not at all as far as that can be had."""

from __future__ import annotations

import errno
import os
import select
import stat
import sys

# What is over when somebody has made room.
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class OutputError(Exception):
    """Standard output cannot be written to."""

    is_passing = False
    """Whether it is worth trying again: a file has no room, but may have some later."""


class EventOutput:
    """Writes events to a file descriptor, past all buffers.

    What a buffer holds back after a failure would come out later, though its event was refused and comes again.
    """

    def __init__(self, fd: int) -> None:
        """Write to `fd`, which others may write to as well; to the end of a file, wherever that is by then.

        Otherwise two programs that print to one file would write over each other, and after somebody has emptied it,
        as `logrotate` does with `copytruncate`, the next line would come behind as many zeros as there were bytes.
        """
        self._fd = fd
        self._is_file = stat.S_ISREG(os.fstat(fd).st_mode)
        if self._is_file:
            _append(fd)
        # Somebody may have been killed in the middle of a line.
        self._is_torn = self._is_file and _is_cut_off(fd)

    def write(self, text: bytes) -> None:
        """Write all of `text`, which ends its line. Raises `OutputError` if that cannot be done."""
        # The rest of an event keeps its line to itself: the next one is not lost in it.
        text = b"\n" + text if self._is_torn else text
        written = 0
        try:
            while written < len(text):
                written += self._write(memoryview(text)[written:])
        except OSError as error:
            if written:
                self._is_torn = not self._took_back(text[:written])
            failure = OutputError(error.strerror or error)
            failure.is_passing = self._is_file and error.errno in _NO_ROOM
            raise failure from error
        self._is_torn = False

    def _write(self, text: memoryview) -> int:
        try:
            return os.write(self._fd, text)
        except BlockingIOError:  # whoever has started us shares it, and does not want to wait
            select.select([], [self._fd], [])
            return 0

    def _took_back(self, start: bytes) -> bool:
        """Remove the start of what could not be written, unless somebody has written after it."""
        if not self._is_file:
            return False
        try:
            # Where it ends says nothing: others may have been started with the same descriptor.
            size = os.fstat(self._fd).st_size
            if _tail(self._fd, size, len(start)) != start:
                return False
            os.ftruncate(self._fd, size - len(start))
            os.lseek(self._fd, 0, os.SEEK_END)
        except OSError:
            return False
        return True


def _is_cut_off(fd: int) -> bool:
    """Whether the last line of a file has no end."""
    size = os.fstat(fd).st_size
    try:
        return size > 0 and _tail(fd, size, 1) != b"\n"
    except OSError:
        return True


def _tail(fd: int, size: int, count: int) -> bytes:
    """Return so many bytes before the end of a file that has this size. Raises `OSError` if it cannot be read."""
    # The descriptor itself seldom can.
    reading = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    try:
        return os.pread(reading, count, max(size - count, 0))
    finally:
        os.close(reading)


def _append(fd: int) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_APPEND)
