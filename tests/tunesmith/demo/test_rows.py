"""Entity combinations are drawn once; phrasings of the test stay out of train."""

import numpy as np
import pytest

from tunesmith.demo.rows import TOPICS, RowMaker
from tunesmith.demo.world import Lang


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_entity_combination_is_drawn_once(lang: Lang) -> None:
    maker = RowMaker(lang, np.random.default_rng(0))
    for intent, topic in TOPICS[lang].items():
        drawn = [maker.facts(intent) for _ in range(150)]
        assert len({tuple(facts[slot] for slot in topic.slots) for facts in drawn}) == 150


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_seen_and_unseen_phrasings_share_no_template(lang: Lang) -> None:
    for topic in TOPICS[lang].values():
        assert not set(topic.seen) & set(topic.unseen)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_answer_asks_for_nothing_that_the_question_and_the_facts_lack(lang: Lang) -> None:
    known = {"days", "opens", "closes", "until", "percent", "good"}
    for topic in TOPICS[lang].values():
        used = {part.split("}")[0] for part in topic.answer.split("{")[1:]}
        assert used <= known | set(topic.slots)
        for text in (*topic.seen, *topic.unseen, topic.detail):
            assert all(f"{{{slot}}}" in text for slot in topic.slots), text
