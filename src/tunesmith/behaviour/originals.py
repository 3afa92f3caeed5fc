"""Where cases begin: prompts that are written out, templates, and rows of the test split."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.rows import asking_of, question_of, written_row
from tunesmith.behaviour.template import SLOT, Values, combinations, filler
from tunesmith.behaviour.written import Task, Written
from tunesmith.fields import meets
from tunesmith.files import sha256_text
from tunesmith.rows import Row, reference_of
from tunesmith.text.script import script_language

Chance = Callable[[str], np.random.Generator]  # a source of chance that hangs on a name


class Original(NamedTuple):
    """What a case begins with.

    Attributes:
        name: of the case, inside of its test.
        row: what is asked.
        values: of the template's slots.
        variants: other questions that are written out.
        expect: of this case alone.
        answer: the right one, "" where unknown.
    """

    name: str
    row: Row
    values: Values = {}  # noqa: RUF012 - never changed
    variants: Sequence[str] = ()
    expect: Expect | None = None
    answer: str = ""


def originals(
    test: Written, test_rows: Sequence[Row], task: Task, chance: Chance, seed: int
) -> Iterator[Original]:
    """Yield what the cases of a test begin with, of test rows all that meet `where`."""
    if test.template is not None:
        yield from _from_template(test, task, chance)
    elif test.from_:
        yield from _from_rows(test, test_rows, seed)
    else:
        yield from _written(test, task)


def _written(test: Written, task: Task) -> Iterator[Original]:
    """Yield the prompts that are written out."""
    for number, case in enumerate(test.written_cases(), start=1):
        row = written_row(case.prompt, task, case.lang or test.lang)
        variants, expect = getattr(case, "variants", ()), getattr(case, "expect", None)
        yield Original(case.name or str(number), row, variants=variants, expect=expect)


def _from_template(test: Written, task: Task, chance: Chance) -> Iterator[Original]:
    """Yield a sample of the filled template."""
    assert test.template is not None, "asked for templates only"
    lang = test.lang or script_language(SLOT.sub(" ", test.template))
    drawn = combinations(test.fill, lang, test.most, chance("template"))
    for number, values in enumerate(drawn, start=1):
        row = written_row(filler(values)(test.template), task, test.lang)
        yield Original(str(number), row, values)


def _from_rows(test: Written, test_rows: Sequence[Row], seed: int) -> Iterator[Original]:
    """Yield the test rows that the test is about, shuffled by the seed and their ids."""
    found = [row for row in test_rows if meets(row, test.where)]
    found.sort(key=lambda row: sha256_text(f"{seed}:{test.test}:{row['id']}"))
    for row in found:
        asked = asking_of(row)
        if question_of(asked) is not None:
            yield Original(str(row["id"]), asked, answer=reference_of(row))
