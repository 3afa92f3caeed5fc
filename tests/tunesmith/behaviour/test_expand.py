"""Expanding: tests become ordinary rows, stable ones, and what cannot be asked is counted."""

from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tests.tunesmith.behaviour.writing import asked, expanded, told, written
from tunesmith.behaviour.expand import behaviour_rows
from tunesmith.rows import COLUMNS, frame_of, read_table, table_of, to_frame, to_rows, write_rows

COPY = {
    "test": "copies the number",
    "kind": "MFT",
    "capability": "Copying",
    "template": "Where is order {order}, {who.name}?",
    "fill": {
        "order": ["11", "22", "33"],
        "who": [{"name": "Ann", "title": "Ms"}, {"name": "Bo", "title": "Mr"}],
    },
    "expect": {"contains": ["{order}", "{who.title}"], "matches": "^.{2}"},
}
TYPO = {
    "test": "typos",
    "kind": "INV",
    "capability": "Robustness",
    "from": "test",
    "perturb": ["typo", "names"],
}
ROWS = [
    plain_chat(k, f"Please refund the kettle of order {k}{k}", f"Order {k}{k} is refunded.")
    for k in range(1, 7)
]


def test_a_template_is_filled_in_prompt_and_expectation(tmp_path: Path) -> None:
    rows = expanded(tmp_path, COPY).rows
    assert len({row["id"] for row in rows}) == len(rows) == 6
    assert expanded(tmp_path, COPY).cases == {"copies the number": 6}
    first = rows[0]
    assert asked(first) == "Where is order 11, Ann?"
    assert told(first) == {
        "test": "copies the number",
        "kind": "MFT",
        "capability": "Copying",
        "case": "1",
        "variant": 0,
        "expect": {"contains": ["11", "Ms"], "matches": "^.{2}"},
        "perturbation": None,
        "swaps": [],
    }
    assert (first["source"], first["lang"], first["task"]) == ("ours.jsonl:1", "en", "chat")
    assert first["split"] == "behaviour"


def test_a_row_has_the_columns_of_the_schema_and_survives_its_table(tmp_path: Path) -> None:
    rows = expanded(tmp_path, COPY, TYPO, rows=ROWS).rows
    assert all(list(row) == COLUMNS for row in rows)
    write_rows(tmp_path / "rows.parquet", to_frame(rows))
    assert to_rows(frame_of(read_table(tmp_path / "rows.parquet"))) == rows
    table_of(to_frame(rows))


def test_at_most_so_many_combinations_are_drawn(tmp_path: Path) -> None:
    test = {**COPY, "fill": {**COPY["fill"], "order": [str(k) for k in range(999)]}, "most": 5}
    rows = expanded(tmp_path, test).rows
    assert len({asked(row) for row in rows}) == 5


def test_braces_are_doubled_to_be_braces(tmp_path: Path) -> None:
    test = {**COPY, "template": 'Give {{"order": {order}}}', "fill": {"order": ["11"]}}
    rows = expanded(tmp_path, {**test, "expect": {"json": True}}).rows
    assert asked(rows[0]) == 'Give {"order": 11}'


def test_a_template_without_slots_has_the_same_braces_in_prompt_and_expectation(
    tmp_path: Path,
) -> None:
    test = {**COPY, "template": "Say {{a}}", "fill": {}, "expect": {"contains": ["{{a}}"]}}
    row = expanded(tmp_path, test).rows[0]
    assert (asked(row), told(row)["expect"]) == ("Say {a}", {"contains": ["{a}"]})


def test_our_own_lists_fill_slots_in_the_language_of_the_test(tmp_path: Path) -> None:
    test = {**COPY, "template": "我叫{name}。", "fill": {"name": "names"}, "most": 3}
    rows = expanded(tmp_path, {**test, "expect": {"contains": ["{name}"]}}).rows
    assert len(rows) == 3
    assert all(
        row["lang"] == "zh" and told(row)["expect"]["contains"][0] in asked(row) for row in rows
    )


def test_variants_of_a_template_differ_in_the_varied_slots_only(tmp_path: Path) -> None:
    test = {
        **COPY,
        "kind": "DIR",
        "vary": ["order"],
        "times": 2,
        "expect": {"contains": ["{order}"], "changes": True},
    }
    rows = expanded(tmp_path, test).rows
    assert len(rows) == 6 * 3
    for original, *others in (rows[k : k + 3] for k in range(0, 18, 3)):
        number, rest = asked(original)[15:17], asked(original)[17:]
        for other in others:
            assert asked(other)[15:17] != number
            assert asked(other)[17:] == rest
            assert told(other)["expect"] == {"contains": [asked(other)[15:17]], "changes": True}
    assert told(rows[0])["expect"] == {}


def test_test_rows_are_asked_as_they_are_and_perturbed(tmp_path: Path) -> None:
    found = expanded(tmp_path, {**TYPO, "rows": 4}, rows=ROWS)
    originals = [row for row in found.rows if told(row)["variant"] == 0]
    variants = [row for row in found.rows if told(row)["variant"]]
    known = {row["id"]: row for row in ROWS}
    assert len(originals) == len(variants) == 4
    for original, variant in zip(originals, variants, strict=True):
        assert asked(original) == asked(known[original["parent"]])
        assert asked(variant) != asked(original)
        assert variant["op"] == told(variant)["perturbation"] == "typo"
        assert told(variant)["expect"] == {"same": "answer"}
        assert original["completion"] is None
    assert found.not_applicable == {"typos": {"names": 4}}


