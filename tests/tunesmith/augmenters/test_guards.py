"""Guards: names, numbers, negations and labels stay, the material of a request is not touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import Augmented, augment_rows
from tunesmith.augmenters.facts import lost, names
from tunesmith.augmenters.guards import Band, broken_guard
from tunesmith.augmenters.question import last_question
from tunesmith.augmenters.scope import scope_of
from tunesmith.augmenters.tools import Tools
from tunesmith.rows import Row

WIDE = Band(0, 1)


def augment(rows: list[Row], *steps: dict[str, Any], **more: Any) -> Augmented:
    held_out, seed = more.pop("held_out", []), more.pop("seed", 0)
    params = AugmentParams.model_validate({"steps": list(steps), **more})
    return augment_rows(rows, held_out, [], params, seed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Please send it to Anna Smith in York", ["Anna", "Smith", "York"]),
        ("Summarize the meaning of the acronym API.", ["API"]),
        ("HUGE SALE TODAY", []),
        ("Who wrote 'the red tent' and \"Ulysses\"?", ["the red tent", "Ulysses"]),
        (
            "写信给 a.b@c.org，见《红楼梦》和iPhone",
            ["红楼梦", "a.b@c.org", "a.b", "c.org", "iPhone"],
        ),
        ("I don't think it's Tom's", ["Tom"]),
        ("hello there", []),
    ],
)
def test_names_are_found_by_their_form(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("source", "made", "more", "guard"),
    [
        ("it is good here", "it is fine here", {}, None),
        ("it is good here", "it is not good here", {}, "negation_changed"),
        ("it does n't work", "it does work", {}, "negation_changed"),
        ("i dont know it", "i do know it", {}, "negation_changed"),
        ("这家店好", "这家店不好", {}, "negation_changed"),
        ("ask Anna about it", "ask Ann about it", {}, "name_lost"),
        ("买《红楼梦》一本", "买《红楼》一本", {}, "name_lost"),
        ("where is the lamp", "where is the light", {"protect": ["Lamp"]}, "protected_word_lost"),
        ("a card arrival", "a card delivery", {"label": "card_arrival"}, "label_word_lost"),
        ("体育新闻很多", "运动新闻很多", {"label": "体育"}, "label_word_lost"),
        ("where is it", "它在哪里", {}, "language_changed"),
        ("two lamps", "three lamps", {}, "numbers_changed"),
    ],
)  # fmt: skip
def test_what_a_text_says_must_stay(
    source: str, made: str, more: dict[str, Any], guard: str | None
) -> None:
    assert broken_guard(source, made, WIDE, **more) == guard


def test_a_phrase_is_lost_when_it_stands_there_less_often() -> None:
    assert lost("a lamp, a lamp", "a lamp", ["lamp"]) == ["lamp"]
    assert lost("a lamp", "two LAMPS", ["Lamp"]) == []


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("Correct this sentence: I has a apple", "Correct this sentence"),
        ("改正下面的句子：我在了家", "改正下面的句子"),
        ("Summarise the text.\nIt was late.", "Summarise the text."),
        ("Hi: where is my order?", "Hi: where is my order?"),
        ("See https://a.b/c about it", "See https://a.b/c about it"),
        ("Explain this code ```x = 1```", "Explain this code "),
    ],
)
def test_only_the_request_may_change(message: str, part: str) -> None:
    scope = scope_of(plain_chat(1, message, "ok"), message)
    assert scope.part == part
    assert scope.part + scope.rest == message
    assert scope_of(plain_label(1, message, "x"), message).part == message


def test_the_material_of_a_request_comes_through_as_it_was() -> None:
    text = "Please fix the big sentence:\nPlease buy the big box"
    (made,) = augment([plain_chat(1, text, "ok")], {"kind": "synonym", "share": 1}).rows[1:]
    changed = last_question(made) or ""
    assert changed != text
    assert changed.endswith(":\nPlease buy the big box")


FILMS = [
    plain_label(
        i,
        f"the film {i} was {word} and {other}, we saw it with our friends last week",
        label,
        split="train",
    )
    for i, (word, other, label) in enumerate(
        [("awful", "boring", "bad"), ("wonderful", "amusing", "good")] * 40
    )
]


def test_a_quota_is_filled_and_no_more() -> None:
    result = augment(FILMS, {"kind": "aeda", "rows": 25})
    assert result.summary["rows"]["made"] == 25
    assert result.summary["quotas_missed"] == {}
    assert len({row["parent"] for row in result.rows[len(FILMS) :]}) == 25


def test_a_quota_of_a_small_slice_takes_each_row_several_times_or_says_what_is_missing() -> None:
    where = {"label": "bad"}
    few = augment(FILMS[:6], {"kind": "aeda", "rows": 10, "where": where})
    assert few.summary["rows"]["made"] == 3
    assert few.summary["quotas_missed"] == {"aeda:1": {"wanted": 10, "made": 3}}
    more = augment(FILMS[:6], {"kind": "aeda", "rows": 10, "per_row": 5, "where": where})
    made = more.rows[6:]
    assert len(made) == 10
    assert {row["label"] for row in made} == {"bad"}
    assert len({row["text"] for row in made}) == 10
    assert {json.loads(row["meta"])["made"]["turn"] for row in made} >= {0, 1, 2}


def test_a_quota_goes_on_where_rows_are_refused() -> None:
    held = [{**row, "id": f"h{i}", "split": "ood:x"} for i, row in enumerate(FILMS[:40])]
    result = augment(FILMS, {"kind": "aeda", "rows": 30}, held_out=held)
    assert result.summary["rows"]["made"] == 30
    assert result.summary["rejected_by_op"]["aeda"]["repeats_held_out_row"] > 0
    assert {one.reason for one in result.left_out} == {"repeats_held_out_row", "quota_is_full"}


def test_two_steps_of_a_kind_make_different_rows() -> None:
    step = {"kind": "aeda", "share": 1}
    made = augment(FILMS[:10], step, step).rows[10:]
    assert len({row["text"] for row in made}) == len(made) > 15


def test_a_made_row_says_what_it_was_made_with() -> None:
    (made,) = augment(FILMS[:1], {"kind": "aeda", "share": 1}, seed=7).rows[1:]
    assert made["parent"] == "row-0"
    assert json.loads(made["meta"])["made"] == {"seed": 7, "turn": 0}


def test_a_row_whose_label_no_longer_holds_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "flip.tsv").write_text("awful\twonderful\nboring\tamusing\nfriends\tmates\n")
    lexicon = {"kind": "file", "path": "flip.tsv"}
    step = {"kind": "synonym", "share": 1, "ratio": 1, "lexicons": [lexicon]}
    params = AugmentParams.model_validate({"steps": [step], "label_may_fall": 0.3})
    result = augment_rows(FILMS, [], [], params, 0, Tools(tmp_path))
    assert {row["label"] for row in result.rows[len(FILMS) :]} == {"good"}
    assert result.summary["rejected_by_op"]["synonym"] == {"label_in_doubt": 40}
    assert result.summary["labels_checked"] is True


def test_with_too_few_labels_nothing_is_checked_and_that_is_told() -> None:
    result = augment(FILMS[:4], {"kind": "aeda", "share": 1}, label_may_fall=0.3)
    assert result.summary["labels_checked"] is False


def test_balance_comes_last_and_the_counts_add_up() -> None:
    balance = {"how": "under", "by": "label"}
    result = augment(FILMS[:41], {"kind": "aeda", "share": 0.3}, balance=balance)
    counts = result.summary["rows"]
    total = counts["original"] + counts["made"] + counts["repeated"] - counts["left_out"]
    assert counts["total"] == total == len(result.rows)
    assert [one.reason for one in result.left_out].count("balance") == counts["left_out"]
    labels = [row["label"] for row in result.rows]
    assert labels.count("bad") == labels.count("good")


def test_diversity_is_measured_before_and_after() -> None:
    change = augment(FILMS, {"kind": "aeda", "share": 1}).summary["diversity"]
    assert set(change) == {"before", "after"}
    assert "diversity" not in augment([]).summary


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"kind": "aeda"}, "say how many"),
        ({"kind": "aeda", "share": 1, "rows": 3}, "say how many"),
        ({"kind": "aeda", "rows": 0}, "greater than 0"),
        ({"kind": "aeda", "share": 1, "min_similarity": 1}, "must stay below"),
        ({"kind": "paraphrase", "share": 1}, "through"),
        ({"kind": "back_translation", "share": 1, "there": {"model": "x"}}, "back"),
    ],
)
def test_a_step_that_cannot_run_is_refused(step: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        AugmentParams.model_validate({"steps": [step]})
