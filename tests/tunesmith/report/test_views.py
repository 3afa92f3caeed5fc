"""The numbers on the page are those of the files, in words that say which way is better."""

from dataclasses import replace
from typing import Any

import pytest

from tests.reporting import (
    classifier_evidence,
    evidence,
    text_beside_evidence,
    whole_evidence,
)
from tunesmith.report import ReportParams
from tunesmith.report.action_view import actions, surest, suspects
from tunesmith.report.behaviour_view import (
    MOST_CASES,
    expected,
    failing_tests,
    group_table,
    left_out,
)
from tunesmith.report.curve_view import curve_charts
from tunesmith.report.evidence import Evidence
from tunesmith.report.failure_view import hardest, slice_table
from tunesmith.report.glance_view import glance, summary
from tunesmith.report.judge_view import judge_table
from tunesmith.report.matrix_view import matrices
from tunesmith.report.origin_view import cost_table
from tunesmith.report.page import render_page
from tunesmith.report.set_view import main_metric, ood_table, retention_table
from tunesmith.report.verdict_view import check_table
from tunesmith.report.words import number, signed, signed_share


@pytest.fixture(scope="module")
def whole() -> Evidence:
    return whole_evidence(
        efficiency={
            "train-sft": {"train_seconds": 75.5, "adapter_bytes": 2**20},
            "train-other": {"train_seconds": 1.0},
            "predict-candidate": {"latency_p50_seconds": 0.125, "best_rows_per_second": 51.9},
            "predict-base": {"latency_p50_seconds": 0.25},
        }
    )


def cells(found: Evidence, group: str, line: str) -> list[dict[str, Any]]:
    lines = {part["title"]: part["lines"] for part in glance(found)}[group]
    return next(one["cells"] for one in lines if one["title"] == line)


def test_the_glance_holds_quality_gap_retention_behaviour_and_costs(whole: Evidence) -> None:
    assert [part["title"] for part in glance(whole)] == [
        "Quality", "Generalisation", "Retention", "Behaviour", "Efficiency"
    ]  # fmt: skip
    score = whole.metrics["candidate"]["exact_match"]
    assert cells(whole, "Quality", "Exact match, test rows")[-1]["value"] == number(score["value"])
    gap = whole.metrics["gaps"]["ood:far"]["candidate"]["exact_match"]["difference"]
    assert signed(gap) in cells(whole, "Generalisation", "Exact match, far")[-1]["note"]
    costs = cells(whole, "Efficiency", "Training time")
    assert [cell["value"] for cell in costs] == ["–", "–", "75.5 s"]
    median = cells(whole, "Efficiency", "Latency, median")
    assert [cell["value"] for cell in median] == ["250 ms", "–", "125 ms"]


def test_retention_is_told_as_a_change_from_the_base_in_percent(whole: Evidence) -> None:
    sets = whole.metrics["sets"]["retention:prose"]
    base, own = (sets[model]["bits_per_byte"]["value"] for model in ("base", "candidate"))
    assert (
        signed_share(own / base - 1)
        in cells(whole, "Retention", "Bits per byte, prose")[-1]["note"]
    )
    assert retention_table(whole)[0]["share"] == signed_share(own / base - 1)


def test_fewer_bits_are_better_and_a_lower_score_is_worse(whole: Evidence) -> None:
    line = {"difference": -0.2, "low": -0.3, "high": -0.1, "p": 0.01, "n": 9, "intervals": {}}
    against = whole.comparisons["against"]
    base = {**against["base"], "sets": {"retention:prose": {"bits_per_byte": line}}}
    gaps = {
        "ood:far": {
            model: {"exact_match": line, "rouge_l": line}
            for model in ("base", "champion", "candidate")
        }
    }
    moved = replace(
        whole,
        comparisons={**whole.comparisons, "against": {**against, "base": base}},
        metrics={**whole.metrics, "gaps": gaps},
    )
    assert retention_table(moved)[0]["change"]["kind"] == "better"
    assert {line["change"]["kind"] for line in ood_table(moved)} == {"worse"}
    assert cells(moved, "Generalisation", "Exact match, far")[-1]["kind"] == "worse"


def test_a_set_is_compared_with_the_champion_on_the_same_rows(whole: Evidence) -> None:
    found = whole.comparisons["against"]["champion"]["sets"]["ood:far"]["exact_match"]
    assert ood_table(whole)[0]["champion"]["value"] == signed(found["difference"])


def test_plain_text_from_elsewhere_has_scores_and_no_gap_to_test_rows_that_are_answered() -> None:
    found = text_beside_evidence()
    [line] = ood_table(found)
    assert (line["set"], line["title"], line["change"]) == ("blog", "Bits per byte", None)
    base, _, own = cells(found, "Generalisation", "Bits per byte, blog")
    assert (base["kind"], own["kind"]) == ("even", "even")
    assert "gap" not in own["note"] and own["note"] == line["cells"][-1]["interval"]
    assert "gap" not in summary(found)


