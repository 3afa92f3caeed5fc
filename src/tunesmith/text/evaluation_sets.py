"""Finds the questions of a published evaluation set in other texts, whole or inside longer ones."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.text.differences import CJK, same_facts
from tunesmith.text.near_duplicates import near_pairs_between
from tunesmith.text.normalise import folded

QUESTIONS = ("question", "Question", "prompt", "instruction", "text")
UNIT = re.compile(rf"[{CJK}]|[^\s{CJK}]+")  # of a normal form: a CJK character, a word, a figure


class EvaluationSet(Component):
    """A JSON Lines file of questions, plain or .gz; `column` holds them (None: the usual names)."""

    name: str
    path: str
    column: str | None = None

    def questions(self) -> list[tuple[int, str]]:
        """Return line and text of each question.

        Raises:
            UserError: the file is missing or broken, or a row has no such column.
        """
        path = Path(self.path)
        opened = gzip.open if path.suffix == ".gz" else open
        try:
            with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
                filled = [(k, line) for k, line in enumerate(lines, 1) if line.strip()]
        except FileNotFoundError:
            raise UserError(f"{path}: no such file; named by evaluation set {self.name}") from None
        except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
            raise UserError(f"{path}: not JSON Lines in UTF-8, plain or gzip: {error}") from None
        if not filled:
            raise UserError(f"{path}: the file holds no question; evaluation set {self.name}")
        return [(number, self._question(line, number)) for number, line in filled]

    def _question(self, line: str, number: int) -> str:
        """Return the question of one line."""
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{self.path}:{number}: not JSON: {error.msg}") from None
        if not isinstance(record, dict):
            raise UserError(f"{self.path}:{number}: not a JSON object")
        wanted = (self.column,) if self.column else QUESTIONS
        found = next((record[name] for name in wanted if isinstance(record.get(name), str)), None)
        if found is None:
            raise UserError(
                f'{self.path}:{number}: no text in {" or ".join(wanted)}; set "column" of the '
                f"evaluation set {self.name}; columns here: {', '.join(map(str, record))}"
            )
        return str(found)


class Hit(NamedTuple):
    """A text and the question that it holds, both by position, and how much of it, 0 to 1."""

    text: int
    question: int
    score: float


def contained(
    texts: Sequence[str], questions: Sequence[str], size: int, ratio: float
) -> Iterator[Hit]:
    """Yield, for each text, the question of which it holds the most, if that is enough.

    Args:
        texts: any texts.
        questions: those of fewer than `size` words are skipped: too short to be anybody's.
        size: words of an n-gram; a CJK character is a word.
        ratio: share of a question's distinct n-grams that the text must hold, 0 to 1.

    Source: n-gram overlap as in appendix C of https://arxiv.org/abs/2005.14165 (there 13 words).
    """
    asked: dict[tuple[str, ...], list[int]] = defaultdict(list)
    totals = [0] * len(questions)
    for place, question in enumerate(questions):
        grams = _grams(question, size)
        totals[place] = len(grams)
        for gram in grams:
            asked[gram].append(place)
    for place, text in enumerate(texts):
        counts = Counter(q for gram in _grams(text, size) for q in asked.get(gram, ()))
        shares = [(count / totals[q], -q) for q, count in counts.items()]
        share, negative = max(shares, default=(0.0, 0))
        if share and share >= ratio:
            yield Hit(place, -negative, share)


def asked_again(
    texts: Sequence[str],
    questions: Sequence[str],
    similarity: float,
    seed: int,
    short_texts: int | None = None,
) -> Iterator[Hit]:
    """Yield texts that are as a whole at least `similarity` like a question, facts included.

    `short_texts` is for a part of the texts: see `short_left` of `near_pairs_between`.
    """
    for i, j, score in near_pairs_between(texts, questions, similarity, seed, short_texts):
        if folded(texts[i]) and same_facts(texts[i], questions[j]):
            yield Hit(i, j, score)


def _grams(text: str, size: int) -> set[tuple[str, ...]]:
    """Return the distinct n-grams of a text's words and figures."""
    units = UNIT.findall(folded(text))
    return set(zip(*(units[k:] for k in range(size)), strict=False))
