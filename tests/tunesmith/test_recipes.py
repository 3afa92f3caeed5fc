"""Recipes change what they name, keep the rest with its comments, and are refused when wrong."""

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.recipes import apply, find_recipe

RECIPES = ["adapters", "chat", "classify", "continual", "demo", "distil", "dpo", "rlhf"]


@pytest.fixture
def params(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(root / "params.yaml", tmp_path / "params.yaml"))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Dials]]:
    """The dials after each recipe, laid on those that the project comes with."""
    folder = tmp_path_factory.mktemp("applied")
    found = {}
    for name in RECIPES:
        path = Path(shutil.copy(ROOT / "params.yaml", folder / f"{name}.yaml"))
        apply(find_recipe(name, ROOT / "recipes"), [], path)
        found[name] = path, Dials.read(path=path)
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_gives_valid_dials(applied: dict[str, tuple[Path, Dials]], name: str) -> None:
    assert applied[name][1].phases


@pytest.mark.parametrize("before", RECIPES)
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_gives_the_same_dials_whatever_was_applied_before(
    tmp_path: Path, applied: dict[str, tuple[Path, Dials]], before: str, name: str
) -> None:
    path = Path(shutil.copy(applied[before][0], tmp_path / "params.yaml"))
    apply(find_recipe(name, ROOT / "recipes"), [], path)
    assert Dials.read(path=path) == applied[name][1]


def test_the_recipe_demo_is_what_the_project_comes_with(root: Path, params: Path) -> None:
    before = Dials.read(path=params)
    apply(find_recipe("demo", root / "recipes"), [], params)
    assert Dials.read(path=params) == before


def test_a_recipe_keeps_one_blank_line_between_sections(root: Path, params: Path) -> None:
    apply(find_recipe("classify", root / "recipes"), [], params)
    lines = params.read_text().split("\n")
    blank = [place for place, line in enumerate(lines[:-1]) if not line]
    assert all(lines[place + 1][:1].isalpha() for place in blank)
    assert [place for place, line in enumerate(lines) if line[:1].isalpha()] == [
        place + 1 for place in blank
    ]


def test_what_is_set_can_be_read_by_dvc(params: Path) -> None:
    apply(None, ["collect.sources=[{kind: file, path: law.jsonl, split: 'ood:law'}]"], params)
    read = YAML(typ="safe").load(params.read_text())
    assert read["collect"]["sources"][0]["split"] == "ood:law"


def test_comments_and_order_stay(root: Path, params: Path) -> None:
    before = params.read_text().splitlines()
    apply(None, ["predict.batch_size=8"], params)
    after = params.read_text().splitlines()
    assert [line for line in after if line.lstrip().startswith("#")] == [
        line for line in before if line.lstrip().startswith("#")
    ]
    assert [line.split(":")[0] for line in after if line[:1].isalpha()] == [
        line.split(":")[0] for line in before if line[:1].isalpha()
    ]


def test_the_phases_of_a_recipe_are_all_the_phases(root: Path, params: Path) -> None:
    apply(find_recipe("classify", root / "recipes"), [], params)
    assert list(Dials.read(path=params).phases) == ["classifier"]


def test_a_setting_is_applied_after_the_recipe(root: Path, params: Path) -> None:
    apply(find_recipe("chat", root / "recipes"), ["collect.folder=data/mine"], params)
    assert Dials.read(path=params).collect.folder == Path("data/mine")


@pytest.mark.parametrize("place", ["[3]", "[length]"])
def test_a_step_is_named_by_its_place_or_its_kind(params: Path, place: str) -> None:
    apply(None, [f"clean.steps{place}.max_chars=123"], params)
    (step,) = [one for one in Dials.read(path=params).clean.steps if one.kind == "length"]
    assert step.max_chars == 123


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "clean.steps[lenght].max_chars=9",
            r"\[lenght\] fits 0 of: \[0\] repair_text, ",
        ),
        ("clean.steps[99].max_chars=9", r"\[99\] fits 0 of"),
        ("clean.steps[repair_text].max_chars=9", 'unknown key "max_chars"; known keys: kind'),
        ("predict.bach_size=8", 'did you mean "batch_size"'),
        ("predict.batch_size=0", "greater than 0"),
        ("nothing.here=1", 'no section "nothing"'),
        ("predict", "write key=value"),
        ("phases.sft.from=reward", 'no phase "reward"'),
        ("models.candidate.of=dpo", 'no "dpo"; known: base, champion, sft'),
    ],
)
def test_a_wrong_setting_is_refused_and_the_file_stays(
    params: Path, setting: str, said: str
) -> None:
    before = params.read_bytes()
    with pytest.raises(UserError, match=said):
        apply(None, [setting], params)
    assert params.read_bytes() == before


def test_an_unknown_recipe_names_the_known_ones(root: Path) -> None:
    with pytest.raises(UserError, match='no recipe "poetry"; known: .*chat, classify.*demo'):
        find_recipe("poetry", root / "recipes")


def test_a_sequence_goes_with_the_phases_that_it_was_of(root: Path, params: Path) -> None:
    before = Dials.read(path=params)
    apply(root / "recipes" / "continual.yaml", [], params)
    found = Dials.read(path=params)
    assert found.sequence.steps == {"english": "en", "candidate": "zh"}
    apply(root / "recipes" / "demo.yaml", [], params)
    after = Dials.read(path=params)
    assert (after.models, after.sequence, after.gate) == (
        before.models,
        before.sequence,
        before.gate,
    )


def test_rewards_and_limits_go_with_the_phases_that_they_were_of(root: Path, params: Path) -> None:
    before = Dials.read(path=params).reward
    apply(root / "recipes" / "rlhf.yaml", [], params)
    found = Dials.read(path=params)
    assert found.reward.rewards
    assert [one.metric for one in found.gate.limits] == ["rouge_l"]
    apply(root / "recipes" / "classify.yaml", [], params)
    after = Dials.read(path=params)
    assert (after.reward, after.gate.limits) == (before, ())
