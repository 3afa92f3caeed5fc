"""DVC or what stands before it is killed alone: nothing of the stage writes any more."""

import signal
import sys
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import psutil
import pytest

from flows.runner import Outcome, reproduce
from tests.flows.toy import (
    add_python_stage,
    add_stage,
    gone_within,
    locked,
    running,
    started,
    under_way,
)

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(sys.platform != "linux", reason="the parent's death signal is Linux's"),
]
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
OF_OURS = "from tunesmith.stage import die_with_parent\ndie_with_parent()\n"
# Does not listen; its first run writes into its out until it may end, the second writes once.
STUBBORN = f"""\
{DEAF}
import os, time
{OF_OURS}
again = os.path.exists("again")
deadline = time.monotonic() + 60
def write():
    with open("slow.txt", "a") as out:
        out.write(f"{{os.getpid()}}\\n")
write()
print("up", flush=True)
while not again and not os.path.exists("end") and time.monotonic() < deadline:
    write()
    time.sleep(0.01)
"""


def needs(shell: str) -> None:
    if not Path(shell).exists():
        pytest.skip(f"no {shell} here")


@pytest.mark.parametrize(("shell", "manners"), [("/bin/sh", DEAF), ("/bin/bash", "")])
def test_f5_dvc_is_killed_and_its_stage_is_gone_in_five_seconds(
    fresh: Path, shell: str, manners: str, seen: Callable[..., None]
) -> None:
    needs(shell)
    add_python_stage("slow", f"{manners}import time\nprint('up')\ntime.sleep(60)\n")
    with under_way("slow", shell) as (_, family):
        family["dvc"].send_signal(signal.SIGKILL)
        assert gone_within(5.0, list(family.values()))
    assert "slow" not in locked()
    seen("DVC killed: its stage gone within 5 s, nothing recorded")


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_f5_the_launcher_is_killed_and_a_stage_of_ours_is_gone_in_five_seconds(
    fresh: Path, shell: str, seen: Callable[..., None]
) -> None:
    needs(shell)
    Path("slow.py").write_text(f"{OF_OURS}import time\nprint('up')\ntime.sleep(60)\n")
    add_stage("slow", "python slow.py")
    with started("slow", shell) as runner:
        launcher = psutil.Process(runner.pid).children()[0]
        (stage,) = running("slow.py")
        launcher.kill()
        assert gone_within(5.0, [stage])
        assert runner.wait(10) != 0
    seen("the launcher killed: the stage gone within 5 s, nothing recorded")


@pytest.mark.parametrize("victims", [["dvc"], ["launcher"], ["runner", "launcher", "dvc"]])
def test_f5_a_second_run_at_once_waits_until_the_first_writes_no_more(
    fresh: Path, victims: list[str], seen: Callable[..., None]
) -> None:
    add_python_stage("slow", STUBBORN)

    def let_end(line: str) -> None:
        if line.startswith("waits for the end of what an earlier run"):
            Path("end").touch()

    with under_way("slow") as (_, family):
        for victim in victims:
            family[victim].send_signal(signal.SIGKILL)
        Path("again").touch()
        assert reproduce("slow", on_line=let_end) is Outcome.RAN
        first = family["stage"]
        assert gone_within(0.1, [first])
    content = Path("slow.txt").read_bytes()
    assert str(first.pid) not in content.decode().split(), "outs of two runs are mixed"
    assert whole_out("slow")["md5"] == md5(content).hexdigest()
    if "launcher" in victims:
        assert Path("end").exists(), "nobody else ends it"
    seen(f"{', '.join(victims)} killed, started again at once: waited, then ran whole")


def whole_out(stage: str) -> dict[str, Any]:
    """Return what dvc.lock holds of a stage's only out."""
    entry: Any = locked()[stage]
    (out,) = entry["outs"]
    return dict(out)
