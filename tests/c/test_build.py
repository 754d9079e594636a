"""Headers, examples and packages, used as an outside project uses them."""

import re
import shutil
import subprocess

import catalogue
import pytest
from conftest import ROOT, SANITIZE, STRICT, run, tool
from corpus import NODE, SAMPLES
from lark_platform import HEADERS, request

# The machine's C and C++ compiler, and clang where it is there too.
COMPILERS = [("cc", "c++"), *([("clang", "clang++")] if shutil.which("clang++") else [])]
EXAMPLES = ROOT / "ffi" / "examples"
README = (ROOT / "README.md").read_text(encoding="utf-8")
CMAKE = """
cmake_minimum_required(VERSION 3.16)
project(outside C CXX)
find_package(lark_event 0.1 CONFIG REQUIRED)
foreach(kind lark_event shared)
    add_executable(c_${kind} decode.c)
    set_target_properties(c_${kind} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
    target_link_libraries(c_${kind} PRIVATE lark_event::${kind})
    add_executable(cpp_${kind} decode.cpp)
    set_target_properties(cpp_${kind} PROPERTIES CXX_STANDARD 17 CXX_EXTENSIONS OFF)
    target_link_libraries(cpp_${kind} PRIVATE lark_event::${kind})
endforeach()
"""


@pytest.mark.shipped
@pytest.mark.parametrize(
    ("header", "standard"),
    [
        *(("lark_event.h", standard) for standard in ("c99", "c11", "c17", "c++17", "c++20")),
        *(("lark_event.hpp", standard) for standard in ("c++17", "c++20")),
    ],
)
@pytest.mark.parametrize("compilers", COMPILERS, ids=lambda compilers: compilers[0])
def test_headers_compile_alone_and_twice(library, tmp_path, header, standard, compilers):
    cpp = standard.startswith("c++")
    suffix = "cpp" if cpp else "c"
    for name, main in (("one", "int main(void) { return other(); }"), ("two", "int other(void) { return 0; }")):
        text = f"#include <{header}>\n#include <{header}>\nint other(void);\n{main}\n"
        (tmp_path / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    sources = [tmp_path / f"{name}.{suffix}" for name in ("one", "two")]
    include = f"-I{library.prefix / 'include'}"
    run(tool(compilers[cpp]), f"-std={standard}", *STRICT, include, *sources, "-o", tmp_path / "both")
    run(tmp_path / "both")


@pytest.mark.parametrize("shared", [False, True], ids=["static", "shared"])
@pytest.mark.parametrize("example", ["decode.c", "decode.cpp"])
def test_examples_decode_every_sample(library, tmp_path, example, shared):
    program = library.build(EXAMPLES / example, tmp_path / "decode", shared=shared)
    for sample in SAMPLES:
        by_name = run(program, "--event-type", NODE, sample)
        by_stdin = run(program, "--event-type", NODE, input=sample.read_bytes())
        assert by_name.split()[-3:] == by_stdin.split()[-3:]
        assert re.search(rb"73\d{17}|7072306364927985196", by_name)
    assert b"usage" in run(program, "--help")


@pytest.mark.parametrize("example", ["decode.c", "decode.cpp"])
@pytest.mark.parametrize(
    ("arguments", "stdin", "status", "message"),
    [
        ([], b'{"a":', 1, b"-:5: expected the rest of the document"),
        (
            [],
            b'{"schema":"2.0","header":{"event_type":"corehr.process.updated_v2"},"event":[]}',
            1,
            b"event: expected an obj",
        ),
        (["nofile"], b"", 1, b"nofile: cannot be opened"),
        (["--nonsense"], b"", 2, b"usage"),
    ],
)
def test_examples_report_what_is_wrong(library, tmp_path, example, arguments, stdin, status, message):
    program = library.build(EXAMPLES / example, tmp_path / "decode")
    completed = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60, check=False)
    assert completed.returncode == status
    assert message in completed.stderr


LISTED = """{"schema":"2.0","header":{"event_type":"corehr.company.updated_v2"},
    "event":{"company_id":"7","sub_events":[{"entity":"address","opt_type":3},{"entity":"phone"}]}}"""
NESTED = """{"schema":"2.0","header":{"event_type":"corehr.employment.created_v1"},
    "event":{"employment_id":"7","target_user_id":{"open_id":"ou_1"}}}"""
OTHER = """{"schema":"2.0","header":{"event_type":"corehr.onboarding_qr_code.inactive_v2"},"event":{"code_lists":[]}}"""


@pytest.mark.parametrize("example", ["decode.c", "decode.cpp"])
def test_examples_print_objects_and_lists(library, tmp_path, example):
    program = library.build(EXAMPLES / example, tmp_path / "decode", *SANITIZE)
    lists, objects, other = (run(program, input=body.encode()).decode() for body in (LISTED, NESTED, OTHER))
    assert re.search(r"entity +=? *address\n(.*\n)*.*entity +=? *phone\n", lists)
    assert example != "decode.c" or "DELETED (3)" in lists
    assert re.search(r"open_id +=? *ou_1\n", objects)
    assert '{"code_lists":[]}' in other


