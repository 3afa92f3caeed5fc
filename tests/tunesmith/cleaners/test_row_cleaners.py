"""The cleaners that look at one row at a time."""

import json

import ftfy
import pytest
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad
from hypothesis import given
from hypothesis import strategies as st

from tests.tunesmith.cleaners.rows_for_tests import chat, cleaned, done, kept_lines, labelled, texts
from tunesmith.cleaners.language import Language
from tunesmith.cleaners.length import Length
from tunesmith.cleaners.pii import SALT, Pii
from tunesmith.cleaners.repair_text import SUSPECT, RepairText, repaired
from tunesmith.cleaners.strip_html import StripHtml, stripped
from tunesmith.errors import UserError
from tunesmith.rows import to_rows

ID = "11010119000307"


def test_mojibake_is_read_again_in_both_languages() -> None:
    chinese = "订单77502怎么开发票？买家谢雨欣。"
    english = "I’m a customer – it’s late."
    broken = [chinese.encode().decode("latin-1"), english.encode().decode("cp1252")]
    result = cleaned(RepairText(), *(chat(text, "ok") for text in broken))
    assert texts(result) == [chinese, english]
    assert done(result) == [("rewrite", "mojibake")] * 2


@pytest.mark.parametrize(
    "text",
    ["“全角，标点”：！", "café naïve", "ﬁne ① ½", "👨‍👩‍👧", "a\tb\nc", "की", "São Paulo, Ålesund"],
)
def test_text_that_is_right_stays_as_it_is(text: str) -> None:
    assert repaired(text) == text


def test_control_characters_go_and_accents_are_composed() -> None:
    result = cleaned(RepairText(), chat("a\x00b\ufeff\r\ncafe\u0301", "ok"))
    assert texts(result) == ["ab\ncafé"]
    assert done(result) == [("rewrite", "control characters")]


@given(st.text(alphabet="abc é你好，。“”…（）：①☺ｆＦ—"))
def test_text_that_is_not_suspect_is_right_for_ftfy_too(text: str) -> None:
    if not SUSPECT.search(text):
        assert not is_bad(text)
        assert ftfy.fix_encoding(text) == text


def test_every_character_of_mojibake_is_suspect() -> None:
    marks = {char for chars in MOJIBAKE_CATEGORIES.values() for char in chars}
    assert [char for char in marks if not SUSPECT.search(char) and not char.isascii()] == []


def test_what_nobody_sees_goes_and_an_eaten_backslash_comes_back() -> None:
    rows = [
        chat("订\u200b单\u202e\xad", "ok"),
        chat("$y = \x0crac{2}{3}$, \x08egin{x}", "ok"),
        chat("ＨＰ检验", "ok"),
        chat("a\r\nb", "ok"),
    ]
    result = cleaned(RepairText(), *rows)
    assert texts(result) == ["订单", "$y = \\frac{2}{3}$, \\begin{x}", "HP检验", "a\nb"]
    reasons = ["control characters"] * 2 + ["full-width letters", "line ends and accents"]
    assert [reason for _, reason in done(result)] == reasons
    assert texts(cleaned(RepairText(widths="keep"), rows[2])) == ["ＨＰ检验"]


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>Where is it?</p>", "Where is it?"),
        ("<div class='msg'>到哪了？<br/></div>", "到哪了？"),
        ("&lt;p&gt;Refund &amp;amp; return&lt;/p&gt;", "Refund & return"),
        ('<span style="color:red">Hi</span>&nbsp;&nbsp;', "Hi"),
        ("one<br>two", "one\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("if x:\n    s = &quot;y&quot;", 'if x:\n    s = "y"'),
    ],
)
def test_tags_and_entities_go(html: str, plain: str) -> None:
    assert stripped(html) == plain
    assert stripped(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "if a < b and c > d",
        "List<i> of ints",
        "write to <EMAIL>",
        "5 <b and c> 6",
        "AT&T; R&D",
        "&notanentity;",
        "  indented",
        "x &lt y",
    ],
)
def test_what_only_looks_like_html_stays(text: str) -> None:
    assert stripped(text) == text


@pytest.mark.parametrize(
    "question",
    ["Write some HTML.", "Create a web page.", "写一个网页", "Fix this:\n```\n<p>x</p>\n```"],
)
def test_rows_about_markup_keep_it(question: str) -> None:
    assert done(cleaned(StripHtml(), chat(question, "<p>Hello</p>"))) == []


def test_a_discount_code_is_not_source_code() -> None:
    result = cleaned(StripHtml(), chat("<p>Does the code BONUS10 work?</p>", "Yes."))
    assert texts(result) == ["Does the code BONUS10 work?"]


