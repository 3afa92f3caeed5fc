"""Evaluation sets: files of questions that no train row may hold, and the folder of them."""

from pathlib import Path
from typing import Any

from pydantic import model_validator

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.text.json_lines import json_lines

QUESTIONS = ("question", "Question", "prompt", "instruction", "text")
ENDINGS = (".jsonl", ".jsonl.gz")


class EvaluationSet(Component):
    """A JSON Lines file of questions, plain or .gz; `column` holds them (None: the usual names).

    In params.yaml a name alone is enough for a file of the folder of evaluation sets.
    """

    name: str
    path: str | None = None
    column: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:
        """Take a name for a set of which nothing else is said."""
        return {"name": data} if isinstance(data, str) else data

    def located(self, folder: Path) -> "EvaluationSet":
        """Return the set with its path, which without one is that of its name in the folder.

        Raises:
            UserError: the folder has no file of that name; the message names those it has.
        """
        if self.path is not None:
            return self
        known = {one.name: one.path for one in sets_in(folder)}
        if self.name not in known:
            here = ", ".join(known) or "none"
            raise UserError(
                f"{folder}: no {self.name}.jsonl or .jsonl.gz; evaluation sets here: {here}; "
                "put the file there, or give the set a path"
            )
        return self.model_copy(update={"path": known[self.name]})

    def is_watched(self, folder: Path) -> bool:
        """Whether the file lies in the folder, which DVC watches."""
        return self.path is None or Path(self.path).resolve().is_relative_to(folder.resolve())

    def questions(self) -> list[tuple[int, str]]:
        """Return line and text of each question.

        Raises:
            UserError: the file is missing or broken, or a row has no such column.
        """
        assert self.path is not None, "a set is located before it is read"
        path = Path(self.path)
        found = [
            (number, self._question(record, number))
            for number, record in json_lines(path, f"evaluation set {self.name}")
        ]
        if not found:
            raise UserError(f"{path}: the file holds no question; evaluation set {self.name}")
        return found

    def _question(self, record: dict[str, Any], number: int) -> str:
        """Return the question of one line."""
        wanted = (self.column,) if self.column else QUESTIONS
        found = next((record[name] for name in wanted if isinstance(record.get(name), str)), None)
        if found is None:
            raise UserError(
                f'{self.path}:{number}: no text in {" or ".join(wanted)}; set "column" of the '
                f"evaluation set {self.name}; columns here: {', '.join(map(str, record))}"
            )
        return str(found)


def sets_in(folder: Path) -> list[EvaluationSet]:
    """Return the evaluation sets of a folder, by name; its other files are none."""
    files = sorted(path for end in ENDINGS for path in folder.glob(f"*{end}"))
    return [EvaluationSet(name=file.name.partition(".jsonl")[0], path=str(file)) for file in files]
