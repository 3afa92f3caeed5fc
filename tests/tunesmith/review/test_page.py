"""The page is one document whose every word is in Chinese too, and sets texts as text."""

import re

from tests.tunesmith.human.test_page import read
from tunesmith.local_page import page as shared
from tunesmith.local_page.page import Page
from tunesmith.review.server import FOLDER
from tunesmith.review.view import SHOWN

ZH = shared.chinese(FOLDER)
OWN = (FOLDER / "page.js").read_text(encoding="utf-8")
SCRIPT = OWN + (shared.SHARED / "page.js").read_text(encoding="utf-8")
KEY_NAMES = {"Enter", "Esc", "Ctrl", "Tab", "Tunesmith review"}


def test_the_page_needs_no_other_file_and_makes_no_html_of_texts() -> None:
    made = Page(FOLDER).html("token")
    assert read(made).addresses == ["data:,"]
    assert not re.search(r"url\(|@import|https?://", made)
    assert not re.search("innerHTML|outerHTML|insertAdjacentHTML|document.write|eval", SCRIPT)


def test_every_word_of_the_page_is_in_chinese_too() -> None:
    texts = {one for one in read(Page(FOLDER).html("t")).texts if re.search("[A-Za-z]{2}", one)}
    spoken = set(re.findall(r'\bt\((?:[^"()]*\? )?"([^"]+)"', SCRIPT))
    spoken |= set(re.findall(r': "([^"]+)"\)', OWN)) - {"textarea"}
    for name in ("WORDS", "NEEDS", "COLUMN_WORDS"):
        table = re.search(rf"const {name} = \{{(.*?)\}};", OWN)
        assert table is not None
        spoken |= set(re.findall(r': "([^"]+)"', table[1]))
    assert len(spoken) > 25
    assert (texts - KEY_NAMES) | spoken | (set(SHOWN) - {"rejected"}) <= set(ZH)


def test_a_translation_keeps_the_places_of_its_values() -> None:
    for english, translated in ZH.items():
        places = [sorted(re.findall(r"\{\d\}", one)) for one in (english, translated)]
        assert places[0] == places[1]


def test_chinese_words_cannot_end_the_script() -> None:
    made = Page(FOLDER).html("t")
    assert made.count("</script>") == 1