def test_rows_without_answer_question_or_measure_go() -> None:
    rows = [
        chat("Hi", " \n"),
        chat(" ", "Hello"),
        chat("Hi", "x" * 50),
        labelled("fine", None),
        labelled("fine", "good"),
        chat("Hi", "Hello"),
    ]
    result = cleaned(Length(max_chars=40), *rows)
    assert kept_lines(result) == [5, 6]
    assert [reason for _, reason in done(result)] == [
        "no answer",
        "no question",
        "too long",
        "no answer",
    ]


def test_a_prompt_needs_no_answer_but_a_question_of_some_measure() -> None:
    rows = [chat(text, "", task="prompt", completion=None) for text in ("Hi", " ", "x" * 50)]
    result = cleaned(Length(max_chars=40, min_answer_chars=5), *rows)
    assert kept_lines(result) == [1]
    assert [reason for _, reason in done(result)] == ["no question", "too long"]


@pytest.mark.parametrize(
    ("question", "answer", "lang"),
    [
        (
            "Ich möchte die Bestellung 19734 bitte stornieren.",
            "Die Bestellung ist storniert.",
            "de",
        ),
        ("Où est ma commande 92657 ?", "La commande 92657 est en route.", "fr"),
        ("注文をキャンセルしたいのですが。", "キャンセルしました。", "ja"),
        ("주문은 언제 도착하나요?", "배송 중입니다.", "ko"),
        ("Отмените заказ, пожалуйста.", "Заказ отменён.", "ru"),
    ],
)
def test_foreign_rows_go_whatever_their_column_says(question: str, answer: str, lang: str) -> None:
    result = cleaned(Language(), chat(question, answer))
    assert done(result) == [("drop", f"language {lang}")]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Translate into French: Where is my order?", "Où est ma commande ?"),
        (
            "Wo ist meine Bestellung? Translate this sentence into English, please.",
            "Where is my order?",
        ),
        ("Hi", "Hello!"),
        ("Who plays for Borussia Dortmund?", "Marco Reus"),
        ("2 + 2 =", "4"),
        ("Convert 3 kilometers to meters.", "3 kilometers is 3000 meters."),
        ("Convert 1000 millimeters to meters.", "1000 millimeters is 1 meter."),
        ("Summarize: Peter Gabriel, Genesis", "Peter Gabriel (Genesis)"),
        ("Find the 29th character in this string.\nabcdefghijklmnopqrstuvwxyz", "z"),
    ],
)
def test_translations_names_and_figures_stay(question: str, answer: str) -> None:
    assert kept_lines(cleaned(Language(), chat(question, answer))) == [1]


def test_a_kept_language_is_written_down() -> None:
    row = chat("Ich möchte die Bestellung bitte stornieren.", "Die Bestellung ist storniert.")
    result = cleaned(
        Language(keep=("de", "mixed")), row, chat("请帮我check一下order status", "好的")
    )
    assert list(result.kept["lang"]) == ["de", "mixed"]


def test_personal_data_is_masked_and_written_nowhere() -> None:
    found = ["a.b@example.com", "13800138123", "4000000000000002"]
    row = chat(
        f"我的邮箱{found[0]}电话{found[1]}。", f"card {found[2]}", meta={"contact": found[0]}
    )
    result = cleaned(Pii(), row)
    assert texts(result) == ["我的邮箱<EMAIL>电话<PHONE>。"]
    assert result.kept["completion"][0][0]["content"] == "card <CARD>"
    assert result.kept["meta"][0] == '{"contact": "<EMAIL>"}'
    (decision,) = result.decisions
    assert (decision["reason"], decision["score"]) == ("card and email and phone", 4.0)
    assert not any(value in json.dumps(decision) for value in found)


def test_values_are_hashed_with_the_salt_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = chat("a@b.com or c@d.com", "a@b.com")
    monkeypatch.delenv(SALT, raising=False)
    with pytest.raises(UserError, match=f"16 characters in the environment variable {SALT}"):
        cleaned(Pii(action="hash"), row)
    monkeypatch.setenv(SALT, "0123456789abcdef")
    result = cleaned(Pii(action="hash"), row)
    first, other = texts(result)[0].split(" or ")
    assert result.kept["completion"][0][0]["content"] == first != other
    assert "0123456789abcdef" not in json.dumps([result.decisions, to_rows(result.kept)])


def test_personal_data_can_cost_the_row() -> None:
    result = cleaned(
        Pii(action="drop", kinds=("email",)), chat("a@b.com", "x"), chat("13800138123", "x")
    )
    assert kept_lines(result) == [2]
