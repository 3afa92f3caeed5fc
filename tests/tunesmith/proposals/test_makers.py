"""Each maker proposes rows of its kind for a slice, in English and Chinese alike."""

import json
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.augmenters.tools import Tools
from tunesmith.proposals.given import given_row
from tunesmith.proposals.grow import Grow
from tunesmith.proposals.maker import Bench, Candidate, Maker
from tunesmith.proposals.membership import Field, Membership
from tunesmith.proposals.mine import Mine
from tunesmith.proposals.recombine import Recombine
from tunesmith.proposals.relabel import Relabel
from tunesmith.proposals.target import Target
from tunesmith.proposals.upweight import Upweight
from tunesmith.proposals.written import Written
from tunesmith.rows import Row, parents_of, prompt_text, reference_of, to_frame

THINGS = {"en": ("lamp", "tent", "mug", "chair"), "zh": ("台灯", "帐篷", "杯子", "椅子")}
ASKS = {
    "en": "Please help me soon, the big {} of order {} arrived broken, I want my money back.",
    "zh": "你好，订单{1}的{0}收到的时候已经损坏了，请问现在能否立即退款？",
}
TRAIN = [
    plain_chat(
        f"{lang}-{number}",
        ASKS[lang].format(THINGS[lang][number % 4], 4000 + number),
        "refunded",
        lang=lang,
        meta='{"intent": "refund"}',
    )
    for lang in ("en", "zh")
    for number in range(12)
]
OTHERS = [plain_chat(f"en-{k}", f"Is shop {k} open on Sunday?", "yes") for k in range(40, 52)]


def bench(rows: list[Row], **more: Any) -> Bench:
    once = [row for row in rows if row["op"] != "weight"]
    labelled = once[0]["task"] == "classification"
    weights = {row["id"]: 1 for row in once}
    given = {"held_out": [], "labelled": labelled, "seed": 0, "tools": Tools(), "weights": weights}
    return Bench(space=TrainSpace(to_frame(once), 0), train=once, **{**given, **more})


def target(*failures: str, **fields: str) -> Target:
    langs = {"en": 0.5, "zh": 0.5}
    parts = [Field(name, value) for name, value in fields.items()]
    return Target("slice", "why", Membership(parts, bool(parts)), list(failures), langs, 10)


FAILED = target(*(ASKS[lang].format(THINGS[lang][0], 77) for lang in ("en", "zh")))


def made(maker: Maker, goal: Target, on: Bench, wanted: int = 6) -> list[Candidate]:
    found = maker(goal, on, wanted).candidates
    assert found == maker(goal, on, wanted).candidates
    return found


def langs(found: list[Candidate]) -> set[str]:
    return {one.row["lang"] for one in found}


def test_grow_asks_the_rows_near_the_failures_in_other_words() -> None:
    found = made(Grow(), FAILED, bench([*TRAIN, *OTHERS]))
    assert langs(found) == {"en", "zh"}
    parents = {row["id"]: row for row in TRAIN}
    for one in found[:6]:
        parent = parents[one.row["parent"]]
        assert prompt_text(one.row) != prompt_text(parent)
        assert one.row["completion"] == parent["completion"]
        assert f'"op": "{one.row["op"]}"' in one.row["meta"]
        assert (one.needs, one.replaces) == (None, None)


def test_grow_takes_no_row_that_a_field_puts_outside_the_slice() -> None:
    found = made(Grow(), target(*FAILED.failures, lang="zh"), bench([*TRAIN, *OTHERS]))
    assert langs(found) == {"zh"}


def test_rows_that_an_augmenter_made_are_not_grown_again() -> None:
    child = [{**row, "parent": "x", "op": "eda"} for row in TRAIN]
    assert made(Grow(), FAILED, bench([*child, *OTHERS])) == []


FEW = [
    plain_chat(
        f"few-{lang}-{k}",
        asked.format(k + 300),
        answer.format(k + 300),
        lang=lang,
        source=f"few.jsonl:{k}",
    )
    for lang, answer, ways in (
        ("en", "Order {} is refunded.", ("Money back for {}!", "Refund {}, please.", "{} broke.")),
        ("zh", "订单{}已退款。", ("请退{}。", "{}坏了。", "退掉{}吧。")),
    )
    for k, asked in enumerate(ways)
]


FEW_FAILED = target(*(prompt_text(row) for row in FEW))


def test_recombine_asks_for_each_answer_in_the_words_of_all_other_rows() -> None:
    found = made(Recombine(), FEW_FAILED, bench(FEW), wanted=20)
    said = {(prompt_text(one.row), reference_of(one.row)) for one in found}
    assert ("Refund 300, please.", "Order 300 is refunded.") in said
    assert ("301坏了。", "订单301已退款。") not in said, "a train row"
    assert ("302坏了。", "订单302已退款。") in said
    assert len(said) == len(found) == 2 * 3 * 2
    for one in found:
        [facts] = [row for row in FEW if row["id"] == one.row["parent"]]
        assert one.row["completion"] == facts["completion"]
        assert parents_of(one.row) == {facts["id"], json.loads(one.row["meta"])["made"]["words_of"]}


