"""`tunesmith import-config` shows first and writes only when it is told to."""

from pathlib import Path

import pytest

from tunesmith.cli.import_config import import_config, short
from tunesmith.errors import UserError

THEIRS = "stage: sft\nfinetuning_type: lora\nlora_rank: 4\ndeepspeed: z3.json\nval_size: 0.2\n"


@pytest.fixture
def params(root: Path, tmp_path: Path) -> Path:
    path = tmp_path / "params.yaml"
    path.write_bytes((root / "params.yaml").read_bytes())
    return path


def theirs(params: Path, text: str) -> Path:
    path = params.parent / "theirs.yaml"
    path.write_text(text)
    return path


def test_it_shows_what_it_would_set_and_changes_nothing(
    params: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = params.read_bytes()
    import_config(theirs(params, THEIRS), None, False, params)
    shown = capsys.readouterr().out
    assert "    method:\n      kind: lora\n      r: 4\n" in shown
    assert "deepspeed" in shown and "z3.json" in shown
    assert "nothing is changed" in shown
    assert params.read_bytes() == before


def test_written_it_keeps_the_comments_of_the_file(params: Path) -> None:
    import_config(theirs(params, THEIRS), None, True, params)
    after = params.read_text()
    assert "validation_ratio: 0.2" in after
    assert "# where file sources lie; DVC watches the whole folder" in after
    assert "# The dials: one section per stage of dvc.yaml" in after


def test_a_training_that_is_no_phase_is_shown_and_not_written(params: Path) -> None:
    before = params.read_bytes()
    with pytest.raises(UserError, match="stage: dpo is no training that a phase can do yet"):
        import_config(theirs(params, "stage: dpo\n"), None, True, params)
    assert params.read_bytes() == before


def test_a_result_that_is_not_valid_is_not_written(params: Path) -> None:
    before = params.read_bytes()
    with pytest.raises(UserError, match="learning_rate"):
        import_config(theirs(params, "stage: sft\nlearning_rate: -1\n"), None, True, params)
    assert params.read_bytes() == before


def test_a_file_that_is_not_there_is_named_and_the_project_is_not_blamed(params: Path) -> None:
    with pytest.raises(UserError, match=r"theirs\.yaml: no such file$"):
        import_config(params.with_name("theirs.yaml"), None, False, params)


def test_a_long_value_is_cut() -> None:
    assert len(short("x" * 99)) == 40
