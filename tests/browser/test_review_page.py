"""`tunesmith review` in a real browser: by keyboard, in two windows, safe, for everybody."""

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Open
from tests.pages import Watched
from tests.plain_rows import plain_chat, plain_label, write_plain
from tests.reviewing import (
    ALL,
    CHINESE,
    ENGLISH,
    LABELLED,
    PAIR,
    TALK,
    UNANSWERED,
    chat,
    ident,
    line,
    proposals,
)
from tunesmith.review.desk import Desk
from tunesmith.review.parents import read_parents
from tunesmith.review.server import ReviewServer

pytestmark = pytest.mark.browser
ATTACK = (
    "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    "</textarea></script><svg onload=\"document.title='run'\"><b>bold</b>&lt;i&gt;"
)


@contextlib.contextmanager
def serving(folder: Path, *lines: dict[str, Any]) -> Iterator[str]:
    """Serve the page from a thread and give the address that opens it."""
    known = proposals(folder, *lines)
    table = folder / "train.parquet"
    write_plain(
        table,
        [
            plain_chat(0, "Where is parcel 1?", "On its way."),
            plain_chat(1, "我的订单在哪里？", "已经寄出。", lang="zh"),
            plain_label(4, "my parcel broke", "complaint"),
        ],
    )
    desk = Desk(known, read_parents([table], known), decisions(folder), written(folder), "ann")
    with ReviewServer(0, desk, lambda port: "t" * 43) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.url
        server.shutdown()


def decisions(folder: Path) -> Path:
    """Where decisions go."""
    return folder / "data/reviews/decisions.jsonl"


