"""Gate and report judge a set by one and the same metric."""

import pytest

from tunesmith.sets import judged_by


@pytest.mark.parametrize(
    ("has", "metric"),
    [
        (["logprob", "bits_per_byte", "rouge_l"], "rouge_l"),
        (["logprob", "bits_per_byte"], "bits_per_byte"),
        (["logprob"], None),
    ],
)
def test_a_set_is_judged_by_the_gate_s_metric_else_in_bits_a_byte(
    has: list[str], metric: str | None
) -> None:
    assert judged_by("rouge_l", has) == metric
