import json

import pytest

from tests.plain_rows import plain_chat
from tunesmith.analysis import AnalyzeParams
from tunesmith.improve.parts import parts_of
from tunesmith.rows import to_frame

SETTINGS = AnalyzeParams(metric="exact_match", slices=("meta.intent",))


def rows(intent, count, lang="en", question="Where is order {}?"):
    meta = json.dumps({"intent": intent})
    return [plain_chat(f"{intent}-{k}", question.format(k), "Yes.", lang=lang, meta=meta)
            for k in range(count)]  # fmt: skip


TEST = to_frame(
    [*rows("refund", 40), *rows("order", 60), *rows("账单", 50, "zh", "第{}张账单在哪里？")]
)


def parts(*targets, protected=()):
    return parts_of(TEST, TEST, targets, protected, SETTINGS)


def test_a_target_is_all_rows_of_its_slices():
    assert parts("meta.intent=refund").target.sum() == 40
    assert parts("meta.intent=refund", "meta.intent=账单").target.sum() == 90


def test_a_discovered_slice_is_asked_for_by_its_name():
    found = parts("lang=zh and prompt_chars>=10")
    assert found.target.sum() == 40, "from 第10张 on"
    assert found.unseen == []


def test_a_slice_whose_name_says_nothing_of_other_rows_is_told():
    found = parts("meta.intent=refund", "prompt about 退款 · 订单")
    assert found.target.sum() == 40
    assert found.unseen == ["prompt about 退款 · 订单"]


@pytest.mark.parametrize("target", ["prompt about 退款", "prompt_chars>=9000", "overall"])
def test_all_rows_judge_where_a_target_has_too_few(target):
    assert parts(target).target.all()


def test_every_value_of_a_protected_column_is_protected():
    found = parts("meta.intent=refund", protected=["lang"]).protected
    assert {name: int(mask.sum()) for name, mask in found.items()} == {
        "lang=en": 100,
        "lang=zh": 50,
    }
