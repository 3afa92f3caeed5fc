"""Stage gate: a verdict file, whatever the verdict."""

import json
from pathlib import Path

import pytest

from stages.gate import main
from tests.evaluation import predictions, shop_rows
from tunesmith.evaluation.run import evaluate
from tunesmith.files import write_json
from tunesmith.metrics.params import EvaluateParams


@pytest.mark.parametrize(("right", "verdict"), [(0.9, "SHIP"), (0.5, "HOLD"), (0.05, "REJECT")])
def test_the_stage_ends_well_with_every_verdict(
    right: float, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shop_rows()
    answers = {
        "base": predictions(rows, 0.1, 0),
        "candidate": predictions(rows, right, 1),
        "champion": predictions(rows, 0.5, 1),
    }
    settings = EvaluateParams(metrics=["exact_match"], slices=("lang",), resamples=300)
    result = evaluate(rows, answers, settings, seed=0)
    write_json(tmp_path / "comparisons.json", result.comparisons)
    write_json(tmp_path / "metrics.json", result.metrics)
    write_json(tmp_path / "behaviour.json", result.behaviour)
    write_json(tmp_path / "sequence.json", {"steps": []})
    (tmp_path / "params.yaml").write_text("gate: {metric: exact_match, protected_slices: [lang]}\n")
    monkeypatch.chdir(tmp_path)
    for model in ("candidate", "champion"):
        write_json(tmp_path / f"{model}.json", {"latency_p95_seconds": 0.1})
    costs = "--candidate-cost candidate.json --champion-cost champion.json"
    found = "--comparisons comparisons.json --metrics metrics.json --behaviour behaviour.json"
    found += " --sequence sequence.json"
    flags = f"{costs} {found} --verdict gate.json"
    monkeypatch.setattr("sys.argv", ["gate", *flags.split()])
    main()
    written = json.loads((tmp_path / "gate.json").read_text())
    assert written["verdict"] == verdict
    assert written["reasons"]
    assert {part["slice"] for part in written["slices"]} == {"lang=en", "lang=zh"}
