"""What is printed of the loop's benchmark: a seed counts only if all of it went well."""

from typing import Any

import pytest

from benchmarks.improve_loop.__main__ import null, table
from benchmarks.improve_loop.seed import Line, others
from benchmarks.starved import demo, starve

GOOD = {"name": "demo", "values": ("refund",), "found": True, "rounds": "+9 −9", "starved": 0.1,
        "loop": 0.7, "full": 0.9}  # fmt: skip


def line(seed: int, **cells: Any) -> Line:
    return Line.model_validate({**GOOD, "seed": seed, **cells})


@pytest.mark.parametrize(
    "cells", [{"found": False}, {"harmed": True}, {"loop": 0.45}, {"full": 1.4}]
)
def test_a_seed_counts_if_the_slice_was_found_and_half_closed_and_nothing_harmed(
    cells: dict[str, Any],
) -> None:
    first, second, last = table([line(0), line(1, **cells)])
    assert first.startswith("| demo | 0 | refund | yes | +9 −9 | 0.10 | 0.70 |")
    assert "| 75% |" in first
    assert second.startswith("| demo | 1 |")
    assert last.endswith("in 1 of 2 seeds")


def test_gains_that_fresh_rows_do_not_show_are_a_share_of_the_rounds() -> None:
    lines = [line(seed, made=2, claims=1, unconfirmed=seed) for seed in range(2)]
    assert "4 rounds of 2 seeds, 2 gains claimed, 1 of them" in null(lines)
    assert null(lines).endswith("(25.0% of rounds)")


def test_controls_add_as_many_rows_as_the_loop_did() -> None:
    sizes = {"train": 8, "validation": 2, "test": 2, "fresh": 2}
    data = starve(demo(0)[:400], sizes, "meta.intent", 1, False, 0)
    random, _ = others(data, 5, 0)
    assert len(random) == len(data.train) + 5
    assert [len(rows) for rows in others(data, 0, 0)] == [len(data.train)] * 2
    assert {row["id"] for row in data.validation}.isdisjoint(row["id"] for row in random)
