"""Paraphrases are asked of an endpoint once, and behind the same guards."""

from pathlib import Path

import pytest

from tests.tunesmith.endpoints.fake_server import Script, serving
from tests.tunesmith.proposals.test_makers import FAILED, TRAIN, bench
from tunesmith.augmenters.tools import Tools
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.proposals.paraphrase import Paraphrase
from tunesmith.rows import prompt_text

MAKER = Paraphrase.model_validate(
    {"through": {"kind": "endpoint", "model": "m", "requests_per_minute": 1e6, "retries": 0}}
)


def test_as_many_rows_are_asked_for_as_are_wanted_and_the_rerun_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = Replies.read(tmp_path / "recorded.jsonl", tmp_path / "journal.jsonl")
    on = bench(TRAIN, tools=Tools(tmp_path, replies))
    script = Script()
    with serving(script) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        first = MAKER(FAILED, on, 4)
        asked = len(script.seen)
        again = MAKER(FAILED, on, 4)
    assert asked == len(script.seen) == 4
    assert first == again
    parents = {row["id"]: prompt_text(row) for row in TRAIN}
    for one in first.candidates:
        assert '"op": "paraphrase"' in one.row["meta"]
        assert prompt_text(one.row) != parents[one.row["parent"]]
    assert len(first.candidates) + sum(first.refused.values()) >= 4


def test_without_an_address_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UserError, match="OPENAI_BASE_URL is not set"):
        MAKER(FAILED, bench(TRAIN), 4)
