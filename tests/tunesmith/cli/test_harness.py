"""`tunesmith harness` measures, compares, and says in one line what is missing."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from tests.tunesmith.methods.trying import describe
from tunesmith.cli.harness import REPORTS, gaps, run_harness, show_recorded, value_of
from tunesmith.errors import UserError
from tunesmith.files import sha256_file, write_json
from tunesmith.harness.measure import Line
from tunesmith.harness.run import Record, write_records

LINE = {"task": "t", "metric": "acc", "filter": "none", "n": 4, "n_shot": 0, "version": "1"}


@pytest.fixture
def project(tiny_base: Path, tmp_path: Path) -> Path:
    """A project with two names for its base model."""
    for name in ("base", "champion"):
        describe(tiny_base, tmp_path / "models" / name)
    (tmp_path / "params.yaml").write_text("seed: 0\n")
    return tmp_path


def run(root: Path, names: list[str], tasks_folder: Path | None = None) -> None:
    run_harness(names, ["pick"], tasks_folder, None, None, None, 4, root)


def test_two_models_stand_in_one_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("lm_eval", reason="lm_eval is not installed: `make harness`")
    from tests.tunesmith.harness.toys import write_tasks

    run(project, ["champion", "base"], write_tasks(project / "tasks"))
    said = capsys.readouterr().out
    assert "asked in plain text" in said
    assert "champion minus base" in said
    assert "+0.000 [+0.000, +0.000]" in said
    assert (project / "reports" / "harness" / "champion.json").exists()
    assert (project / "reports" / "harness" / "base.json").exists()


def test_a_value_that_no_number_holds_has_its_reason_below_the_table(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("lm_eval", reason="lm_eval is not installed: `make harness`")
    from tests.tunesmith.harness.toys import write_long

    folder = write_long(project / "tasks")
    run_harness(["base"], ["long"], folder, None, None, None, 4, project)
    said = " ".join(capsys.readouterr().out.split())
    assert "base: word_perplexity of long has no value: too large for a number" in said
    [bits, words] = json.loads((project / "reports/harness/base.json").read_text())["results"]
    assert bits["value"] > 0
    assert words["value"] is None
    assert words["why"].startswith("too large")


def test_a_model_s_name_is_shown_as_it_is() -> None:
    table = gaps("[red]a", "b[/b]", [])
    assert Text.from_markup(str(table.title)).plain == "[red]a minus b[/b]"


def test_a_model_that_is_not_there_is_answered_with_those_that_are(project: Path) -> None:
    with pytest.raises(UserError, match="sft: no model; there is base, champion"):
        run(project, ["sft"])


def test_one_model_is_not_compared_with_itself(project: Path) -> None:
    with pytest.raises(UserError, match="base base: give one model, or two different ones"):
        run(project, ["base", "base"])


def test_without_lm_eval_the_way_out_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tunesmith.harness.installed.find_spec", lambda _: None)
    with pytest.raises(UserError, match="lm_eval .* is not installed; `make harness` installs"):
        run(project, ["base"])


def record(manifest: Path) -> Record:
    """Return what was measured of the model of a manifest, compared with its base."""
    known = {
        **{"name": "sft", "phase": "sft", "method": "lora", "base": "tiny", "base_digest": "0"},
        **{"template_sha256": "1", "tokenizer_sha256": "2", "dtype": "float32"},
        "manifest_sha256": sha256_file(manifest),
    }
    asked = {"tasks": ["t"], "chat": True, "batch_size": 4, "seed": 0}
    asked |= dict.fromkeys(("limit", "shots"))
    line = {**LINE, "value": 0.75, "stderr": 0.2, "higher_is_better": True}
    gap = {
        **{"task": "t", "metric": "acc", "filter": "none", "n": 4},
        **{"difference": 0.25, "low": -0.1, "high": 0.5, "p": 0.5, "test": "mcnemar"},
    }
    against = {
        "model": {**known, "name": "base"},
        "results": [line],
        "compared": {"differences": [gap], "left_out": []},
    }
    return Record.model_validate(
        {
            **{"model": known, "asked": asked, "results": [line], "rows_sha256": {}},
            **{"cut_prompts": 0, "versions": {}, "against": against},
        }
    )


def test_what_was_measured_of_the_candidate_stands_among_the_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "models" / "sft" / "manifest.json"
    write_json(manifest, {"phase": "sft"})
    show_recorded(tmp_path, "sft", Console())
    assert capsys.readouterr().out == ""
    write_records([record(manifest)], tmp_path / REPORTS)
    show_recorded(tmp_path, "sft", Console(width=100))
    said = capsys.readouterr().out
    assert "0.750 ± 0.200" in said
    assert "sft minus base" in said and "+0.250 [-0.100, +0.500]" in said


def test_what_was_measured_of_another_model_by_that_name_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "models" / "sft" / "manifest.json"
    write_json(manifest, {"phase": "sft"})
    write_records([record(manifest)], tmp_path / REPORTS)
    write_json(manifest, {"phase": "sft", "seed": 1})
    show_recorded(tmp_path, "sft", Console(width=100))
    said = capsys.readouterr().out
    assert "0.750" not in said
    assert "is of a model that was trained before; `tunesmith harness sft` measures" in said


def test_a_value_never_goes_without_its_error() -> None:
    line = {**LINE, "higher_is_better": True}
    assert value_of(Line(**line, value=0.5, stderr=0.25)) == "0.500 ± 0.250"
    assert value_of(Line(**line, value=2.5e6, stderr=None)) == "2.500e+06 ± –"
    assert value_of(Line(**line, value=None, stderr=None)) == "–"
