"""Shared by all tests: no network, quiet libraries, tiny models made on the spot."""

import gc
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tunesmith.stage import WORK, collect_rarely

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DVC_NO_ANALYTICS", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests' processes share the cores
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

collect_rarely()

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FIRST = (
    "tests/test_pipeline.py",
    "tests/flows/test_improve.py",
    "tests/flows/test_on_worker.py",
    "tests/flows/test_scheduled.py",
    "tests/flows/test_search.py",
    "tests/faults/test_f03_f04_killed_training.py",
    "tests/browser/test_judge_page.py",
    "tests/browser/test_report_pages.py",
    "tests/flows/test_deliver.py",
    "tests/flows/test_remotes.py",
)
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


@pytest.fixture
def root() -> Path:
    """The root of the project."""
    return ROOT


@pytest.fixture(scope="module", autouse=True)
def few_objects_to_collect() -> None:
    """Every training lets Python look through all objects; those of libraries it need not."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_outside_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that would leave this machine fails the test that made it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else address
            assert host in LOOPBACK, f"a test tried to reach {host}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer Llama and a byte-level tokenizer with a chat template."""
    from tests.tiny import save_tiny_base

    folder = tmp_path_factory.mktemp("tiny") / "base"
    save_tiny_base(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer BERT and a byte-level tokenizer."""
    from tests.tiny import save_tiny_encoder

    folder = tmp_path_factory.mktemp("tiny") / "encoder"
    save_tiny_encoder(folder)
    return folder


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a Prefect API, and a copy of its database from before the first run."""
    from flows.server import HOME
    from tests.flows.served import server_in
    from tests.flows.warm import warm

    folder, home = tmp_path_factory.mktemp("api"), tmp_path_factory.mktemp("home")
    with server_in(folder) as url:
        (home / HOME).mkdir(parents=True)
        with (
            closing(sqlite3.connect(folder / HOME / "prefect.db")) as of_server,
            closing(sqlite3.connect(home / HOME / "prefect.db")) as copy,
        ):
            of_server.backup(copy)
        with warm(url):
            yield url, home / WORK


@pytest.fixture(scope="session")
def api(prefect: tuple[str, Path]) -> str:
    """The address of a Prefect API for all runs that need none of their own."""
    return prefect[0]


@pytest.fixture
def with_home(prefect: tuple[str, Path]) -> Callable[[], None]:
    """Give the project of the current folder a Prefect that need not be set up."""

    def give() -> None:
        shutil.copytree(prefect[1], WORK)

    return give


@pytest.fixture
def seen(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Note what happened, and what work was lost, for the table of `benchmarks.faults`."""

    def note(happened: str, *, lost_seconds: float = 0.0) -> None:
        record_property("happened", happened)
        record_property("lost_seconds", f"{lost_seconds:.1f}")

    return note


def pytest_configure(config: pytest.Config) -> None:
    """Hide the GPU but from `pytest -m gpu`: all other tests count on float32 on a CPU."""
    if config.option.markexpr != "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: one begun last would be waited for at the end."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.location[0], len(place)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test before its fixtures if a server that it talks to is missing."""
    for mark in item.iter_markers("server"):
        from tests.servers import need

        need(mark.args[0])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each that tests of pages or of servers were skipped, and why."""
    reports = terminalreporter.stats.get("skipped", [])
    for mark, what in (("browser", "pages"), ("server", "servers")):
        skipped = [one for one in reports if mark in getattr(one, "keywords", ())]
        why = sorted({one.longrepr[2].removeprefix("Skipped: ") for one in skipped})
        if skipped:
            terminalreporter.write_line(f"{len(skipped)} tests of {what} skipped: {'; '.join(why)}")
