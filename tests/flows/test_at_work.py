"""What a worker's run tells, and when it is at the server."""

import logging

import pytest
from prefect.logging.handlers import APILogWorker

from flows import at_work


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the log, and the word that they were sent."""
    lines: list[str] = []
    log = logging.Logger("run")
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    monkeypatch.setattr(at_work, "get_run_logger", lambda: log)
    monkeypatch.setattr(APILogWorker, "drain_all", lambda timeout=None: lines.append("sent"))
    return lines


def test_every_line_is_sent_before_the_run_ends(heard: list[str]) -> None:
    with at_work.telling("train") as say:
        say("step 1")
        say("step 2")
    assert heard == ["train | step 1", "train | step 2", "sent"]


def test_the_lines_before_a_failure_are_sent_too(heard: list[str]) -> None:
    with pytest.raises(ValueError, match="broke"), at_work.telling("train") as say:
        say("step 1")
        raise ValueError("it broke")
    assert heard == ["train | step 1", "sent"]