def test_a_set_without_the_gate_s_metric_is_led_by_what_the_gate_takes_instead(
    whole: Evidence,
) -> None:
    names = ("logprob", "bits_per_byte")
    sets = {"retention:quiz": {"candidate": {key: {"value": 1.0} for key in names}}}
    moved = replace(
        whole, metrics={"sets": sets}, verdict={**whole.verdict, "metric": "json_fields"}
    )
    assert main_metric(moved, "retention:quiz") == "bits_per_byte"


def test_groups_without_anything_are_left_out_of_the_glance() -> None:
    assert [part["title"] for part in glance(evidence(efficiency={}))] == ["Quality"]


def test_single_requests_are_for_the_gate_and_no_line_of_the_costs() -> None:
    measured = {"latency_p50_seconds": 0.2, "latencies_seconds": [0.1, 0.2, 0.4]}
    table = cost_table(evidence(efficiency={"predict-candidate": measured}))
    assert table["lines"] == [("Latency p50", ["200 ms"])]


def test_the_strictest_check_comes_first_with_what_it_allows() -> None:
    checks = [
        {"name": "gain", "verdict": "SHIP", "reason": None},
        {"name": "latency", "verdict": "REJECT", "reason": "twice as slow"},
        {"name": "zh", "verdict": "HOLD", "reason": "may be worse"},
    ]
    found = evidence()
    lines = check_table(replace(found, verdict={**found.verdict, "checks": checks}))
    assert [(line["name"], line["allows"]) for line in lines] == [
        ("latency", "demands REJECT"), ("zh", "allows no more than HOLD"), ("gain", "allows SHIP")
    ]  # fmt: skip
    assert lines[-1]["reason"] == "nothing against it"


def test_behaviour_is_told_by_capability_kind_and_language(whole: Evidence) -> None:
    models = ("base", "champion", "candidate")
    failures = {
        (one["capability"], one["kind"], one["lang"]): [cell["failures"] for cell in one["cells"]]
        for one in group_table(whole)
    }
    groups = whole.behaviour["groups"]
    assert failures == {
        (capability, kind, lang): [groups[key]["models"][model]["failures"] for model in models]
        for capability, kind, lang, key in (
            ("Robustness", "INV", "English", "Robustness/INV/en"),
            ("Copying", "MFT", "Chinese", "Copying/MFT/zh"),
        )
    }


def test_a_capability_may_hold_a_slash() -> None:
    found = whole_evidence()
    group = found.behaviour["groups"]["Copying/MFT/zh"]
    lines = group_table(replace(found, behaviour={"groups": {"in/out/MFT/zh": group}}))
    assert (lines[0]["capability"], lines[0]["kind"]) == ("in/out", "MFT")


def test_failing_cases_are_bounded_and_their_variants_marked(whole: Evidence) -> None:
    shown = failing_tests(whole)
    capitals = next(one for one in shown if one["kind"] == "INV")
    assert "<ins>" in capitals["cases"][0]["variant"]
    found = failing_tests(with_tests(whole, MOST_CASES - 1))
    assert sum(len(one["cases"]) for one in found) == MOST_CASES


def test_every_failing_test_shows_a_case_before_any_shows_a_second(whole: Evidence) -> None:
    found = failing_tests(with_tests(whole, MOST_CASES - 1))
    assert [len(one["cases"]) for one in found] == [2] + [1] * (MOST_CASES - 2)


def test_a_failing_test_is_named_where_no_case_of_it_has_room(whole: Evidence) -> None:
    many = with_tests(whole, MOST_CASES + 3)
    assert len(failing_tests(many)) == MOST_CASES + 3
    page = render_page(many, ReportParams())
    assert f"in {MOST_CASES + 3} of {MOST_CASES + 3} tests" in page
    assert all(f"number {k:02}: " in page for k in range(MOST_CASES + 3))


def with_tests(found: Evidence, count: int) -> Evidence:
    """Return the evidence with a failing test of several cases so many times, and no other."""
    test = found.behaviour["tests"]["capitals change nothing"]
    assert len(test["failing"]) > 1
    tests = {f"number {k:02}": test for k in range(count)}
    return replace(found, behaviour={**found.behaviour, "tests": tests})


def test_what_is_not_asked_is_told_with_its_reason(whole: Evidence) -> None:
    assert any(name == "labels <only>" and "classification" in why for name, why in left_out(whole))
    assert whole.exam["left_out"] == {
        "ood:labels": "its rows are of another task than the test rows"
    }


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"contains": ["50381", "Ann"], "changes": True}, "changes; contains: 50381, Ann"),
        ({"not_contains": "ed"}, "not contains: ed"),
        ({"same": "label"}, "the same label"),
        ({"same": "answer_with_swap"}, "the same answer with what was put in"),
        ("pos", "pos"),
    ],
)
def test_an_expectation_is_told_in_words(expect: Any, words: str) -> None:
    assert expected(expect) == words