def test_recombine_begins_with_all_words_and_all_answers() -> None:
    found = made(Recombine(), FEW_FAILED, bench(FEW), wanted=20)
    english = [one.row for one in found if one.row["lang"] == "en"]
    for key in ("parent", "words_of"):
        seen = [{**row, **json.loads(row["meta"])["made"]}[key] for row in english]
        assert len(set(seen[:3])) == 3


def test_recombine_crosses_no_two_files_and_nothing_that_was_said_of_another_order() -> None:
    apart = [{**row, "source": f"{row['id']}.jsonl:1"} for row in FEW]
    assert made(Recombine(), FEW_FAILED, bench(apart)) == []
    said = [{"role": "user", "content": "Order 7 is fine."}, {"role": "assistant", "content": "?"}]
    talks = [FEW[0], {**FEW[1], "prompt": [*said, *FEW[1]["prompt"]]}]
    found = made(Recombine(), FEW_FAILED, bench(talks))
    assert [parents_of(one.row) for one in found] == [{FEW[0]["id"], FEW[1]["id"]}]
    assert prompt_text(found[0].row) == "Money back for 301!"


def test_recombine_crosses_the_last_turns_of_conversations() -> None:
    said = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Yes?"}]
    talk = {
        **FEW[0],
        "prompt": None,
        "completion": None,
        "messages": [*said, *FEW[0]["prompt"], *FEW[0]["completion"]],
    }
    found = made(Recombine(), FEW_FAILED, bench([talk, FEW[1]]))
    [whole] = [one.row for one in found if one.row["messages"]]
    assert [turn["content"] for turn in whole["messages"]] == [
        *("Hello!", "Yes?"),
        *("Money back for 301!", "Order 301 is refunded."),
    ]
    assert (whole["prompt"], whole["completion"]) == (None, None)
    [plain] = [one.row for one in found if not one.row["messages"]]
    assert prompt_text(plain) == "Refund 300, please."
    assert reference_of(plain) == "Order 300 is refunded."


def test_recombine_crosses_what_the_failures_of_a_wide_slice_are_near() -> None:
    asks = ("Is box {} full?", "Tell me, full or not: box {}?", "Box {}, is it full?")
    many = [
        plain_chat(k, asks[k % 3].format(k), f"Box {k} is full.", source=f"few.jsonl:{k}")
        for k in range(600, 640)
    ]
    english = [row for row in FEW if row["lang"] == "en"]
    wide = target(*(prompt_text(row) for row in english), lang="en")
    found = made(Recombine(), wide, bench([*many, *english]))
    assert {one.row["completion"][0]["content"].split()[-1] for one in found} == {"refunded."}


def test_recombine_makes_nothing_of_labels_and_of_answers_of_their_own() -> None:
    label = [plain_label(f"en-{k}", f"Refund order {k}, please", "refund") for k in range(6)]
    assert made(Recombine(), target("Refund order 9"), bench(label)) == []
    loose = [
        plain_chat(f"l{k}", f"Tell me of {k}", text) for k, text in enumerate(("a b c", "d e"))
    ]
    found = Recombine()(target("Tell me of 7"), bench(loose), 6)
    assert found.candidates == []
    assert found.refused == {"answers_not_of_one_form": 2}


POOL = [
    given_row(
        {"prompt": prompt, **({"completion": answer} if answer else {})},
        "f:1",
        f"pool/f.jsonl:{number}",
        "mine",
    )
    for number, (prompt, answer) in enumerate(
        [
            ("My order arrived broken and I am so sad, can I have my money back at once?", None),
            ("My order arrived broken and I am so sad, can I have my money back right now?", None),
            ("The tent that arrived is broken beyond repair: my money back, please.", "refunded"),
            ("我收到的货已经损坏了，能不能马上把钱退给我？", None),
            ("收到的椅子损坏，我想退款，谢谢。", "refunded"),
            ("What is the tallest mountain on earth?", None),
        ],
        start=1,
    )
]


def test_mine_proposes_pool_rows_that_are_like_the_failures_and_says_which_need_an_answer() -> None:
    found = made(Mine(), FAILED, bench([*TRAIN, *OTHERS], pool=POOL))
    assert langs(found) == {"en", "zh"}
    needs = {one.row["source"]: one.needs for one in found}
    assert needs["pool/f.jsonl:1"] == needs["pool/f.jsonl:4"] == "answer"
    assert needs["pool/f.jsonl:3"] is needs["pool/f.jsonl:5"] is None
    scores = {one.row["source"]: one.score for one in found}
    assert scores["pool/f.jsonl:1"] > scores.get("pool/f.jsonl:6", 0.0)