@pytest.mark.parametrize("example", ["decode.c", "decode.cpp"])
def test_examples_run_clean_under_valgrind(library, tmp_path, example):
    program = library.build(EXAMPLES / example, tmp_path / "decode", "-g")
    for sample in SAMPLES:
        valgrind = [tool("valgrind"), "-q", "--error-exitcode=9", "--leak-check=full"]
        run(*valgrind, program, "--event-type", NODE, sample)


@pytest.mark.parametrize("example", ["decode.c", "decode.cpp"])
def test_examples_run_clean_under_sanitizers(library, tmp_path, example):
    program = library.build(EXAMPLES / example, tmp_path / "decode", *SANITIZE)
    for sample in SAMPLES:
        run(program, "--event-type", NODE, sample)


@pytest.mark.parametrize("options", [["-O2"], SANITIZE], ids=["plain", "sanitizers"])
def test_misuse_gives_a_status(library, tmp_path, options):
    run(library.build(ROOT / "tests" / "c" / "misuse.c", tmp_path / "misuse", *options))


def test_misuse_runs_clean_under_valgrind(library, tmp_path):
    program = library.build(ROOT / "tests" / "c" / "misuse.c", tmp_path / "misuse", "-g")
    run(tool("valgrind"), "-q", "--error-exitcode=9", "--leak-check=full", program)


@pytest.mark.shipped
def test_no_function_allocates(library, tmp_path):
    wraps = [f"-Wl,--wrap={name}" for name in ("malloc", "calloc", "realloc", "posix_memalign")]
    program = library.build(ROOT / "tests" / "c" / "no_allocation.c", tmp_path / "no_allocation", *wraps)
    headers, body = request("test key", SAMPLES[0].read_bytes())
    (tmp_path / "body").write_bytes(body)
    run(program, *(headers[name] for name in HEADERS), tmp_path / "body", *SAMPLES)


@pytest.mark.shipped
def test_the_shared_library_shows_only_our_symbols(library):
    symbols = run(tool("nm"), "-D", "--defined-only", library.prefix / "lib" / "liblark_event.so").decode().split("\n")
    names = {line.split()[-1] for line in symbols if line}
    declared = set(re.findall(r"\b(lark_\w+)\(", (library.prefix / "include" / "lark_event.h").read_text()))
    assert names == declared
    assert b"liblark_event.so.0.1" in run(tool("readelf"), "-d", library.prefix / "lib" / "liblark_event.so")


@pytest.mark.shipped
def test_the_shared_library_needs_no_allocator_and_no_runtime(library):
    shared = library.prefix / "lib" / "liblark_event.so"
    symbols = run(tool("nm"), "-D", "--undefined-only", shared).decode().splitlines()
    names = {line.split()[-1].split("@")[0] for line in symbols if " U " in line}
    assert names <= {"abort", "bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen"}


@pytest.mark.shipped
def test_an_outside_cmake_project(library, tmp_path):
    for example in ("decode.c", "decode.cpp"):
        shutil.copy(EXAMPLES / example, tmp_path)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE, encoding="utf-8")
    ninja = f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"
    build = tmp_path / "build"
    run(tool("cmake"), "-S", tmp_path, "-B", build, "-G", "Ninja", ninja, f"-DCMAKE_PREFIX_PATH={library.prefix}")
    run(tool("cmake"), "--build", build)
    for program in ("c_lark_event", "c_shared", "cpp_lark_event", "cpp_shared"):
        assert b"7072306364927985196" in run(build / program, SAMPLES[0])
    (tmp_path / "CMakeLists.txt").write_text(CMAKE.replace("0.1", "0.2"), encoding="utf-8")
    wrong = [tool("cmake"), "-S", tmp_path, "-B", tmp_path / "wrong", "-G", "Ninja", ninja]
    completed = subprocess.run([*wrong, f"-DCMAKE_PREFIX_PATH={library.prefix}"], capture_output=True, check=False)
    assert completed.returncode != 0, "another minor version must be refused"


@pytest.mark.shipped
@pytest.mark.parametrize("server", ["found", "missing"])
def test_the_examples_as_a_cmake_project(library, tmp_path, server):
    ninja = f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"
    options = (
        []
        if server == "found"
        else [
            "-DMICROHTTPD_LIBRARY=MICROHTTPD_LIBRARY-NOTFOUND",
            "-DLIBWEBSOCKETS_LIBRARY=LIBWEBSOCKETS_LIBRARY-NOTFOUND",
            "-DCMAKE_LIBRARY_ARCHITECTURE=none",
        ]
    )
    command = [tool("cmake"), "-S", EXAMPLES, "-B", tmp_path, "-G", "Ninja", ninja, *options]
    run(*command, f"-DCMAKE_PREFIX_PATH={library.prefix}")
    run(tool("cmake"), "--build", tmp_path)
    assert b"7072306364927985196" in run(tmp_path / "decode", SAMPLES[0])
    for example in ("receiver", "long_connection"):
        assert (tmp_path / example).exists() == (server == "found")


