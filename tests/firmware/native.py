"""Firmware in C and C++ for a Cortex-M4: builds it with GCC, and runs the C test."""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import corpus
from images import emulate
from toolchain import ROOT, check, run

HERE = Path(__file__).parent
GATEWAY = ROOT / "ffi" / "examples" / "gateway"

MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
COMPILE = [*MACHINE, *WARNINGS, "-Os", "-g", "-ffunction-sections", "-fdata-sections"]
# Newlib has no note on its stacks in some files, hence the noexecstack.
LINK = [*MACHINE, "--specs=nano.specs", "-nostartfiles", "-Wl,--gc-sections", "-Wl,-z,noexecstack"]
CPP = ["-std=c++17", "-fno-exceptions", "-fno-rtti"]
# The functions that a heap cannot do without: of C, of newlib, and C++'s operator new.
ALLOCATORS = re.compile(r"_?(malloc|calloc|realloc|free|sbrk)(_r)?|_Zn[aw].*")

BODY_LIMIT = 1200  # of the cases that go into the C test


def compile_one(source: Path, build: Path, *options: str) -> Path:
    """Compile a file as C99 or C++17, by its name."""
    language = ["arm-none-eabi-g++", *CPP] if source.suffix == ".cpp" else ["arm-none-eabi-gcc", "-std=c99"]
    compiled = build / f"{source.stem}.o"
    run(*language, *COMPILE, f"-I{GATEWAY}", *options, "-c", source, "-o", compiled)
    return compiled


def link(compiler: str, program: Path, parts: Sequence[Path]) -> Path:
    """Link a program, which must come without a heap."""
    run(compiler, *LINK, f"-T{GATEWAY / 'lm3s6965.ld'}", *parts, "-o", program)
    names = {line.split()[-1] for line in run("arm-none-eabi-nm", program).splitlines()}
    check("Reset_Handler" in names, f"{program.name} has no symbols to look at")
    found = sorted(name for name in names if ALLOCATORS.fullmatch(name))
    check(not found, f"{program.name} can allocate: {found}")
    return program


def include_of(library: Path) -> Path:
    """Return the folder of the headers that were installed with a library."""
    return library.parents[1] / "include"


def build_gateway(library: Path, build: Path) -> Path:
    """Build the gateway in C++ of the examples."""
    build.mkdir(parents=True, exist_ok=True)
    options = [f"-I{include_of(library)}"]
    parts = [compile_one(GATEWAY / name, build, *options) for name in ("board_lm3s6965.c", "gateway.cpp")]
    return link("arm-none-eabi-g++", build / "gateway.elf", [*parts, library])


def build_c(library: Path, build: Path) -> Path:
    """Build the test in C."""
    build.mkdir(parents=True, exist_ok=True)
    (build / "cases.h").write_text(cases(), encoding="utf-8")
    options = [f"-I{include_of(library)}", f"-I{build}"]
    parts = [compile_one(source, build, *options) for source in (GATEWAY / "board_lm3s6965.c", HERE / "c/main.c")]
    return link("arm-none-eabi-gcc", build / "firmware_c.elf", [*parts, library])


# ---- the cases of the C test ----


def array(data: bytes) -> str:
    """Write bytes as an initialiser; C has no empty ones."""
    return "{" + ",".join(map(str, data or b"\0")) + "}"


def quoted(text: str) -> str:
    """Write a string of C."""
    return '"' + "".join(c if c.isalnum() else "".join(f"\\{byte:03o}" for byte in c.encode()) for c in text) + '"'


def quoted_or_null(text: str | None) -> str:
    return "NULL" if text is None else quoted(text)


def chosen(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, for each receiver, the first request of each expectation."""
    first: dict[str, dict[str, Any]] = {}
    for case in requests:
        expected = case["expected"].get("error", *case["expected"])
        if len(corpus.read_body(case["body"])) <= BODY_LIMIT:
            first.setdefault(json.dumps([case["receiver"], expected]), case)
    return list(first.values())


def request_case(index: int, case: dict[str, Any]) -> str:
    """Write a request of the corpus as C."""
    expected: dict[str, str] = case["expected"]
    kind = f"LARK_ERROR_KIND_{expected['error']}" if "error" in expected else "0"
    text = next(iter(expected.values())).encode() if kind == "0" else b""
    delivery = "NONE" if kind != "0" else next(iter(expected)).upper()
    body = corpus.read_body(case["body"])
    headers = "".join(
        f"{{{quoted(name)},{len(name.encode())},{quoted(value)},{len(value.encode())}}},"
        for name, value in case["headers"]
    )
    receiver = case["receiver"]
    secrets = (
        receiver.get(prefix + name) for prefix in ("", "previous_") for name in ("encrypt_key", "verification_token")
    )
    values = [
        quoted(case["name"]),
        *map(quoted_or_null, secrets),
        str(receiver.get("max_body", 1 << 20)),
        str(receiver.get("tolerance_ms", 0)),
        f"{case['now_ms']}u",
        f"headers_{index}",
        str(len(case["headers"])),
        f"body_{index}",
        str(len(body)),
        kind,
        f"LARK_DELIVERY_KIND_{delivery}",
        f"text_{index}",
        str(len(text)),
    ]
    return (
        f"static const LarkHttpHeader headers_{index}[] = {{{headers}{{NULL,0,NULL,0}}}};\n"
        f"static const uint8_t body_{index}[] = {array(body)};\n"
        f"static const uint8_t text_{index}[] = {array(text)};\n"
        f"#define REQUEST_{index} {{{','.join(values)}}}\n"
    )


def cases() -> str:
    """Write samples and requests of the corpus as a header."""
    parts = [
        f"static const uint8_t {path.stem.replace('.', '_')}[] = {array(path.read_bytes())};\n"
        for path in corpus.SAMPLES
    ]
    requests = chosen(json.loads((corpus.HERE / "webhook.json").read_text(encoding="utf-8")))
    parts += [request_case(index, case) for index, case in enumerate(requests)]
    names = ",".join(f"REQUEST_{index}" for index in range(len(requests)))
    return "".join([*parts, f"#define REQUESTS {names}\n"])


def run_c(program: Path) -> str:
    """Run the test in C, and return what it says."""
    with tempfile.TemporaryDirectory() as folder:
        said = emulate(program, folder)
    summary = re.search(r"^(\d+) passed, 0 failed$", said, re.MULTILINE)
    check(summary and int(summary[1]) > 0, f"{program.name}: {said}")
    return said
