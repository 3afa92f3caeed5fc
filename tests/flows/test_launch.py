"""What stands between the flow and DVC stops once, whatever comes after."""

import signal
from collections.abc import Iterator

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
    launch._on_stop_signals(launch._stop)
    with pytest.raises(launch.Stopped):
        signal.raise_signal(signal.SIGTERM)
    for number in NUMBERS:
        signal.raise_signal(number)  # nothing comes of it