@pytest.mark.shipped
def test_an_outside_pkg_config_project(library, tmp_path):
    pkgconf = shutil.which("pkg-config") or tool("pkgconf")
    environment = {"PKG_CONFIG_PATH": str(library.prefix / "lib" / "pkgconfig"), "PATH": "/usr/bin:/bin"}
    flags = run(pkgconf, "--cflags", "--libs", "lark_event", env=environment).decode().split()
    assert run(pkgconf, "--modversion", "lark_event", env=environment).strip() == b"0.1.0"
    run(tool("cc"), "-std=c99", *STRICT, EXAMPLES / "decode.c", *flags, "-o", tmp_path / "decode")
    found = {"LD_LIBRARY_PATH": str(library.prefix / "lib")}
    assert b"7072306364927985196" in run(tmp_path / "decode", SAMPLES[0], env=found)


@pytest.mark.parametrize(("language", "suffix"), [("c", "c"), ("cpp", "cpp")])
def test_readme_samples(library, tmp_path, language, suffix):
    samples = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    outputs = []
    for sample in samples:
        source = tmp_path / f"sample.{suffix}"
        source.write_text(sample, encoding="utf-8")
        outputs.append(run(library.build(source, tmp_path / "sample")))
    assert outputs[:2] == [b"process 7072306364927985196 is completed\n", b"address of company 7 was deleted\n"]
    if language == "c":
        request = b'POST /callback/ws/endpoint {"AppID":"cli_1","AppSecret":"secret"}\n'
        assert outputs[2:] == [b'200 {"challenge":"abc"}\n', request, b"from ou_84aad35d\n"]


SUBSET = r"""
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **bodies) {
    LarkEnvelope *envelope = calloc(1, sizeof *envelope);
    for (int i = 1; i < count; i++) {
        size_t len = 0;
        while (bodies[i][len] != 0) len++;
        if (lark_decode((const uint8_t *)bodies[i], len, envelope, NULL) != 0) return 1;
        printf("%u %s\n", (unsigned)envelope->event.tag, envelope->header.event_type.data);
        if (envelope->event.tag == LARK_EVENT_PROCESS_UPDATED) puts(envelope->event.process_updated.process_id.data);
    }
    if (lark_envelope_size() != sizeof *envelope || lark_item_size() != sizeof(LarkItem)) return 2;
    printf("%zu\n", sizeof *envelope);
    free(envelope);
    return 0;
}
"""


@pytest.mark.shipped
@pytest.mark.parametrize("events", ["process", " process, process", "\tprocess\n\tprocess"])
def test_a_library_with_one_family_has_smaller_envelopes(library, tmp_path, events):
    source, (small, full) = tmp_path / "subset.c", (tmp_path / "small", tmp_path / "full")
    source.write_text(SUBSET, encoding="utf-8")
    library.install(tmp_path, "--events", events).build(source, small, *SANITIZE)
    library.build(source, full, *SANITIZE)
    bodies = [
        path.read_text(encoding="utf-8") for path in SAMPLES if path.stem in {"process_updated", "job_change_updated"}
    ]
    (job_change, process, process_id, size), (other_job_change, *same, full_size) = (
        run(program, *bodies).decode().splitlines() for program in (small, full)
    )
    # A type of another family is one that the library does not know.
    assert job_change == "1 corehr.job_change.updated_v2"
    assert other_job_change == "8 corehr.job_change.updated_v2"
    assert [process, process_id] == same == ["3 corehr.process.updated_v2", "7072306364927985196"]
    assert int(size) < int(full_size)


SIZES = """
#include <lark_event.hpp>
int main() { return lark_envelope_size() == sizeof(LarkEnvelope) && lark_item_size() == sizeof(LarkItem) ? 0 : 1; }
"""


@pytest.mark.shipped
@pytest.mark.parametrize("families", ["process", "company,pre_hire", "employee"])
def test_the_header_of_some_families_is_that_of_their_library(library, tmp_path, families):
    some, all_of_them = library.install(tmp_path, "--events", families), catalogue.read(library, tmp_path)
    (tmp_path / "sizes.cpp").write_text(SIZES, encoding="utf-8")
    run(some.build(tmp_path / "sizes.cpp", tmp_path / "sizes", *SANITIZE))
    wanted = {"url_verification", *families.split(",")}
    assert catalogue.read(some, tmp_path).events == [event for event in all_of_them.events if event.family in wanted]


@pytest.mark.shipped
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--events", "other", "x"], "found other"),
        (["--events", " ,", "x"], "found none"),
        (["--nonsense", "x", "y"], "usage"),
        (["--events", "process"], "usage"),
    ],
)
def test_install_says_what_is_wrong(tmp_path, arguments, message):
    command = ["sh", ROOT / "ffi" / "install.sh", *arguments]
    completed = subprocess.run(command, capture_output=True, cwd=tmp_path, text=True, timeout=60, check=False)
    assert completed.returncode == 2
    assert message in completed.stderr
