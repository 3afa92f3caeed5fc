"""Runs the cleaners over partitions; this process sees one partition at a time, to write it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.run import DECISIONS, Record, counted, languages, untouched
from tunesmith.cleaners.scale_out.cluster import Client
from tunesmith.cleaners.scale_out.part import Part, Stepped, read_part, row_steps, with_verdicts
from tunesmith.cleaners.scale_out.spread import Future, Spread
from tunesmith.cleaners.scale_out.write import write_tables
from tunesmith.rows import SCHEMA, open_table

ACTIONS = {"dropped": "drop", "rewritten": "rewrite", "flagged": "flag"}


class CleanedSpread(NamedTuple):
    """What `Cleaned` holds, on the workers, by partition; decisions in the order of the steps."""

    kept: list[Future]
    decisions: list[Future]
    counts: Record


def clean_spread(
    client: Client, examples: Path, steps: Sequence[Cleaner], seed: int, partition_rows: int
) -> CleanedSpread:
    """Return the rows after all steps, every decision, and the summary of `run.summary`.

    Args:
        client: of a cluster whose workers see `examples` under the same absolute path.
        examples: the table of rows.
        steps: in this order.
        seed: for the cleaners that draw.
        partition_rows: rows of one partition.

    Raises:
        UserError: the table cannot be read, or a cleaner refuses it.
    """
    spread = _read(client, examples.absolute(), seed, partition_rows)
    came = spread.each(_languages, spread.parts)
    decisions: list[list[Future]] = []
    for scope, run in groupby(steps, key=attrgetter("scope")):
        for group in [list(run)] if scope == "row" else [[step] for step in run]:
            stepped = _stepped(spread, group)
            spread = _with_parts(spread, spread.each(attrgetter("part"), stepped))
            decisions += [spread.each(_decisions_of, stepped, number=k) for k in range(len(group))]
    by_part = [list(tables) for tables in zip(*decisions, strict=True)] or [
        [] for _ in spread.parts
    ]
    decisions.append(spread.each(_untouched, spread.parts, by_part))
    counts = _summary(spread, came, decisions)
    kept = spread.each(attrgetter("table"), spread.parts)
    return CleanedSpread(kept, [table for step in decisions for table in step], counts)


def write_spread(cleaned: CleanedSpread, kept: Path, decisions: Path) -> None:
    """Write rows and decisions; this process holds one partition and one group of rows."""
    write_tables(kept, (future.result() for future in cleaned.kept), SCHEMA)
    write_tables(decisions, (future.result() for future in cleaned.decisions), DECISIONS)


def _read(client: Client, path: Path, seed: int, partition_rows: int) -> Spread:
    """Return the table in partitions, each read by a worker."""
    with open_table(path) as file:
        rows = file.metadata.num_rows
    starts = np.arange(0, max(rows, 1), partition_rows, dtype=np.int64)
    spread = Spread(client, [], starts, rows, seed)
    stops = np.append(starts[1:], rows)
    parts = [
        spread.one(read_part, path, start, stop)
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]
    return _with_parts(spread, parts)


def _with_parts(spread: Spread, parts: list[Future]) -> Spread:
    """Return the same cluster with other partitions."""
    return Spread(spread.client, parts, spread.starts, spread.rows, spread.seed)


def _stepped(spread: Spread, group: list[Cleaner]) -> list[Future]:
    """Return what some cleaners of rows, or one that compares rows, leave of each partition."""
    if group[0].scope == "row":
        return spread.each(row_steps, spread.parts, steps=group, seed=spread.seed)
    step = group[0]
    return spread.each(with_verdicts, spread.parts, step.spread(spread), kind=step.kind)


def _decisions_of(stepped: Stepped, number: int) -> pa.Table:
    """Return the decisions of one step of several."""
    return stepped.decisions[number]


def _untouched(part: Part, decisions: list[pa.Table]) -> pa.Table:
    """Return one `keep` record for each row of a partition that no decision is about."""
    records = [record for table in decisions for record in table.select(["id"]).to_pylist()]
    return pa.Table.from_pylist(untouched(part.named(), records), schema=DECISIONS)


def _languages(part: Part) -> dict[str, int]:
    """Return the rows of a partition by language."""
    return languages(part.table.column("lang").to_pylist())


def _actions(decisions: pa.Table) -> dict[str, dict[str, dict[str, int]]]:
    """Return action → step → reason → rows of some decisions."""
    records = decisions.to_pylist()
    return {name: counted(records, action) for name, action in ACTIONS.items()}


def _summary(spread: Spread, came: list[Future], decisions: list[list[Future]]) -> Record:
    """Return the summary, of counts that the partitions made."""
    stayed = spread.each(_languages, spread.parts)
    acted = [spread.each(_actions, tables) for tables in decisions]
    gather = spread.client.gather
    lang_in, lang_kept = _total(gather(came)), _total(gather(stayed))
    kept = sum(lang_kept.values())
    total = _total(counts for step in acted for counts in gather(step))
    return {
        "rows": {"in": spread.rows, "kept": kept, "dropped": spread.rows - kept},
        "languages": {"in": lang_in, "kept": lang_kept},
        **{name: total.get(name, {}) for name in ACTIONS},
    }


def _total(counts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the sum of nested counts; keys in the order in which they come first."""
    total: dict[str, Any] = {}
    for one in counts:
        for key, value in one.items():
            if isinstance(value, dict):
                total[key] = _total([total.get(key, {}), value])
            else:
                total[key] = total.get(key, 0) + value
    return total
