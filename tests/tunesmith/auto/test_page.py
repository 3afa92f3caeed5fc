"""The page of auto mode shows rules, race and what was chosen, escaped."""

from tunesmith.auto.facts import Facts, Fits
from tunesmith.auto.page import record, render
from tunesmith.auto.race import Heat
from tunesmith.auto.rules import choose, rivals

FACTS = Facts(
    task="chat",
    rows=300,
    mean_tokens=40,
    weights=1_000_000,
    device="<b>cpu</b>",
    gpu=False,
    fits={kind: Fits(fit="yes") for kind in ("lora", "qlora", "full", "freeze")},
)


def test_a_race_is_shown_with_its_winner_and_its_failures() -> None:
    reasons = choose(FACTS)
    heats = [
        Heat(rung=0, candidate="rules", epochs=0.5, score=1.25),
        Heat(rung=0, candidate="faster", epochs=0.5, score=None, reason="train@sft: <it> broke"),
    ]
    page = render(record("sft", FACTS, reasons, heats, rivals(FACTS, reasons)[1]))
    assert "the race was won by <b>slower</b>" in page
    assert "train@sft: &lt;it&gt; broke" in page
    assert "1.2500" in page
    assert "<b>cpu" not in page
    assert "{&#34;alpha&#34;" in page or '{"alpha"' in page


def test_without_a_race_the_page_says_how_to_run_one() -> None:
    reasons = choose(FACTS)
    page = render(record("sft", FACTS, reasons, [], rivals(FACTS, reasons)[0]))
    assert "tunesmith auto --race" in page
    assert "the race was won" not in page