def test_mine_does_not_propose_the_same_question_twice_in_a_row() -> None:
    found = made(Mine(diversity=1.0), FAILED, bench([*TRAIN, *OTHERS], pool=POOL))
    english = [one.row["source"] for one in found if one.row["lang"] == "en"]
    assert {"pool/f.jsonl:1", "pool/f.jsonl:2"} != set(english[:2])


def test_an_empty_pool_gives_nothing() -> None:
    assert made(Mine(), FAILED, bench(TRAIN)) == []


LABELS = [
    plain_label(f"{lang}-{number}", text.format(number), label, lang=lang)
    for lang, texts in {
        "en": {"refund": "give me my money back {}", "hours": "when do you open on day {}"},
        "zh": {"refund": "请把钱退给我{}", "hours": "你们第{}天几点开门"},
    }.items()
    for label, text in texts.items()
    for number in range(20)
]


def test_mine_prefers_what_a_classifier_is_unsure_of() -> None:
    texts = ["give me my money back please", "do you open or give me my money back", "几点开门退钱"]
    pool = [given_row({"text": t}, "f:1", f"pool/f:{n}", "mine") for n, t in enumerate(texts)]
    goal = target("give me my money back", "do you open", "请把钱退给我", "几点开门")
    found = made(Mine(diversity=0.0), goal, bench(LABELS, pool=pool))
    english = [prompt_text(one.row) for one in found if one.row["lang"] == "en"]
    assert english[0] == "do you open or give me my money back"
    assert all(one.needs == "answer" for one in found)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_relabel_proposes_the_label_of_the_rows_around(lang: str) -> None:
    text = {"en": "give me my money back 99", "zh": "请把钱退给我99"}[lang]
    wrong = plain_label(f"wrong-{lang}", text, "hours", lang=lang)
    [one] = made(Relabel(), target(text), bench([*LABELS, wrong]))
    assert (one.replaces, one.row["label"], one.needs) == (wrong["id"], "refund", "review")
    assert one.row["id"] != wrong["id"]
    sure = made(Relabel(sure_above=0.5), target(text), bench([*LABELS, wrong]))
    assert [one.needs for one in sure] == [None]


@pytest.mark.parametrize(
    ("lang", "ask", "right", "wrong"),
    [
        ("en", "Is the shop open on Sunday?", "It is open from nine to five.", "No, never."),
        ("zh", "商店星期天开门吗？", "商店从早上开到晚上。", "从来不开门。"),
    ],
)
def test_relabel_takes_the_answer_that_more_rows_give(
    lang: str, ask: str, right: str, wrong: str
) -> None:
    rows = [plain_chat(f"{k}", ask, right, lang=lang) for k in range(3)]
    bad = plain_chat("bad", ask, wrong, lang=lang)
    [one] = made(Relabel(), target(ask), bench([bad, *rows, *TRAIN]))
    assert (one.replaces, reference_of(one.row)) == ("row-bad", right)
    assert (one.score, one.needs) == (0.75, "review")


def test_upweight_raises_the_weight_of_rows_near_the_failures_up_to_a_limit() -> None:
    on = bench([*TRAIN, *OTHERS])
    found = made(Upweight(), FAILED, on)
    assert {one.weight for one in found} == {2}
    assert {one.replaces for one in found} <= {row["id"] for row in TRAIN}
    assert langs(found) == {"en", "zh"}
    full = bench([*TRAIN, *OTHERS], weights={row["id"]: 3 for row in [*TRAIN, *OTHERS]})
    nothing = Upweight()(FAILED, full, 6)
    assert nothing.candidates == []
    assert nothing.refused["most_weight"] >= len(TRAIN)


def test_upweight_takes_rows_that_an_earlier_round_made() -> None:
    child = {**TRAIN[0], "id": "child", "parent": TRAIN[1]["id"], "op": "feedback:001"}
    found = made(Upweight(), FAILED, bench([child, *OTHERS]))
    assert [one.replaces for one in found] == ["child"]


def test_written_rows_go_to_the_slice_that_they_name_or_belong_to() -> None:
    rows = [
        given_row({"prompt": "a?", "completion": "b", **more}, "f:1", f"written/{n}", "written")
        for n, more in enumerate([{"slice": "slice"}, {"lang": "zh"}, {"slice": "other"}, {}])
    ]
    on = bench(TRAIN, written=rows)
    own = made(Written(), target("?", lang="zh"), on)
    assert [one.row["source"] for one in own] == ["written/0", "written/1"]
    everything = target()._replace(name="overall")
    assert len(made(Written(), everything, on)) == 4
