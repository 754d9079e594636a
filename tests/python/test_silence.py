"""`lark-event listen` and a platform that is there, but says nothing any more."""

import signal

from listening import PATIENCE, printed


def test_a_silent_platform_is_noticed(half_open):
    feishu, listening, noticed = half_open
    assert noticed.wait(40 + 2 * PATIENCE)
    print(f"\nnoticed after {noticed.seconds:.1f} s")
    assert 15 < noticed.seconds < 40 + PATIENCE
    before = len(printed(listening))
    feishu.process.send_signal(signal.SIGCONT)
    listening.wait(lambda _: len(printed(listening)) > before)
    listening.process.send_signal(signal.SIGTERM)
    assert listening.process.wait(PATIENCE) == 0
