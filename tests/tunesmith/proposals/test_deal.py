"""Quotas are dealt to makers, and no proposal repeats what is held out, learnt or proposed."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.proposals.test_makers import bench
from tunesmith.proposals.deal import Dealer
from tunesmith.proposals.guard import Guard
from tunesmith.proposals.line import Proposal
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker
from tunesmith.proposals.membership import Membership
from tunesmith.proposals.target import Target, deal
from tunesmith.proposals.turns import in_turn
from tunesmith.rows import Row

TRAIN = [plain_chat(f"t{k}", f"Is shop {k} in town {k}?", "yes") for k in range(40)]


class Fixed(Maker):
    """Gives rows that a test hands in."""

    kind: Literal["fixed", "other"] = "fixed"
    rows: list[Any]
    beyond_quota: ClassVar[bool] = False
    fresh: bool = False

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        return Made([Candidate(row, 1 - place / 100) for place, row in enumerate(self.rows)])


def asked(*names: str, lang: str = "en") -> list[Row]:
    return [plain_chat(name, f"what about {name} then", "fine", lang=lang) for name in names]


def target(quota: int, name: str = "slice") -> Target:
    return Target(name, "why", Membership(), [], {"en": 1.0}, quota)


def run(
    makers: Sequence[Maker], *targets: Target, **held: list[Row]
) -> tuple[list[Proposal], Guard]:
    guard = Guard(held.get("held_out", []), TRAIN, held.get("earlier", []), 0.9, 0)
    return Dealer(makers, bench(TRAIN), guard).run(targets), guard


def names(found: Sequence[Proposal]) -> list[str]:
    return [one.candidate.row["id"].removeprefix("row-") for one in found]


def test_what_one_maker_cannot_fill_the_next_one_does() -> None:
    few, many = Fixed(rows=asked("a")), Fixed(kind="other", rows=asked("b", "c", "d", "e"))
    found, _ = run([few, many], target(4))
    assert names(found) == ["a", "b", "c", "d"]
    assert [one.maker for one in found] == ["fixed", "other", "other", "other"]


def test_what_the_last_maker_cannot_fill_the_spares_of_the_first_do() -> None:
    many, few = Fixed(rows=asked("a", "b", "c", "d")), Fixed(kind="other", rows=asked("e"))
    assert names(run([many, few], target(4))[0]) == ["a", "b", "c", "e"]


def test_a_maker_of_share_0_fills_what_the_others_leave() -> None:
    gaps, first = Fixed(rows=asked("a", "b", "c"), share=0.0), Fixed(kind="other", rows=asked("d"))
    assert sorted(names(run([gaps, first], target(3))[0])) == ["a", "b", "d"]
    assert names(run([gaps, first], target(1))[0]) == ["d"]


def test_shares_part_the_quota() -> None:
    some = Fixed(rows=asked("a", "b", "c", "d"))
    most = Fixed(kind="other", rows=asked("e", "f", "g", "h"), share=3.0)
    assert names(run([some, most], target(4))[0]) == ["a", "e", "f", "g"]


def test_a_row_is_proposed_once_for_the_first_slice() -> None:
    found, guard = run([Fixed(rows=asked("a", "b"))], target(1), target(2, "later"))
    assert [(one.target.name, *names([one])) for one in found] == [("slice", "a"), ("later", "b")]
    assert guard.refusals["fixed"] == {"proposed_twice": 1}


@pytest.mark.parametrize(
    ("held", "reason"),
    [("held_out", "repeats_held_out_row"), ("earlier", "repeats_earlier_round")],
)
def test_a_row_that_repeats_a_held_out_row_or_an_earlier_round_is_refused(
    held: str, reason: str
) -> None:
    found, guard = run([Fixed(rows=asked("a", "b"))], target(4), **{held: asked("a")})
    assert names(found) == ["b"]
    assert guard.refusals["fixed"] == {reason: 1}


@pytest.mark.parametrize("text", ["What about  A then?", "what about a, then!"])
def test_a_row_that_asks_a_test_question_in_other_case_is_refused_and_named(text: str) -> None:
    held = [plain_chat("x", text, "another answer", split="test")]
    found, guard = run([Fixed(rows=asked("a"))], target(4), held_out=held)
    assert found == []
    [named] = guard.named
    assert (named["source"], named["repeats"]) == ("toy.jsonl:a", "toy.jsonl:x")
    assert (named["maker"], named["split"]) == ("fixed", "test")


def test_a_row_that_train_has_is_refused_unless_it_replaces_one() -> None:
    found, guard = run([Fixed(rows=[{**TRAIN[0], "id": "new"}])], target(4))
    assert (found, guard.refusals["fixed"]) == ([], {"repeats_train_row": 1})
    again = Candidate({**TRAIN[0], "id": "new"}, 1.0, replaces=TRAIN[0]["id"], weight=2)
    assert guard.passed("upweight", [again], is_fresh=False) == [again]


def test_two_rows_that_replace_the_same_row_are_one_too_many() -> None:
    guard = Guard([], TRAIN, [], 0.9, 0)
    first, second = (Candidate(row, 1.0, replaces="row-t1") for row in asked("a", "b"))
    assert guard.take(first)
    assert not guard.take(second)


def test_lines_are_sorted_by_slice_maker_score_and_id() -> None:
    one, two = Fixed(rows=asked("b", "a")), Fixed(kind="other", rows=asked("c"))
    found, _ = run([two, one], target(3), target(1, "later"))
    assert [(one.target.name, one.maker) for one in found] == [
        ("slice", "other"),
        ("slice", "fixed"),
        ("slice", "fixed"),
    ]
    assert found == sorted(found, key=lambda one: one.order)


def test_the_id_of_a_proposal_hangs_on_content_and_maker_not_on_the_slice() -> None:
    one = Candidate(asked("a")[0], 1.0)
    first = Proposal(one, target(1), "mine", (0, 0))
    assert first.id == Proposal(one, target(1, "other"), "mine", (3, 1)).id
    assert first.id != Proposal(one, target(1), "grow", (0, 0)).id
    assert first.id != Proposal(one._replace(weight=2), target(1), "mine", (0, 0)).id
    line = first.line()
    assert line["proposal"] == {
        "id": first.id,
        "slice": "slice",
        "reason": "why",
        "maker": "mine",
        "score": 1.0,
        "needs": None,
    }
    assert "split" not in line
    assert "weight" not in line


def test_every_slice_gets_a_row_and_the_costly_ones_most() -> None:
    assert deal([0.4, 0.1], 20) == [15, 5]
    assert deal([1.0, 0.0, 0.0], 10) == [8, 1, 1]
    assert deal([0.0, 0.0], 4) == [2, 2]
    assert deal([3.0], 7) == [7]


def test_languages_are_taken_in_turn_by_their_share() -> None:
    rows = [*asked(*"abcdef"), *asked(*"uvwxyz", lang="zh")]
    ordered = in_turn(rows, lambda row: row["lang"], {"en": 0.25, "zh": 0.75})
    assert [row["lang"] for row in ordered[:4]].count("zh") == 3
    assert len(ordered) == 12
    assert [row["id"] for row in ordered if row["lang"] == "en"] == [f"row-{k}" for k in "abcdef"]


def test_what_cannot_be_filled_for_a_slice_with_few_rows_goes_to_the_next() -> None:
    rows = asked(*(f"thing {k}" for k in range(9)))
    few = target(6, "few")._replace(is_scarce=True)

    class Own(Fixed):
        def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
            made = super().__call__(target, bench, wanted).candidates
            return Made(made[:2] if target.name == "few" else made[2:])

    def counts(*targets: Target) -> list[int]:
        on = bench(TRAIN)
        found = Dealer([Own(rows=rows)], on, Guard([], TRAIN, [], 0.9, 0)).run(targets)
        return [sum(one.target.name == goal.name for one in found) for goal in targets]

    assert counts(few, target(0, "wide")) == [2, 4]
    assert counts(few._replace(is_scarce=False), target(0, "wide")) == [2, 0]
    assert counts(few, target(1, "wide"), target(1, "third")) == [2, 5, 1]


def test_a_maker_with_more_rows_than_spares_is_asked_again() -> None:
    rows = asked(*(f"thing {k}" for k in range(40)))

    class Sparing(Fixed):
        def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
            return Made(super().__call__(target, bench, wanted).candidates[: 2 * wanted])

    makers = [Sparing(rows=rows), *(Fixed(kind="other", rows=[]) for _ in range(5))]
    found = Dealer(makers, bench(TRAIN), Guard([], TRAIN, [], 0.9, 0)).run([target(36)])
    assert len(found) == 36
