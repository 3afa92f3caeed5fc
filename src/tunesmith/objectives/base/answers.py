"""Answers that a teacher writes, greedily, once, to prompts that others or nobody answered."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.files import read_json, sha256_text, write_json, write_jsonl
from tunesmith.objectives.base.setting import Setting
from tunesmith.objectives.base.teacher import refuse_other_task
from tunesmith.prediction.generate import Generation, generate
from tunesmith.rows import Row, prompt_of
from tunesmith.tasks import chat, completion

KEPT, LEFT = "answers.json", "taught.jsonl"


@dataclass(frozen=True)
class Written:
    """What a teacher wrote.

    Attributes:
        rows: with its answers, encoded; those that are not whole are left out.
        counts: of answers that were taken and left out.
        left: the file of the rows, which stays with the model.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    left: list[Path] = field(default_factory=list)


def written(setting: Setting, rows: list[Row], most: int) -> Written:
    """Return rows with the teacher's answers.

    Args:
        setting: of the training.
        rows: whose prompts are answered; of none nothing comes, and no teacher is asked.
        most: tokens of an answer; a longer one is left out.

    Raises:
        UserError: not one answer is whole.
    """
    if not rows:
        return Written()
    made, counts = _whole(rows, _answers(setting, rows, most))
    if setting.rank == 0:
        write_jsonl(setting.work / LEFT, [_line(row) for row in made])
    if not made:
        raise UserError(
            f"objective: none of the teacher's {len(rows):,} answers ends within max_new_tokens "
            f"{most}, or all are empty; raise it, or take a teacher that was trained to answer"
        )
    return Written(setting.encode(made), counts, [setting.work / LEFT])


def _answers(setting: Setting, rows: list[Row], most: int) -> list[dict[str, Any]]:
    """Return the teacher's answer to every row, made once and kept in the work folder."""
    path = setting.work / KEPT
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


def _whole(rows: list[Row], answers: list[dict[str, Any]]) -> tuple[list[Row], dict[str, int]]:
    """Return the rows with whole answers, and how many were left out and why."""
    made: list[Row] = []
    counts = {"taught": 0, "empty": 0, "unfinished": 0}
    for row, one in zip(rows, answers, strict=True):
        what = "taught" if one["text"] and one["finished"] else "empty"
        what = "unfinished" if one["text"] and not one["finished"] else what
        counts[what] += 1
        if what == "taught":
            made.append(_made(row, one["text"], one["teacher"]))
    return made, counts


def _made(row: Row, text: str, teacher: str) -> Row:
    """Return a row that names its parent and who made it."""
    return {
        **row,
        "id": sha256_text(f"{row['id']}:{teacher}:{text}")[:16],
        "task": "chat",
        "messages": None,
        "prompt": prompt_of(row),
        "completion": [{"role": "assistant", "content": text}],
        "parent": row["id"],
        "op": f"distil:{teacher}",
    }


def _line(row: Row) -> dict[str, Any]:
    """Return what is kept of a made row beside the model."""
    return {key: row[key] for key in ("id", "parent", "op", "prompt", "completion")}
