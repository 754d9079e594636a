"""Whether something grows from round to round, of rounds that are all the same."""

import ctypes
import gc
import sys
from array import array

# What comes and goes by chance: caches of Python, hashes, threads. What is lost in every call of one operation is more.
CHANCE = 10
BYTES = 16 << 10


class _Heap(ctypes.Structure):
    """What `mallinfo2` returns."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    ]


def heap():
    """Return the bytes that are in use on the heap of C, which is that of Rust too; 0 where nobody tells."""
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return 0
    mallinfo2.restype = _Heap
    found = mallinfo2()
    return found.uordblks + found.hblkhd


class Growth:
    """What there is after each round."""

    def __init__(self, objects, rounds):
        """Watch the reference counts of these objects, of their fields and members, and of what is there once."""
        watched = {id(it): it for it in [*objects, None, True, False, NotImplemented, ..., (), "", b""]}
        for it in objects:
            members = vars(it).items() if isinstance(it, type) else ()
            watched |= {id(part): part for member in members for part in member}
        # Of those that live for ever nothing is counted.
        self._watched = [it for it in watched.values() if sys.getrefcount(it) < 2**28]
        self._names = ["blocks of Python", "bytes of the heap", "objects of the collector"]
        # The room for all rounds is there from the start, so that this is not what grows.
        self._rounds = [array("q", bytes(8 * (len(self._names) + len(self._watched)))) for _ in range(rounds)]
        self._noted = 0

    def note(self):
        """Take down what there is."""
        if sys.version_info < (3, 13):
            sys._clear_type_cache()  # it holds the names of attributes of classes that are gone
        for _ in range(3):
            gc.collect()
        found = self._rounds[self._noted]
        self._noted += 1
        for index, it in enumerate(self._watched, len(self._names)):
            found[index] = sys.getrefcount(it)
        found[0], found[1], found[2] = sys.getallocatedblocks(), heap(), len(gc.get_objects())

    def problems(self):
        """Return a line for each that is more in every round of the last third than in any of the second third."""
        third = len(self._rounds) // 3
        names = self._names + [f"references to {repr(it)[:150]}" for it in self._watched]
        problems = []
        for index, name in enumerate(names):
            values = [found[index] for found in self._rounds[third:]]
            if min(values[third:]) - max(values[:third]) > (BYTES if name == "bytes of the heap" else CHANCE):
                problems.append(f"more {name} from round to round: {values}")
        return problems
