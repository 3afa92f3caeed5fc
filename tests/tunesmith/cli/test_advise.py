"""`tunesmith advise` needs a configuration, no weights, and says what it stands on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tiny import chat_row
from tunesmith.cli.advise import KINDS, duration, run_advise, size
from tunesmith.errors import UserError
from tunesmith.recipes import apply
from tunesmith.rows import to_frame, write_rows

GIVEN: dict[str, Any] = {
    "model": None,
    "name": None,
    "rows": None,
    "tokens": None,
    "batch": None,
    "max_length": None,
    "memory": "24GB",
    "tflops": None,
    "as_json": True,
}


@pytest.fixture
def project(root: Path, tiny_base: Path, tmp_path: Path) -> Path:
    """Dials, and the configuration of a model without its weights."""
    (tmp_path / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_bytes((tiny_base / "config.json").read_bytes())
    return tmp_path


def advise(project: Path, capsys: pytest.CaptureFixture[str], **changes: Any) -> Any:
    model = str(project / "model")
    run_advise(project, **{**GIVEN, "model": model, **changes})
    out = capsys.readouterr().out
    return json.loads(out) if changes.get("as_json", True) else out


def test_every_method_is_estimated_and_the_phases_own_dials_are_taken(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = advise(project, capsys, rows=100, tokens=64)
    assert list(found["methods"]) == sorted(KINDS)
    assert found["asked"]["batch"] == 16
    assert found["methods"]["lora"]["fits"]
    assert found["device"]["memory_bytes"] == 24e9
    more = (project / "params.yaml").read_text().replace("r: 16", "r: 32")
    (project / "params.yaml").write_text(more)
    wider = advise(project, capsys, rows=100, tokens=64)
    ranks = [one["methods"]["lora"]["asked"]["trained"] for one in (found, wider)]
    assert ranks[1] == 2 * ranks[0]


def test_an_adversary_of_the_phase_is_counted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dials = (project / "params.yaml").read_text()
    batch = "    per_device_batch_size: 16\n"
    moved = dials.replace(batch, f"{batch}    adversarial_epsilon: 0.02\n")
    assert moved != dials
    (project / "params.yaml").write_text(moved)
    found = advise(project, capsys, rows=100, tokens=64)
    assert found["asked"]["passes"] == 2
    assert found["asked"]["apart"]


def test_the_phase_that_is_named_counts_and_what_no_estimate_has_is_told(
    root: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(root / "recipes" / "dpo.yaml", [], project / "params.yaml")
    dials = {"rows": 100, "tokens": 64}
    first, named = (advise(project, capsys, name=name, **dials) for name in (None, "dpo"))
    assert (first["asked"]["batch"], named["asked"]["batch"]) == (16, 8)
    told = " ".join(advise(project, capsys, name="dpo", as_json=False, **dials).split())
    assert "objective dpo: rows are counted as answers that are learnt; a second answer" in told
    with pytest.raises(UserError, match='no phase "rlhf"; phases: sft, dpo'):
        advise(project, capsys, name="rlhf", **dials)


def test_rows_are_measured_where_the_table_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [chat_row(i, "hello " * 10, "yes") for i in range(5)]
    write_rows(project / "data" / "collected" / "examples.parquet", to_frame(rows))
    found = advise(project, capsys)
    assert found["data"]["rows"] == 5
    assert not found["data"]["counted"]


def test_the_table_says_what_fits(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = advise(project, capsys, rows=9, tokens=64, as_json=False, max_length=4096)
    assert "24.0 GB" in shown
    assert "estimates" in shown
    assert "max_length 4096 is more than the 512 positions it has" in shown


def test_a_method_that_the_model_cannot_have_is_named_with_the_reason(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("kind: lora", "kind: freeze, layers: 9"))
    text = (project / "params.yaml").read_text().replace(", r: 16, alpha: 32", "")
    (project / "params.yaml").write_text(text)
    found = advise(project, capsys, rows=9, tokens=64)
    assert found["refused"] == {"freeze": "method.layers: 9, but the model has 2 layers"}


def test_without_a_table_the_flags_are_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="--rows and --tokens"):
        advise(project, capsys)


@pytest.mark.parametrize(("number", "words"), [(5e5, "0 MB"), (2.5e6, "2 MB"), (1.25e9, "1.2 GB")])
def test_sizes_in_words(number: float, words: str) -> None:
    assert size(number) == words


def test_times_in_words() -> None:
    assert [duration(s) for s in (5, 300, 7200)] == ["5 s", "5 min", "2.0 h"]
