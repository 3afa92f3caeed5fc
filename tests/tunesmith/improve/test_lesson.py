from tests.plain_rows import plain_chat
from tunesmith.improve.lesson import content, lesson


def proposed(question, answer="Yes.", slice_="lang=en", maker="grow", **more):
    origin = {"id": "0" * 16, "slice": slice_, "maker": maker, "reason": "", "score": 1.0}
    return {**plain_chat(question, question, answer, **more), "proposal": origin}


def learnt(accepted, held_out=(), train=(), earlier=(), most=None):
    return lesson(accepted, held_out, train, earlier, most, similarity=0.9, seed=0)


def questions(found):
    return [row["prompt"][0]["content"] for row in found.rows]


REFUND = proposed("How do I get my money back for the blue lamp?", slice_="meta.intent=refund")
ORDER = proposed("订单什么时候能送到我家？", slice_="lang=zh", maker="mine")


def test_accepted_rows_are_counted_by_slice_and_maker():
    found = learnt([REFUND, ORDER])
    assert found.added == {"meta.intent=refund": {"grow": 1}, "lang=zh": {"mine": 1}}
    assert found.targets == ("meta.intent=refund", "lang=zh")
    assert len(set(found.contents)) == 2


def test_a_row_holds_what_a_round_of_feedback_holds():
    row = learnt([REFUND]).rows[0]
    assert set(row) == {"task", "prompt", "completion", "source", "lang"}


def test_a_row_that_repeats_a_held_out_row_is_never_learnt():
    test = plain_chat(1, "how do i get my money back for the BLUE lamp", "Something else.")
    found = learnt([REFUND, ORDER], held_out=[test])
    assert questions(found) == ["订单什么时候能送到我家？"]
    assert found.refused == {"repeats_held_out_row": 1}


def test_chinese_rows_are_guarded_alike():
    test = plain_chat(1, "订单什么时候能送到我家", "明天。", lang="zh")
    assert learnt([ORDER], held_out=[test]).refused == {"repeats_held_out_row": 1}


def test_a_row_of_an_earlier_round_is_not_tried_again():
    assert learnt([REFUND], earlier=[content(REFUND)]).refused == {"in_an_earlier_round": 1}


def test_a_row_that_train_has_already_is_left_out():
    same = {**REFUND, "id": "other", "source": "elsewhere"}
    assert learnt([REFUND], train=[same]).refused == {"already_there": 1}


def test_a_row_that_replaces_one_may_be_as_train_has_it():
    again = {**REFUND, "replaces": "row-1"}
    assert len(learnt([again], train=[REFUND]).rows) == 1
    assert learnt([again], train=[REFUND]).rows[0]["replaces"] == "row-1"


def test_a_row_that_two_makers_propose_is_learnt_once():
    found = learnt([REFUND, {**REFUND, "proposal": {**REFUND["proposal"], "maker": "mine"}}])
    assert found.refused == {"proposed_twice": 1}


def test_rows_beyond_the_most_of_a_round_wait():
    found = learnt([REFUND, ORDER], most=1)
    assert questions(found) == questions(learnt([REFUND]))
    assert found.refused == {"beyond_rows_per_round": 1}


def test_nothing_accepted_teaches_nothing():
    assert learnt([]) == ([], {}, {}, (), ())
