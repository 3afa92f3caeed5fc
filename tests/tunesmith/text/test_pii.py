"""What is personal data and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.text.national_phones import known_region
from tunesmith.text.pii import FINDERS, KINDS, find_pii, masked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("邮箱a.b+c@mail.example.com。", "email"),
        ("我的电话是13800138123", "phone"),
        ("打+86 138 0013 8123吧", "phone"),
        ("座机010-62345678", "phone"),
        ("call +1 202-555-0143.", "phone"),
        ("call (202) 555-0143", "phone"),
        ("call 202.555.0143 x12", "phone"),
        ("call +44 20 7946 0958", "phone"),
        (
            "身份证号110101190003071234吗".replace("110101190003071234", "11010519491231002X"),
            "cn_id",
        ),
        ("卡号4000 0000 0000 0002", "card"),
        ("paid with 4000000000000002.", "card"),
        ("SSN 536-22-1234", "ssn"),
        ("服务器8.8.8.8挂了", "ip"),
        ("host 2001:db8:0:0:0:0:2:1 is down", "ip"),
        ("key sk-abcdefghijklmnopqrstuvwx", "secret"),
        ("AKIAIOSFODNN7EXAMPLE", "secret"),
        ("token ghp_abcdefghijklmnopqrstuvwxyzabcdefghij", "secret"),
        ("密钥sk_live_abcdefghijklmnopqrst", "secret"),
        ("call +33 1 23 45 67 89", "phone"),
        ("账户DE89 3704 0044 0532 0130 00。", "iban"),
        ("IBAN GB82WEST12345698765432", "iban"),
        ("护照号码：E12345678", "passport"),
        ("my passport number is C1234567", "passport"),
        ("JCB 213100000000001", "card"),
        ("Maestro card 501800000009", "card"),
    ],
)
def test_it_is_found_next_to_either_script(text: str, kind: str) -> None:
    assert [found.kind for found in find_pii(text)] == [kind]
    assert find_pii(masked(text, find_pii(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "订单号13800138123到哪了",
        "order 13800138123",
        "Where is order 4821?",
        "编号 110105194912310020000",
        "身份证110105194912310021",
        "4000000000000003",
        "version 1.2.3.4",
        "v1.2.3.4",
        "127.0.0.1",
        "192.168.0.1",
        "2021-10-12 10:30:45",
        "1,234,567,890",
        "3.14159265358979",
        "C++ std::vector",
        "code BONUS10 and QIU5",
        "isbn 978-3-16-148410-0",
        "a @ b",
        "user@localhost",
        "999.999.999.999",
        "000-12-3456",
        "选2.3.4.5",
        "DE89 3704 0044 0532 0130 01",
        "型号E12345678",
        "ean 4006381333931",
        "501800000009",
    ],
)
def test_it_is_not_found_where_there_is_none(text: str) -> None:
    assert find_pii(text) == []


def test_only_the_kinds_that_were_asked_for() -> None:
    text = "a@b.com 13800138123"
    assert [found.kind for found in find_pii(text, ("phone",))] == ["phone"]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("please call 99 999 999", True),
        ("电话：6234 5678", True),
        ("we sold 99 999 999", False),
        ("see pages 123-4567", False),
        ("call about order number 6234 5678", False),
    ],
)
def test_a_possible_phone_is_named_by_the_words_before(text: str, there: bool) -> None:
    assert [found.kind for found in find_pii(text, phones="possible")] == ["phone"] * there
    assert find_pii(text) == []


@pytest.mark.parametrize(
    ("text", "region", "there"),
    [
        ("They moved, 020 7946 0018 is dead", "GB", True),
        ("Tel. 030 12345678", "DE", True),
        ("06-10446904-Office", "NL", True),
        ("call 73 448 266", "DK", True),
        ("73 448 266 (mobile)", "DK", True),
        ("电话：06 12 34 56 78", "FR", True),
        ("(11) 4706-6184", "BR", True),
        ("we sold 73 448 266", "DK", False),
        ("earlier than 0900-0130 = 0730", "FR", False),
        ("on 2024-03-12 we called 2024-03-13", "DK", False),
        ("the number 0.58326123", "DE", False),
        ("order number 030 12345678", "DE", False),
        ("03262 2437 Main St", "FR", False),
        ("020 7946 0018", "FR", False),
    ],
)
def test_a_national_phone_is_found_where_its_region_is_named(
    text: str, region: str, there: bool
) -> None:
    assert [found.kind for found in find_pii(text, regions=(region,))] == ["phone"] * there
    assert find_pii(text) == []


def test_only_named_regions_have_their_own_forms() -> None:
    text = "call (202) 555-0143 or 13800138123 or +44 20 7946 0958"
    assert len(find_pii(text)) == 3
    assert len(find_pii(text, regions=("CN",))) == 2
    assert len(find_pii(text, regions=("CA",))) == 2
    assert len(find_pii(text, regions=("GB",))) == 1


def test_a_salted_mark_tells_values_apart_and_hides_them() -> None:
    text = "a@b.com and a@b.com and c@d.com"
    first, again, other = masked(text, find_pii(text), b"salt").split(" and ")
    assert first == again != other
    assert first != masked("a@b.com", find_pii("a@b.com"), b"another")
    assert "@" not in first
    assert find_pii(first) == []


@given(st.text(alphabet="0123456789 -.@+():abcfX电话AKIsk_ghp"))
def test_the_quick_scan_hides_nothing(text: str) -> None:
    if not find_pii(text):
        assert not any(list(FINDERS[kind](text)) for kind in KINDS)


@given(st.text(alphabet="0123456789 -.@+():abcX电话订单"))
def test_finds_lie_inside_and_do_not_overlap(text: str) -> None:
    found = find_pii(text)
    ends = [0, *(item.end for item in found)]
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    assert all(item.start >= end for item, end in zip(found, ends, strict=False))


@pytest.mark.parametrize("region", ["UK", "gb", ""])
def test_a_region_without_a_numbering_plan_is_refused(region: str) -> None:
    with pytest.raises(ValueError, match="two capital letters, such as GB"):
        known_region(region)
    assert known_region("GB") == "GB"
