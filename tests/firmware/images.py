"""Images: running them under QEMU, how large they are, and what is linked into them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toolchain import FirmwareError, check, run

# A device with 64 KiB of RAM.
QEMU = ["qemu-system-arm", "-M", "lm3s6965evb", "-cpu", "cortex-m4", "-display", "none", "-monitor", "none"]
# How long an image may run; none takes a tenth of it.
SECONDS = 120


def with_console(image, log, *options):
    """Return the command that runs an image, with what it says to the debugger's console in a file."""
    console = ["-chardev", f"file,id=log,path={log}", "-semihosting-config", "enable=on,target=native,chardev=log"]
    return [*QEMU, *console, *options, "-kernel", str(image)]


def emulate(image, folder):
    """Run an image in a folder, in which it finds its files, and return what it has said."""
    log = Path(folder, "log")
    # An instruction takes 2^7 ns of the emulated time, which is more than a tick of the timer.
    command = with_console(image, log, "-icount", "shift=7", "-serial", "null")
    try:
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise FirmwareError(f"{named(image)}: not at its end after {SECONDS} s") from None
    said = log.read_text(encoding="utf-8", errors="replace")
    check(done.returncode == 0, f"{named(image)} ended with {done.returncode}:\n{said}{done.stdout}{done.stderr}")
    return said


@dataclass
class Size:
    """Bytes of an image: in flash, and in RAM before the stack."""

    flash: int
    ram: int


def size(image):
    sections = {}
    for line in run("arm-none-eabi-size", "-A", image).splitlines():
        words = line.split()
        if len(words) == 3 and words[0].startswith("."):
            sections[words[0]] = int(words[1])
    flash = sum(sections.get(name, 0) for name in (".vector_table", ".text", ".rodata", ".data"))
    return Size(flash, sum(sections.get(name, 0) for name in (".data", ".bss", ".uninit")))


# What a panic comes to: the library's functions for it, and the handlers of the images and of the C library.
PANIC = re.compile(r"core::panicking::|rust_begin_unwind|^abort$")
IN_CORE = re.compile(r"<?core::")
# Functions of others that may call one, because no form of them without is to be had, and why none is ever reached.
EXCUSED = {
    "aes::backends::soft::fixslice::utils::memshift32": "indexes below 120, the length of the round keys",
    "aes::backends::soft::fixslice::utils::xor_columns": "indexes below 120, the length of the round keys",
}
# What must not be linked: an allocator, the formatting of floating-point numbers, division of 64 bits.
UNWANTED = re.compile(
    r"__rust_(re)?alloc|\bmalloc\b|alloc::|flt2dec|float|__aeabi_[df]|__aeabi_u?ldivmod|u?div(mod)?[dt]i[34]|div_rem"
)
# What the compiler's own library is linked for.
BUILTINS = {
    r"__aeabi_memcpy[48]?|memcpy|compiler_builtins::mem::memcpy": "copies texts into the struct",
    r"__aeabi_memmove[48]?|memmove|compiler_builtins::mem::memmove": "moves bytes within a body, and between parts",
    r"__aeabi_mem(set|clr)[48]?|memset|compiler_builtins::mem::memset": "clears the event when its type changes",
    r"memcmp|bcmp|compiler_builtins::mem::(memcmp|bcmp)": "compares names",
}
IS_BUILTIN = re.compile(r"^(__aeabi_\w+|mem(cpy|move|set|cmp)|bcmp|compiler_builtins::.*|__\w+[sdt]i[234])$")


def symbols(image):
    """Return the names of what is linked."""
    lines = run("arm-none-eabi-nm", "-C", image).splitlines()
    return {line.split(maxsplit=2)[2] for line in lines if re.match(r"[0-9a-f]+ [a-zA-Z] ", line)}


def branches(image):
    """Return the pairs of functions of which the first goes to the second."""
    function, found = "", set()
    for line in run("arm-none-eabi-objdump", "-dC", "--no-show-raw-insn", image).splitlines():
        if start := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            # Newer compilers name the types that a function is for.
            function = re.sub(r"::<[^<>]*>$", "", start[1])
        elif target := re.search(r"\tb\S*\s+[0-9a-f]+ <(.*?)(\+0x[0-9a-f]+)?>", line):
            found.add((function, re.sub(r"::<[^<>]*>$", "", target[1])))
    return {(caller, callee) for caller, callee in found if caller != callee}


def panics(image):
    """Return the functions that can end in a panic, those that are excused apart.

    Where that is one of `core`, which may do it for whoever calls it, its callers are meant.
    """
    pairs, ends = branches(image), {name for name in symbols(image) if PANIC.search(name)}
    while True:
        callers = {caller for caller, callee in pairs if callee in ends} - ends
        helpers = {caller for caller in callers if IN_CORE.match(caller)}
        if not helpers:
            break
        ends |= helpers
    # One that is linked but that nothing goes to is gone to by way of a pointer.
    lonely = {end for end in ends if all(callee != end for _, callee in pairs)}
    return (callers | lonely) - EXCUSED.keys(), callers & EXCUSED.keys()


def named(image):
    return f"{image.parent.name}/{image.name}"


def faults(image):
    """Return what is linked and must not be, as sentences."""
    linked = symbols(image)
    found = [f"{named(image)}: {function} can panic" for function in sorted(panics(image)[0])]
    found += [f"{named(image)}: {name} is linked" for name in sorted(linked) if UNWANTED.search(name)]
    known = re.compile("|".join(f"({names})" for names in BUILTINS))
    strange = [name for name in sorted(linked) if IS_BUILTIN.match(name) and not known.fullmatch(name)]
    return found + [f"{named(image)}: nothing says why {name} is linked" for name in strange]


def excused(images):
    """Return the functions that can panic as far as the compiler knows, and why they never do."""
    return [f"{function}: {EXCUSED[function]}" for function in sorted(set().union(*(panics(it)[1] for it in images)))]


def builtins(images):
    """Return what of the compiler's library is linked, and why."""
    linked = set().union(*map(symbols, images))
    rows = ((sorted(name for name in linked if re.fullmatch(names, name)), why) for names, why in BUILTINS.items())
    return [f"{', '.join(names)}: {why}" for names, why in rows if names]
