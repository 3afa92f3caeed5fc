"""`tunesmith judge` in a real browser: by keyboard, over crashes, for several people, safe."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Open, milliseconds
from tests.judging import comparison, comparisons, question, task, write_judged
from tests.pages import Watched
from tunesmith.human.comparison import Comparison
from tunesmith.human.page import Page
from tunesmith.human.room import Room
from tunesmith.human.serve import KEYS
from tunesmith.human.server import JudgeServer
from tunesmith.human.task import Task
from tunesmith.local_page.key import key_of

pytestmark = pytest.mark.browser
ATTACK = (
    "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    "</textarea></script><svg onload=\"document.title='run'\"><b>bold</b>&lt;i&gt;"
)


@contextlib.contextmanager
def serving(asked: Task, folder: Path) -> Iterator[str]:
    """Serve the page from a thread and give the address that opens it."""
    room = Room(asked, folder, lambda line: None)
    with JudgeServer(0, room, lambda port: "t" * 43, Page()) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.url
        server.shutdown()
        room.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the ratings go."""
    return tmp_path / "data/ratings"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """The address of a page with four rows and two criteria."""
    with serving(task(4, criteria=("fluency", "tone_of_voice")), folder) as address:
        yield address


def start(opened: Open, url: str, name: str = "ann", **how: Any) -> Watched:
    """Open the page and type a name."""
    window = opened(url, **how)
    window.page.keyboard.type(name)
    window.page.keyboard.press("Enter")
    window.page.locator("#work, #end").locator("visible=true").first.wait_for()
    return window


