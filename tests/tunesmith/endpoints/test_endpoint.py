"""What an endpoint refused: a judge keeps it for good, an augmenter for what its run used."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tunesmith.endpoints.fake_server import Script, serving
from tunesmith.endpoints.endpoint import MANY, Endpoint
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.judge.params import Judge
from tunesmith.rows import Message

DIALS = {"model": "m", "requests_per_minute": 1e6, "retries": 0, "at_once": 1}
ASKED: list[list[Message]] = [[{"role": "user", "content": str(n)}] for n in range(MANY + 2)]
REFUSED = [400] * MANY
REPLIED = [None] * MANY + ["yes"] * 2


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    script = Script(answer=lambda _: "yes")
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        yield script


def ask(
    asked: Endpoint, folder: Path, requests: list[list[Message]] = ASKED
) -> tuple[list[str | None], Replies]:
    known = Replies.read(folder / "recorded.jsonl", folder / "journal.jsonl")
    return asked.replies(requests, [0] * len(requests), known), known


def test_a_judge_keeps_refusals_so_a_rerun_asks_nothing(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.statuses = [*REFUSED]
    assert ask(Judge(**DIALS), tmp_path)[0] == REPLIED
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert ask(Judge(**DIALS), tmp_path)[0] == REPLIED


def test_what_is_cut_off_is_kept_as_no_reply(script: Script, tmp_path: Path) -> None:
    ask(Judge(**DIALS), tmp_path, ASKED[:1])
    script.finish = "length"
    assert ask(Judge(**DIALS), tmp_path)[0] == ["yes"] + [None] * (len(ASKED) - 1)
    lines = (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reply"] for line in lines] == ["yes"] + [None] * (len(ASKED) - 1)


def test_an_augmenter_asks_again_for_what_was_refused_and_may_be_refused_again(
    script: Script, tmp_path: Path
) -> None:
    for _ in range(2):
        script.statuses = [*REFUSED]
        assert ask(Endpoint(**DIALS), tmp_path)[0] == REPLIED
    assert len(script.seen) == len(ASKED) + MANY
    assert ask(Endpoint(**DIALS), tmp_path)[0] == ["yes"] * len(ASKED)


def test_pinned_refusals_need_no_server(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.statuses = [*REFUSED]
    _, used = ask(Endpoint(**DIALS), tmp_path)
    (tmp_path / "recorded.jsonl").write_text(used.lines(), encoding="utf-8")
    (tmp_path / "journal.jsonl").unlink()
    monkeypatch.delenv("OPENAI_BASE_URL")
    again, replayed = ask(Endpoint(**DIALS), tmp_path)
    assert again == REPLIED
    assert replayed.lines() == used.lines()


def test_a_server_that_replied_to_nothing_is_an_error_and_its_refusals_are_not_kept(
    script: Script, tmp_path: Path
) -> None:
    script.statuses = [400] * len(ASKED)
    with pytest.raises(UserError, match=f"no usable reply to any of {len(ASKED)} requests"):
        ask(Judge(**DIALS), tmp_path)
    assert ask(Judge(**DIALS), tmp_path)[0] == ["yes"] * len(ASKED)


def test_few_refusals_of_a_server_that_replied_to_nothing_are_asked_for_again(
    script: Script, tmp_path: Path
) -> None:
    script.statuses = [400, 400]
    assert ask(Judge(**DIALS), tmp_path, ASKED[:2])[0] == [None, None]
    assert ask(Judge(**DIALS), tmp_path, ASKED[:2])[0] == ["yes", "yes"]


def test_replies_of_another_model_do_not_speak_for_this_one(script: Script, tmp_path: Path) -> None:
    known = Replies()
    Endpoint(**DIALS).replies(ASKED, [0] * len(ASKED), known)
    script.statuses = [400] * len(ASKED)
    with pytest.raises(UserError, match="no usable reply"):
        Endpoint(**{**DIALS, "model": "other"}).replies(ASKED, [0] * len(ASKED), known)
