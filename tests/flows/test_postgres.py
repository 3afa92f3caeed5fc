"""Prefect's records in PostgreSQL, as a team keeps them: `make ui`, and runs at the same time."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from flows.ui import DATABASE
from tests import servers
from tests.flows.conftest import start

AT_ONCE = 3


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL for this file."""
    with servers.postgres() as url:
        yield url


@pytest.fixture
def api(delivery: Path, root: Path, database: str) -> Iterator[str]:
    """The API of `make ui` with its records in PostgreSQL; its deployments wait for the night."""
    text = (root / "prefect.yaml").read_text()
    Path("prefect.yaml").write_text(text.replace("active: true", "active: false"))
    shutil.copytree(root / "flows", "flows")
    port = servers.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.ui", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, DATABASE: database},
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "has runs, logs and schedules" in line:
            break
    assert process.poll() is None, "".join(said)
    assert f"records are kept at {database.rpartition('@')[2]}\n" in said
    assert password(database) not in "".join(said)
    yield f"http://127.0.0.1:{port}/api"
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=120)


def password(database: str) -> str:
    return database.partition("://")[2].rpartition("@")[0].partition(":")[2]


def rows(database: str, query: str) -> list[tuple[Any, ...]]:
    """Ask PostgreSQL itself."""

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(database.replace("+asyncpg", ""))
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.mark.flow
@pytest.mark.server("postgres")
def test_runs_at_the_same_time_are_all_in_the_database_and_no_lock_stops_one(
    api: str,
    database: str,
    fresh_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    runs = []
    for number in range(AT_ONCE):
        shutil.copytree(fresh_template, tmp_path / str(number), symlinks=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path / str(number))
            runs.append(start())
    ended = [(run.communicate(timeout=500), run.returncode) for run in runs]
    assert [(errors, code) for (_, errors), code in ended] == [("", 0)] * AT_ONCE

    of_flows = "SELECT r.state_type::text FROM flow_run r JOIN flow f ON f.id = r.flow_id"
    assert rows(database, f"{of_flows} WHERE f.name = 'retrain'") == [("COMPLETED",)] * AT_ONCE
    stages = "SELECT name, count(*)::int FROM task_run GROUP BY name ORDER BY name"
    names = ("clean", "collect", "report", "train@dpo", "train@sft")
    assert rows(database, stages) == [(name, AT_ONCE) for name in names]
    assert rows(database, "SELECT name FROM work_pool WHERE name = 'cpu'") == [("cpu",)]
    logs = [file.read_text() for file in Path(".work/prefect-ui").rglob("*.log")]
    assert "database is locked" not in "".join(logs)
    assert password(database) not in "".join(logs)
    assert not list(Path(".work/prefect-ui").rglob("*.db"))
