"""Children of train rows: the rows of a slice nearest to its failures, asked in other words."""

from collections import Counter
from collections.abc import Sequence

from tunesmith.augmenters import AnyAugmenter, AugmentParams
from tunesmith.augmenters.make import make
from tunesmith.proposals.diverse import each_language
from tunesmith.proposals.maker import Bench, Candidate, Made, best_first, train_nearness
from tunesmith.proposals.target import Target
from tunesmith.proposals.turns import in_turn
from tunesmith.rows import Row, meta_of, to_json

GUARDS = AugmentParams.model_validate({})
ALIKE = 0.5  # what likeness to another parent takes off a row
PARENTS = 8  # tried for each row that is wanted: many have no word that may change


def grown(
    target: Target, bench: Bench, parents: int, steps: Sequence[AnyAugmenter], guards: AugmentParams
) -> Made:
    """Return what augmenters make of the train rows nearest to the failures of a slice.

    Args:
        target: the slice.
        bench: train and held-out rows.
        parents: train rows at most.
        steps: the augmenters, each applied to every parent.
        guards: what a made row must keep to, as in stage augment.
    """
    near = train_nearness(target, bench)
    chosen = each_language(bench.train, bench.space.matrix, near, parents, ALIKE)
    chosen = in_turn(chosen, lambda place: bench.train[place]["lang"], target.langs)[:parents]
    scores = {bench.train[place]["id"]: float(near[place]) for place in chosen}
    params = guards.model_copy(update={"steps": list(steps)})
    made = make([bench.train[k] for k in chosen], bench.held_out, params, bench.seed, bench.tools)
    candidates = [Candidate(named(row), scores[row["parent"]]) for row in made.rows]
    refused: Counter[str] = Counter()
    for (_, reason), count in made.rejected.items():
        refused[reason] += count
    return Made(best_first(candidates), refused)


def named(row: Row) -> Row:
    """Return a made row whose `meta` names the operation too: a round writes its own into `op`."""
    meta = meta_of(row)
    made = {**meta.get("made", {}), "op": row["op"]}
    return {**row, "meta": to_json({**meta, "made": made}, sort_keys=True)}