def test_the_plan_keeps_its_order_and_every_step_has_a_kind(whole: Evidence) -> None:
    steps = actions(whole)
    assert [one["words"] for one in steps] == [one["words"] for one in whole.findings["plan"]]
    assert all(one["kind"] for one in steps)


def test_a_generator_s_surest_errors_say_by_which_measure(whole: Evidence) -> None:
    found = surest(whole)
    assert found["measure"].startswith("probability of a token")
    assert found["lines"][0]["sure"] >= found["lines"][-1]["sure"]


def test_suspected_labels_are_shown_up_to_ten_and_counted_in_full(whole: Evidence) -> None:
    row = {"id": "1", "prompt": "where?", "given": "order now", "likely": "order then"}
    errors = {"test": [row] * 12, "train": [], "train_looked_at": 0}
    found = suspects(replace(whole, findings={**whole.findings, "label_errors": errors}))
    assert [(one["rows"], len(one["lines"])) for one in found] == [(12, 10)]
    assert "<ins>" in found[0]["lines"][0]["likely"]


def test_of_a_thousand_suspected_labels_the_page_says_how_many_it_shows(whole: Evidence) -> None:
    row = {"id": "1", "prompt": "where?", "given": "order now", "likely": "order then"}
    errors = {"test": [row] * 1234, "train": [], "train_looked_at": 0}
    found = replace(whole, findings={**whole.findings, "label_errors": errors})
    page = render_page(found, ReportParams())
    assert "is likely wrong (1,234)</summary>" in page
    assert "is likely wrong; the first 10</span>" in page


def test_hard_rows_stand_beside_their_nearest_train_rows(whole: Evidence) -> None:
    assert any(one["nearest"] for one in hardest(whole))


def test_discovered_slices_are_told_from_declared_ones(whole: Evidence) -> None:
    line = {
        **whole.slices[0],
        "slice": "discovered",
        "value": "a=1 and b=2",
        "origin": "discovered",
    }
    first, second = slice_table(replace(whole, slices=[line, whole.slices[0]]))
    assert (first["name"], first["discovered"]) == ("a=1 and b=2", True)
    assert not second["discovered"]


def test_the_matrix_holds_the_counts_and_its_shades_follow_them() -> None:
    found = classifier_evidence()
    one = matrices(found)[0]
    assert one["model"] == "candidate"
    counts = [[cell["count"] for cell in line["cells"]] for line in one["lines"]]
    assert counts == found.metrics["confusion"]["candidate"]["counts"]
    for line in one["lines"]:
        assert sum(cell["right"] for cell in line["cells"]) == 1
        assert all((cell["shade"] == 0) == (cell["count"] == 0) for cell in line["cells"])
        assert max(line["cells"], key=lambda cell: cell["count"])["shade"] >= 4


def test_a_generator_has_no_matrix_and_no_judge_unless_asked() -> None:
    assert matrices(evidence()) == []
    assert judge_table(evidence()) == []


def test_the_judge_s_counts_are_told_for_every_model(whole: Evidence) -> None:
    lines = judge_table(whole)
    assert [one["model"] for one in lines] == ["base", "champion", "candidate"]
    assert [one["wins"] for one in lines] == ["0", "2", "1"]
    assert {one["flips"] for one in lines} == {"33.3 %"}
    assert [(one["judged"], one["counted"]) for one in lines] == [("3", "2")] * 3


def test_a_loss_is_of_a_token_where_a_model_writes_and_of_a_row_where_it_classifies() -> None:
    units = [
        {chart["unit"] for chart in curve_charts(one)}
        for one in (whole_evidence(), classifier_evidence())
    ]
    assert units == [{"nats per token"}, {"nats per row"}]


def test_a_loss_on_pairs_is_of_a_pair_and_shown_with_its_accuracy() -> None:
    line = {"step": "5", "epoch": "1", "split": "validation", "loss": "0.5", "margin": "0.7"}
    one = replace(whole_evidence(), curves={"dpo": [{**line, "accuracy": "0.75"}]})
    (chart,) = curve_charts(one)
    assert (chart["last"], chart["unit"]) == (
        "validation 0.500",
        "per pair, held-out accuracy 0.750",
    )


def test_a_phase_that_learns_from_answers_shows_reward_distance_and_entropy() -> None:
    words = {"reward_deviation": "1", "kl": "0.5", "entropy": "1.5", "loss": ""}
    line = {"step": "4", "epoch": "1", "split": "validation", "reward": "2.25", **words}
    charts = curve_charts(replace(whole_evidence(), curves={"ppo": [line]}))
    assert [(one["name"], one["last"]) for one in charts] == [
        ("Reward", "validation 2.250"),
        ("Distance from the start", "validation 0.500"),
        ("Entropy", "validation 1.500"),
    ]
    assert charts[1]["unit"] == "nats per answer"
