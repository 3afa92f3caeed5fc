"""One person's work: which row is next, what was said of it, what is taken back."""

import threading
from typing import Any, TypeAlias

from tunesmith.human.comparison import Comparison, digest
from tunesmith.human.journal import Journal
from tunesmith.human.messages import Answer, Undo
from tunesmith.human.newest import newest
from tunesmith.human.order import first_is_left, shuffled
from tunesmith.human.rating import Marks, Rating
from tunesmith.human.task import Task
from tunesmith.local_page.server import ConflictError, RefusedError
from tunesmith.rows import message_text, prompt_of, reference_of

State: TypeAlias = dict[str, Any]


class Desk:
    """The comparisons in one person's order, and their file.

    Attributes:
        stale: rows that were rated when a model answered something else; they come again.
    """

    def __init__(self, annotator: str, task: Task, journal: Journal) -> None:
        """Take a file; rows with two identical answers are written down as ties."""
        self._annotator, self._task, self._journal = annotator, task, journal
        self._mutex = threading.Lock()
        self._known = {one.id: one for one in task.comparisons}
        asked = [one.id for one in task.comparisons if not one.identical]
        self._rows = {one: self._known[one] for one in shuffled(asked, task.seed, annotator)}
        last = self._newest().items()
        self.stale = sum(row in self._rows and not self._holds(one) for row, one in last)
        self._tie_identical()

    def state(self) -> State:
        """Return what the page shows: how far the work is, and the next comparison."""
        with self._mutex:
            return self._state()

    def rate(self, answer: Answer) -> State:
        """Write a rating down and return the next comparison; the same sent again counts once.

        Raises:
            ConflictError: another window has rated meanwhile.
            RefusedError: a criterion that nobody asked for.
            OSError: it could not be written, and is not.
        """
        unknown = sorted(set(answer.ratings) - set(self._task.criteria))
        if unknown:
            raise RefusedError(f"no criterion {', '.join(unknown)}")
        with self._mutex:
            if not self._was_sent_before(answer):
                item = self._next()
                if answer.number != len(self._journal.ratings) or not item or item.id != answer.row:
                    raise ConflictError
                self._journal.add(self._rating(item, answer))
            return self._state()

    def undo(self, wish: Undo) -> State:
        """Withdraw the last rating by a further line; its row is the next comparison again.

        Raises:
            ConflictError: another window has rated meanwhile.
            RefusedError: there is none to take back.
            OSError: it could not be written, and is not.
        """
        with self._mutex:
            if wish.number != len(self._journal.ratings):
                raise ConflictError
            rated = self._rated()
            if not rated:
                raise RefusedError("no rating to take back")
            last = list(rated.values())[-1]
            self._journal.add(last.model_copy(update={"withdrawn": True}))
            return self._state()

    def close(self) -> None:
        """Wait for a rating that is being written, then let go of the file."""
        self._mutex.acquire()
        self._journal.close()

    def _state(self) -> State:
        """Return the state, for who holds the mutex."""
        item, rated = self._next(), self._rated()
        return {
            "number": len(self._journal.ratings),
            "done": len(rated),
            "total": len(self._rows),
            "identical": self._task.identical,
            "criteria": list(self._task.criteria),
            "item": self._shown(item) if item else None,
        }

    def _shown(self, item: Comparison) -> State:
        """Return a comparison without the models' names."""
        left, right = item.answers if self._left(item) == item.models[0] else item.answers[::-1]
        before = self._withdrawn(item)
        return {
            "row": item.id,
            "lang": item.row["lang"],
            "turns": [
                {"role": turn["role"], "text": message_text(turn)} for turn in prompt_of(item.row)
            ],
            "images": len(item.row["images"] or ()),
            "reference": reference_of(item.row),
            "left": left,
            "right": right,
            "answers": digest(f"{left}\0{right}"),
            "before": before and before.model_dump(include={"choice", "ratings", "comment"}),
        }

    def _next(self) -> Comparison | None:
        """Return the comparison to ask about, None at the end: one taken back, else in order."""
        rated = self._rated()
        waiting = [one for one in self._rows if one not in rated]
        back = self._last_withdrawn()
        if back in waiting:
            return self._rows[back]
        return self._rows[waiting[0]] if waiting else None

    def _rated(self) -> dict[str, Rating]:
        """Return the rating of each row that has one, in the order in which they were given."""
        return {
            row: one
            for row, one in self._newest().items()
            if row in self._rows and self._holds(one) and not one.withdrawn
        }

    def _newest(self) -> dict[str, Rating]:
        """Return the line that counts about each row and these models, in the order of lines."""
        return {
            one.row: one
            for one in newest(self._journal.ratings)
            if one.row in self._known and one.models == set(self._known[one.row].models)
        }

    def _last_withdrawn(self) -> str | None:
        """Return the row of the newest line, if that line takes a rating back."""
        lines = self._journal.ratings
        return lines[-1].row if lines and lines[-1].withdrawn else None

    def _withdrawn(self, item: Comparison) -> Rating | None:
        """Return what was just taken back of a row, for the page to fill in again."""
        last = self._newest().get(item.id)
        return last if last and last.withdrawn and self._holds(last) else None

    def _holds(self, rating: Rating) -> bool:
        """True for a rating of the very answers that the models give now."""
        return rating.answers == self._known[rating.row].pairs

    def _left(self, item: Comparison) -> str:
        """Return the model whose answer this person sees on the left."""
        first = first_is_left(self._task.seed, self._annotator, item.id)
        return item.models[0] if first else item.models[1]

    def _rating(self, item: Comparison, answer: Answer) -> Rating:
        """Return the line for an answer of the page."""
        marks = {name: one for name, one in answer.ratings.items() if one != Marks()}
        said = {"choice": answer.choice, "ratings": marks, "comment": answer.comment.strip()}
        return self._line(item).model_copy(update=said)

    def _line(self, item: Comparison) -> Rating:
        """Return a tie about a comparison."""
        return Rating(
            annotator=self._annotator,
            row=item.id,
            first=item.models[0],
            second=item.models[1],
            first_sha256=item.digests[0],
            second_sha256=item.digests[1],
            left=self._left(item),
            choice="tie",
        )

    def _was_sent_before(self, answer: Answer) -> bool:
        """True if the newest line is this very answer: the page did not hear that it was kept."""
        lines = self._journal.ratings
        item = self._rows.get(answer.row)
        if item is None or not lines or answer.number != len(lines) - 1:
            return False
        return lines[-1] == self._rating(item, answer)

    def _tie_identical(self) -> None:
        """Write a tie for each comparison of identical answers whose newest line is none."""
        ties = {row for row, one in self._newest().items() if one.automatic and self._holds(one)}
        for item in self._known.values():
            if item.identical and item.id not in ties:
                self._journal.add(self._line(item).model_copy(update={"automatic": True}))
