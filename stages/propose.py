"""Propose rows for the next round: for slices that are weak on the validation rows."""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from tunesmith.analysis.cases import build_cases, check_scored
from tunesmith.analysis.find import direction, find_slices
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.augmenters.feedback import Round, read_rounds
from tunesmith.augmenters.tools import Tools
from tunesmith.balance import REPEAT, WEIGHT
from tunesmith.endpoints.replies import Replies
from tunesmith.files import write_json, write_jsonl, write_text
from tunesmith.params import read_seed
from tunesmith.proposals import ProposeParams
from tunesmith.proposals.deal import Dealer
from tunesmith.proposals.given import read_given
from tunesmith.proposals.guard import Guard
from tunesmith.proposals.maker import Bench
from tunesmith.proposals.summary import summary, told
from tunesmith.proposals.target import targets
from tunesmith.rows import Row, read_rows, to_rows
from tunesmith.stage import WORK, parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd

RECORDED = "replies.jsonl"


class Proposals(NamedTuple):
    """The lines of the file of proposals, and what the report says of them."""

    lines: list[dict[str, Any]]
    summary: dict[str, Any]


class Held(NamedTuple):
    """Rows that nothing proposed may repeat."""

    out: list[Row]  # validation, test and out-of-distribution rows
    rounds: list[Round]  # of earlier feedback


class Given(NamedTuple):
    """Rows that people gave: without answers, and written by hand."""

    pool: list[Row]
    written: list[Row]


def propose(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    per_row: "pd.DataFrame",
    held: Held,
    given: Given,
    settings: ProposeParams,
    seed: int,
    tools: Tools,
) -> Proposals:
    """Return rows for the next round, chosen by the candidate's answers to the validation rows.

    Args:
        rows: the validation rows; those that no model was asked or scored by are left aside.
        train: what the candidate was trained on.
        per_row: answers and row scores of every model, as stage evaluate writes them.
        held: what no proposal may repeat.
        given: what people gave.
        settings: metric, slices, makers and the rows at most.
        seed: of every random choice.
        tools: what augmenters need that ask a model or read a lexicon.
    """
    sign = direction(settings.metric, "propose")
    check_scored(per_row, settings.metric, "propose")
    scored = per_row[per_row[settings.metric].notna()]
    asked = rows[rows["id"].isin(scored["id"])].reset_index(drop=True)
    bench = bench_of(train, held, given, seed, tools)
    guard = guard_of(train, held, settings, seed)
    kinds = [maker.kind for maker in settings.makers]
    if asked.empty or not len(bench.space):
        return Proposals([], summary(None, None, [], [], guard, kinds))
    cases = build_cases(asked, per_row, settings.metric, sign)
    scores = cases["candidate_score"].to_numpy(dtype=float)
    ranked = find_slices(asked, train, scores, settings, seed)
    goals = targets(cases, ranked, bench.train, settings.rows)
    found = Dealer(settings.makers, bench, guard).run(goals)
    told_of = summary(cases, ranked, goals, found, guard, kinds)
    return Proposals([one.line() for one in found], {**told_of, "metric": settings.metric})


def bench_of(train: "pd.DataFrame", held: Held, given: Given, seed: int, tools: Tools) -> Bench:
    """Return what makers work with; rows that a balance or a weight repeats count once."""
    once = train[~train["op"].isin([REPEAT, WEIGHT])]
    again = Counter(str(row) for row in train[train["op"] == WEIGHT]["parent"])
    space = TrainSpace(once, seed)
    own = to_rows(space.rows)
    weights = {row["id"]: 1 + again[row["id"]] for row in own}
    return Bench(
        space,
        own,
        weights,
        held.out,
        bool(own) and all(row["task"] == "classification" for row in own),
        seed,
        tools,
        given.pool,
        given.written,
    )


def guard_of(train: "pd.DataFrame", held: Held, settings: ProposeParams, seed: int) -> Guard:
    """Return what every candidate has to pass."""
    earlier = [row for one in held.rounds for row in one.rows]
    return Guard(held.out, to_rows(train), earlier, settings.near_duplicate_similarity, seed)


def main() -> None:
    """Read rows, answers and what people gave; write proposals and why they are what they are."""
    splits = ("--validation", "--test", "--ood")
    inputs = ("--train", "--per-row", "--feedback", "--pool", "--written", "--material")
    paths = parse_paths(*splits, *inputs, "--proposals", "--replies", "--summary")
    held = [read_rows(path) for path in (paths.validation, paths.test, paths.ood)]
    replies = Replies.read(paths.material / RECORDED, WORK / "propose" / RECORDED)
    result = propose(
        held[0],
        read_rows(paths.train),
        pq.read_table(paths.per_row).to_pandas(),
        Held([row for frame in held for row in to_rows(frame)], read_rounds(paths.feedback)),
        Given(read_given(paths.pool, "pool"), read_given(paths.written, "written", answered=True)),
        ProposeParams.read("propose"),
        read_seed(),
        Tools(paths.material, replies),
    )
    write_jsonl(paths.proposals, result.lines)
    write_text(paths.replies, replies.lines())  # one blank line if none: DVC warns of empty files
    write_json(paths.summary, result.summary)
    print(f"propose: {told(result.summary)}")


if __name__ == "__main__":
    run_stage(main)
