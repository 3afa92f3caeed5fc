"""Flawed rows, made from clean ones; each kind is one small function in `KINDS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tunesmith.demo import identities
from tunesmith.demo.foreign import ROWS as FOREIGN
from tunesmith.demo.rows import TOPICS, Row, RowMaker

Expected = Literal["drop", "keep", "repair", "mask", "flag"]
Edit = Callable[[Row, RowMaker], tuple[Row, str]]


@dataclass(frozen=True)
class Kind:
    """How a kind of flaw is made.

    `on` is the row that `edit` gets: a row already in train (the flawed one comes later in the
    file), a row of the test set, or a fresh row. `edit` returns the flawed row and the detail.
    """

    expected: Expected
    on: Literal["train", "test", "fresh"]
    edit: Edit


def _exact_duplicate(row: Row, _maker: RowMaker) -> tuple[Row, str]:
    return row, ""


def _near_duplicate(row: Row, maker: RowMaker) -> tuple[Row, str]:
    text = row.question
    edits = {
        "en": (text.rstrip(".?") + " ?", "Hello, " + text, text + " Thanks!", text.upper()),
        "zh": (text + "谢谢！", "您好，" + text, text.rstrip("。？") + "！！", text + "急"),
    }
    return row.asking(maker.pick(edits[row.lang])), "small edit of the question"


def _template_row(row: Row, maker: RowMaker) -> tuple[Row, str]:
    """Same words, another order number: a different question with a different answer."""
    old = _order_of(row)
    new = maker.facts("order_status")["order"]
    turns = tuple(turn.replace(old, new) for turn in row.turns)
    return replace(row, turns=turns, answer=row.answer.replace(old, new)), f"{old} to {new}"


def _html(row: Row, maker: RowMaker) -> tuple[Row, str]:
    text = row.question
    wrapped = (
        f"<p>{text}</p>",
        f"<div class='msg'>{text}<br/></div>",
        f"&lt;p&gt;{text}&lt;/p&gt;",
        f"<b>{text}</b>&nbsp;",
        f'<span style="color:red">{text}</span>&nbsp;&nbsp;',
    )
    return row.asking(maker.pick(wrapped)), row.question


def _mojibake(row: Row, _maker: RowMaker) -> tuple[Row, str]:
    """UTF-8 bytes read as a one-byte Western encoding; the detail is the question as it was."""
    if row.lang == "zh":
        return row.asking(row.question.encode().decode("latin-1")), row.question
    text = "I’m a customer – " + row.question.replace("'", "’")
    return row.asking(text.encode().decode("cp1252")), text


def _wrong_language(row: Row, maker: RowMaker) -> tuple[Row, str]:
    spoken = maker.pick(tuple(FOREIGN))
    texts = FOREIGN[spoken]
    question, answer = texts[int(maker.rng.integers(len(texts)))]
    order = maker.facts("order_status")["order"]
    turns = (question.format(order=order),)
    return replace(row, turns=turns, answer=answer.format(order=order)), spoken


def _pii(row: Row, maker: RowMaker) -> tuple[Row, str]:
    found = {
        "email": (identities.email(maker.rng), "You can write to {}.", "我的邮箱是{}。"),
        "phone": (identities.phone(maker.rng, row.lang), "Call me on {}.", "我的电话是{}。"),
        "chinese_id": (
            identities.chinese_id(maker.rng),
            "My ID number is {}.",
            "我的身份证号是{}。",
        ),
        "card_number": (
            identities.card_number(maker.rng),
            "I paid with card {}.",
            "付款卡号是{}。",
        ),
    }
    kind = maker.pick(tuple(found))
    value, english, chinese = found[kind]
    added = chinese if row.lang == "zh" else " " + english
    return row.asking(row.question + added.format(value)), kind


def _empty_answer(row: Row, maker: RowMaker) -> tuple[Row, str]:
    return replace(row, answer=maker.pick(("", " ", "\n"))), ""


def _wrong_label(row: Row, maker: RowMaker) -> tuple[Row, str]:
    others = tuple(intent for intent in TOPICS[row.lang] if intent != row.intent)
    return replace(row, intent=maker.pick(others)), row.intent


KINDS: Mapping[str, Kind] = {
    "exact_duplicate": Kind("drop", "train", _exact_duplicate),
    "near_duplicate": Kind("drop", "train", _near_duplicate),
    "template_row": Kind("keep", "train", _template_row),
    "html": Kind("repair", "fresh", _html),
    "mojibake": Kind("repair", "fresh", _mojibake),
    "wrong_language": Kind("drop", "fresh", _wrong_language),
    "pii": Kind("mask", "fresh", _pii),
    "empty_answer": Kind("drop", "fresh", _empty_answer),
    "wrong_label": Kind("flag", "fresh", _wrong_label),
    "leaked_test": Kind("drop", "test", _exact_duplicate),
}


def fits(kind: str, row: Row) -> bool:
    """Whether `row` can carry a flaw of `kind`: a template row needs one order number to change."""
    return kind != "template_row" or bool(_order_of(row))


def _order_of(row: Row) -> str:
    slots = TOPICS[row.lang][row.intent].slots
    digits = "".join(c if c.isascii() and c.isdigit() else " " for c in row.question).split()
    return next((d for d in digits if len(d) == 5), "") if "order" in slots else ""
