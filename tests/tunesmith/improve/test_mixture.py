"""A weak value that train hardly has is weighed up, and the round is for it."""

import json

from tests.plain_rows import plain_chat
from tunesmith.balance import Balance
from tunesmith.improve.mixture import mixture_moves
from tunesmith.improve.moves import moves
from tunesmith.training.params import Phase

PHASE = {"from": "base", "with": "base", "task": "chat", "method": {"kind": "lora"},
         "learning_rate": 0.01}  # fmt: skip


def rows(**counts):
    intents = [intent for intent, count in counts.items() for _ in range(count)]
    return [
        plain_chat(k, "?", "!", lang="zh" if one == "退款" else "en",
                   meta=json.dumps({"intent": one}))
        for k, one in enumerate(intents)
    ]  # fmt: skip


def found(weak, train, now=None):
    return list(mixture_moves(weak, train, now))


def test_a_weak_value_that_is_rare_is_weighed_up_and_judged():
    first, second = found(["meta.intent=refund"], rows(refund=2, order=20, stock=20))
    assert first.dials == {
        "augment.balance": {"how": "temperature", "by": ["meta.intent"], "temperature": 2.0}
    }
    assert Balance.model_validate(first.dials["augment.balance"])
    assert (first.name, first.targets) == ("even out meta.intent", ("meta.intent=refund",))
    assert "train has 2 rows of 42 with meta.intent=refund" in first.why
    assert second.dials["augment.balance"]["temperature"] == 5.0
    assert [one.dials["augment.balance"]["by"] for one in found(["lang=zh"], rows(
        退款=3, order=30))] == [["lang"], ["lang"]]  # fmt: skip


def test_a_value_that_train_has_enough_of_or_not_at_all_is_no_matter_of_the_mixture():
    even = rows(refund=18, order=20, stock=20)
    assert found(["meta.intent=refund", "meta.intent=unheard", "prompt_chars>=9"], even) == []
    assert found(["lang=zh and prompt_chars>=2"], rows(退款=3, order=30)) == []


def test_what_is_even_already_is_evened_out_further_or_not_at_all():
    train = rows(refund=2, order=20, stock=20)
    now = Balance(how="temperature", by=["meta.intent"], temperature=2.0)
    [only] = found(["meta.intent=refund"], train, now)
    assert only.dials["augment.balance"]["temperature"] == 5.0
    assert found(["meta.intent=refund"], train, now.model_copy(update={"temperature": 9.0})) == []


def test_the_mixture_comes_after_the_signs_of_the_training_and_before_guesses():
    given = mixture_moves(["meta.intent=refund"], rows(refund=2, order=20, stock=20), None)
    ended = {"best_step": 40, "last_step": 40}
    names = [one.name for one in moves("sft", Phase.model_validate(PHASE), ended, given)]
    assert names[:3] == ["train longer", "even out meta.intent", "even out meta.intent"]
    assert names[3] == "higher rank"
