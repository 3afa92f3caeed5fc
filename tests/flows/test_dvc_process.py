"""Who holds DVC's locks."""

import os
import subprocess
import sys

import psutil

from flows.dvc_process import runs


def test_a_process_that_has_ended_holds_no_lock_even_if_nobody_has_looked() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert runs(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not reaped
        assert psutil.Process(process.pid).is_running()
        assert not runs(process.pid)
    assert not runs(process.pid)