def test_only_the_last_message_of_a_conversation_is_perturbed(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "Refund please"},
        {"role": "assistant", "content": "Which order?"},
        {"role": "user", "content": "Certainly the kettle"},
    ]
    row = plain_chat(1, "", "Refunded.", prompt=turns)
    _, variant = expanded(tmp_path, TYPO, rows=[row]).rows
    assert variant["prompt"][:2] == turns[:2]
    assert variant["prompt"][2] != turns[2]


def test_a_swap_must_stand_in_the_right_answer_to_be_carried(tmp_path: Path) -> None:
    rows = [
        plain_chat(1, "Order 4711 of the 3 lamps", "Order 4711 is sent."),
        plain_chat(2, "Order 4712 of the lamps", "Order 4712 is sent."),
    ]
    test = {**TYPO, "perturb": ["numbers"], "same": "answer_with_swap"}
    found = expanded(tmp_path, test, rows=rows)
    assert [row["parent"] for row in found.rows] == ["row-2", "row-2"]
    assert found.not_applicable == {"typos": {"numbers": 1}}


def test_a_swap_must_not_stand_in_an_answer_that_stays(tmp_path: Path) -> None:
    rows = [plain_chat(1, "Order 4711", "Order 4711 is sent.")]
    found = expanded(tmp_path, {**TYPO, "perturb": ["numbers"]}, rows=rows)
    assert found.rows == []
    assert found.left_out[0].reason == "none of its perturbations applies to any of its originals"


@pytest.mark.parametrize(
    ("more", "task"),
    [({"expect": {"label": "x"}}, "classification"), ({"expect": {"contains": ["x"]}}, "chat")],
)
def test_a_test_of_the_other_task_is_left_out_by_name(
    tmp_path: Path, more: dict[str, Any], task: str
) -> None:
    test = {**COPY, **more}
    other = "chat" if task == "classification" else "classification"
    assert len(expanded(tmp_path, test, task=task).rows) == 6
    found = expanded(tmp_path, test, task=other)
    assert found.rows == []
    (left,) = found.summary()["left_out"]
    assert left["test"] == "copies the number"
    assert left["reason"] == f"a test for task {task}; this project's is {other}"


def test_a_test_about_rows_that_are_not_there_is_left_out(tmp_path: Path) -> None:
    found = expanded(tmp_path, {**COPY, "where": {"meta.intent": "refund"}}, TYPO)
    assert [one.reason for one in found.left_out] == [
        'no test row meets its where: {"meta.intent": "refund"}',
        "no test row meets its where: {}",
    ]


def test_what_every_answer_must_be_is_asked_of_test_rows(tmp_path: Path) -> None:
    test = {k: v for k, v in COPY.items() if k not in ("template", "fill")}
    test |= {"from": "test", "rows": 3, "expect": {"contains": ["refunded"]}}
    rows = expanded(tmp_path, test, rows=ROWS).rows
    assert len(rows) == 3
    assert {row["parent"] for row in rows} < {row["id"] for row in ROWS}
    assert all(told(row)["expect"] == {"contains": ["refunded"]} for row in rows)


def test_a_classifier_is_asked_texts_and_keeps_labels(tmp_path: Path) -> None:
    rows = [plain_label(k, f"A wonderful film number {k}", "good") for k in range(3)]
    found = expanded(tmp_path, {**TYPO, "tolerance": 0.1}, rows=rows, task="classification")
    assert all(row["text"] and row["label"] is None for row in found.rows)
    assert told(found.rows[1])["expect"] == {"same": "label", "tolerance": 0.1}


def test_what_a_test_asks_does_not_hang_on_other_tests(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    alone = expanded(tmp_path / "a", TYPO, rows=ROWS).rows
    among = behaviour_rows(written(tmp_path / "b", COPY, TYPO), ROWS[::-1], "chat", 0).rows[6:]
    assert [row["id"] for row in alone] == [row["id"] for row in among]
    other_seed = behaviour_rows(tmp_path / "a", ROWS, "chat", 1).rows
    assert [row["id"] for row in other_seed] != [row["id"] for row in alone]


def test_a_folder_without_tests_gives_no_rows(tmp_path: Path) -> None:
    assert behaviour_rows(tmp_path, ROWS, "chat", 0).summary() == {
        "rows": 0,
        "cases": {},
        "left_out": [],
        "not_applicable": {},
    }


def test_slots_are_filled_in_conditions_and_in_the_label_that_must_be_likely(
    tmp_path: Path,
) -> None:
    test = {
        **{"test": "t", "kind": "DIR", "capability": "Copying", "task": "classification"},
        **{"template": "It is {mood}.", "fill": {"mood": ["good", "bad"]}, "vary": ["mood"]},
        "only_if": {"label": "{mood}"},
        "expect": {"likely": {"of": "{mood}", "at_least": 0.5}},
    }
    rows = expanded(tmp_path, test, task="classification").rows
    assert [(asked(row), told(row)["expect"]) for row in rows] == [
        ("It is good.", {"only_if": {"label": "good"}}),
        ("It is bad.", {"likely": {"of": "bad", "at_least": 0.5}}),
        ("It is bad.", {"only_if": {"label": "bad"}}),
        ("It is good.", {"likely": {"of": "good", "at_least": 0.5}}),
    ]


def test_a_slot_may_have_a_chinese_name(tmp_path: Path) -> None:
    test = {**COPY, "template": "{城市}店几点开门？", "fill": {"城市": ["杭州"]}}
    (row,) = expanded(tmp_path, {**test, "expect": {"contains": ["{城市}"]}}).rows
    assert (asked(row), told(row)["expect"]) == ("杭州店几点开门？", {"contains": ["杭州"]})
