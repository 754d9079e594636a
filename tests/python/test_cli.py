"""The command line, run as users run it."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import lark_event
import pytest

SAMPLES = Path(__file__).parents[1] / "corpus" / "samples"
NODE = "corehr.process.node.updated_v2"
GOOD = '{"schema":"2.0","header":{"event_type":"corehr.process.updated_v2"},"event":{"status":%d}}'


def run(*arguments, stdin=b"", command=("-m", "lark_event")):
    completed = subprocess.run(
        [sys.executable, *command, *arguments], input=stdin, capture_output=True, timeout=60, check=False
    )
    return completed.returncode, completed.stdout.decode(), completed.stderr.decode()


def test_samples_as_tables():
    status, out, err = run("decode", "--event-type", NODE, *map(str, sorted(SAMPLES.glob("*.json"))))
    assert (status, err) == (0, "")
    for text in ("ProcessNodeUpdated  (schema headless)", "IN_PROGRESS (1)", "(2020-12-23 12:19:49 UTC)", "操作原因"):
        assert text in out
    assert out.count("event.process_id") == len(list(SAMPLES.glob("*.json")))


def test_samples_as_json_lines():
    files = sorted(SAMPLES.glob("*.json"))
    status, out, err = run("decode", "--json", "--event-type", NODE, *map(str, files))
    assert (status, err) == (0, "")
    assert [json.loads(line) for line in out.splitlines()] == [json.loads(file.read_bytes()) for file in files]


def test_the_script_is_installed():
    script = Path(sys.executable).with_name("lark-event")
    completed = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert completed.stdout.strip() == f"lark-event {lark_event.__version__}"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\n\n"])
def test_json_lines_from_standard_input(newline):
    lines = [(GOOD % status).encode() for status in range(1, 4)]
    for tail in (b"", newline):
        status, out, err = run("decode", "--json", stdin=newline.join(lines) + tail)
        assert (status, err) == (0, "")
        assert [json.loads(line)["event"]["status"] for line in out.splitlines()] == [1, 2, 3]


def test_bad_lines_are_reported_and_the_rest_decoded():
    lines = [GOOD % 1, '{"a":tru}', GOOD % 2, GOOD.replace("%d", "[]"), "oops", GOOD % 3]
    status, out, err = run("decode", "--json", stdin="\n".join(lines).encode())
    assert status == 1
    assert err.splitlines() == [
        "-:2:8: expected true, false or null, found '}' in it",
        f"-:4:{lines[3].index(chr(91))}: event.status: expected an integer, found an array",
        "-:5:0: expected a JSON value, found 'o'",
    ]
    found = [json.loads(line) for line in out.splitlines()]
    assert [line["event"].get("status") for line in found] == [1, 2, None, 3]
    assert found[2]["error"]["field"] == "event.status"
    assert all("error" not in line for line in (found[0], found[1], found[3]))


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "bad\nworse",
        '{"a":1} x',
        '{"a":1}}',
        '{"a":01,',
        '{"schema":"2.0",',
        '{"schema":"2.0","header":{"event_id":"ab',
        '{"schema":"2.0","header":{"event_id":1',
        '{"schema":"2.0","header":nul',
        "{",
        "{\n",
    ],
)
@pytest.mark.parametrize("indent", ["", " \t"])
def test_bad_first_lines_do_not_hide_the_others(bad, indent):
    status, out, err = run("decode", "--json", stdin=f"{bad}\n{indent}{GOOD % 7}\n{GOOD % 8}\n".encode())
    assert status == 1
    assert [json.loads(line)["event"]["status"] for line in out.splitlines()] == [7, 8]
    assert [int(line.split(":")[1]) for line in err.splitlines()] == list(range(1, len(bad.splitlines()) + 1))


@pytest.mark.parametrize(
    "text",
    [
        '{"schema":"2.0","header":\n{"event_type":"corehr.process.updated_v2"},"event":\n{"status":7}}',
        '{\n"schema":"2.0"\n,\n"header":{"event_type":"corehr.process.updated_v2"},"event":{"status":7}\n}\n',
        "\n\n" + json.dumps(json.loads(GOOD % 7), indent="\t"),
    ],
)
def test_a_document_may_have_line_breaks_anywhere(text):
    status, out, err = run("decode", "--json", stdin=text.encode())
    assert (status, err) == (0, "")
    assert [json.loads(line)["event"] for line in out.splitlines()] == [{"status": 7}]


def test_what_may_be_one_document_is_taken_for_one():
    first, second = '{"a":', GOOD % 7
    assert run("decode", "--json", stdin=f"{first}\n{second}\n".encode()) == (
        1,
        "",
        f"-:3:{len(first) + len(second) + 2}: expected the rest of the document, found the end of the input\n",
    )


def test_an_event_without_a_class_is_one_line_too():
    text = '{\r\n "header": {"event_type": "x"},\r\n "event": {\n  "a": "b\\n c",\r\n  "d": [\n1\n]\n }\n}\n'
    status, out, err = run("decode", "--json", stdin=text.encode())
    assert (status, err) == (0, "")
    (line,) = out.split("\n")[:-1]
    assert json.loads(line)["event"] == json.loads(text)["event"]
    assert run("decode", "--json", stdin=out.encode()) == (0, out, "")


def test_a_document_over_several_lines_is_reported_with_its_line(tmp_path):
    text = json.dumps(json.loads(GOOD % 1), indent=2).replace('"status": 1', '"status": 01')
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    status, out, err = run("decode", str(file))
    line = text[: text.index("01")].count("\n") + 1
    assert (status, out) == (1, "")
    assert err == f"{file}:{line}:{text.index('01') + 1}: event.status: expected a JSON number, found '1' in it\n"


def test_nothing_acts_on_the_terminal():
    body = json.dumps({"schema": "2.0", "header": {"event_type": "x"}, "event": {}}).encode()
    body = body.replace(b'"x"', b'"\\u001b[31m\\u202e\\nnew line"')
    status, out, _ = run("decode", stdin=body)
    assert status == 0
    assert "\\x1b[31m\\u202e\\nnew line" in out


def test_missing_files_and_directories_are_reported(tmp_path):
    status, out, err = run("decode", str(tmp_path / "none"), str(tmp_path), str(SAMPLES / "process_updated.json"))
    assert status == 1
    assert "none: No such file or directory" in err
    assert f"{tmp_path}: Is a directory" in err
    assert "ProcessUpdated" in out


def test_wrong_command_lines():
    for arguments in ([], ["nonsense"], ["decode", "--nonsense"], ["decode", "--event-type", "corehr.process.updated"]):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert "usage: lark-event" in err
    assert "corehr.process.cc.updated_v2" in run("decode", "--event-type", "corehr.process.cc.update_v2")[2]
    assert "lark-event events lists them" in run("decode", "--event-type", "url_verification")[2]


def test_help_says_what_there_is():
    status, out, _ = run("decode", "--help")
    assert status == 0
    for text in ("JSON Lines", "--event-type", "FILE:LINE:OFFSET", "Exit status"):
        assert text in out


def test_a_closed_pipe_ends_it_quietly(tmp_path):
    file = tmp_path / "many.jsonl"
    file.write_text((GOOD % 1 + "\n") * 50_000, encoding="utf-8")
    command = f"{sys.executable} -m lark_event decode --json {file} | head -n 1"
    completed = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert len(completed.stdout.splitlines()) == 1
    assert completed.stderr == ""


def test_a_long_input_shows_progress_on_a_terminal(tmp_path):
    file = tmp_path / "long.jsonl"
    file.write_text((GOOD % 1 + "\n") * 200_000, encoding="utf-8")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "lark_event", "decode", "--json", str(file)], stdout=out, stderr=theirs
        )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # what Linux says at the end of a terminal
    assert process.wait(timeout=60) == 0
    assert b"long.jsonl" in shown
    assert b"%" in shown
    assert len((tmp_path / "out").read_bytes().splitlines()) == 200_000


def shell(command, **environment):
    command = command.replace("LARK", f"{sys.executable} -m lark_event")
    environment = {**os.environ, "SAMPLE": str(SAMPLES / "job_change_updated.json"), **environment}
    completed = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False, env=environment)
    return completed.returncode, completed.stdout, completed.stderr.decode()


def test_output_that_cannot_be_written_is_an_error():
    message = "lark-event: the output cannot be written: "
    assert shell("LARK decode $SAMPLE > /dev/full") == (1, b"", f"{message}No space left on device\n")
    assert shell("LARK decode $SAMPLE >&-") == (1, b"", f"{message}it is closed\n")
    assert shell("LARK decode <&-") == (1, b"", "-: standard input is closed\n")
    assert shell("LARK decode $SAMPLE 2>&-")[0] == 0


def test_any_locale_will_do():
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}
    status, out, err = shell("LARK decode $SAMPLE", **ascii_only)
    assert (status, err) == (0, "")
    assert b"\\u64cd\\u4f5c" in out
    status, out, err = shell("LARK decode --json $SAMPLE", **ascii_only)
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads((SAMPLES / "job_change_updated.json").read_bytes())


@pytest.fixture
def interrupts():
    """Let programs be interrupted: what a shell runs in the background is born deaf to it, and so are its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_ends_it_quietly():
    command = [sys.executable, "-m", "lark_event", "decode", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        # So much that it must have been reading for a while when all of it is written.
        process.stdin.write(((GOOD % 1 + "\n") * 20_000).encode())
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")
