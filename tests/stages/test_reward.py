"""Stage reward: what every answer of three models is worth, and what evaluation makes of it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stages.evaluate import main as evaluate
from stages.reward import main
from tests.evaluation import label_rows, write_inputs
from tunesmith.errors import UserError

MODELS = "--base base.parquet --candidate candidate.parquet --champion champion.parquet"
ARGUMENTS = f"--rows test.parquet {MODELS} --judge models/judge --functions rewards"
EVALUATE = (
    f"--rows test.parquet {MODELS} --rewards rewards.parquet --recorded judge --replies r.jsonl "
    "--metrics metrics.json --scores scores.csv --comparisons c.json --behaviour b.json "
    "--per-row per_row.parquet"
)
ORDERS = "{kind: pattern, expression: '(?i)order|订单'}"


def run_main(folder: Path, monkeypatch: pytest.MonkeyPatch, rewards: str) -> pd.DataFrame:
    (folder / "params.yaml").write_text(
        f"seed: 0\nreward: {{rewards: [{rewards}], with: base}}\n"
        "evaluate: {metrics: [reward, exact_match], slices: [lang], resamples: 200}\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["reward", *ARGUMENTS.split(), "--rewards", "rewards.parquet"])
    main()
    return pd.read_parquet(folder / "rewards.parquet")


def test_every_answer_of_every_model_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_inputs(tmp_path)
    found = run_main(tmp_path, monkeypatch, ORDERS)
    assert found.groupby("model").size().to_dict() == dict.fromkeys(
        ("base", "candidate", "champion"), 80
    )
    answers = pd.read_parquet(tmp_path / "candidate.parquet")["prediction"]
    own = found[found["model"] == "candidate"]["reward"].tolist()
    assert own == [float("order" in one.lower() or "订单" in one) for one in answers]
    assert f"reward: candidate {sum(own) / 80:.3f}, mean of 80 answers" in capsys.readouterr().out


def test_the_weighted_sum_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_inputs(tmp_path)
    once = run_main(tmp_path, monkeypatch, ORDERS)["reward"]
    weighted = ORDERS.replace("}", ", weight: -2}")
    both = run_main(tmp_path, monkeypatch, f"{ORDERS}, {weighted}")["reward"]
    assert both.tolist() == (-once).tolist()


def test_the_same_answers_are_scored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_inputs(tmp_path)
    (tmp_path / "champion.parquet").write_bytes((tmp_path / "base.parquet").read_bytes())
    (tmp_path / "rewards").mkdir()
    (tmp_path / "rewards" / "counts.py").write_text(
        "calls = []\n"
        "def nth(prompts, answers, rows):\n"
        "    calls.append(1)\n"
        "    return [float(len(calls))] * len(answers)\n"
    )
    found = run_main(tmp_path, monkeypatch, '{kind: function, of: "counts.py:nth"}')
    means = found.groupby("model")["reward"].mean().to_dict()
    assert means == {"base": 1.0, "candidate": 2.0, "champion": 1.0}


def test_evaluation_compares_models_by_their_rewards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    rewards = run_main(tmp_path, monkeypatch, ORDERS)
    monkeypatch.setattr("sys.argv", ["evaluate", *EVALUATE.split()])
    evaluate()
    scores = json.loads((tmp_path / "metrics.json").read_text())
    means = rewards.groupby("model")["reward"].mean()
    for model in ("base", "candidate", "champion"):
        assert scores[model]["reward"]["value"] == pytest.approx(means[model])
    gap = json.loads((tmp_path / "c.json").read_text())["against"]["base"]["overall"]["reward"]
    assert gap["difference"] == pytest.approx(means["candidate"] - means["base"])
    rows = pd.read_parquet(tmp_path / "per_row.parquet")
    own = rows[rows["model"] == "champion"].set_index("id")["reward"]
    wanted = rewards[rewards["model"] == "champion"].set_index("id")["reward"]
    assert own.to_dict() == wanted.to_dict()


def test_without_rewards_nothing_is_scored_and_the_metric_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_inputs(tmp_path)
    assert run_main(tmp_path, monkeypatch, "").empty
    assert "no rewards, so nothing is scored" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["evaluate", *EVALUATE.split()])
    with pytest.raises(UserError, match=r'"reward" needs rewards; say in reward\.rewards'):
        evaluate()


def test_labels_are_worth_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_inputs(tmp_path, label_rows())
    with pytest.raises(UserError, match=r"asks for a label.*set reward\.rewards to \[\]"):
        run_main(tmp_path, monkeypatch, ORDERS)


def test_a_reward_that_is_no_number_stops_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    (tmp_path / "rewards").mkdir()
    (tmp_path / "rewards" / "odd.py").write_text(
        "def odd(prompts, answers, rows):\n    return [float('nan')] * len(answers)\n"
    )
    with pytest.raises(UserError, match=r"reward function is nan for 80 of 80 .*shop_en\.jsonl:1"):
        run_main(tmp_path, monkeypatch, '{kind: function, of: "odd.py:odd"}')
    assert not (tmp_path / "rewards.parquet").exists()


def test_what_is_no_reward_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    with pytest.raises(UserError, match=r"models/judge"):
        run_main(tmp_path, monkeypatch, "{kind: model}")
