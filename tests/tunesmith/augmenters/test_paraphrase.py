"""Paraphrase: asks once, repeats without asking, keeps the key to itself, survives bad servers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.endpoints.fake_server import Script, serving
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import Augmented, augment_rows
from tunesmith.augmenters.paraphrase import bare
from tunesmith.augmenters.question import last_question
from tunesmith.augmenters.tools import ModelHere, Tools
from tunesmith.endpoints import caller
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.rows import Message, Row

KEY = "sk-secret-of-the-test"
ROWS = [
    plain_chat(i, f"Where is order {i} of Anna Smith now?", "On its way.", split="train")
    for i in range(6)
] + [plain_chat(9, "请问订单9现在到哪里了？", "在路上。", split="train", lang="zh")]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def paraphrase(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    rows: list[Row] = ROWS,
    **dials: Any,
) -> Augmented:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    through = {"kind": "endpoint", "model": "m", "requests_per_minute": 1e6, "retries": 2, **dials}
    step = {"kind": "paraphrase", "share": 1, "through": through}
    params = AugmentParams.model_validate({"steps": [step]})
    replies = Replies.read(folder / "recorded.jsonl", folder / "journal.jsonl")
    result = augment_rows(rows, [], [], params, 0, Tools(folder, replies))
    (folder / "used.jsonl").write_text(replies.lines(), encoding="utf-8")
    return result


def test_rows_are_made_and_the_rerun_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script()
    with serving(script) as url:
        first = paraphrase(url, monkeypatch, tmp_path)
        asked = len(script.seen)
        again = paraphrase(url, monkeypatch, tmp_path)
    assert asked == len(ROWS) == len(script.seen)
    assert first.rows == again.rows
    made = first.rows[len(ROWS) :]
    assert last_question(made[0]) == f"Kindly {last_question(ROWS[0])}"
    assert {row["op"] for row in made} == {"paraphrase"}
    assert script.paths[0] == "/v1/chat/completions"


def test_recorded_replies_rebuild_the_rows_without_any_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script()) as url:
        first = paraphrase(url, monkeypatch, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "used.jsonl").rename(other / "recorded.jsonl")
    assert paraphrase("http://127.0.0.1:9/v1", monkeypatch, other).rows == first.rows


def test_the_key_is_sent_and_written_nowhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    script = Script()
    with serving(script) as url:
        result = paraphrase(url, monkeypatch, tmp_path)
    assert set(script.keys) == {f"Bearer {KEY}"}
    written = "".join(path.read_text() for path in tmp_path.rglob("*.jsonl"))
    shown = capfd.readouterr()
    for text in (
        written,
        json.dumps(result.summary),
        shown.out,
        shown.err,
        json.dumps(script.seen),
    ):
        assert KEY not in text
    assert KEY not in repr(caller.Caller("u", "n", KEY, 1, 1, 0))


def test_names_and_numbers_are_named_in_the_request_of_either_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script()
    with serving(script) as url:
        paraphrase(url, monkeypatch, tmp_path)
    texts = " ".join(body["messages"][-1]["content"] for body in script.seen)
    assert "Keep exactly as they are: Anna, Smith, 4." in texts
    assert "以下内容原样保留：9。" in texts


def test_a_busy_server_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(statuses=[429, 503], headers={"Retry-After": "0"})
    with serving(script) as url:
        result = paraphrase(url, monkeypatch, tmp_path)
    assert result.summary["rows"]["made"] == len(ROWS)
    assert len(script.seen) == len(ROWS) + 2


def test_what_was_replied_before_a_failure_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(statuses=[200, 200, 200, *[500] * 40])
    with serving(script) as url:
        with pytest.raises(
            UserError, match=r"OPENAI_BASE_URL names failed 3 times in a row \(status 500"
        ):
            paraphrase(url, monkeypatch, tmp_path, at_once=1)
        failed = len(script.seen)
        assert failed < 12  # nobody goes on asking a server that is down
        script.statuses.clear()
        result = paraphrase(url, monkeypatch, tmp_path)
    assert len(script.seen) - failed == len(ROWS) - 3
    assert result.summary["rows"]["made"] == len(ROWS)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "refuses the key"), (403, "refuses the key"), (404, "no such model or address"),
     (302, "no such model or address")],
)  # fmt: skip
def test_a_refusal_that_all_would_meet_stops_the_stage(
    status: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(statuses=[status] * 20, headers={"Location": "http://127.0.0.1:9/steal"})
    with serving(script) as url, pytest.raises(UserError, match=reason) as caught:
        paraphrase(url, monkeypatch, tmp_path)
    assert KEY not in str(caught.value)
    assert set(script.paths) == {"/v1/chat/completions"}  # a redirect is not followed


def test_one_refused_request_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Script(statuses=[400])) as url:
        result = paraphrase(url, monkeypatch, tmp_path, at_once=1)
    assert result.summary["rows"]["made"] == len(ROWS) - 1
    assert result.summary["rejected_by_op"] == {"paraphrase": {"no_reply": 1}}


@pytest.mark.parametrize(
    "script",
    [
        Script(raw=b"[]"),
        Script(raw=b'{"choices": [{"message": {"content": 7}}]}'),
        Script(finish="length"),
        Script(statuses=[400] * 20),
    ],
    ids=["a list", "no text", "cut off", "refused"],
)
def test_a_server_without_one_usable_reply_is_an_error(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(script) as url, pytest.raises(UserError, match="no usable reply to any of 7"):
        paraphrase(url, monkeypatch, tmp_path)


def test_what_is_no_json_and_who_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script(raw=b"<html>")) as url, pytest.raises(UserError, match="JSONDecodeError"):
        paraphrase(url, monkeypatch, tmp_path)
    with pytest.raises(UserError, match="ConnectionRefusedError"):
        paraphrase("http://127.0.0.1:9/v1", monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "OPENAI_BASE_URL is not set"),
        ("file:///etc/passwd", "an address such as https"),
        ("http://example.com/v1", "with a key the address must be https"),
    ],
)
def test_an_address_that_will_not_do_is_refused_before_anything_is_sent(
    url: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=reason):
        paraphrase(url, monkeypatch, tmp_path)


def test_the_guards_hold_for_what_a_model_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = plain_chat(1, "Where is order 12 of Anna Smith?", "There.", split="train")
    for text, guard in [
        ("Where is order 21 of Anna Smith?", "numbers_changed"),
        ("Where is the order 12 of Ann Smith?", "name_lost"),
        ("Why is order 12 of Anna Smith not here?", "negation_changed"),
        ("Anna Smith 的订单 12 在哪里？", "language_changed"),
        ("Yes.", "too_different"),
    ]:
        reply = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
        folder = tmp_path / guard
        folder.mkdir()
        with serving(Script(raw=reply)) as url:
            result = paraphrase(url, monkeypatch, folder, [row])
        if guard == "language_changed":
            assert set(result.summary["rejected_by_op"]["paraphrase"]) <= {guard, "too_different"}
        else:
            assert result.summary["rejected_by_op"] == {"paraphrase": {guard: 1}}
        assert last_question(result.left_out[0].row) == text


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ('"Where is it?"', "Where is it?"),
        ("<think>hm\nhm</think>\nWhere is it?", "Where is it?"),
        ("hm\n</think>\n\nWhere is it?", "Where is it?"),
        ("Where is it?<think>good</think>", "Where is it?"),
        ("Sure, here is the rewritten message:\n“Where is it?”", "Where is it?"),
        ("改写后的文字：它在哪里？", "它在哪里？"),
        ("---\nWhere is it?\n---", "Where is it?"),
        ("<think>never ends", None),
        (" ", None),
    ],
)
def test_only_the_rewritten_text_is_taken(reply: str, text: str | None) -> None:
    assert bare(reply) == text


def test_a_model_on_this_machine_is_asked_through_what_the_stage_hands_in(tmp_path: Path) -> None:
    asked: list[list[Message]] = []

    def write(model: ModelHere, requests: Any) -> list[str | None]:
        assert model.model == "folder"
        asked.extend(requests)
        return [None, *(f"Kindly {r[0]['content'].split(chr(10))[2]}" for r in requests[1:])]

    step = {"kind": "paraphrase", "share": 1, "through": {"kind": "local", "model": "folder"}}
    params = AugmentParams.model_validate({"steps": [step]})
    result = augment_rows(ROWS, [], [], params, 0, Tools(tmp_path, write=write))
    assert len(asked) == len(ROWS)
    assert result.summary["rows"]["made"] == len(ROWS) - 1
    assert result.summary["rejected_by_op"] == {"paraphrase": {"no_reply": 1}}
