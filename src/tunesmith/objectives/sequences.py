"""Distillation of sequences: the teacher answers the prompts, and the student learns its answers.

Source: https://arxiv.org/abs/1606.07947, with greedy answers instead of a beam's best.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt

from tunesmith.errors import UserError
from tunesmith.files import read_json, sha256_text, write_json, write_jsonl
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.next_tokens import count_of, likelihood_sum, logits_of
from tunesmith.objectives.base.taught import TaughtCollator
from tunesmith.objectives.base.teacher import Teacher, refuse_other_task
from tunesmith.prediction.generate import Generation, generate
from tunesmith.rows import Row, prompt_of
from tunesmith.tasks import chat, completion

KEPT, LEFT = "answers.json", "taught.jsonl"


class Sequences(TrainingObjective):
    """Train on a teacher's answers in place of the rows' own; its tokenizer may be any.

    Validation keeps the answers of the rows, so that its loss can be compared with other phases'.
    """

    kind: Literal["sequences"] = "sequences"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "completion")
    best_by: ClassVar[tuple[str, ...]] = ("loss",)
    max_new_tokens: PositiveInt = 128  # an answer that is longer is left out
    teacher: Teacher | None = None  # None: the model that the phase trains `with`

    def bound(self, setting: Setting) -> "SequencesBound":
        """Return the objective with the rows that the teacher has made.

        Raises:
            UserError: not one of its answers is whole.
        """
        taught, counts = _taught(setting, _answers(setting, self.max_new_tokens))
        if setting.rank == 0:
            write_jsonl(setting.work / LEFT, [_line(row) for row in taught])
        if not taught:
            raise UserError(
                f"objective: none of the teacher's {len(setting.rows[0]):,} answers ends within "
                f"max_new_tokens {self.max_new_tokens}, or all are empty; raise it, or take a "
                "teacher that was trained to answer"
            )
        return SequencesBound(
            setting.encode(taught),
            setting.validation,
            TaughtCollator(setting.tokenizer.pad_token_id),
            left=[setting.work / LEFT],
            counts=counts,
        )


def _answers(setting: Setting, most: int) -> list[dict[str, Any]]:
    """Return the teacher's answer to every train row, made once and kept in the work folder."""
    path, rows = setting.work / KEPT, setting.rows[0]
    key = sha256_text(repr([row["id"] for row in rows]))
    found = read_json(path) if path.exists() else {}
    there = found.get("rows") == key
    if all(setting.gathered(there)):
        return list(found["answers"])
    share = -(-len(rows) // setting.processes)
    own = rows[setting.rank * share : (setting.rank + 1) * share]
    made = [
        {"text": one.text, "finished": one.finished, "teacher": name}
        for one, name in _generated(setting, own, most)
    ]
    answers = [one for part in setting.gathered(made) for one in part]
    if setting.rank == 0:
        write_json(path, {"answers": answers, "rows": key})
    return answers


def _generated(setting: Setting, rows: list[Row], most: int) -> list[tuple[Generation, str]]:
    """Ask the teacher, in its own template, and return its answers and its name."""
    teacher = setting.partner("chat")
    refuse_other_task(teacher, "chat")
    trained = teacher.manifest
    form = completion if trained is not None and trained.task == "completion" else chat
    tokenizer = teacher.tokenizer
    prompts = [form.encode_prompt(prompt_of(row), tokenizer, row.get("tools")) for row in rows]
    prompts = [ids[-setting.max_length :] for ids in prompts]
    with setting.precision():
        found = generate(teacher.model, tokenizer, prompts, setting.batch_rows, most)
    base = teacher.descriptor
    name = f"{trained.phase if trained is not None else base.model}@{base.digest[:12]}"
    return [(one, name) for one in found]


def _taught(setting: Setting, answers: list[dict[str, Any]]) -> tuple[list[Row], dict[str, int]]:
    """Return the rows with whole answers, and how many were left out and why."""
    taught: list[Row] = []
    counts = {"taught": 0, "empty": 0, "unfinished": 0}
    for row, one in zip(setting.rows[0], answers, strict=True):
        what = "taught" if one["text"] and one["finished"] else "empty"
        what = "unfinished" if one["text"] and not one["finished"] else what
        counts[what] += 1
        if what == "taught":
            taught.append(_made(row, one["text"], one["teacher"]))
    return taught, counts


def _made(row: Row, text: str, teacher: str) -> Row:
    """Return a row that names its parent and who made it."""
    return {
        **row,
        "id": sha256_text(f"{row['id']}:{teacher}:{text}")[:16],
        "messages": None,
        "prompt": prompt_of(row),
        "completion": [{"role": "assistant", "content": text}],
        "parent": row["id"],
        "op": f"distil:{teacher}",
    }


def _line(row: Row) -> dict[str, Any]:
    """Return what is kept of a made row beside the model."""
    return {key: row[key] for key in ("id", "parent", "op", "prompt", "completion")}


@dataclass
class SequencesBound(Bound):
    """The likelihood of the teacher's answers.

    Attributes:
        counts: of answers that were taken and left out.
    """

    counts: dict[str, int] | None = None

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the cross-entropy."""
        labels = inputs["labels"]
        return Sums(likelihood_sum(logits_of(model, inputs), labels), count_of(labels))

    def findings(self, model: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return how many rows the teacher made."""
        return {"sequences": self.counts or {}}
