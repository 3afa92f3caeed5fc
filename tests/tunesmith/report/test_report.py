"""The page and the cards: whole, safe, readable, the same twice."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import get_args

import pytest
from huggingface_hub import ModelCard
from ruamel.yaml import YAML

from tests.reporting import (
    classifier_evidence,
    evidence,
    text_beside_evidence,
    whole_evidence,
)
from tunesmith.methods import Method
from tunesmith.methods.base import TrainingMethod
from tunesmith.report import ReportParams
from tunesmith.report.cards import WHOLE, data_card, escaped, model_card
from tunesmith.report.evidence import Evidence
from tunesmith.report.lines import Series, line_chart, ticks
from tunesmith.report.origin_view import provenance
from tunesmith.report.page import render_page
from tunesmith.report.track import bar, difference
from tunesmith.report.words import model_name, quantity, shortened

PARAMS = ReportParams(title="Shop <helper>", examples=6)
VOID = {"meta", "br"}
ATTACK = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def chat() -> Evidence:
    return evidence()


@pytest.fixture(scope="module")
def whole() -> Evidence:
    return whole_evidence()


class Reader(HTMLParser):
    """Collects tags and attributes, and holds that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_asks_for_nothing_from_outside_and_runs_nothing(chat: Evidence) -> None:
    reader = parsed(render_page(chat, PARAMS))
    assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & set(reader.tags)
    assert not [
        name for name, _ in reader.attributes if name in ("src", "srcset") or name.startswith("on")
    ]
    links = [value for name, value in reader.attributes if name == "href"]
    assert links
    assert all((value or "").startswith("#") for value in links)
    assert not re.search(r"url\(|@import|https?://", render_page(chat, PARAMS))


@pytest.mark.parametrize("name", ["chat", "whole"])
def test_every_link_of_the_page_leads_to_a_section(
    name: str, request: pytest.FixtureRequest
) -> None:
    reader = parsed(render_page(request.getfixturevalue(name), PARAMS))
    targets = [(value or "")[1:] for name, value in reader.attributes if name == "href"]
    assert set(targets) <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_what_users_wrote_is_shown_not_run(whole: Evidence) -> None:
    chat = whole
    example = {**chat.findings["examples"][0], "prompt": ATTACK, "candidate": ATTACK, "id": ATTACK}
    slices = [{**chat.slices[0], "value": ATTACK}]
    manifest = {"sources": [{**chat.manifest["sources"][0], "path": ATTACK}]}
    clean = {**chat.clean, "dropped": {ATTACK: {ATTACK: 3}}}
    plan = [{**chat.findings["plan"][0], "words": ATTACK, "kind": ATTACK, "finding": ATTACK}]
    row = {"id": ATTACK, "prompt": ATTACK, "given": ATTACK, "likely": "x"}
    findings = {
        **chat.findings,
        "examples": [example],
        "plan": plan,
        "label_errors": {"test": [row], "train": [row], "train_looked_at": 1},
    }
    behaviour = json.loads(json.dumps(chat.behaviour).replace("tent", "<script>alert(2)"))
    verdict = {**chat.verdict, "reasons": [ATTACK]}
    hostile = replace(
        chat, findings=findings, slices=slices, manifest=manifest, clean=clean, verdict=verdict,
        candidate=ATTACK, efficiency={ATTACK: {ATTACK: 1}}, hardest=[], behaviour=behaviour,
        curves={ATTACK: next(iter(chat.curves.values()))},
    )  # fmt: skip
    page = render_page(hostile, ReportParams(title=ATTACK))
    assert not {"script", "img"} & set(parsed(page).tags)
    assert "alert(2)" in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 8
    for card in (model_card(hostile, PARAMS), data_card(hostile, PARAMS)):
        assert "<script" not in card.split("\n---\n", 1)[1]


def test_a_label_cannot_leave_its_attribute() -> None:
    drawn = [bar(1, 2, 'x" onload="y', '"><script>'), difference(1, (0, 2), 2, "even", '"><b>')]
    assert all('"><' not in str(svg).replace('"><title>', "") for svg in drawn)
    assert 'onload="y' not in str(drawn[0])