def written(folder: Path) -> Path:
    """Where rows from nothing go."""
    return folder / "data/written/rows.jsonl"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a page with six proposals."""
    with serving(tmp_path) as address:
        yield address


def start(opened: Open, url: str, **how: Any) -> Watched:
    """Open the page and wait for its rows."""
    window = opened(url, **how)
    window.page.wait_for_selector("#work:visible, #nothing:visible")
    return window


def done(window: Watched, count: int) -> None:
    """Wait until so many rows are decided."""
    window.until(f"document.getElementById('count').textContent.startsWith('{count} of ')")


def press(window: Watched, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        window.page.keyboard.press(key)


def lines(path: Path) -> list[dict[str, Any]]:
    """Return what a file holds."""
    return [json.loads(one) for one in path.read_text(encoding="utf-8").splitlines()]


def test_rows_of_every_shape_are_decided_by_keyboard_alone(
    opened: Open, url: str, tmp_path: Path
) -> None:
    window = start(opened, url)
    press(window, "a")
    done(window, 1)
    press(window, "m")
    window.page.keyboard.type("太像了 a r")
    press(window, "Escape", "r")
    done(window, 2)
    press(window, "a")  # opens the form, as an answer is lacking
    window.page.keyboard.type("七天内可以。")
    press(window, "Control+Enter")
    done(window, 3)
    press(window, "e")
    window.page.keyboard.press("Control+A")
    window.page.keyboard.type("complaint")
    press(window, "Control+Enter")
    done(window, 4)
    press(window, "a")
    done(window, 5)
    press(window, "e")
    window.page.keyboard.press("Control+A")
    window.page.keyboard.type("后天到。")
    press(window, "Control+Enter")
    done(window, 6)
    found = {one["proposal"]: one for one in lines(decisions(tmp_path))}
    words = [found[ident(one)]["decision"] for one in ALL]
    assert words == ["accept", "reject", "edit", "edit", "accept", "edit"]
    assert found[ident(CHINESE)]["note"] == "太像了 a r"
    answer = [{"role": "assistant", "content": "七天内可以。"}]
    assert found[ident(UNANSWERED)]["edits"] == {"completion": answer}
    assert found[ident(LABELLED)]["edits"] == {"label": "complaint"}
    turns = [*TALK["messages"][:-1], {"role": "assistant", "content": "后天到。"}]
    assert found[ident(TALK)]["edits"] == {"messages": turns}
    assert {one["reviewer"] for one in found.values()} == {"ann"}


def test_a_reload_shows_what_was_decided_and_a_draft_that_was_not_sent(
    opened: Open, url: str, tmp_path: Path
) -> None:
    window = start(opened, url)
    press(window, "r")
    done(window, 1)
    press(window, "e")
    window.page.keyboard.type(" 还没写完")
    window.page.reload()
    done(window, 1)
    window.page.wait_for_selector("#edit:visible")
    assert "还没写完" in window.page.locator("#fields textarea").last.input_value()
    press(window, "Escape", "k")
    window.until("document.getElementById('verdict').textContent === 'rejected (ann)'")
    press(window, "u")
    done(window, 0)
    assert [one["decision"] for one in lines(decisions(tmp_path))] == ["reject", "open"]


def test_two_windows_lose_no_decision(opened: Open, url: str, tmp_path: Path) -> None:
    first, second = start(opened, url), start(opened, url)
    press(first, "a")
    done(first, 1)
    press(second, "j", "r")  # another row
    done(second, 2)
    third = start(opened, url)
    done(third, 2)
    found = {one["proposal"]: one["decision"] for one in lines(decisions(tmp_path))}
    assert found == {ident(ENGLISH): "accept", ident(CHINESE): "reject"}


def test_a_window_that_is_behind_is_told_and_shows_what_holds(
    opened: Open, url: str, tmp_path: Path
) -> None:
    first, second = start(opened, url), start(opened, url)
    press(first, "a")
    done(first, 1)
    press(second, "r")
    second.until("document.getElementById('problem').textContent.includes('Another window')")
    assert second.page.inner_text("#verdict") == "accepted (ann)"
    assert [one["decision"] for one in lines(decisions(tmp_path))] == ["accept"]
    second.errors.clear()  # the browser logs a conflict


def test_a_note_stays_with_its_row_until_it_is_sent(opened: Open, url: str, tmp_path: Path) -> None:
    window = start(opened, url)
    press(window, "m")
    window.page.keyboard.type("for the first")
    press(window, "Escape", "j")
    assert window.page.input_value("#note") == ""
    press(window, "k", "r")
    done(window, 1)
    assert lines(decisions(tmp_path))[0]["note"] == "for the first"


def test_a_server_that_died_is_waited_for_and_the_decision_arrives(
    opened: Open, tmp_path: Path
) -> None:
    with serving(tmp_path) as url:
        window = start(opened, url)
    press(window, "r")
    window.page.wait_for_selector("#problem:visible")
    desk = Desk(proposals(tmp_path), {}, decisions(tmp_path), written(tmp_path))
    with ReviewServer(urlsplit(url).port or 0, desk, lambda port: "t" * 43) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        done(window, 1)
        window.until("document.getElementById('problem').hidden")
        server.shutdown()
    assert [one["decision"] for one in lines(decisions(tmp_path))] == ["reject"]
    window.errors.clear()  # the browser logs each request that nobody answered


def test_a_made_row_stands_beside_its_parent_and_what_differs_is_marked(
    opened: Open, url: str
) -> None:
    window = start(opened, url)
    assert window.page.locator("#blocks ins").all_text_contents() == ["[new] order [end]"]
    assert window.page.locator("#blocks del").all_text_contents() == ["[before] parcel [end]"]
    assert "0.120 below the rest" in window.page.inner_text("#why")
    press(window, "j", "j", "j")
    assert "It needs a person to look." in window.page.inner_text("#why")
    assert "the train row that it replaces" in window.page.inner_text("#blocks")
    press(window, "j", "j")
    assert window.page.locator("#blocks .role").all_inner_texts() == [
        *("system", "user", "assistant", "user", "assistant"),
    ]
    assert window.page.locator("#blocks .text").first.get_attribute("lang") == "zh"


def test_rows_are_written_from_nothing(opened: Open, url: str, tmp_path: Path) -> None:
    window = start(opened, url)
    press(window, "w")
    window.page.keyboard.type("能开发票吗？")
    press(window, "Control+Enter")
    window.page.wait_for_selector("#write-problem:visible")
    assert "there is no answer" in window.page.inner_text("#write-problem")
    press(window, "Tab")
    window.page.keyboard.type("可以。")
    press(window, "Control+Enter")
    window.page.wait_for_selector("#written li")
    window.page.click("#add-turn")
    for box, text in zip(window.page.locator("#write-fields textarea").all(), "abcd", strict=True):
        box.fill(text)
    press(window, "Control+Enter")
    window.until("document.querySelectorAll('#written li').length === 2")
    window.page.select_option("#task", "classification")
    window.page.locator("#write-fields textarea").fill("broken")
    window.page.locator("#write-fields input").fill("complaint")
    window.page.select_option("#slice", "lang=zh")
    press(window, "Control+Enter")
    window.until("document.querySelectorAll('#written li').length === 3")
    rows = lines(written(tmp_path))
    assert rows[0]["completion"] == [{"role": "assistant", "content": "可以。"}]
    assert [turn["content"] for turn in rows[1]["messages"]] == list("abcd")
    assert (rows[2]["text"], rows[2]["label"], rows[2]["slice"]) == (
        "broken",
        "complaint",
        "lang=zh",
    )
    window.errors.clear()  # the browser logs the refusal


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_state_is_accessible_and_fits(
    opened: Open, tmp_path: Path, dark: bool, phone: bool
) -> None:
    wide = line(chat("长" * 400, "x" * 400, parent="row-0", lang="zh"), slice="y" * 90)
    with serving(tmp_path, wide, ENGLISH, LABELLED, PAIR, TALK) as url:
        window = start(opened, url, dark=dark, phone=phone)
        looked_at(window)
        press(window, "j")
        looked_at(window)
        press(window, "e")
        looked_at(window)
        press(window, "Escape", "r", "j")
        done(window, 1)
        looked_at(window)
        press(window, "w")
        looked_at(window)
        press(window, "Escape", "?")
        looked_at(window)


def looked_at(window: Watched) -> None:
    """Hold that what is shown now can be read by everybody."""
    assert "\n".join(window.violations()) == ""
    assert "\n".join(window.low_contrast()) == ""
    assert window.too_wide() <= 0


def test_it_speaks_chinese_where_the_browser_does(opened: Open, tmp_path: Path) -> None:
    with serving(
        tmp_path, {**CHINESE, "proposal": {**CHINESE["proposal"], "reason": "错得多"}}
    ) as url:
        window = start(opened, url, locale="zh-CN")
        seen = [window.page.inner_text("body")]
        press(window, "?")
        seen.append(window.page.inner_text("#help"))
        press(window, "Escape", "w")
        seen.append(window.page.inner_text("#write"))
    words = set(re.findall(r"[A-Za-z]{2,}", " ".join(seen)))
    assert words <= {"Enter", "Esc", "Ctrl", "Tab", "meta", "intent", "order", "status", "grow"}
    assert "下一轮的数据" in seen[0]


def test_texts_are_shown_not_run(opened: Open, tmp_path: Path) -> None:
    hostile = line(chat(ATTACK, ATTACK, licence=ATTACK), reason=ATTACK, slice=ATTACK, maker=ATTACK)
    with serving(tmp_path, hostile) as url:
        window = start(opened, url)
        assert window.page.locator("#blocks .text").all_inner_texts() == [ATTACK, ATTACK]
        press(window, "e")
        window.page.keyboard.insert_text(ATTACK)
        press(window, "Control+Enter")
        done(window, 1)
        window.page.click("#work details summary")
        press(window, "w")
        assert window.page.locator("main img, main script, main svg, dialog svg").count() == 0
        assert window.page.title() == "Tunesmith review"


def test_nothing_proposed_is_said_and_a_row_can_still_be_written(
    opened: Open, tmp_path: Path
) -> None:
    path = tmp_path / "candidates.jsonl"
    path.touch()
    desk = Desk([], {}, decisions(tmp_path), written(tmp_path))
    with ReviewServer(0, desk, lambda port: "t" * 43) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        window = start(opened, server.url)
        assert window.page.is_visible("#nothing")
        press(window, "a", "r", "e", "j", "n")
        looked_at(window)
        press(window, "w")
        assert window.page.is_visible("#write")
        server.shutdown()
