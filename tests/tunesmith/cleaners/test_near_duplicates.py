"""The cleaner against the plain way: every pair of rows compared, letter by letter and in full."""

import random
import unicodedata
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from tests.tunesmith.cleaners.rows_for_tests import chat, frame, labelled
from tunesmith.cleaners.base import whole_text
from tunesmith.cleaners.near_duplicates import NearDuplicates
from tunesmith.rows import Row, prompt_text, to_rows
from tunesmith.text.differences import COURTESY, WORD, _only_slips, negates_alone
from tunesmith.text.near_duplicates import SHORT_CHARS
from tunesmith.text.normalise import folded
from tunesmith.text.numbers import NUMBER

Found = dict[int, tuple[str, int]]
FLIGHT = "Flight FM {} from {} to {} departs at gate {}, is there a seat for {} on it today?"
航班 = "请查询从{1}到{2}的航班{0}，登机口是{3}，{4}今天还能不能买到这个航班的机票呢？"
TOWNS = ["Leeds", "Lagos", "Lima", "Lviv", "Lyon", "Turin"]
PIECES = [
    *("Where", "is", "my", "order", "odrer", "parcel", "parcle", "not", "n't", "please", "hello"),
    *("4821", "4822", "two", "17-b4", "17 b4", "a4", "3.5", "+", "kettle", "kettel", "Anna", "Ben"),
    *("您好", "请问", "订单", "不", "好看", "的", "吗", "二", "一", "到哪了", "，", "?", "\n"),
]


def plain_numbers(text: str) -> list[str]:
    return NUMBER.findall(unicodedata.normalize("NFKC", text).casefold())


def plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return WORD.findall(COURTESY.sub(" ", plain))


def say_the_same(ours: list[str], theirs: list[str]) -> bool:
    gone = list((Counter(ours) - Counter(theirs)).elements())
    new = list((Counter(theirs) - Counter(ours)).elements())
    if any(map(negates_alone, gone + new)):
        return False
    if gone and new:
        return _only_slips(gone, new)
    short, long = sorted((ours, theirs), key=len)
    rest = iter(long)
    return all(word in rest for word in short)


def repeats(one: Row, other: Row, similarity: float) -> bool:
    texts = whole_text(one), whole_text(other)
    asked = [plain_words(prompt_text(row)) for row in (one, other)]
    return (
        plain_numbers(texts[0]) == plain_numbers(texts[1])
        and Indel.normalized_similarity(*map(" ".join, asked)) >= similarity
        and all(
            max(map(len, pair)) > 120 or say_the_same(*pair)
            for pair in (asked, [plain_words(text) for text in texts])
        )
    )


def plainly(rows: list[Row], similarity: float) -> Found:
    """Return, for each row acted on, what is done and the row that stays for it."""
    found: Found = {}
    first: dict[tuple[str, tuple[str, ...]], int] = {}
    forms = [folded(whole_text(row)) for row in rows]
    stands_in: dict[int, int] = {}
    for later, row in enumerate(rows):
        own = first.setdefault((forms[later], tuple(plain_numbers(whole_text(row)))), later)
        for other in [own] if own < later else sorted(set(first.values()) - {later}):
            alike = own == other or (
                forms[other] != forms[later]
                and Indel.normalized_similarity(forms[other], forms[later]) >= similarity
            )
            if not alike or later in stands_in or (other in stands_in and own != other):
                continue
            home = stands_in.get(other, other)
            if repeats(rows[home], row, similarity):
                drop = rows[home]["label"] == row["label"]
                found[later] = ("drop" if drop else "flag", home)
                if drop:
                    stands_in[later] = home
    return found


def by_the_cleaner(rows: list[Row], similarity: float) -> Found:
    place = {row["id"]: k for k, row in enumerate(rows)}
    verdicts = NearDuplicates(similarity=similarity).verdicts(rows, seed=0)
    acted = ((k, one) for k, one in enumerate(verdicts) if one)
    return {k: (one.action, place[one.partner or ""]) for k, one in acted}


def flights(count: int, rng: random.Random) -> list[Row]:
    """Return rows of two templates; some differ in a number, a name or not at all."""
    rows = []
    for _ in range(count):
        form = rng.choice([FLIGHT, 航班])
        fills = [rng.randint(1000, 1002), *rng.choices(TOWNS[:3], k=2), 7, "Ann"]
        asked = rng.choice(["{}", "Hello, {}", "{} Thanks!", "您好，{}"]).format(
            form.format(*fills)
        )
        rows.append(chat(asked, "Yes, there is one."))
    return to_rows(frame(*rows))


def test_rows_of_a_template_are_judged_as_by_comparing_all_with_all() -> None:
    rows = flights(400, random.Random(3))
    plain, found = plainly(rows, 0.8), by_the_cleaner(rows, 0.8)
    assert found.keys() <= plain.keys()
    assert 380 > len(found) >= 0.95 * len(plain) > 100  # the rest shares no bucket


SHORT_TEXTS = (
    st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join) | st.text(max_size=12)
).filter(lambda text: len(folded(text)) <= SHORT_CHARS)  # longer ones have to share a bucket


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            SHORT_TEXTS,
            st.sampled_from(["a", "b"]),
        ),
        max_size=12,
    ),
    st.sampled_from([0.5, 0.7, 0.9]),
)
def test_short_rows_are_judged_as_by_comparing_all_with_all(
    drawn: list[tuple[str, str]], similarity: float
) -> None:
    rows = to_rows(frame(*(labelled(text, label) for text, label in drawn)))
    assert by_the_cleaner(rows, similarity) == plainly(rows, similarity)


def test_equal_forms_with_other_numbers_are_kept_apart_and_their_copies_found() -> None:
    asked = ["Is room 17-b4 free today?", "Is room 17 b4 free today?", "is room 17 B4 free today"]
    rows = to_rows(frame(*(chat(text, "Yes, it is.") for text in asked)))
    assert by_the_cleaner(rows, 0.9) == {2: ("drop", 1)}


def test_long_answers_do_not_hide_that_something_else_is_asked() -> None:
    trials = "Information about clinical trials is available from the NCI website. " * 20
    试验 = "临床试验的信息可以在网站上查到，患者可以考虑参加临床试验。" * 20
    asked = ["What research is done for Rectal Cancer?", "What research is done for Colon Cancer?"]
    问 = [
        "针对直肠癌患者开展了哪些临床试验和研究？",
        "针对结肠癌患者开展了哪些临床试验和研究？",
    ]
    rows = [chat(one, trials) for one in [*asked, f"{asked[0]} Thanks!"]]
    rows += [chat(one, 试验) for one in [*问, f"您好，{问[0]}"]]
    assert by_the_cleaner(to_rows(frame(*rows)), 0.9) == {2: ("drop", 0), 5: ("drop", 3)}
