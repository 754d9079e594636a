"""Builds the firmware images, runs them on an emulated Cortex-M4, and says what they cost and whether all is well."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "corpus")]

import conversation  # noqa: E402
import footprint  # noqa: E402
import images  # noqa: E402
import native  # noqa: E402
import records  # noqa: E402
import toolchain  # noqa: E402
from toolchain import ROOT, TARGET, FirmwareError, check  # noqa: E402

HEADER = ROOT / "include" / "lark_event.h"


def check_locks():
    """Return where the images are built with other versions than the library."""
    package = re.compile(r'^name = "(.*)"\nversion = "(.*)"$', re.MULTILINE)
    root, own = (set(package.findall((it / "Cargo.lock").read_text())) for it in (ROOT, Path(__file__).parent))
    check(len(own) > 10, "tests/firmware/Cargo.lock cannot be read")
    names = {name for name, _ in root}
    wrong = sorted(f"{name} {version}" for name, version in own - root if name in names)
    return [f"tests/firmware/Cargo.lock has {it}, and Cargo.lock another version" for it in wrong]


def check_library():
    """Link every function of the C library into one image; return what is wrong with that."""
    library = toolchain.library(TARGET)
    names = sorted(set(re.findall(r"\b(lark_\w+)\(", HEADER.read_text(encoding="utf-8"))))
    image = ROOT / "target" / "firmware" / "all-of-liblark_event"
    # What it takes from the C library of the firmware, at places of which each has one name.
    wanted = [f"--defsym={name}={4 * (at + 1)}" for at, name in enumerate(("abort", "memcmp", "strlen"))]
    required = [f"--require-defined={name}" for name in names]
    toolchain.run("arm-none-eabi-ld", "--gc-sections", "-e", "0", *required, *wanted, library, "-o", image)
    print(f"{len(names)} functions of liblark_event: {images.size(image).flash:,} bytes of flash")
    return images.faults(image)


def run_corpus():
    """Run the image that compares every case of the corpus with what is expected."""
    image = toolchain.firmware("corpus", "corpus")
    data, count, left = records.corpus()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cases.bin").write_bytes(data)
        said = images.emulate(image, folder)
    print(said, end="")
    check(f"{count} passed, 0 failed" in said, f"{image}: {count} cases were to pass")
    # It writes JSON with serde-json-core, which can panic: whoever looks for panics must find that.
    check(images.panics(image)[0], f"{image}: no panic is found where there are some")
    print(f"({left} cases have inputs of more than {records.ROOM:,} bytes, which do not fit into the RAM of the image)")


def run_native():
    """Run the C test and the gateway in C++ with the C library; return what is wrong with what is linked into it."""
    library, build = toolchain.library(TARGET), ROOT / "target" / "firmware" / "native"
    print(f"C: {', '.join(native.run_c(native.build_c(library, build)).splitlines()[-2:])}", flush=True)
    gateway = native.build_gateway(library, build)
    report("C++", conversation.converse_in_detail(gateway))
    return [f"the gateway in C++: {function} can panic" for function in sorted(images.panics(gateway)[0])]


def run_gateway():
    """Run the gateway in Rust; return what is wrong with what is linked into it."""
    image = toolchain.firmware("gateway", "gateway", kind="--example")
    report("Rust", conversation.converse(image))
    return images.faults(image)


def report(language, talk):
    handled = sum(line.startswith("handled ") for line in talk.said)
    answers = ", ".join(f"{count} with {status}" for status, count in talk.statuses.items())
    print(f"gateway in {language}: {handled} events handled, each once; answered {answers}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="make firmware", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the table into README.md")
    arguments = parser.parse_args()
    toolchain.install(toolchain.PACKAGES)
    print("clippy: clean" if toolchain.lint() else "clippy: not there, so not asked", flush=True)
    wrong, built = check_locks(), []
    for row in footprint.ROWS:
        print(f"measuring: {row.name}", flush=True)
        image = footprint.measure(row)
        built.append(image)
        wrong += images.faults(image)
    text = footprint.table(footprint.ROWS)
    print(f"\n{text}\nlinked from the compiler's library:")
    print("\n".join(f"  {line}" for line in images.builtins(built)))
    print("can panic, but never does:")
    print("\n".join(f"  {line}" for line in images.excused(built)), flush=True)
    for row in footprint.ROWS:
        for line in row.misses():
            print(f"missed: {line}")
    wrong += check_library()
    for target in toolchain.OTHER_TARGETS:
        print(f"building for {target}", flush=True)
        toolchain.library(target, "process")
    print("the corpus on the device:", flush=True)
    run_corpus()
    wrong += run_native()
    wrong += run_gateway()
    if arguments.update:
        footprint.update(text)
    wrong += footprint.differences(text)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    try:
        main()
    except FirmwareError as error:
        sys.exit(str(error))