def press(window: Watched, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        window.page.keyboard.press(key)


def done(window: Watched, count: int) -> None:
    """Wait until so many rows are rated."""
    window.until(f"document.getElementById('count').textContent.startsWith('{count} of ')")


def lines(folder: Path, name: str = "ann") -> list[dict[str, Any]]:
    """Return what a person's file holds."""
    text = (folder / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_rows_are_rated_by_keyboard_alone(opened: Open, url: str, folder: Path) -> None:
    window = start(opened, url)
    press(window, "1", "c", "4", "2", "5", "Escape", "m")
    window.page.keyboard.type("1 reason, 两个 r u")
    press(window, "Enter")
    done(window, 1)
    for count, key in enumerate(["ArrowRight", "0", "3"], start=2):
        press(window, key, "Enter")
        done(window, count)
    assert window.focused() == "end-title"
    assert [one["choice"] for one in lines(folder)] == ["left", "right", "tie", "both_bad"]
    assert lines(folder)[0]["ratings"] == {
        "fluency": {"left": 4, "right": 2},
        "tone_of_voice": {"left": 5},
    }
    assert lines(folder)[0]["comment"] == "1 reason, 两个 r u"


def test_what_was_chosen_on_the_left_is_the_model_that_stood_there(
    opened: Open, url: str, folder: Path
) -> None:
    window = start(opened, url)
    shown = []
    for count in range(1, 5):
        shown.append(window.page.inner_text("#left"))
        press(window, "1", "Enter")
        done(window, count)
    good = [text.startswith("good") for text in shown]
    assert [one["left"] == "candidate" for one in lines(folder)] == good
    assert set(good) == {True, False}


def test_nothing_is_sent_without_a_choice_and_the_screen_reader_is_told(
    opened: Open, url: str, folder: Path
) -> None:
    window = start(opened, url)
    press(window, "Enter")
    window.until("document.getElementById('said').textContent.startsWith('Choose first')")
    assert lines(folder) == []
    press(window, "2", "Enter")
    done(window, 1)
    assert window.page.inner_text("#said") == "Row 2 of 4."
    assert window.focused() == "question-title"


def test_undo_brings_the_last_row_back_as_it_was_filled_in(
    opened: Open, url: str, folder: Path
) -> None:
    window = start(opened, url)
    first = window.page.inner_text("#turns")
    press(window, "2", "c", "3", "Escape", "Enter")
    done(window, 1)
    press(window, "u")
    done(window, 0)
    assert window.page.inner_text("#turns") == first
    assert window.page.locator("input[name=choice]:checked").get_attribute("value") == "right"
    assert window.page.locator("input[name=fluency-left]:checked").get_attribute("value") == "3"
    press(window, "1", "Enter")
    done(window, 1)
    assert [(one["choice"], one.get("withdrawn", False)) for one in lines(folder)] == [
        ("right", False),
        ("right", True),
        ("left", False),
    ]


def test_the_reference_is_shown_on_demand_and_hidden_on_the_next_row(
    opened: Open, url: str
) -> None:
    window = start(opened, url)
    assert not window.page.is_visible("#reference")
    press(window, "r")
    assert window.page.inner_text("#reference") in {"It is on its way.", "已经寄出。"}
    press(window, "1", "Enter")
    done(window, 1)
    assert not window.page.is_visible("#reference")


def test_single_keys_can_be_turned_off(opened: Open, url: str) -> None:
    window = start(opened, url)
    press(window, "?", "Shift+Tab", "Space", "Escape", "1")
    assert window.page.locator("input[name=choice]:checked").count() == 0
    assert not window.page.is_visible("#help")


def test_texts_are_marked_with_their_language(opened: Open, url: str) -> None:
    window = start(opened, url)
    for count in range(1, 5):
        text = window.page.inner_text("#turns")
        lang = "zh" if "订单" in text else "en"
        assert window.page.locator("#turns .text").get_attribute("lang") == lang
        assert window.page.locator("#left").get_attribute("lang") == lang
        press(window, "0", "Enter")
        done(window, count)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_state_is_accessible_and_fits(
    opened: Open, folder: Path, dark: bool, phone: bool
) -> None:
    wide = Comparison(question(1), ("candidate", "base"), ("长" * 400, "x" * 400))
    with serving(Task([wide], ("fluency",), 0), folder) as url:
        window = opened(url, dark=dark, phone=phone)
        looked_at(window)
        window.page.keyboard.type("ann")
        press(window, "Enter")
        window.page.wait_for_selector("#work:visible")
        press(window, "1", "c", "3", "r")
        looked_at(window)
        boxes = [window.page.locator(one).bounding_box() for one in ("#left", "#right")]
        assert boxes[0] is not None and boxes[1] is not None
        assert (boxes[0]["x"] == boxes[1]["x"]) == phone  # one below the other
        press(window, "?")
        looked_at(window)
        press(window, "Escape", "Enter")
        window.page.wait_for_selector("#end:visible")
        looked_at(window)
        back = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert back == ("rgb(16, 20, 27)" if dark else "rgb(246, 247, 249)")


def looked_at(window: Watched) -> None:
    """Hold that what is shown now can be read by everybody."""
    assert "\n".join(window.violations()) == ""
    assert "\n".join(window.low_contrast()) == ""
    assert window.too_wide() <= 0


def test_it_speaks_chinese_where_the_browser_does(opened: Open, folder: Path) -> None:
    same = comparison(3, "同", "同")
    with serving(Task([comparison(1, "对", "不对"), same], ("helpfulness",), 0), folder) as url:
        window = opened(url, locale="zh-CN")
        seen = [window.page.inner_text("body")]
        window.page.keyboard.type("王芳")
        press(window, "Enter")
        window.page.wait_for_selector("#work:visible")
        press(window, "Enter")
        seen += [window.page.inner_text("body"), window.page.inner_text("#said")]
        press(window, "?")
        seen.append(window.page.inner_text("#help"))
        press(window, "Escape", "1", "Enter")
        window.page.wait_for_selector("#end:visible")
        seen.append(window.page.inner_text("body"))
        assert window.page.locator("html").get_attribute("lang") == "zh"
        assert window.violations() == []
    words = set(re.findall(r"[A-Za-z]{2,}", " ".join(seen)))
    assert words <= {"Enter", "Esc", "Shift", "Tab"}
    assert "哪个回答更好？" in seen[0]


def test_tab_reaches_everything_in_its_order_and_the_focus_is_seen(opened: Open, url: str) -> None:
    window = start(opened, url)
    ring = """() => [document.activeElement, document.activeElement.nextElementSibling]
        .some((one) => one && getComputedStyle(one).outlineStyle === "solid")"""
    reached = []
    for _ in range(9):
        press(window, "Tab")
        reached.append(
            window.page.evaluate("document.activeElement.id || document.activeElement.name")
        )
        assert window.page.evaluate(ring), reached[-1]
    assert reached == [
        *("reference-button", "choice", "fluency-left", "fluency-right"),
        *("tone_of_voice-left", "tone_of_voice-right", "comment", "next", "undo"),
    ]


def test_answers_are_shown_not_run(opened: Open, folder: Path) -> None:
    row = question(0, completion=[{"role": "assistant", "content": ATTACK}])
    row["prompt"] = [{"role": "user", "content": ATTACK}]
    hostile = Comparison(row, ("candidate", "base"), (ATTACK, f"{ATTACK}2"))
    with serving(Task([hostile], (), 0), folder) as url:
        window = start(opened, url)
        press(window, "r")
        assert window.page.inner_text("#turns") == ATTACK
        assert window.page.inner_text("#reference") == ATTACK
        assert {window.page.inner_text(one) for one in ("#left", "#right")} == {
            ATTACK,
            f"{ATTACK}2",
        }
        assert (
            window.page.locator("main img, main script, main svg, main b:not(.criterion b)").count()
            == 0
        )
        press(window, "m")
        window.page.keyboard.insert_text(ATTACK)
        press(window, "Escape", "1", "Enter")
        window.page.wait_for_selector("#end:visible")
        assert window.page.title() == "Tunesmith judge"
    assert lines(folder)[0]["comment"] == ATTACK


def test_the_policy_stops_what_is_not_the_page_s_own(opened: Open, url: str) -> None:
    window = start(opened, url)
    window.page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'run'";
          document.body.append(script);
          await fetch("http://127.0.0.1:9/").catch(() => {});
          const image = new Image();
          image.src = "http://127.0.0.1:9/x.png";
          document.body.append(image);
        }"""
    )
    assert window.page.title() == "Tunesmith judge"
    window.page.wait_for_timeout(50)
    assert len([one for one in window.errors if "Content Security Policy" in one]) >= 3
    window.errors.clear()
    window.asked_elsewhere.clear()  # it was asked for, and stopped before it left


def test_the_token_leaves_the_address_and_a_wrong_one_opens_nothing(opened: Open, url: str) -> None:
    assert start(opened, url).page.url.endswith("/")
    for wrong in (url[:-1], url.partition("?")[0]):
        window = opened(wrong)
        assert window.status == 403
        assert "tunesmith judge" in window.page.inner_text("body")
        window.errors.clear()  # the browser logs the 403


def test_two_people_rate_at_once_in_orders_of_their_own(
    opened: Open, url: str, folder: Path
) -> None:
    ann, wang = start(opened, url), start(opened, url, "王芳")
    for count in range(1, 5):
        press(ann, "1", "Enter")
        press(wang, "2", "Enter")
        done(ann, count)
        done(wang, count)
    orders = [[one["row"] for one in lines(folder, name)] for name in ("ann", "王芳")]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_a_second_window_of_the_same_person_is_brought_up_to_date(
    opened: Open, url: str, folder: Path
) -> None:
    one, other = start(opened, url), start(opened, url)
    press(one, "1", "Enter")
    done(one, 1)
    press(other, "2", "Enter")
    done(other, 1)
    assert "rated in another window" in other.page.inner_text("#problem")
    assert len(lines(folder)) == 1
    other.errors.clear()  # the browser logs the 409


def test_a_name_that_is_none_is_told(opened: Open, url: str, folder: Path) -> None:
    window = opened(url)
    window.page.keyboard.type("../x")
    press(window, "Enter")
    window.page.wait_for_selector("#problem:visible")
    assert "small letters" in window.page.inner_text("#problem")
    assert not folder.exists()
    window.errors.clear()


class Killable:
    """`tunesmith judge` as a process of its own, on one port."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._root = root
        self.said: list[str] = []

    def start(self) -> str:
        """Start it and return the address that it prints."""
        words = [sys.executable, "-m", "tunesmith", "judge", "--port", str(self._port)]
        self._process = subprocess.Popen(
            words, cwd=self._root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        output = [self._process.stdout.readline() for _ in range(3)]
        return output[1].strip()

    def forget_token(self) -> None:
        """Let the next start draw another token."""
        key_of(self._port, self._root / KEYS).unlink()

    def kill(self) -> str:
        """End it as a power cut would, and return what it still said."""
        self._process.kill()
        return self._process.communicate()[0]


@pytest.fixture
def killable(root: Path, tmp_path: Path) -> Iterator[Killable]:
    """A server to be killed, in a project with four rows."""
    (tmp_path / "params.yaml").write_text((root / "params.yaml").read_text())
    write_judged(tmp_path, [*comparisons(4), comparison(4, "same", "same")])
    server = Killable(tmp_path)
    yield server
    with contextlib.suppress(AttributeError, ValueError):
        server.kill()


def test_a_killed_server_loses_nothing_and_the_open_page_goes_on(
    opened: Open, killable: Killable, folder: Path
) -> None:
    url = killable.start()
    window = start(opened, url)
    press(window, "1", "Enter")
    done(window, 1)
    killable.kill()
    press(window, "2", "m")
    window.page.keyboard.type("kept")
    press(window, "Enter")
    window.page.wait_for_selector("#problem:visible")
    assert "kept in this window and sent again" in window.page.inner_text("#problem")
    press(window, "1")  # what is being sent cannot be changed any more
    assert window.page.locator("input[name=choice]:checked").get_attribute("value") == "right"
    with (folder / "ann.jsonl").open("a") as file:
        file.write('{"annotator": "ann", "cho')  # as if it had died in the middle of a line
    assert killable.start() == url
    done(window, 2)
    window.until("document.getElementById('problem').hidden")
    assert [one["choice"] for one in lines(folder)] == ["tie", "left", "right"]
    assert lines(folder)[-1]["comment"] == "kept"
    assert "a crash tore its last line" in killable.kill()
    window.errors.clear()  # the browser logs each request that nobody answered


def test_after_a_restart_with_another_token_the_answer_is_still_there(
    opened: Open, killable: Killable, folder: Path
) -> None:
    window = start(opened, killable.start())
    press(window, "2", "m")
    window.page.keyboard.type("long thought")
    killable.kill()
    killable.forget_token()
    url = killable.start()
    press(window, "Enter")
    window.until("document.getElementById('problem').textContent.includes('another token')")
    window.page.goto(url)
    window.page.wait_for_selector("#work:visible")
    assert window.page.input_value("#comment") == "long thought"
    press(window, "Enter")
    done(window, 1)
    assert [one["choice"] for one in lines(folder)] == ["tie", "right"]
    window.errors.clear()  # the browser logs the 403


def test_what_was_chosen_of_other_answers_is_not_filled_in(
    opened: Open, killable: Killable, tmp_path: Path
) -> None:
    window = start(opened, killable.start())
    first = window.page.inner_text("#turns")
    press(window, "2", "m")
    window.page.keyboard.type("of the old answers")
    killable.kill()
    write_judged(tmp_path, [comparison(number, f"new {number}") for number in range(4)])
    window.page.goto(killable.start())
    window.page.wait_for_selector("#work:visible")
    assert window.page.inner_text("#turns") == first
    assert "new" in window.page.inner_text("#left") + window.page.inner_text("#right")
    assert window.page.input_value("#comment") == ""
    assert window.page.locator("input[name=choice]:checked").count() == 0
    killable.kill()
    write_judged(tmp_path, comparisons(4))
    window.page.goto(killable.start())
    window.page.wait_for_selector("#work:visible")
    assert window.page.input_value("#comment") == "of the old answers"


def test_it_opens_within_a_second(opened: Open, url: str) -> None:
    assert any(milliseconds(opened(url)) < 1000 for _ in range(5))
