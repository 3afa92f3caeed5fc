import gzip
import json
from pathlib import Path

import pytest

from tests.plain_rows import plain_chat
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.errors import UserError
from tunesmith.rows import Row, to_frame
from tunesmith.text.evaluation_sets import EvaluationSet

ENGLISH = "Weng earns $12 an hour for babysitting. Yesterday she did 50 minutes. How much was it?"
CHINESE = "常见家畜中输精管不形成输精管壶腹的是哪一种动物"


def held(tmp_path: Path, *questions: str) -> EvaluationSet:
    path = tmp_path / "exam.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as handle:
        handle.writelines(json.dumps({"question": question}) + "\n" for question in questions)
    return EvaluationSet(name="exam", path=str(path))


def dropped(known: EvaluationSet, *rows: Row) -> list[str | None]:
    verdicts = Decontaminate(against=(known,))(to_frame(rows), seed=0)
    return [verdict and verdict.partner for verdict in verdicts]


@pytest.mark.parametrize("question", [ENGLISH, CHINESE])
def test_a_question_is_found_alone_changed_and_inside_a_longer_row(
    question: str, tmp_path: Path
) -> None:
    known = held(tmp_path, "What colour is the sky over Mars at noon in the summer?", question)
    longer = (
        f"Solve these. 1) Name a river. 2) {question} 3) Draw a map. 请回答。" + " filler" * 300
    )
    rows = [
        plain_chat(1, question, "yes"),
        plain_chat(2, question.upper() + "!!", "yes"),
        plain_chat(3, longer, "yes"),
        plain_chat(4, "An example, please", f"Here is one: {question}"),
    ]
    assert dropped(known, *rows) == ["exam:2"] * 4


def test_another_question_of_the_same_pattern_stays(tmp_path: Path) -> None:
    other = "Anna earns $30 an hour for gardening. Today she did 20 minutes. How much was it?"
    assert dropped(held(tmp_path, ENGLISH), plain_chat(1, other, "10")) == [None]


def test_a_test_row_is_never_dropped(tmp_path: Path) -> None:
    assert dropped(held(tmp_path, ENGLISH), plain_chat(1, ENGLISH, "10", split="test")) == [None]


def test_a_column_that_is_not_there_is_named_with_the_way_out(tmp_path: Path) -> None:
    known = held(tmp_path, ENGLISH).model_copy(update={"column": "ask"})
    with pytest.raises(UserError, match=r'exam.jsonl.gz:1: no text in ask; set "column"'):
        dropped(known, plain_chat(1, "a", "b"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    known = EvaluationSet(name="exam", path=str(tmp_path / "none.jsonl"))
    with pytest.raises(UserError, match="none.jsonl: no such file; named by evaluation set exam"):
        dropped(known, plain_chat(1, "a", "b"))
