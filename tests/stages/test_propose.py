"""Stage propose: rows for slices that are weak on the validation rows, and none that leaks."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pytest

from tests.evaluation import predictions, shop_rows
from tests.stage_runs import run_here
from tunesmith.augmenters.feedback import round_name
from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.evaluation.run import evaluate
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import to_frame, write_rows

PARAMS = """seed: 0
propose:
  metric: rouge_l
  slices: [lang, meta.topic]
  rows: 12
  makers: [{kind: grow}]
"""
LATER = {"order ": "order 9", "订单": "订单9", "要退款": "现在要申请退款，请问能否尽快"}
WORDS = (
    "--validation validation.parquet --test test.parquet --ood ood.parquet --train train.parquet "
    "--per-row per_row.parquet --feedback feedback --pool pool --written written "
    "--material material --proposals proposals.jsonl --replies replies.jsonl "
    "--summary proposals.json"
)


def row_scores(bad_topic: str = "refund", count: int = 80) -> pd.DataFrame:
    """Return row scores of test and validation rows; the validation rows' bad topic is wrong."""
    test, validation = shop_rows(60), shop_rows(count, "validation")
    rows = pd.concat([test, validation], ignore_index=True)
    answers = {
        name: pd.concat(
            [predictions(test, right, seed), predictions(validation, right, seed, bad)],
            ignore_index=True,
        )
        for seed, (name, right, bad) in enumerate(
            [("base", 0.1, ""), ("candidate", 0.95, bad_topic), ("champion", 0.4, "")]
        )
    }
    settings = EvaluateParams(metrics=["rouge_l"], resamples=100)
    return evaluate(rows, answers, settings, seed=0).per_row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for side, count in (("test", 60), ("validation", 80)):
        write_rows(tmp_path / f"{side}.parquet", shop_rows(count, side))
    train = shop_rows(120, "train")
    for [turn] in train["prompt"]:
        for old, new in LATER.items():
            turn["content"] = turn["content"].replace(old, new)
    write_rows(tmp_path / "train.parquet", train)
    write_rows(tmp_path / "ood.parquet", to_frame([]))
    for name in ("feedback", "pool", "written", "material"):
        (tmp_path / name).mkdir()
    row_scores().to_parquet(tmp_path / "per_row.parquet")
    return tmp_path


def run(folder: Path, params: str = PARAMS) -> "CompletedProcess[str]":
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    return run_here(folder, "propose", WORDS)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "proposals.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def report(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "proposals.json").read_text(encoding="utf-8"))


