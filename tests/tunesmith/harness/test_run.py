"""Models are measured on tasks and compared on the same rows, without a network."""

import copy
import json
import math
import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.tiny import TEMPLATE
from tests.tunesmith.harness.toys import CHOICES, SETTINGS, write_long, write_tasks
from tests.tunesmith.methods.trying import describe, try_out
from tunesmith.errors import UserError
from tunesmith.harness.measure import Measured, lines_of, run_tasks
from tunesmith.harness.paired import compare
from tunesmith.harness.run import Asked, chats, measure_models, write_records
from tunesmith.harness.tasks import load_tasks
from tunesmith.models.load import Loaded, load
from tunesmith.stats.score import proportion

pytestmark = pytest.mark.skipif(
    find_spec("lm_eval") is None, reason="lm_eval is not installed: `make harness`"
)

TASKS = ["pick", "speak", "read"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tasks(tmp_path_factory.mktemp("project") / "tasks")


def asked(**changes: Any) -> Asked:
    dials = {"tasks": TASKS, "chat": True, "batch_size": 4, "limit": None, "shots": 1, "seed": 0}
    return Asked.model_validate(dials | changes)


def run(loaded: Loaded, folder: Path, chat: bool = False, size: int = 4) -> Measured:
    return run_tasks(loaded, load_tasks(TASKS, folder, 1), chat, size, None, 0)


def answers(samples: dict[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    return {task: [row["resps"] for row in rows] for task, rows in samples.items()}


def flat(given: Any) -> list[Any]:
    return (
        [part for one in given for part in flat(one)]
        if isinstance(given, list | tuple)
        else [given]
    )


def test_in_plain_text_the_numbers_are_those_of_the_reference(tiny: Loaded, folder: Path) -> None:
    check_against_reference(tiny, folder, chat=False)


@pytest.mark.slow
def test_in_chat_the_numbers_are_those_of_the_reference(models: Path, folder: Path) -> None:
    check_against_reference(load(models / "sft", "completion", []), folder, chat=True)


def check_against_reference(loaded: Loaded, folder: Path, chat: bool) -> None:
    """Compare with what lm_eval's own class makes of the same loaded model."""
    from lm_eval.evaluator import evaluate
    from lm_eval.models.huggingface import HFLM

    ours = run(loaded, folder, chat)
    tasks = load_tasks(TASKS, folder, 1)
    for task in tasks["tasks"].values():
        task.set_fewshot_seed(seed=0)
    theirs = evaluate(
        lm=HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=4),
        task_dict=tasks,
        bootstrap_iters=0,
        apply_chat_template=chat,
        fewshot_as_multiturn=chat,
    )
    found, given = answers(ours.samples), answers(theirs["samples"])
    assert found["speak"] == given["speak"]
    assert any(flat(found["speak"]))
    for task in ("pick", "read"):
        assert flat(found[task]) == pytest.approx(flat(given[task]), rel=1e-5), task
    values = {(one.task, one.metric): one.value for one in lines_of(theirs)}
    assert {(one.task, one.metric): one.value for one in ours.lines} == pytest.approx(values)


def check_batch_sizes(loaded: Loaded, folder: Path, chat: bool) -> None:
    """Compare single texts with batches of eight."""
    one, many = run(loaded, folder, chat, 1), run(loaded, folder, chat, 8)
    assert answers(one.samples)["speak"] == answers(many.samples)["speak"]
    assert any(flat(answers(one.samples)["speak"]))
    assert [line.value for line in one.lines] == pytest.approx([line.value for line in many.lines])


def test_the_batch_size_changes_no_result(tiny: Loaded, folder: Path) -> None:
    check_batch_sizes(tiny, folder, chat=False)


def test_every_metric_has_its_rows_and_an_error(tiny: Loaded, folder: Path) -> None:
    lines = {(line.task, line.metric): line for line in run(tiny, folder).lines}
    assert set(lines) == {
        ("pick", "acc"), ("speak", "exact_match"), ("speak", "chrf"), ("read", "bits_per_byte")
    }  # fmt: skip
    assert {line.n for line in lines.values()} == {len(CHOICES)}
    assert all(line.stderr is not None for line in lines.values())
    assert lines["read", "bits_per_byte"].stderr > 0
    share = proportion(lines["pick", "acc"].value * 9, 9, 0.95)
    assert [lines["pick", "acc"].low, lines["pick", "acc"].high] == [share.low, share.high]
    assert [line.metric for line in lines.values() if line.low is None] == ["chrf"]
    assert lines["pick", "acc"].version == "2"
    assert [lines["pick", "acc"].n_shot, lines["pick", "acc"].higher_is_better] == [1, True]


def test_a_perplexity_that_no_number_holds_is_none_with_a_word(
    tiny: Loaded, tmp_path: Path
) -> None:
    tasks = load_tasks(["long"], write_long(tmp_path / "tasks"), 0)
    found = run_tasks(tiny, tasks, False, 4, None, 0)
    bits, words = sorted(found.lines, key=lambda line: line.metric)
    assert [words.value, words.stderr, words.low, words.high] == [None] * 4
    assert words.why is not None
    assert "too large for a number" in words.why
    assert bits.value is not None
    assert bits.why is None
    compared = compare(found, found, tasks, 0)
    assert [gap.metric for gap in compared.differences] == ["bits_per_byte"]
    assert [(one.metric, one.why[:8]) for one in compared.left_out] == [
        ("word_perplexity", "infinite")
    ]


def test_perplexities_that_fit_are_lm_eval_s_own(tiny: Loaded, folder: Path) -> None:
    from lm_eval.api.metrics import weighted_perplexity

    tasks = load_tasks(["read"], folder, 0)
    tasks["tasks"]["read"]._aggregation_list["bits_per_byte"] = weighted_perplexity
    found = run_tasks(tiny, tasks, False, 4, None, 0)
    [line] = found.lines
    rows = [row["bits_per_byte"] for row in found.samples["read"]]
    assert line.value == weighted_perplexity(rows)
    assert line.stderr is not None


def test_a_group_has_one_line_and_its_tasks_are_compared(tiny: Loaded, folder: Path) -> None:
    tasks = load_tasks(["both"], folder, 0)
    found = run_tasks(tiny, tasks, False, 4, None, 0)
    both = {line.task: line for line in found.lines if line.metric == "acc"}
    assert [both["both"].value, both["both"].n] == [both["pick"].value, 9]
    assert both["both"].version == "3"
    compared = compare(found, found, tasks, 0)
    assert [gap.task for gap in compared.differences] == ["pick", "speak"]
    assert [one.why for one in compared.left_out if one.task == "both"] == [
        "a group: its tasks are compared one by one"
    ]


def test_prompts_that_are_cut_are_counted(
    tiny: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tasks(tmp_path / "tasks", {**SETTINGS, "max_gen_toks": 500})
    tasks = load_tasks(["speak"], folder, 0)
    assert run_tasks(tiny, tasks, False, 4, 2, 0).cut == 2
    tasks = load_tasks(["speak"], write_tasks(tmp_path / "b", {**SETTINGS, "max_gen_toks": 512}), 0)
    with pytest.raises(UserError, match=r"answers of 512 tokens, and the model reads 512 with"):
        run_tasks(tiny, tasks, False, 4, 2, 0)


def test_a_long_context_loses_its_beginning(tiny: Loaded) -> None:
    from lm_eval.api.instance import Instance

    from tunesmith.harness.model import TunesmithLM

    model = TunesmithLM(tiny, False, 2)
    texts = ["x" * 300 + "y" * 511, "z" * 40 + "y" * 511]
    asked = [Instance("loglikelihood", {}, (text, "ab"), 0) for text in texts]
    [first, second] = model.loglikelihood(asked)
    assert first[0] == pytest.approx(second[0], rel=1e-6)
    assert model.cut == 2
    with pytest.raises(UserError, match="probability of 600 tokens, and the model reads 512"):
        model.loglikelihood([Instance("loglikelihood", {}, ("x", "a" * 600), 0)])


def test_a_task_that_draws_at_random_is_refused(tiny: Loaded, tmp_path: Path) -> None:
    folder = write_tasks(tmp_path / "tasks", {**SETTINGS, "do_sample": True, "temperature": 0.7})
    with pytest.raises(UserError, match="task speak: it draws answers at random"):
        run_tasks(tiny, load_tasks(["speak"], folder, 0), False, 4, 2, 0)


def test_a_package_that_scoring_needs_is_named(tiny: Loaded, tmp_path: Path) -> None:
    folder = write_tasks(tmp_path / "tasks")
    (folder / "code.py").write_text("def score(doc, results):\n    import no_such_package\n")
    text = (folder / "pick.yaml").read_text()
    (folder / "pick.yaml").write_text(text + "process_results: !function code.score\n")
    with pytest.raises(UserError, match="--task pick: its code needs the package no_such_package"):
        run_tasks(tiny, load_tasks(["pick"], folder, 0), False, 4, 2, 0)


def test_a_template_without_system_turns_is_named(tiny: Loaded, tmp_path: Path) -> None:
    folder = write_tasks(tmp_path / "tasks")
    text = (folder / "pick.yaml").read_text()
    (folder / "pick.yaml").write_text(text + "description: Answer.\n")
    tokenizer = copy.deepcopy(tiny.tokenizer)
    tokenizer.chat_template = (
        "{%- if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif -%}"
        f"{TEMPLATE}"
    )
    other = replace(tiny, tokenizer=tokenizer)
    with pytest.raises(UserError, match="the roles .'system', 'user'.: no system; or .*--plain"):
        run_tasks(other, load_tasks(["pick"], folder, 0), True, 4, 2, 0)


def measured(right: list[int], folder: Path, tiny: Loaded) -> Measured:
    """Return a run on `pick` in which these rows are right."""
    tasks = load_tasks(["pick"], folder, 0)
    found = run_tasks(tiny, tasks, False, 4, None, 0)
    for row in found.samples["pick"]:
        row["acc"] = float(row["doc_id"] in right)
    return found


def test_two_models_are_compared_row_by_row(tiny: Loaded, folder: Path) -> None:
    first = measured([0, 1, 2, 3, 4, 5, 6], folder, tiny)
    second = measured([6, 7], folder, tiny)
    [gap] = compare(first, second, load_tasks(["pick"], folder, 0), 0).differences
    assert gap.difference == pytest.approx(5 / 9)
    assert gap.p == pytest.approx(2 * (1 + 7) / 2**7)  # 6 rows against 1
    assert [gap.test, gap.n] == ["mcnemar", 9]
    assert gap.low < 5 / 9 < gap.high


def test_one_row_has_no_difference(tiny: Loaded, folder: Path) -> None:
    tasks = load_tasks(["pick", "read"], folder, 0)
    found = run_tasks(tiny, tasks, False, 4, 1, 0)
    compared = compare(found, found, tasks, 0)
    assert compared.differences == []
    assert {one.why for one in compared.left_out} == {
        "one row: how far it would be from another is not known"
    }


def test_a_row_that_is_no_number_leaves_its_metric_out(tiny: Loaded, folder: Path) -> None:
    first, second = measured([0, 1], folder, tiny), measured([0, 1], folder, tiny)
    second.samples["pick"][4]["acc"] = math.nan
    compared = compare(first, second, load_tasks(["pick"], folder, 0), 0)
    assert compared.differences == []
    [left_out] = compared.left_out
    assert [left_out.task, left_out.metric] == ["pick", "acc"]
    assert "no number of one of the models" in left_out.why


def test_a_metric_of_other_rows_is_left_out(tiny: Loaded, folder: Path) -> None:
    first, second = measured([0, 1], folder, tiny), measured([0, 1], folder, tiny)
    second.samples["pick"][4]["metrics"] = []
    [left_out] = compare(first, second, load_tasks(["pick"], folder, 0), 0).left_out
    assert left_out.why == "the task scores other rows of one model than of the other"


def test_rows_that_are_not_the_same_are_not_compared(tiny: Loaded, folder: Path) -> None:
    tasks = load_tasks(TASKS, folder, 1)
    with pytest.raises(UserError, match="task pick: the two models read other prompts"):
        compare(run(tiny, folder, True), run(tiny, folder, False), tasks, 0)


@pytest.fixture(scope="module")
def models(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base, a phase of chat and one of virtual tokens."""
    root = tmp_path_factory.mktemp("models")
    base = describe(tiny_base, root / "base")
    for name, method in (("sft", {"kind": "lora", "r": 2}), ("soft", {"kind": "prompt"})):
        try_out(base, root / f"work-{name}", method, epochs=1).folder.rename(root / name)
    return root


@pytest.mark.slow
def test_a_record_holds_what_was_measured_and_by_what(
    models: Path, folder: Path, tmp_path: Path
) -> None:
    pair = [models / "sft", models / "base"]
    [first, second] = measure_models(pair, asked(), folder)
    files = write_records([first, second], tmp_path)
    held = json.loads(files[0].read_text())
    assert [file.name for file in files] == ["sft.json", "base.json"]
    assert [held["model"]["method"], held["against"]["model"]["name"]] == ["lora", "base"]
    assert held["against"]["results"] == json.loads(files[1].read_text())["results"]
    compared = held["against"]["compared"]
    assert {(one["task"], one["test"]) for one in compared["differences"]} == {
        ("pick", "mcnemar"), ("speak", "mcnemar"), ("read", "bootstrap")
    }  # fmt: skip
    assert [one["metric"] for one in compared["left_out"]] == ["chrf"]
    assert held["versions"]["lm_eval"]
    assert str(folder) not in files[0].read_text()
    again = write_records(measure_models(pair, asked(), folder), tmp_path / "again")
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in files]


@pytest.mark.slow
def test_virtual_tokens_answer_the_same_at_every_batch_size(models: Path, folder: Path) -> None:
    check_batch_sizes(load(models / "soft", "completion", []), folder, chat=False)


@pytest.mark.slow
def test_a_classifier_is_refused(models: Path, tmp_path: Path, folder: Path) -> None:
    shutil.copytree(models / "sft", tmp_path / "intent")
    manifest = tmp_path / "intent" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"task": "chat"', '"task": "classification"'))
    with pytest.raises(UserError, match="intent: a classifier, which gives labels and no text"):
        measure_models([tmp_path / "intent"], asked(), folder)


@pytest.mark.slow
def test_a_phase_of_chat_is_known_by_its_manifest(models: Path) -> None:
    assert chats(models / "sft")
    assert not chats(models / "base")
