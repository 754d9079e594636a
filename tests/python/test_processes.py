"""Interpreters and processes: one interpreter of a process may use the package, and forked processes go on with it."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import lark_event
import pytest
from deliveries import event

HERE = Path(__file__).parent
BODY = '{"schema":"2.0","header":{"event_type":"corehr.process.updated_v2"},"event":{"process_id":"7","status":9}}'

# Runs code in another interpreter, as mod_wsgi and others do, with whatever this version of Python has for it.
OTHER = """
try:
    import _interpreters
    def run(kind, code):
        other = _interpreters.create(kind)
        failure = _interpreters.exec(other, code)
        _interpreters.destroy(other)
        print("failure:", getattr(failure, "formatted", None))
except ImportError:
    import _xxsubinterpreters as _interpreters
    def run(kind, code):
        other = _interpreters.create(isolated=kind == "isolated")
        try:
            _interpreters.run_string(other, code)
            print("failure: None")
        except _interpreters.RunFailedError as failure:
            print("failure:", failure)
        _interpreters.destroy(other)
"""
IMPORTED = f"import lark_event\nassert lark_event.decode('{BODY}').event.status.name == 'COMPLETED'\n"
HERE_TOO = f"{IMPORTED}assert isinstance(lark_event.decode('{BODY}'), lark_event.Envelope)\n"
# Of this package, or of CPython where the other interpreter has a lock of its own.
REFUSALS = (
    "ImportError'>: lark_event does not support sub-interpreters",
    "ImportError: lark_event does not support sub-interpreters",
    "module lark_event._native does not support loading in subinterpreters",
)


def run(program):
    """Run a program of its own, and return what it prints."""
    command = [sys.executable, "-X", "faulthandler", "-c", program]
    completed = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120, check=False)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


@pytest.mark.parametrize("kind", ["legacy", "isolated"])
def test_another_interpreter_is_refused(kind):
    printed = run(f"{OTHER}{HERE_TOO}run('{kind}', {IMPORTED!r})\nrun('{kind}', {IMPORTED!r})\n{HERE_TOO}print('end')")
    *failures, end = printed.splitlines()
    failures = [line for line in failures if "ImportError" in line]
    assert all(any(refusal in line for refusal in REFUSALS) for line in failures), printed
    assert (len(failures) >= 2, end) == (True, "end")


def test_the_one_that_came_first_is_the_one():
    failing = f"try:\n    import lark_event\nexcept ImportError as error: print(error)\nelse: {IMPORTED!r}"
    printed = run(f"{OTHER}run('legacy', {HERE_TOO!r})\n{failing}")
    assert "failure: None" in printed
    assert "lark_event does not support sub-interpreters" in printed


def test_it_can_be_imported_again():
    forget = (
        "import sys\nfor name in [it for it in sys.modules if it.startswith('lark_event')]: del sys.modules[name]\n"
    )
    run(f"{HERE_TOO}{forget}{HERE_TOO}")


FORKING = """
import os, signal, sys, threading
from deliveries import KEY, TOKEN, delivery
from lark_event import Dedup, Receiver, decode

receiver, handled = Receiver(KEY, TOKEN), []
receiver.on()(lambda envelope: handled.append(envelope.event.process_id))
dedup, going = Dedup(), True
sys.setswitchinterval(1e-5)

def hammer(number):
    for index in range(10**9):
        if not going:
            return
        # Not so many that the window forgets the first.
        assert receiver.handle(*delivery(f"{number}-{index % 1000}")).status == 200
        dedup.begin(str(index % 1000))

threads = [threading.Thread(target=hammer, args=[number], daemon=True) for number in range(4)]
for thread in threads:
    thread.start()
assert receiver.handle(*delivery("before")).status == 200
for round in range(30):
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # whoever waits for a lock that no thread holds any more
        del handled[:]
        counted = receiver.counts["handled"]
        for index in range(20):
            assert receiver.handle(*delivery(f"child-{index}")).status == 200
            assert dedup.begin(f"child-{index}") == "new"
        assert receiver.handle(*delivery("before")).status == 200  # a duplicate, which the parent has handled
        assert handled == ["7072"] * 20, handled
        assert receiver.counts["handled"] == counted + 20
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
going = False
for thread in threads:
    thread.join(30)
assert receiver.handle(*delivery("child-1")).status == 200
assert len(handled) == receiver.counts["handled"]  # what children do is theirs
print("end")
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_forked_processes_go_on_while_threads_are_at_work():
    assert run(FORKING) == "end\n"


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_envelopes_go_from_process_to_process(method):
    bodies = [event(str(number)) for number in range(40)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(lark_event.decode, bodies) == [lark_event.decode(body) for body in bodies]
