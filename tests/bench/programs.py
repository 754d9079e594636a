"""The programs that measure, for what runs them all and for what counts their instructions."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))

import harness

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# What is made on the way, and is worth a look: the inputs, and all results.
BUILD = ROOT / "build" / "bench"


def inputs(names=None, documents=None):
    """Make the inputs, and return the file that has them: all, or a small one with some and few documents of each."""
    whole = BUILD / "inputs.json"
    if not whole.exists() or whole.stat().st_mtime < newest_source():
        call(sys.executable, HERE / "inputs.py", BUILD)
    if names is None:
        return whole
    some = BUILD / f"some_{documents}.json"
    found = json.loads(whole.read_text(encoding="utf-8"))
    few = {name: found[name] | {"bodies": found[name]["bodies"][:documents]} for name in names}
    write(some, json.dumps(few))
    return some


def newest_source():
    """Return when what the inputs are made of was changed last."""
    corpus = ROOT / "tests" / "corpus"
    sources = [HERE / "inputs.py", *corpus.glob("corehr_*.json"), *(corpus / "samples").iterdir()]
    return max(path.stat().st_mtime for path in sources)


def rust(program=None):
    """Return the program that measures Rust, C and C++: built, if it is not given."""
    if program and not Path(program).exists():
        raise SystemExit(f"there is no program {program}; without --program it is built")
    return Path(program or harness.cargo_program("lark-event-bench")).resolve()


def python():
    """Return the command that measures Python."""
    return [sys.executable, HERE / "python_peers.py"]


def call(*command, **options):
    """Run a program, whose messages go on to standard error, and return what it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} has ended with {done.returncode}")
    return done.stdout


def call_json(*command):
    """Run a program and read the JSON that it prints."""
    return json.loads(call(*command, "--json"))


def write(path, text):
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