def test_the_verdict_comes_first_and_the_sections_in_their_order(chat: Evidence) -> None:
    reader = parsed(render_page(chat, PARAMS))
    first = ["verdict", "data", "training", "scores", "comparison"]
    last = ["errors", "slices", "examples", "efficiency", "provenance"]
    assert [name for name in reader.ids if name != "todo"] == first + last
    assert reader.tags.count("h1") == 1


def test_sets_behaviour_and_judge_have_sections_only_where_there_are_some(
    chat: Evidence, whole: Evidence
) -> None:
    more = {"sets", "behaviour", "judge"}
    assert not more & set(parsed(render_page(chat, PARAMS)).ids)
    assert more <= set(parsed(render_page(whole, PARAMS)).ids)


def test_every_table_has_a_caption_and_a_head(whole: Evidence) -> None:
    tags = parsed(render_page(whole, PARAMS)).tags
    assert tags.count("table") > 6
    assert tags.count("caption") == tags.count("thead") == tags.count("table")


def test_scores_stand_with_their_intervals_in_both_languages(chat: Evidence) -> None:
    page = render_page(chat, PARAMS)
    score = chat.metrics["candidate"]["exact_match"]
    assert f"{score['value']:.3f}" in page
    assert f"{score['low']:.3f}–{score['high']:.3f}" in page
    assert "English, n = 40" in page
    assert "Chinese, n = 40" in page
    assert "Shop &lt;helper&gt;" in page


def test_as_many_examples_as_asked_for_are_shown_side_by_side(chat: Evidence) -> None:
    page = render_page(replace(chat, hardest=[]), PARAMS)
    assert page.count("<article") == 6
    assert page.count("<dt>Candidate</dt>") == 6
    assert "<article" not in render_page(chat, ReportParams(examples=0))


def test_a_classifier_s_page_shows_confusions_and_no_kinds_of_errors() -> None:
    page = render_page(classifier_evidence(), PARAMS)
    parsed(page)
    assert "Labels that are taken for others" in page
    assert "Confusion matrix of the candidate" in page
    assert "Kinds of errors" not in page
    assert "text-classification" in model_card(classifier_evidence(), PARAMS)


def test_a_base_model_without_training_still_gets_its_page(chat: Evidence) -> None:
    bare = replace(
        chat, model={}, curves={}, efficiency={}, hardest=[], slices=[], candidate="base"
    )
    page = render_page(bare, PARAMS)
    parsed(page)
    assert "No slice was asked for" in page
    assert 'id="training"' not in page
    assert model_card(bare, PARAMS)


def test_the_same_evidence_gives_the_same_bytes(whole: Evidence) -> None:
    for render in (render_page, model_card, data_card):
        assert render(whole, PARAMS) == render(whole_evidence(), PARAMS)


def test_no_path_of_a_machine_is_printed(chat: Evidence) -> None:
    for text in (render_page(chat, PARAMS), model_card(chat, PARAMS), data_card(chat, PARAMS)):
        assert "someone" not in text
    assert "tiny" in model_card(chat, PARAMS)


def front_matter(card: str) -> dict[str, object]:
    _, head, _ = card.split("---\n", 2)
    return dict(YAML(typ="safe").load(StringIO(head)))


def test_the_cards_begin_with_what_the_hub_reads(chat: Evidence) -> None:
    facts = front_matter(model_card(chat, PARAMS))
    assert facts["language"] == ["en", "zh"]
    assert facts["pipeline_tag"] == "text-generation"
    assert "base_model" not in facts
    data = front_matter(data_card(chat, PARAMS))
    assert data["license"] == ["apache-2.0"]
    assert data["size_categories"] == ["n<1K"]


def test_a_base_model_of_the_hub_is_linked(chat: Evidence) -> None:
    base = {"model": "maker/model", "revision": "abc", "digest": "0"}
    facts = front_matter(model_card(replace(chat, base=base), PARAMS))
    assert facts["base_model"] == "maker/model"
    assert facts["base_model_relation"] == "adapter"


