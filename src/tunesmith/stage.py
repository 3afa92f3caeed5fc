"""What every stage's `main` runs inside: paths as flags, one-line errors, time and memory."""

import argparse
import atexit
import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tunesmith.errors import UserError
from tunesmith.files import is_full
from tunesmith.threads import set_threads

QUIET_AND_OFFLINE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
}
WORK = Path(".work")
FEW_COLLECTIONS = (20_000, 20, 20)  # Python 3.11's own: 700, 10, 10
FAILURE_FILE = "TUNESMITH_FAILURE_FILE"  # where one of several processes says why it failed
FULL_DISK = (
    "no space left on this disk; free some (`dvc gc --workspace` removes cached results that "
    "dvc.lock no longer names), then run again"
)


class Paths(argparse.Namespace):
    """The paths that dvc.yaml gave a stage as flags; `--train-rows` becomes `.train_rows`."""

    def __getattr__(self, name: str) -> Path:
        raise AttributeError(f"the stage declared no flag --{name.replace('_', '-')}")


def parse_paths(*flags: str, names: tuple[str, ...] = ()) -> Paths:
    """Parse the command line: every flag is required and a path; those in `names` are words."""
    module = sys.modules["__main__"]
    parser = argparse.ArgumentParser(description=module.__doc__)
    for flag in flags:
        parser.add_argument(flag, type=Path, required=True, metavar="PATH")
    for flag in names:
        parser.add_argument(flag, required=True)
    return parser.parse_args(namespace=Paths())


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage's `main`: a UserError becomes one line and exit code 1.

    Seconds and peak memory go to `.work/timings/<stage>.json`, which nothing depends on.
    """
    from tunesmith.hardware import read_hardware

    prepare_process()
    started = time.monotonic()
    try:
        set_threads(os.environ, read_hardware().threads)
        main()
    except UserError as error:
        _fail(f"error: {error}", error.exit_code)
    except OSError as error:
        if not is_full(error) and None in (error.errno, error.strerror):
            raise
        _fail(f"error: {_in_words(error)}; nothing was recorded")
    except Exception as error:  # libraries have a full disk in errors of their own
        if is_full(error):
            _fail(f"error: {Path.cwd()}: {FULL_DISK}; nothing was recorded")
        if FAILURE_FILE not in os.environ:
            raise
        _fail(traceback.format_exc().rstrip())
    if os.environ.get("RANK", "0") == "0":
        _write_timing(time.monotonic() - started)


def _fail(text: str, code: int = 1) -> NoReturn:
    """End with an exit code and the text on stderr, or in the file that a launcher reads.

    One of several processes ends at once: to wait for its threads could be to wait for the others.
    """
    file = os.environ.get(FAILURE_FILE)
    if file is not None:
        Path(file).write_text(text, encoding="utf-8")
    else:
        print(text, file=sys.stderr, flush=True)
    if file is None and "RANK" not in os.environ:
        raise SystemExit(code) from None
    sys.stdout.flush()
    os._exit(code)


def _in_words(error: OSError) -> str:
    """Return where the system refused what; of a full disk, the way out too."""
    if is_full(error):
        return f"{error.filename or Path.cwd()}: {FULL_DISK}"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)


def prepare_process(dies_with_parent: bool = True) -> None:
    """Die with the parent, wait passively in OpenMP, keep dependencies from reaching out."""
    if dies_with_parent:
        die_with_parent()
    for name, value in QUIET_AND_OFFLINE.items():
        os.environ.setdefault(name, value)
    collect_rarely()


def collect_rarely() -> None:
    """Let Python look for cycles rarely, and not in what libraries hold when the process ends.

    Nearly half the CPU seconds of importing torch and transformers are such looks and the end.
    """
    gc.set_threshold(*FEW_COLLECTIONS)
    atexit.register(gc.freeze)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends; elsewhere do nothing.

    A killed `dvc repro` would otherwise leave the trainer writing into outputs that the next
    run is using. DVC starts a stage through a shell, and one that stays between the two (dash)
    outlives it; then DVC itself is followed.
    """
    if sys.platform != "linux":
        return
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    if "DVC_STAGE" in os.environ and (pid := _dvc_behind_a_shell()) is not None:
        threading.Thread(target=_die_with, args=[pid], daemon=True).start()


def _dvc_behind_a_shell() -> int | None:
    """Return the process that started the shell which this process is the command of, if any."""
    import psutil

    with suppress(psutil.Error):
        parent = psutil.Process().parent()
        if parent is not None and "-c" in parent.cmdline():
            return parent.ppid()
    return None


def _die_with(pid: int) -> None:
    """Wait for the end of a process, then end this one."""
    with suppress(ProcessLookupError):
        ended = select.poll()
        ended.register(os.pidfd_open(pid), select.POLLIN)
        ended.poll()
    os.kill(os.getpid(), signal.SIGTERM)


def peak_memory_bytes(whose: int = resource.RUSAGE_SELF) -> int:
    """Return the largest resident set so far, of this process or of any that it has waited for."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(whose).ru_maxrss * unit


def _write_timing(seconds: float) -> None:
    """Record what this stage took, under the name that DVC gave it.

    What was made is not lost for a note that nothing depends on.
    """
    peak = max(peak_memory_bytes(), peak_memory_bytes(resource.RUSAGE_CHILDREN))
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    name = os.environ.get("DVC_STAGE") or (spec.name.rpartition(".")[2] if spec else "stage")
    folder = WORK / "timings"
    record = {"seconds": round(seconds, 3), "peak_memory_bytes": peak}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(record, sort_keys=True) + "\n")
