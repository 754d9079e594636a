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
        """Write to `fd`, which others may write to as well."""
        self._fd = fd
        self._is_file = stat.S_ISREG(os.fstat(fd).st_mode)
        # Somebody may have been killed in the middle of a line.
        self._is_torn = self._is_file and _ends_in_a_line(fd)

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
                self._is_torn = not self._took_back(written)
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

    def _took_back(self, written: int) -> bool:
        """Remove the start of what could not be written, unless somebody has written after it."""
        if not self._is_file:
            return False
        try:
            end = os.lseek(self._fd, 0, os.SEEK_CUR)
            if os.fstat(self._fd).st_size != end:
                return False
            os.ftruncate(self._fd, end - written)
            os.lseek(self._fd, end - written, os.SEEK_SET)
        except OSError:
            return False
        return True


def _ends_in_a_line(fd: int) -> bool:
    """Whether what is before the place where a file is written to does not end with its line."""
    appends = _appends(fd)
    before = os.fstat(fd).st_size if appends else os.lseek(fd, 0, os.SEEK_CUR)
    if before == 0:
        return False
    try:
        # The descriptor itself can seldom be read.
        reading = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    except OSError:
        return True
    try:
        return os.pread(reading, 1, before - 1) != b"\n"
    finally:
        os.close(reading)


def _appends(fd: int) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl  # noqa: PLC0415 - not on Windows

    return bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND)