def test_the_card_names_metrics_data_sets_of_the_hub_and_the_licence_that_was_given(
    chat: Evidence,
) -> None:
    source = chat.manifest["sources"][0]
    sources = [
        {**source, "kind": kind, "path": path}
        for kind, path in (
            ("hub", "maker/talks/default/train"),
            ("hub", "maker/talks/default/test"),
            ("hub", "folder/default/train"),
            ("file", "maker/notes.jsonl"),
        )
    ]
    found = replace(chat, manifest={**chat.manifest, "sources": sources})
    facts = front_matter(model_card(found, ReportParams(licence="Apache-2.0")))
    assert facts["datasets"] == ["maker/talks"]
    assert facts["license"] == "apache-2.0"
    assert facts["metrics"] == ["exact_match", "rouge_l", "bleu", "logprob"]
    assert not {"datasets", "license"} & set(front_matter(model_card(chat, PARAMS)))


def test_whole_weights_are_a_finetune_that_needs_no_peft(chat: Evidence) -> None:
    base = {"model": "maker/model", "revision": "abc", "digest": "0"}
    whole = replace(chat, base=base, model={**chat.model, "method": {"kind": "full"}})
    facts = front_matter(model_card(whole, PARAMS))
    assert (facts["library_name"], facts["base_model_relation"]) == ("transformers", "finetune")
    assert front_matter(model_card(chat, PARAMS))["library_name"] == "peft"


def test_the_card_knows_every_method_that_saves_whole_weights() -> None:
    methods = get_args(get_args(Method)[0])
    whole = {one.model_fields["kind"].default for one in methods if not keeps_base(one)}
    assert whole == set(WHOLE)


def keeps_base(method: type[TrainingMethod]) -> bool:
    return method.model_construct().keeps_base


def test_page_and_card_tell_what_pins_weights_code_and_rows(chat: Evidence) -> None:
    found = replace(chat, exam={**chat.exam, "sha256": {"test": "78" * 32, "exam": "9a" * 32}})
    facts = dict(provenance(found))
    assert facts["Weights: adapter_model.safetensors"] == "56" * 32
    assert facts["Training code (SHA-256)"] == "12" * 32
    assert facts["Chat template (SHA-256)"] == "34" * 32
    assert (facts["Data: train"], facts["Data: test"]) == ("ef" * 32, "78" * 32)
    assert facts["Data: exam"] == "9a" * 32
    assert "Tokenizer (SHA-256)" not in facts
    for text in (render_page(found, PARAMS), model_card(found, PARAMS)):
        assert all(pair * 32 in text for pair in ("12", "34", "56", "78", "9a", "ef"))


def test_the_hub_reads_one_result_for_each_set(whole: Evidence) -> None:
    model = ModelCard(model_card(whole, PARAMS)).data
    found = {(one.dataset_name, one.metric_type): one.metric_value for one in model.eval_results}
    prose = whole.metrics["sets"]["retention:prose"]["candidate"]["bits_per_byte"]["value"]
    assert found["retention:prose", "bits_per_byte"] == prose
    own = whole.metrics["candidate"]["exact_match"]["value"]
    assert found["test split", "exact_match"] == own
    assert {name for name, _ in found} == {"test split", "ood:far", "retention:prose"}


def test_the_model_card_tells_its_use_and_what_fails(whole: Evidence) -> None:
    card = model_card(whole, PARAMS)
    assert "Answers questions in English and Chinese." in card
    assert "- Robustness (INV, English): 83.3 % of 6 cases" in card
    assert "Not asked: ood:labels: its rows are of another task" in data_card(whole, PARAMS)


def test_a_set_without_a_gap_says_so_on_the_page_and_in_the_card() -> None:
    found = text_beside_evidence()
    assert "The test rows have no such score" in render_page(found, PARAMS)
    line = next(one for one in model_card(found, PARAMS).split("\n") if one.startswith("| blog"))
    assert line.endswith("| none |")


def test_every_line_of_a_card_s_table_has_the_columns_of_its_head(whole: Evidence) -> None:
    for card in (model_card(whole, PARAMS), data_card(whole, PARAMS)):
        for table in re.findall(r"(?:^\|.*\|\n)+", card, re.M):
            assert len({line.count("|") for line in table.strip().split("\n")}) == 1
            assert len(table.split("\n")) > 3


def test_markdown_cells_stay_in_their_cell() -> None:
    assert escaped("a|b\n<i> [x](y) `c`") == r"a\|b &lt;i&gt; \[x\](y) \`c\`"


