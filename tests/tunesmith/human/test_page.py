"""The page is one document, its policy names what it holds, and every word is in Chinese too."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from tunesmith.human import page
from tunesmith.human.page import Page
from tunesmith.local_page import page as shared

ZH = shared.chinese(page.FOLDER)
SCRIPT = "".join((one / "page.js").read_text("utf-8") for one in (shared.SHARED, page.FOLDER))
KEY_NAMES = {"Enter", "Esc", "Shift", "Tab", "Tunesmith judge"}


class Texts(HTMLParser):
    """Collects the texts of a document, and what its script and style hold."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inline: dict[str, str] = {}
        self.addresses: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        named = dict(attrs)
        self.addresses += [named[name] or "" for name in ("src", "href") if name in named]
        assert not [name for name in named if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag in ("script", "style"):
            self.inline[self._tag] = data
        elif data.strip():
            self.texts.append(data.strip())


def read(html: str) -> Texts:
    texts = Texts()
    texts.feed(html)
    return texts


def test_the_policy_allows_exactly_the_script_and_style_of_the_page() -> None:
    made = Page()
    inline = read(made.html("token")).inline
    for tag in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(inline[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in made.policy


def test_the_page_needs_no_other_file() -> None:
    assert read(Page().html("token")).addresses == ["data:,"]
    assert not re.search(r"url\(|@import|https?://", Page().html("token"))
    assert "innerHTML" not in SCRIPT


def test_a_token_cannot_leave_its_attribute() -> None:
    assert '"><b>' not in Page().html('"><b>')


def test_every_word_of_the_page_is_in_chinese_too() -> None:
    texts = {one for one in read(Page().html("t")).texts if re.search("[A-Za-z]{2}", one)}
    spoken = set(re.findall(r'\bt\("([^"]+)"', SCRIPT))
    spoken |= set(re.findall(r'(?:left|right|tie|both_bad): "([^"]+)"', SCRIPT)) - {"left", "right"}
    assert len(spoken) > 15
    assert (texts - KEY_NAMES) | spoken <= set(ZH)


def test_a_translation_keeps_the_places_of_its_values() -> None:
    for english, chinese in ZH.items():
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", chinese))
