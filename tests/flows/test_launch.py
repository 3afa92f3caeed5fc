"""What stands between the flow and DVC stops once, whatever comes after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from flows import launch

NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_second_signal_does_not_break_into_the_ending_of_what_runs() -> None:
    launch.on_stop_signals(launch.stop)
    with pytest.raises(launch.Stopped):
        signal.raise_signal(signal.SIGTERM)
    for number in NUMBERS:
        signal.raise_signal(number)  # nothing comes of it


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt others")
def test_what_was_adopted_and_ends_does_not_stay_as_one_that_nobody_has_looked_at() -> None:
    leaves_one = "(sleep 0.2 & echo $!); sleep 600"
    command = [sys.executable, "-P", launch.__file__, str(os.getpid()), "sh", "-c", leaves_one]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        deadline = time.monotonic() + 120
        while orphan in psutil.pids() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert orphan not in psutil.pids()
        assert process.poll() is None
        process.terminate()
