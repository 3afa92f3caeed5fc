"""Whose file it is: told by its keys, asked for when they do not tell, and never run."""

from pathlib import Path

import pytest

from tests.tunesmith.dialects.reading import read
from tunesmith.errors import UserError


def test_keys_that_several_trainers_have_do_not_tell(tmp_path: Path) -> None:
    text = "model_name_or_path: x/y\nlearning_rate: 1e-5\n"
    with pytest.raises(UserError, match=r"no key tells.*--from axolotl \| llama-factory \| trl"):
        read(tmp_path, text)
    assert read(tmp_path, text, "trl").overlay["base"]["model"] == "x/y"


def test_keys_of_two_trainers_are_shown(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"axolotl: sequence_len; llama-factory: stage\); say"):
        read(tmp_path, "sequence_len: 512\nstage: sft\n")


def test_an_unknown_trainer_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='no trainer "swift"; known: axolotl, llama-factory, trl'):
        read(tmp_path, "a: 1\n", "swift")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_a_file_without_settings_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="no settings in it"):
        read(tmp_path, text)


def test_aliases_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    with pytest.raises(UserError, match=r"aliases .* unfold to more than"):
        read(tmp_path, "\n".join(["stage: sft", *lines]))


@pytest.mark.parametrize(
    "text",
    [
        "stage: sft\noutput_dir: !!python/object/apply:os.system ['touch MARK']\n",
        "stage: sft\ndataset: [a, !!python/name:os.system x]\n",
        "!!python/object:os.X {stage: sft}\n",
    ],
)
def test_a_tag_that_asks_for_an_object_is_refused(tmp_path: Path, text: str) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(UserError, match=r"tag .*python/.*write a plain value"):
        read(tmp_path, text.replace("MARK", str(mark)))
    assert not mark.exists()


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"theirs\.yaml:3: not valid YAML"):
        read(tmp_path, "stage: sft\na: [1\n")


@pytest.mark.parametrize(
    "line", ["learning_rate: fast", "num_train_epochs: [1]", "lora_rank: {a: 1}"]
)
def test_a_value_of_the_wrong_kind_is_refused_in_one_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(UserError, match=r"theirs\.yaml: a setting has a value") as told:
        read(tmp_path, f"stage: sft\n{line}\n")
    assert "\n" not in str(told.value)
