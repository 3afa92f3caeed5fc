"""Lexicons: a file, WordNet and Cilin are read into one form; what is unsafe is left out."""

import json
from pathlib import Path

import pytest

from tests.plain_rows import plain_chat
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import augment_rows
from tunesmith.augmenters.cilin import read_cilin
from tunesmith.augmenters.question import last_question
from tunesmith.augmenters.tokens import tokenise
from tunesmith.augmenters.tools import Tools
from tunesmith.augmenters.wordnet import read_wordnet
from tunesmith.errors import UserError

INDEX = {
    "noun": ["buyer n 1 1 @ 1 1 00000010", "emptor n 1 1 @ 1 0 00000010",
             "light n 1 1 @ 1 1 00000040", "client n 1 1 @ 1 1 00000010",
             "need n 1 1 @ 1 1 00000050",
             "insultone n 1 1 @ 1 1 00000070", "insulttwo n 1 1 @ 1 1 00000070"],
    "verb": ["begin v 1 1 @ 1 1 00000020", "start v 1 1 @ 1 1 00000020"],
    "adj": ["light a 1 1 & 1 1 00000030", "large a 1 1 & 1 1 00000031"],
    "adv": ["needs r 1 0 1 1 00000060", "surely r 1 0 1 1 00000060"],
}  # fmt: skip
DATA = {
    "noun": [
        "00000010 18 n 03 buyer 0 emptor 0 client 0 000 | who buys",
        "00000070 18 n 02 insultone 0 insulttwo 0 000 | (ethnic slur) offensive name",
    ],
    "verb": ["00000020 30 v 02 begin 0 start 0 000 | to take the first step"],
    "adj": ["00000030 00 a 01 light(p) 0 000 | not heavy"],
    "adv": ["00000060 02 r 02 needs 0 surely 0 000 | x"],
}
COUNTS = [
    "insulttwo%1:18:00:: 1 90",
    "buyer%1:18:00:: 1 9",
    "client%1:18:00:: 1 7",
    "begin%2:30:00:: 1 50",
    "start%2:30:00:: 1 6",
]


@pytest.fixture
def wordnet(tmp_path: Path) -> Path:
    folder = tmp_path / "wordnet"
    folder.mkdir()
    for part, lines in INDEX.items():
        (folder / f"index.{part}").write_text("\n".join(["  1 a licence", *lines, ""]))
        (folder / f"data.{part}").write_text("\n".join(["  1 a licence", *DATA[part], ""]))
    (folder / "cntlist.rev").write_text("\n".join(COUNTS))
    return folder


def test_wordnet_gives_common_words_of_the_first_sense_only(wordnet: Path) -> None:
    assert read_wordnet(wordnet) == {
        "buyer": ("client",),  # "emptor" is never used, so it stands for nothing
        "emptor": ("buyer", "client"),
        "client": ("buyer",),
        "start": ("begin",),  # "start" is too rare to stand for "begin"
        # "light" is two parts of speech, "needs" may be a form of "need"
    }


def test_a_missing_wordnet_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="wordnet-base"):
        read_wordnet(tmp_path / "none")


LINES = """Aa01A01= 教师 老师 教员
Aa01A02= 快乐 开心 高兴
Ab01A01# 苹果 苹叶
Ab01A02@ 孤单
Ac01A01= 高兴 乐意"""


def test_cilin_keeps_synonyms_of_one_meaning_that_look_alike(tmp_path: Path) -> None:
    path = tmp_path / "cilin.txt"
    path.write_text(LINES, encoding="gbk")
    assert read_cilin(path) == {
        "教师": ("老师", "教员"), "老师": ("教师",), "教员": ("教师",),
    }  # fmt: skip


def test_cilin_is_read_from_its_tree_too(tmp_path: Path) -> None:
    path = tmp_path / "tree.json"
    tree = {"A": {"tag": "人", "sub": {"a": {"01=": ["教师", "老师"], "02#": ["大树", "大叔"]}}}}
    path.write_text(json.dumps(tree), encoding="utf-8")
    assert read_cilin(path) == {"教师": ("老师",), "老师": ("教师",)}


def test_a_file_that_is_no_thesaurus_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no code\n")
    with pytest.raises(UserError, match=r"a\.txt: no group"):
        read_cilin(tmp_path / "a.txt")
    with pytest.raises(UserError, match=r"b\.txt: no such file"):
        read_cilin(tmp_path / "b.txt")


def test_the_first_lexicon_that_has_a_word_decides(tmp_path: Path, wordnet: Path) -> None:
    (tmp_path / "own.tsv").write_text("buyer\tcustomer\n")
    lexicons = [{"kind": "file", "path": "own.tsv"}, {"kind": "wordnet", "folder": "wordnet"}]
    step = {"kind": "synonym", "share": 1, "lexicons": lexicons}
    row = plain_chat(1, "Please ask the buyer about it", "ok")
    params = AugmentParams.model_validate({"steps": [step]})
    made = augment_rows([row], [], [], params, 0, Tools(tmp_path)).rows[1]
    assert last_question(made) == "Please ask the customer about it"


def test_a_lexicon_that_is_missing_is_named(tmp_path: Path) -> None:
    step = {"kind": "synonym", "share": 1, "lexicons": [{"kind": "file", "path": "no.tsv"}]}
    params = AugmentParams.model_validate({"steps": [step]})
    with pytest.raises(UserError, match=r"no\.tsv: no lexicon"):
        augment_rows([plain_chat(1, "q", "a")], [], [], params, 0, Tools(tmp_path))


def test_chinese_is_cut_where_both_directions_agree() -> None:
    more = frozenset({"的士", "士气", "研究生", "生命"})
    assert tokenise("我打的士", more) == ["我", "打", "的士"]
    assert tokenise("他的士气", more) == ["他", "的", "士", "气"]  # 的士|气 or 的|士气
    assert tokenise("研究生命", more) == ["研", "究", "生", "命"]
