"""Perturbations: each changes what it says, keeps what must stay, and tells when it cannot."""

import re
import time

import pytest

from tests.tunesmith.behaviour.perturbing import all_of, changed, lang_of
from tunesmith.behaviour.perturbations import PERTURBATIONS
from tunesmith.text.normalise import folded
from tunesmith.text.numbers import numbers

EN = "Please send the invoice for order 48213 to Wendy Owens in Leeds, I can't find it."
ZH = "请问订单48213的发票什么时候能寄到杭州？我叫王志强，买的是A5本子。"
TEXTS = {"en": EN, "zh": ZH}


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_same_seed_changes_a_text_in_the_same_way(name: str, lang: str) -> None:
    assert changed(name, TEXTS[lang], lang, 3) == changed(name, TEXTS[lang], lang, 3)


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_text_is_changed_or_the_perturbation_does_not_apply(name: str, lang: str) -> None:
    made = all_of(name, TEXTS[lang], lang)
    assert TEXTS[lang] not in made
    only = {"case": "en", "contractions": "en", "fullwidth": "zh", "negation": "en"}  # zh: it asks
    assert bool(made) == (only.get(name, lang) == lang)


@pytest.mark.parametrize("name", sorted(set(PERTURBATIONS) - {"numbers", "handles"}))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_only_numbers_change_numbers(name: str, lang: str) -> None:
    for made in all_of(name, TEXTS[lang], lang):
        assert numbers(made) == numbers(TEXTS[lang]), made


