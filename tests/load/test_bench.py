"""The benchmarks: they run, all contenders read the same values, and the README shows what the last run has written."""

import json
import subprocess
import sys
from pathlib import Path

import harness
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import contenders
import instructions
import report
import run


@pytest.fixture(scope="module")
def program():
    """Build it outside of what is bounded in time; it need not be fast, and is compiled faster so."""
    return harness.cargo_program("lark-event-bench", "dev")


def test_all_of_them_run(program):
    kept = [run.README, run.RESULTS, run.HERE / "speed.png"]
    before = [path.read_bytes() for path in kept]
    command = [sys.executable, run.HERE / "run.py", "--quick", "--program", program]
    # It ends with another exit code if a contender reads something else than we do.
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    for contender in ("lark-event", "sonic-rs, owned", "yyjson", "simdjson On-Demand", "msgspec", "lark-oapi, handler"):
        assert f"\n{contender}" in done.stdout
    assert [path.read_bytes() for path in kept] == before


def test_the_readme_shows_what_has_been_measured():
    results = json.loads(run.RESULTS.read_text(encoding="utf-8"))
    assert report.section(results) in run.README.read_text(encoding="utf-8")


def test_a_contender_that_reads_something_else_is_found():
    body = b'{"schema":"2.0","header":{"event_type":"corehr.process.updated_v2"},"event":{"status":9,"biz_type":"a"}}'
    assert contenders.peer("same", lambda: json.loads)([body]).items == [body]
    for old, new in ((b":9", b":8"), (b'"a"', b"null"), (b"}}", b',"process_id":"7"}}'), (b'"2.0",', b'"1.0",')):
        twisted = contenders.peer("twisted", lambda old=old, new=new: lambda it: json.loads(it.replace(old, new)))
        with pytest.raises(contenders.DifferentError, match="twisted has read"):
            twisted([body])


def test_only_what_has_risen_by_more_than_the_limit_is_told():
    def counts(**rows):
        instructions_ = {name: {"ours": name != "peer", "count": count} for name, count in rows.items()}
        return {"made_on": {"rustc": "1"}, "instructions": {"mixed": instructions_}}

    before = counts(same=1000, little=1000, much=1000, peer=1000, gone=1000)
    told = instructions.report(counts(same=1000, little=1030, much=1031, peer=2000, new=7), before).splitlines()
    start = told.index("ours takes over 3% more:")
    assert told[start + 1 :] == [
        "  mixed, much: 1,000 -> 1,031 (+3.1%)",
        "in the baseline, and not counted now:",
        "  mixed, gone",
    ]
    calm = instructions.report(before, before | {"made_on": {"rustc": "0"}}).splitlines()
    assert calm[-3:] == [
        "nothing of ours takes over 3% more",
        "the baseline was made on something else, which changes counts too:",
        "  rustc: 0 -> 1",
    ]