def test_a_chart_covers_its_points_and_leaves_out_what_is_not_finite() -> None:
    svg = str(
        line_chart(
            [Series("train", "train", [(0, 1.0), (5, float("nan")), (10, 3.0)])], "l", "step"
        )
    )
    assert "nan" not in svg
    places = re.search(r'points="([^"]+)"', svg)
    assert places is not None
    assert len(places[1].split()) == 2
    assert str(line_chart([Series("train", "train", [])], "l", "step")) == ""


@pytest.mark.parametrize(
    ("low", "high"), [(0.12, 2.9), (1.0, 1.0), (0.0, 0.0), (-3.0, -1.0), (1e-6, 2e-6)]
)
def test_ticks_are_few_round_and_cover_the_values(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low + 1e-12
    assert found[-1] >= high - 1e-12
    assert 2 <= len(found) <= 7


def test_bars_stay_inside_their_rail() -> None:
    assert 'width="100.00"' in str(bar(5, 2, "base", "x"))
    assert (
        "-"
        not in re.search(r'x="([^"]+)" y="4"', str(difference(-9, (-10, -8), 5, "worse", "x")))[1]
    )  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [
        ("train_seconds", 0.25, "250 ms"),
        ("train_seconds", 41.2, "41.2 s"),
        ("train_seconds", 3725, "1 h 2 min"),
        ("peak_memory_bytes", 2**31, "2.0 GiB"),
        ("adapter_bytes", 12, "12 B"),
        ("tokens_per_second", 1234.5, "1,234 / s"),
        ("trainable_parameters", 45056, "45,056"),
        ("device", "cpu", "cpu"),
    ],
)
def test_quantities_are_printed_in_the_unit_of_their_name(
    name: str, value: object, printed: str
) -> None:
    assert quantity(name, value) == printed


def test_a_metric_has_the_same_name_in_every_table(whole: Evidence) -> None:
    page = render_page(whole, ReportParams())
    assert "<summary>Exact match by slice (2)</summary>" in page
    assert "<span>Mean Exact match of the candidate on each slice" in page


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("x" * 1600).endswith("… (+100 characters)")
    assert shortened("x" * 1500) == "x" * 1500


def test_a_model_s_name_is_its_hub_id_or_its_relative_place() -> None:
    assert model_name("maker/model") == "maker/model"
    assert model_name("/home/someone/models/tiny/") == "tiny"
    assert model_name("C:\\models\\tiny") == "tiny"


def test_a_page_of_many_findings_and_long_texts_stays_below_3_megabytes(whole: Evidence) -> None:
    page = render_page(crowded(whole), ReportParams(examples=36))
    assert 300_000 < len(page.encode()) < 3_000_000
    parsed(page)


def crowded(found: Evidence) -> Evidence:
    """Return evidence as large as 10,000 rows of long texts can make it."""
    long = "The parcel of order 17 是从北京寄到上海的。" * 200
    texts = dict.fromkeys(("prompt", "reference", "candidate", "base", "champion"), long)
    findings, behaviour = found.findings, found.behaviour
    suspect = {"id": "1", "prompt": long, "given": long, "likely": long[5:]}
    test = behaviour["tests"]["capitals change nothing"]
    case = {**test["failing"][0], "original": long, "variant": long[7:]}
    group = next(iter(behaviour["groups"].values()))
    labels = [f"label {number}" for number in range(20)]
    counts = {"labels": labels, "counts": [[500] * 20] * 20}
    return replace(
        found,
        findings={
            **findings,
            "examples": [{**findings["examples"][0], **texts, "id": str(k)} for k in range(36)],
            "plan": findings["plan"][:1] * 60,
            "clusters": findings["clusters"][:1] * 30,
            "label_errors": {"test": [suspect] * 50, "train": [suspect] * 50},
            "surest": {
                **findings["surest"],
                "rows": [{**findings["surest"]["rows"][0], **texts}] * 50,
            },
        },
        slices=found.slices[:1] * 400,
        hardest=[{**found.hardest[0], **texts}] * 50,
        behaviour={
            "groups": {f"capability {k}/INV/en": group for k in range(100)},
            "tests": {f"test {k}": {**test, "failing": [case] * 5} for k in range(100)},
        },
        metrics={**found.metrics, "confusion": {"candidate": counts, "base": counts}},
    )
