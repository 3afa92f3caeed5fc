"""Where an answer ends: at the tokenizer's end, and at the one that the template writes."""

import pytest

from tests.tiny import TEMPLATE, tiny_tokenizer
from tunesmith.tasks.endings import end_ids, turn_end

CHATML = (
    "{%- for m in messages -%}{{ '<u>' + m.role + '\n' + m.content + '<a>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<u>assistant\n' }}{%- endif -%}"
)


def words(template: str | None) -> list[str]:
    tokenizer = tiny_tokenizer(template)
    tokenizer.add_special_tokens({"extra_special_tokens": ["<u>", "<a>"]})
    return list(tokenizer.convert_ids_to_tokens(end_ids(tokenizer)))


def test_a_template_that_ends_with_the_tokenizers_end_adds_nothing() -> None:
    assert words(TEMPLATE) == ["</s>"]


def test_a_template_with_an_end_of_its_own_stops_at_both() -> None:
    assert words(CHATML) == ["</s>", "<a>"]


@pytest.mark.parametrize(
    "template", [None, "{{ messages[-1].content }}", "{{ raise_exception('no') }}"]
)
def test_without_a_template_or_an_end_in_it_there_is_only_the_tokenizers(
    template: str | None,
) -> None:
    assert words(template) == ["</s>"]
    assert turn_end(tiny_tokenizer(template)) is None
