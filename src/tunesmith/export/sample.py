"""Which rows the merged model is compared on: drawn by the seed, as many of each language."""

from collections import defaultdict
from itertools import chain, zip_longest

import numpy as np

from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.training.fitting import read_by


def sample(rows: list[Row], task: str, count: int, seed: int) -> list[Row]:
    """Return up to `count` rows that the task can be asked by, taking turns between the languages.

    Args:
        rows: held-out ones.
        task: of the phase.
        count: the most rows.
        seed: of the draw.

    Raises:
        UserError: no row fits.
    """
    fits = {*read_by(task), *(read_by("prompt") if task == "chat" else ())}
    fitting = [row for row in rows if row["task"] in fits]
    if not fitting:
        raise UserError(
            f"no held-out row of task {task} to compare the merged model on; set "
            "split.validation_ratio or split.test_ratio, and run `dvc repro split`"
        )
    by_language: defaultdict[str, list[Row]] = defaultdict(list)
    for place in np.random.default_rng(seed).permutation(len(fitting)):
        row = fitting[int(place)]
        by_language[row["lang"] or "und"].append(row)
    turns = zip_longest(*(by_language[lang] for lang in sorted(by_language)))
    return [row for row in chain.from_iterable(turns) if row is not None][:count]
