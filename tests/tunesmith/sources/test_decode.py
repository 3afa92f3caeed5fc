"""The encoding of a file, found from blocks that are never held together."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunesmith.errors import UserError
from tunesmith.sources.decode import decoded, encoding_of, is_garbled

CHINESE = "请问我的订单到哪了，您的订单已经发货了\n".encode("gb18030")
SIMPLIFIED = "请问我的订单到哪了？您的订单已经发货了，请等待。\n机器学习是人工智能的一个分支。\n"
TRADITIONAL = "請問我的訂單到哪裡了？您的訂單已經發貨了，請等待。\n高血壓可以吃黨參嗎？可以的。\n"
JAPANESE = "注文した商品がまだ届いていないのですが、確認していただけますか。\n"
FRENCH = "Le café développé à l'été, où l'élève préféré a été reçu\n"
RUSSIAN = "Заказ был отправлен вчера\n"
MOSTLY = "好\n".encode() * 12 + b"\xff\n"


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def found(data: bytes, size: int, encoding: str | None = None) -> tuple[str, str]:
    """The encoding and the text, or the error."""
    blocks = cut(data, size)
    try:
        told = encoding_of(lambda: blocks, "x.txt", encoding)
    except UserError as error:
        return "error", str(error)
    return told.name, "".join(decoded(blocks, told.name, told.errors))


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode), st.integers(1, 7))
@example(CHINESE, 3)
@example(MOSTLY, 2)
@example("\ufeff好".encode("utf-16"), 1)
def test_where_blocks_are_cut_changes_nothing(data: bytes, size: int) -> None:
    assert found(data, size) == found(data, len(data) or 1)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("好".encode(), "utf-8"),
        (MOSTLY, "utf-8"),
        (CHINESE, "gb18030"),
        ("好".encode("utf-8-sig"), "utf-8-sig"),
        ("好".encode("utf-16"), "utf-16"),
        ("好".encode("utf-32"), "utf-32"),
    ],
)
def test_the_bytes_tell_their_encoding(data: bytes, encoding: str) -> None:
    assert found(data, 4)[0] == encoding


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "hz", "utf-8"),  # plain ASCII bytes
        (f"question,answer\n{SIMPLIFIED}", "gb2312", "gb18030"),
        (TRADITIONAL, "big5", "cp950"),
        (TRADITIONAL, "big5hkscs", "cp950"),
        (TRADITIONAL, "gbk", "gb18030"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "cp932", "cp932"),
        (RUSSIAN + "English\n" + SIMPLIFIED, "gb18030", "gb18030"),
    ],
)
def test_chinese_and_japanese_bytes_are_read_and_said_to_be_concluded(
    text: str, written: str, read: str
) -> None:
    blocks = cut(text.encode(written), 7)
    told = encoding_of(lambda: blocks, "x.txt")
    assert (told.name, told.detected) == (read, read != "utf-8")
    if written != "hz":
        assert "".join(decoded(blocks, told.name)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (FRENCH, "latin-1"),
        (FRENCH, "cp1252"),
        (FRENCH, "iso8859_14"),
        (FRENCH, "iso8859_15"),
        (FRENCH, "mac_roman"),
        (FRENCH, "cp850"),
        ("It’s a “quoted” word\n", "cp1252"),
        ("Größe prüfen, schöne Grüße\n", "latin-1"),
        ("Zażółć gęślą jaźń\n", "iso8859_2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        ("Καλημέρα κόσμε, πώς είσαι σήμερα\n", "cp1253"),
        ("สวัสดีครับ ยินดีต้อนรับสู่ประเทศไทย\n", "cp874"),
        ("주문한 상품이 아직 도착하지 않았습니다. 확인해 주시겠습니까?\n", "cp949"),
        (JAPANESE, "euc_jp"),
        ("题\n", "gbk"),  # one character proves nothing
        ("你好\n", "gbk"),
        ("スペースカメラ\n", "cp932"),
    ],
)
def test_bytes_that_more_than_one_encoding_fits_are_refused(text: str, written: str) -> None:
    told = found(text.encode(written) * 50, 64)
    assert told[0] == "error"
    assert told[1].startswith("x.txt:1: byte ")
    assert "is not UTF-8, and what it is cannot be told: " in told[1]


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("请问什么时候发货\n", "gbk", "gb18030"),
        ("question,answer\n能退款吗,可以的\n", "gbk", "gb18030"),
        ("label,text\n体育,他在第三场得了分\n", "gb2312", "gb18030"),
        ("請問什麼時候出貨\n", "big5", "cp950"),
        ("可以換紅色的嗎？可以。\n", "big5", "cp950"),
    ],
)
def test_a_few_common_characters_tell_a_short_file(text: str, written: str, read: str) -> None:
    told = encoding_of(lambda: [text.encode(written)], "x.txt")
    assert (told.name, told.detected) == (read, True)
    assert text.encode(written).decode(told.name) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("你好\n", "gbk"),  # two characters may be anything
        ("订单\n", "gbk"),
        ("澜香醍龙湖蔚\n", "gbk"),  # names, none of them common
        ("заказ был отправлен вчера\n", "koi8_r"),
        ("заказ был отправлен вчера\n", "iso8859_5"),
        ("ขอบคุณ ครับ\n", "cp874"),
        ("비밀번호를 변경하려면\n", "cp949"),
        ("会社に電話した\n", "euc_jp"),
    ],
)
def test_a_short_file_that_may_be_in_another_encoding_is_refused(text: str, written: str) -> None:
    kind, message = found(text.encode(written), 64)
    assert kind == "error"
    assert "such as `encoding: " in message


LATIN_WITH_ZERO = "text,label\nau café,b\n\x00,c\n".encode("cp1252")


def test_a_stray_zero_byte_is_no_sign_of_utf_16() -> None:
    kind, message = found(LATIN_WITH_ZERO, 5)
    assert kind == "error"
    assert message.startswith("x.txt:2: byte 17 is not UTF-8")
    assert "`encoding: cp1252`" in message
    assert "zero bytes (1)" in message
    assert found(LATIN_WITH_ZERO, 5, "cp1252")[0] == "cp1252"


def test_a_refusal_sends_no_control_characters_to_the_screen() -> None:
    kind, message = found(b"caf\xe9\x1b[31m\x07\n", 64)
    assert kind == "error"
    assert message.isprintable()


def test_a_stray_zero_byte_hides_no_chinese() -> None:
    assert found((SIMPLIFIED + "\x00\n").encode("gbk"), 9)[0] == "gb18030"


@pytest.mark.parametrize("order", ["le", "be"])
def test_chinese_in_utf_16_without_a_mark_is_refused_with_its_name(order: str) -> None:
    kind, message = found(SIMPLIFIED.encode(f"utf-16-{order}"), 9)
    assert kind == "error"
    assert f"set `encoding: utf-16-{order}`" in message


def test_a_refusal_shows_how_the_place_reads_and_what_to_write() -> None:
    data = b"text,label\nfine,a\n" + "au café,b\n".encode("latin-1")
    assert found(data, 5)[1] == (
        'x.txt:3: byte 24 is not UTF-8, and what it is cannot be told: "café" in cp1252, '
        '"cafй" in cp1251, "cafÈ" in mac_roman; set the right one at this source in params.yaml, '
        "such as `encoding: cp1252`, or save the file as UTF-8"
    )
    assert found(data, 5, "cp1252")[0] == "cp1252"


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("text", ['{"text": "fine"}\n', '{"text": "好的，马上办"}\n'])
def test_utf_16_without_a_mark_is_refused_with_its_name(text: str, order: str) -> None:
    told = found(text.encode(f"utf-16-{order}") * 20, 9)
    assert told[0] == "error"
    assert f"set `encoding: utf-16-{order}`" in told[1]


def test_bytes_that_fit_nothing_are_named() -> None:
    told = found(b"\x81\xff\xa0\x98\n", 2)
    assert told[1].startswith("x.txt:1: byte 0 is not UTF-8, and what it is cannot be told")


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "UTF8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16-le"),
        ("utf-32", "utf-32"),
    ],
)
def test_a_mark_is_no_part_of_the_text_though_the_encoding_is_named(
    written: str, named: str
) -> None:
    blocks = cut("text,label\n".encode(written), 3)
    told = encoding_of(lambda: blocks, "x.csv", named)
    assert "".join(decoded(blocks, told.name)) == "text,label\n"


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_byte_that_does_not_fit_is_named_by_its_place_in_the_file(size: int) -> None:
    data = "一行\n两行\n".encode() + b"x\xffy\n"
    assert found(data, size, "utf-8")[1].startswith("x.txt:3: not utf-8 at byte 15; set")


@pytest.mark.parametrize("size", [2, 100])
def test_a_character_that_the_end_cuts_off_is_named(size: int) -> None:
    data = "好的\n".encode("gb18030") + b"\xc4"
    assert "x.txt:2: not gb18030 at byte 5" in found(data, size, "gb18030")[1]


@pytest.mark.parametrize("name", ["nonsense", "hex"])
def test_what_is_no_encoding_of_text_is_named(name: str) -> None:
    assert f'x.txt: no encoding "{name}"' in found(b"6162", 4, name)[1]


def test_only_bytes_that_did_not_fit_count_as_garbled() -> None:
    assert is_garbled(b"\xff".decode("utf-8", "surrogateescape"))
    assert not is_garbled("好 \ud83d")
