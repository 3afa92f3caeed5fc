"""A worker that dies: what it held is made again elsewhere."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.tunesmith.cleaners.rows_in_parts import rows_with_copies
from tests.tunesmith.cleaners.scale_out.test_same_as_one_process import (
    FAST,
    alone,
    steps_of,
    together,
    written,
)
from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut


@pytest.mark.slow
def test_a_killed_worker_costs_time_and_changes_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    folder = written(tmp_path, rows_with_copies(1_500))
    with connected(ScaleOut(workers=2)) as client:
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill_one() -> None:
            """Kill the first worker once it holds results."""
            while not any(client.has_what().values()):
                time.sleep(0.05)
            os.kill(pids[0], signal.SIGKILL)
            killed.append(pids[0])

        killer = threading.Thread(target=kill_one)
        killer.start()
        result = together(client, folder, steps_of(*FAST), partition_rows=400)
        killer.join()
        left = client.run(os.getpid).values()
    assert killed
    assert pids[0] not in left
    assert result == alone(folder, steps_of(*FAST))
