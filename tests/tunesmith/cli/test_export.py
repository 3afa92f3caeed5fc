"""`tunesmith export` says what it compared, or what is missing."""

from pathlib import Path

import pytest

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import describe, try_out
from tunesmith.cli.export import held_out, in_words, run_export
from tunesmith.errors import UserError
from tunesmith.export.compare import Difference
from tunesmith.rows import to_frame, write_rows

VALIDATION = Path("data/splits/validation.parquet")


@pytest.fixture(scope="module")
def project(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one trained phase and held-out rows in two languages."""
    root = tmp_path_factory.mktemp("project")
    start = describe(tiny_base, root / "models" / "base")
    made = try_out(start, root / "work", {"kind": "lora", "r": 2}, epochs=1).folder
    made.rename(root / "models" / "sft")
    rows = [chat_row(i, f"q{i}", "a", lang="en" if i % 2 else "zh") for i in range(8)]
    write_rows(root / VALIDATION, to_frame(rows))
    (root / "params.yaml").write_text("seed: 0\n")
    return root


@pytest.mark.slow
def test_it_tells_where_the_model_is_and_how_far_it_is_from_what_was_trained(
    project: Path, tmp_path: Path
) -> None:
    told = run_export("sft", None, 4, None, project)
    assert "try (lora) on" in told
    assert "compared on 4 prompts (2 en, 2 zh)" in told
    assert told.count("greedy tokens the same") == 2
    assert (project / "exports" / "sft" / "model.safetensors").exists()
    run_export("sft", tmp_path / "there", 4, "float16", project)
    assert (tmp_path / "there" / "export.json").exists()


@pytest.mark.slow
def test_a_phase_that_is_not_trained_is_answered_with_those_that_are(project: Path) -> None:
    with pytest.raises(UserError, match="no trained model; trained here: sft"):
        run_export("other", None, 4, None, project)
    with pytest.raises(UserError, match="no trained model"):
        run_export("base", None, 4, None, project)


@pytest.mark.slow
def test_an_unknown_precision_is_answered_with_the_known_ones(project: Path) -> None:
    with pytest.raises(UserError, match="--dtype int8: give one of float32, float16, bfloat16"):
        run_export("sft", None, 4, "int8", project)


def test_without_held_out_rows_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="validation.parquet: no such file; `dvc repro split`"):
        held_out(tmp_path)


def test_places_that_tipped_are_counted() -> None:
    found = Difference(places=10, same_tokens=9, max_logit_difference=0.25, max_logit=20)
    assert in_words(found) == (
        "greedy tokens 9 the same, logits differ by at most 0.25 (largest logit 20)"
    )
