"""Builds the firmware images, runs them on an emulated Cortex-M4, and says what they cost and whether all is well."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import footprint
import images
import records
import toolchain
from toolchain import ROOT, TARGET, FirmwareError

HEADER = ROOT / "include" / "lark_event.h"


def check_library():
    """Link every function of the C library into one image; return what is wrong with that."""
    library = toolchain.library(TARGET)
    names = sorted(set(re.findall(r"\b(lark_\w+)\(", HEADER.read_text(encoding="utf-8"))))
    image = ROOT / "target" / "firmware" / "all-of-liblark_event"
    # What it takes from the C library of the firmware.
    wanted = [word for name in ("abort", "memcmp", "strlen") for word in ("--defsym", f"{name}=0")]
    toolchain.run(
        "arm-none-eabi-ld", "--gc-sections", "-e", "0", *(f"-u{it}" for it in names), *wanted, library, "-o", image
    )
    print(f"{len(names)} functions of liblark_event: {images.size(image).flash:,} bytes of flash")
    return images.faults(image)


def run_corpus():
    """Run the image that compares; return the line that says how many cases were as expected."""
    image = toolchain.firmware("corpus", "corpus")
    data, count, left = records.corpus()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "cases.bin").write_bytes(data)
        output = images.emulate(image, folder)
    print(output, end="")
    if f"{count} passed, 0 failed" not in output:
        raise FirmwareError(f"{image}: {count} cases were to pass")
    print(f"({left} cases have inputs of more than {records.ROOM:,} bytes, which do not fit into the RAM of the image)")


def main():
    parser = argparse.ArgumentParser(prog="make firmware", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the table into README.md")
    arguments = parser.parse_args()
    toolchain.install(toolchain.PACKAGES)
    wrong, built = [], []
    for row in footprint.ROWS:
        print(f"measuring: {row.name}", flush=True)
        image = footprint.measure(row)
        built.append(image)
        wrong += images.faults(image)
    text = footprint.table(footprint.ROWS)
    print(f"\n{text}\nlinked from the compiler's library:")
    print("\n".join(f"  {line}" for line in images.builtins(built[-1])))
    print("can panic, but never does:")
    print("\n".join(f"  {line}" for line in images.excused(built[-1])), flush=True)
    for row in footprint.ROWS:
        for line in row.misses():
            print(f"missed: {line}")
    wrong += check_library()
    for target in toolchain.OTHER_TARGETS:
        print(f"building for {target}", flush=True)
        toolchain.library(target)
    print("the corpus on the device:", flush=True)
    run_corpus()
    if arguments.update:
        footprint.update(text)
    wrong += footprint.differences(text)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    try:
        main()
    except FirmwareError as error:
        sys.exit(str(error))