@pytest.mark.parametrize("name", ["typo", "spacing", "case", "code_switch", "names", "places"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_phrases_to_keep_are_kept(name: str, lang: str) -> None:
    keep = ("Wendy Owens", "invoice", "Leeds", "王志强", "发票", "杭州")
    for made in all_of(name, TEXTS[lang], lang, keep=keep):
        assert [phrase in made for phrase in keep] == [phrase in TEXTS[lang] for phrase in keep]


@pytest.mark.parametrize(
    ("name", "text", "keep"),
    [
        ("contractions", "I can't, says It's Fine.", "It's Fine"),
        ("contractions", "Who is Who is on, I am late.", "Who is Who"),
        ("fullwidth", "订单48213的A5本子", "A5"),
        ("punctuation", "I love Yahoo!", "Yahoo!"),
        ("punctuation", "我看了《你好，之华》，好吗？", "你好，之华"),
        ("negation", "Do not Disturb is what I do not want.", "Do not Disturb"),
        ("numbers", "Order 48213 of Catch 22.", "Catch 22"),
    ],
)
def test_a_phrase_to_keep_is_kept_by_all_that_would_change_it(
    name: str, text: str, keep: str
) -> None:
    lang = lang_of(text)
    assert any(keep not in made for made in all_of(name, text, lang))
    made = all_of(name, text, lang, keep=(keep,))
    assert all(keep in one for one in made)
    assert made or text == "I love Yahoo!"


def test_a_chinese_negation_leaves_phrases_to_keep_alone() -> None:
    assert all_of("negation", "我要退款。", "zh") == {"我不要退款。"}
    assert all_of("negation", "我要退款。", "zh", keep=("我要退款",)) == set()


def test_fullwidth_leaves_an_address_as_it_is() -> None:
    made = all_of("fullwidth", "订单5，见https://example.com/5", "zh")
    assert made == {"订单５，见https://example.com/5"}


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize("text", ["", " ", "Never ", "Do not ", "不", "?", "\n", "İ", "ß"])
def test_a_text_of_next_to_nothing_stops_nothing(name: str, text: str) -> None:
    for lang in ("en", "zh"):
        for seed in range(5):
            changed(name, text, lang, seed)


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize(
    "piece", ["Order 12 is not in Leeds, Rose. ", "杭州的订单12不是王芳的。", "a"]
)
def test_a_long_text_takes_a_time_in_proportion(name: str, piece: str) -> None:
    lang = lang_of(piece)
    short, long = (_seconds(name, piece * n, lang) for n in (500, 4_000))
    assert long < 40 * max(short, 0.01)


def _seconds(name: str, text: str, lang: str) -> float:
    started = time.process_time()
    changed(name, text, lang, keep=("not now",), answer=text[:1000])
    return time.process_time() - started


def test_a_typo_spares_what_the_answer_repeats() -> None:
    for made in all_of("typo", "Is the teapot in stock?", "en", answer="The teapot is in Leeds."):
        assert "teapot" in made
    for made in all_of("typo", "黑色茶壶有没有现货？", "zh", answer="黑色茶壶有现货。"):
        assert "黑色茶壶" in made


def test_a_typo_without_a_free_word_does_not_apply() -> None:
    assert changed("typo", "Order 48213?", "en", answer="Order 48213 is sent.") is None
    assert changed("typo", "订单48213", "zh", answer="订单48213已经发货。") is None


def test_a_chinese_typo_is_one_that_a_pinyin_keyboard_makes() -> None:
    assert all_of("typo", "我什么也没说", "zh") == {"我神马也没说"}


@pytest.mark.parametrize("name", ["punctuation", "case", "fullwidth"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_marks_case_and_width_leave_the_same_words(name: str, lang: str) -> None:
    for made in all_of(name, TEXTS[lang], lang):
        assert folded(made) == folded(TEXTS[lang])


def test_fullwidth_goes_both_ways() -> None:
    assert all_of("fullwidth", "订单48213", "zh") == {"订单４８２１３"}
    assert all_of("fullwidth", "订单４８２１３", "zh") == {"订单48213"}


def test_a_name_is_replaced_everywhere_by_another_of_its_kind() -> None:
    made = changed("names", "I'm Rose Hart. Rose Hart, not Rosehart.", "en")
    assert made is not None
    ((old, new),) = made.swaps
    assert old == "Rose Hart"
    assert made.text == f"I'm {new}. {new}, not Rosehart."
    zh = changed("names", "我叫王志强，王志强的订单。", "zh")
    assert zh is not None
    assert zh.text == f"我叫{zh.swaps[0][1]}，{zh.swaps[0][1]}的订单。"
    assert len(zh.swaps[0][1]) == 3


def test_a_text_without_a_known_name_has_none_to_swap() -> None:
    assert changed("names", "Where is my order?", "en") is None
    assert changed("names", "Send it to 5 Mary Road.", "en") is None
    assert changed("names", "我的订单在哪？", "zh") is None
    assert changed("names", "唐娜·塔特的书", "zh") is None


def test_numbers_keep_their_length_and_do_not_begin_with_zero() -> None:
    for seed in range(40):
        made = changed("numbers", "Order 48213 has 7 parts, order 48213!", "en", seed)
        assert made is not None
        (one, two), (seven, other) = made.swaps
        assert (one, seven) == ("48213", "7")
        assert re.fullmatch(r"[1-9]\d{4}", two) and two != one
        assert other in "2345689"
        assert made.text == f"Order {two} has {other} parts, order {two}!"


def test_different_names_become_different_names() -> None:
    for name, text in (("names", "Ben Bell, Anna Bell, Hugo Bell"), ("numbers", "4 or 5 or 6")):
        for seed in range(40):
            made = changed(name, text, "en", seed)
            assert made is not None
            olds, news = zip(*made.swaps, strict=True)
            assert len({*olds, *news}) == 6


@pytest.mark.parametrize(
    "text",
    [
        "Use B-17 or HOME15.",
        "It costs 12.50.",
        "See https://example.com/17 or 5@example.com",
        "It opens at 9:30.",
        "12月4日下午3点",
        "购买时间2024年3月",
    ],
)
def test_codes_dates_times_and_addresses_are_no_plain_numbers(text: str) -> None:
    lang = lang_of(text)
    assert changed("numbers", text, lang) is None


def test_of_a_year_only_the_last_figure_changes() -> None:
    for made in all_of("numbers", "I bought it in 2021.", "en"):
        assert re.fullmatch(r"I bought it in 202[02-9]\.", made)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Please cancel it.", "Please do not cancel it."),
        ("It broke. Please refund it.", "It broke. Please do not refund it."),
        ("Cancel order 7.", "Do not cancel order 7."),
        ("Do not cancel order 7.", "Cancel order 7."),
        ("The lamp is bright.", "The lamp is not bright."),
        ("The lamp isn't bright.", "The lamp is bright."),
        ("it was n't a film", "it was a film"),
        ("there is no lamp", None),
        ("我要退款。", "我不要退款。"),
        ("我不要退款。", "我要退款。"),
        ("请帮我取消。", "请不要帮我取消。"),
        ("他没有发票。", "他有发票。"),
        ("这是我的订单。", "这不是我的订单。"),
        ("一无是处的酒店", None),
        ("于是我走了", None),
        ("原因是什么？", None),
        ("请问几点开门？", None),
        ("Do not Disturb", "Disturb"),
        ("Never ", None),
        ("有没有房间", None),
        ("癫痫是如何发生的", None),
        ("高血压可以喝酒吗？", None),
        ("什么是债券", None),
        ("我想找酒店，帮我推荐一家。", None),
        ("好的，请帮我推荐一家酒店，谢谢。", "好的，请不要帮我推荐一家酒店，谢谢。"),
        ("我要取消订单50381，我是王芳。", "我不要取消订单50381，我是王芳。"),
        ("解释区块链的概念。", "不要解释区块链的概念。"),
        ("退休教师到云南支教", None),
        ("对这句分类：“我喜欢咖啡”", None),
        ("我没有什么要求", None),
        ("一点酒都不能喝", None),
        ("癫痫不是遗传性的", "癫痫是遗传性的"),
    ],
)
def test_negation_turns_a_sentence_round_or_leaves_it(text: str, made: str | None) -> None:
    found = changed("negation", text, lang_of(text))
    assert (found.text if found else None) == made


def test_a_question_that_nothing_negates_is_left_alone() -> None:
    assert changed("negation", "Where is my parcel?", "en") is None
    assert changed("negation", "几点开门？", "zh") is None


def test_code_switching_puts_words_in_the_other_language() -> None:
    assert "My 订单 is late." in all_of("code_switch", "My order is late.", "en")
    assert all_of("code_switch", "订单48213到了", "zh") == {"order 48213到了"}
    assert changed("code_switch", "Bonsoir", "en") is None
    assert changed("code_switch", "How many?", "en") is None
    assert changed("code_switch", "那怎么办？", "zh") is None


def test_contractions_are_undone_or_made() -> None:
    assert all_of("contractions", "I can't, it's late.", "en") == {"I cannot, it is late."}
    assert all_of("contractions", "I am late.", "en") == {"I'm late."}
    assert changed("contractions", "Late again.", "en") is None
    assert changed("contractions", "Better than I am now, here it is.", "en") is None


def test_a_language_that_is_unknown_gets_no_phrase_of_ours() -> None:
    for name in ("politeness", "irrelevant", "code_switch", "names", "places", "negation"):
        assert changed(name, "Où est ma commande 48213 ?", "other") is None
