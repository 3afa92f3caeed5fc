"""The cleaners for text that was once a page: boilerplate, headers and footers."""

import pytest

from tests.tunesmith.cleaners.rows_for_tests import chat, cleaned, done, labelled
from tunesmith.cleaners.boilerplate import without_boilerplate
from tunesmith.cleaners.repeated_edges import RepeatedEdges


@pytest.mark.parametrize(
    "line",
    [
        "Home | Products | About us | Contact",
        "首页 > 新闻 > 国内",
        "We use cookies to improve your experience.",
        "本网站使用cookie以改善体验。",
        "Accept all cookies",
        "Share on Facebook, Twitter and LinkedIn",
        "分享到：微信 微博",
        "© 2024 Example Inc. All rights reserved.",
        "版权所有，侵权必究",
        "Back to top",
        "返回顶部",
        "京ICP备12345678号",
    ],
)
def test_a_navigation_line_goes_and_the_text_stays(line: str) -> None:
    assert without_boilerplate(f"{line}\nThe kettle is blue.\n水壶是蓝色的。") == (
        "The kettle is blue.\n水壶是蓝色的。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies to improve your experience.",
        "How do I accept all cookies\nin Firefox?\nThanks",
        "Go home | stay\nhere\nor there",
        "Back to top\n返回顶部\n",
        "分享到微信的方法：\n第一步\n第二步",
    ],
)
def test_a_message_that_speaks_of_such_things_stays(text: str) -> None:
    assert without_boilerplate(text) == text


def page(body: str, **more: str) -> dict[str, object]:
    return labelled(f"ACME Times\n第一版\n{body}\nsecond line\nPage footer", None, **more)


def test_headers_and_footers_that_texts_share_go_layer_by_layer() -> None:
    pages = [page(f"story {n}", task="text") for n in range(6)]
    result = cleaned(RepeatedEdges(), *pages)
    assert list(result.kept["text"]) == [f"story {n}\nsecond line" for n in range(6)]
    assert done(result) == [("rewrite", "repeated header or footer")] * 6


def test_few_pages_and_questions_keep_their_edges() -> None:
    few = [page(f"story {n}", task="text") for n in range(4)]
    asked = [chat(f"Classify this:\nstory {n}\nAnswer:", "news\nis\nit") for n in range(9)]
    labels = [page(f"story {n}") for n in range(9)]
    assert done(cleaned(RepeatedEdges(), *few, *asked, *labels)) == []
