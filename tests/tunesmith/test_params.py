"""Dials: what is wrong in params.yaml is named with file, line and key."""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, PositiveInt

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.params import Params, read_seed


class Short(Component):
    kind: Literal["short"] = "short"
    words: PositiveInt


class Long(Component):
    kind: Literal["long"] = "long"
    letters: PositiveInt


class Section(Params):
    steps: list[Annotated[Short | Long, Field(discriminator="kind")]]
    limit: PositiveInt = 5


def write(folder: Path, text: str) -> Path:
    path = folder / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def failure(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        Section.read("clean", path)
    return str(caught.value)


def test_a_section_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, "clean:\n  steps:\n    - {kind: short, words: 3}\n")
    assert Section.read("clean", path) == Section(steps=[Short(words=3)])


def test_a_misspelt_key_names_line_key_guess_and_the_known_ones(tmp_path: Path) -> None:
    path = write(tmp_path, "clean:\n  steps:\n    - kind: short\n      wrods: 3\n")
    message = failure(path)
    assert f"{path}:4: clean.steps[0].wrods" in message
    assert 'did you mean "words"' in message
    assert "known keys: kind, words" in message


def test_an_unknown_kind_names_the_known_kinds(tmp_path: Path) -> None:
    message = failure(write(tmp_path, "clean:\n  steps:\n    - {kind: shrot, words: 3}\n"))
    assert ":3: clean.steps[0]" in message
    assert "'short', 'long'" in message


def test_a_wrong_value_names_line_and_key(tmp_path: Path) -> None:
    message = failure(write(tmp_path, "clean:\n  limit: 0\n  steps: []\n"))
    assert ":2: clean.limit: Input should be greater than 0" in message


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    message = failure(write(tmp_path, "clean:\n  steps:\n    - kind: short\n"))
    assert ":3: clean.steps[0].words: Field required" in message


def test_a_missing_section_names_those_that_exist(tmp_path: Path) -> None:
    assert 'no section "clean"; sections here: other' in failure(write(tmp_path, "other: 1\n"))


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    assert "params.yaml:3: not valid YAML" in failure(write(tmp_path, "a: 1\nb: [1\nc: 2\n"))


def test_a_text_that_only_dvc_cannot_read_is_named_with_the_way_out(tmp_path: Path) -> None:
    told = failure(write(tmp_path, "a: 1\nclean: {split: ood:law}\n"))
    assert "params.yaml:2: not valid YAML: found unexpected ':'; put a text" in told


def test_a_duplicate_key_is_refused(tmp_path: Path) -> None:
    assert "not valid YAML" in failure(write(tmp_path, "clean: 1\nclean: 2\n"))


def test_a_missing_file_says_where_to_run(tmp_path: Path) -> None:
    assert "run from the root of the project" in failure(tmp_path / "params.yaml")


@pytest.mark.parametrize("value", ["-1", "zero", "1.5"])
def test_a_seed_that_is_no_whole_number_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(UserError, match="seed: a whole number"):
        read_seed(write(tmp_path, f"seed: {value}\n"))


def test_aliases_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    names = "abcdefghi"
    for before, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    path = write(tmp_path, "\n".join(lines) + "\n")
    assert "unfold to more than 100,000 values" in failure(path)


def test_values_nested_too_deep_are_refused(tmp_path: Path) -> None:
    assert "nested too deep" in failure(write(tmp_path, "a: " + "[" * 800 + "]" * 800))