def test_the_weak_topic_of_the_validation_rows_is_grown_in_both_languages(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    found = lines(folder)
    assert {one["proposal"]["slice"] for one in found} == {"meta.topic=refund"}
    assert {one["lang"] for one in found} == {"en", "zh"}
    assert len(found) == 12
    for one in found:
        assert one["parent"].startswith("train-")
        assert one["meta"]["topic"] == "refund"
        assert one["meta"]["made"]["op"] in ("synonym", "eda")
        assert one["proposal"]["maker"] == "grow"
        assert one["proposal"]["needs"] is None
    [weak] = report(folder)["slices"]
    assert (weak["name"], weak["quota"], weak["proposed"]) == ("meta.topic=refund", 12, 12)
    assert 0 < weak["low"] < weak["shortfall"] < weak["high"]
    assert report(folder)["why_none"] is None


def test_the_same_seed_gives_the_same_bytes(folder: Path) -> None:
    names = ("proposals.jsonl", "proposals.json", "replies.jsonl")
    assert run(folder).returncode == 0
    first = [(folder / name).read_bytes() for name in names]
    assert run(folder).returncode == 0
    assert first == [(folder / name).read_bytes() for name in names]


MAKERS = "[{kind: written}, {kind: relabel}, {kind: mine}, {kind: upweight}, {kind: grow}]"
ALL = PARAMS.replace("[{kind: grow}]", MAKERS).replace("rows: 12", "rows: 24")


def put(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / name / "rows.jsonl").write_text(text, encoding="utf-8")


def question(split: str, place: int) -> str:
    return str(shop_rows(80, split)["prompt"][place][0]["content"])


def test_all_makers_share_the_quota_and_each_line_is_a_row_of_a_round(folder: Path) -> None:
    put(
        folder, "pool", {"prompt": "How do I get a refund for my lamp?"}, {"prompt": "灯坏了要退款"}
    )
    put(
        folder,
        "written",
        {"prompt": "怎么退款？", "completion": "五天内到账。", "slice": "lang=zh"},
    )
    assert run(folder, ALL).returncode == 0
    makers = report(folder)["makers"]
    assert list(makers) == ["grow", "mine", "relabel", "upweight", "written"]
    assert makers["mine"]["needs"] == {"answer": 2}
    assert makers["written"]["proposed"] == 1
    found = lines(folder)
    assert len(found) == 25  # what a person wrote takes no one's place
    assert len({one["proposal"]["id"] for one in found}) == 25
    for number, one in enumerate(found):
        blank = [{"role": "assistant", "content": "-"}]
        checked_row({"completion": blank, **one}, f"proposals:{number}", "x", "feedback:001")
    heavy = [one for one in found if one["proposal"]["maker"] == "upweight"]
    assert heavy
    assert all(one["weight"] == 2 and one["replaces"].startswith("train-") for one in heavy)


def test_a_pool_row_that_repeats_a_held_out_row_is_refused_and_named(folder: Path) -> None:
    asks = [question("test", 2), question("validation", 7), "How do I get a refund for my lamp?"]
    put(folder, "pool", *({"prompt": ask} for ask in asks))
    assert run(folder, ALL).returncode == 0
    told = report(folder)
    assert told["makers"]["mine"]["refused"] == {"repeats_held_out_row": 2}
    named = {one["source"]: one["repeats"] for one in told["held_out"]}
    assert named == {
        "pool/rows.jsonl:1": "shop_en.jsonl:3",
        "pool/rows.jsonl:2": "shop_zh.jsonl:8",
    }
    mined = [one for one in lines(folder) if one["proposal"]["maker"] == "mine"]
    assert [one["source"] for one in mined] == ["pool/rows.jsonl:3"]


def test_what_an_earlier_round_holds_is_not_proposed_again(folder: Path) -> None:
    row = {"task": "chat", "prompt": [{"role": "user", "content": "How do I get a refund?"}]}
    draft = folder / "draft"
    answer = [{"role": "assistant", "content": "In five days."}]
    draft.write_text(json.dumps({**row, "completion": answer}) + "\n")
    draft.rename(folder / "feedback" / round_name(1, draft))
    put(folder, "pool", {"prompt": "how do I get a refund"})
    assert run(folder, ALL).returncode == 0
    assert report(folder)["makers"]["mine"]["refused"] == {"repeats_earlier_round": 1}


def test_a_bad_line_of_the_pool_stops_the_stage_with_file_and_line(folder: Path) -> None:
    put(folder, "pool", {"prompt": "a"}, {"answer": "b"})
    done = run(folder)
    assert done.returncode == 1
    assert done.stderr.startswith("error: pool/rows.jsonl:2: unknown answer; known: id, task")


def test_without_a_weak_slice_the_failures_of_all_rows_are_mended(folder: Path) -> None:
    row_scores(bad_topic="").to_parquet(folder / "per_row.parquet")
    assert run(folder).returncode == 0
    assert report(folder)["why_none"].startswith("no slice of 80 validation rows is worse")
    assert {one["proposal"]["slice"] for one in lines(folder)} == {"overall"}


def test_too_few_validation_rows_are_said_to_be_too_few(folder: Path) -> None:
    write_rows(folder / "validation.parquet", shop_rows(20, "validation"))
    row_scores(count=20).to_parquet(folder / "per_row.parquet")
    done = run(folder)
    assert done.returncode == 0, done.stderr
    assert report(folder)["why_none"].startswith("no slice has 30 of the 20 validation rows; raise")
    assert "raise split.validation_ratio" in done.stdout


def test_validation_rows_that_no_model_was_asked_give_nothing_and_it_is_said(folder: Path) -> None:
    scores = row_scores()
    scores[scores["set"] == "test"].to_parquet(folder / "per_row.parquet")
    assert run(folder).returncode == 0
    assert (lines(folder), report(folder)["proposed"]) == ([], 0)
    assert "no validation row was asked" in report(folder)["why_none"]


def test_validation_rows_without_a_score_count_as_not_asked(folder: Path) -> None:
    scores = row_scores()
    scores.loc[scores["set"] == "validation", "rouge_l"] = None
    scores.to_parquet(folder / "per_row.parquet")
    assert run(folder).returncode == 0
    assert report(folder)["rows"] == 0


def test_a_metric_that_was_not_measured_is_named(folder: Path) -> None:
    done = run(folder, PARAMS.replace("rouge_l", "chrf"))
    assert 'propose.metric: no row scores of "chrf"; stage evaluate made these' in done.stderr


def test_test_rows_decide_nothing(folder: Path) -> None:
    assert run(folder).returncode == 0
    first = (folder / "proposals.jsonl").read_bytes()
    scores = row_scores()
    scores.loc[scores["set"] == "test", "rouge_l"] = 0.0
    scores.to_parquet(folder / "per_row.parquet")
    assert run(folder).returncode == 0
    assert (folder / "proposals.jsonl").read_bytes() == first


def test_an_unknown_metric_or_maker_is_named_with_its_place(folder: Path) -> None:
    done = run(folder, PARAMS.replace("rouge_l", "rogue"))
    assert 'params.yaml: propose.metric: "rogue" ranks no rows' in done.stderr
    done = run(folder, PARAMS.replace("kind: grow", "kind: growth"))
    assert done.stderr.startswith("error: params.yaml:6: propose.makers[0]")
    known = "grow", "mine", "paraphrase", "recombine", "refill", "relabel", "upweight", "written"
    assert ", ".join(f"'{one}'" for one in known) in done.stderr
