"""What a webhook is told, and that one which does not take it costs a line and no secret."""

import logging
from uuid import UUID, uuid4

import pytest

from flows import notify
from flows.notify import News
from tests.flows.conftest import Webhook

SHIP = News(
    run="calm-otter",
    state="Completed",
    verdict="SHIP",
    reasons=("better by 0.04",),
    branch="runs/calm-otter",
    tag="adapter@v0.2.0",
)


class Kept(logging.Handler):
    """Keeps every line that anything logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is logged anywhere, however low its level."""
    kept = Kept()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [kept])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    return kept.lines


def tell(news: News = SHIP, block: str | None = None) -> None:
    """Tell, as a run does."""
    notify.tell(news, block, logging.getLogger("run"))


def test_a_webhook_gets_each_fact_and_a_text_for_chats(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    tell()
    [body] = webhook.bodies
    text = "SHIP: calm-otter, promoted as adapter＠v0.2.0\n- better by 0.04"
    assert body == {
        "verdict": "SHIP", "state": "Completed", "reasons": ["better by 0.04"],
        "run": "calm-otter", "branch": "runs/calm-otter", "tag": "adapter@v0.2.0", "approval": None,
        "link": None, "report": None,
        "text": text, "msg_type": "text", "content": {"text": text},
    }  # fmt: skip
    assert not any("s3cret" in line for line in logged)


@pytest.mark.parametrize("verdict", ["HOLD", None])
def test_a_run_that_changes_nothing_for_anybody_is_quiet(
    verdict: str | None, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    tell(News("calm-otter", "Completed", (), verdict))
    assert webhook.bodies == []


def test_without_an_address_nobody_is_told(
    monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.delenv("TUNESMITH_WEBHOOK", raising=False)
    tell()
    assert logged == []


def test_no_word_of_a_run_calls_anybody_in_a_chat() -> None:
    news = News("otter", "Failed", ('rows.csv:3: "<!channel> @all"',))
    assert news.text() == 'Failed: otter\n- rows.csv:3: "‹!channel› ＠all"'


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("500", "answered 500"),
        ("slow", "did not answer in 0.5 seconds"),
        ("down", r"could not be reached (ConnectError)"),
        ("wrong", r"could not be reached (UnsupportedProtocol)"),
    ],
)
def test_a_webhook_in_trouble_costs_one_line_without_its_address(
    trouble: str,
    said: str,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    logged: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(notify, "PATIENCE_SECONDS", 0.5 if trouble == "slow" else 60.0)
    webhook.trouble = trouble
    url = {"down": "http://127.0.0.1:9/s3cret", "wrong": "s3cret"}.get(trouble, webhook.url)
    monkeypatch.setenv("TUNESMITH_WEBHOOK", url)
    tell()
    line = f"nobody was told of calm-otter: the webhook {said}"
    assert capsys.readouterr() == ("", f"{line}\n")
    assert line in logged
    assert not any("s3cret" in one for one in logged)


def test_a_parameter_that_holds_an_address_is_refused_without_showing_it(
    webhook: Webhook, logged: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    tell(block=webhook.url)
    said = "is not a block (webhook/NAME); a URL belongs into the block or TUNESMITH_WEBHOOK"
    assert capsys.readouterr().err == f"nobody was told of calm-otter: the webhook {said}\n"
    assert webhook.bodies == []


@pytest.mark.parametrize(
    ("parent", "message", "told"),
    [
        (None, "Flow run process exited with non-zero status code -9.", 1),
        (uuid4(), "its parent tells", 0),
        (None, "Execution was aborted by an interrupt signal.", 0),
    ],
    ids=["crash", "inside another", "by hand"],
)
def test_a_crash_is_told_of_once_and_not_to_who_stopped_it(
    parent: UUID | None, message: str, told: int, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.schemas.objects import FlowRun
    from prefect.states import Crashed

    from flows.pipeline import retrain

    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    monkeypatch.setattr(notify, "link", lambda _: "http://prefect.example/runs/0")
    run = FlowRun(id=uuid4(), flow_id=uuid4(), name="odd-elk", parent_task_run_id=parent)
    notify.tell_of_failure(retrain, run, Crashed(message=message))
    assert len(webhook.bodies) == told
    for body in webhook.bodies:
        assert (body["state"], body["run"], body["verdict"]) == ("Crashed", "odd-elk", None)
        assert body["text"].endswith("\nhttp://prefect.example/runs/0")
