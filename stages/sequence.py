"""Measure tasks that were learnt one after another: the score of each after every step."""

from tunesmith.answers import aligned, read_predictions
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows
from tunesmith.sequence import SequenceParams
from tunesmith.sequence.measure import BASE, NONE, measure_sequence
from tunesmith.stage import parse_paths, run_stage

TEST = "test"


def main() -> None:
    """Measure the predictions of every step on the test rows; without steps, say that."""
    paths = parse_paths("--rows", "--predictions", "--matrix")
    settings = SequenceParams.read("sequence")
    if not settings.steps:
        write_json(paths.matrix, NONE)
        print("sequence: no steps, so nothing is measured")
        return
    rows = read_rows(paths.rows)
    test = (rows["split"] == TEST).to_numpy()
    places = {m: paths.predictions / f"{m}.parquet" for m in (BASE, *settings.steps)}
    given = {m: aligned(rows, read_predictions(path), str(path)) for m, path in places.items()}
    own = {model: table[test].reset_index(drop=True) for model, table in given.items()}
    found = measure_sequence(rows[test].reset_index(drop=True), own, settings, read_seed())
    write_json(paths.matrix, found)
    lost, mean = found["forgetting"], found["average"]
    print(
        f"sequence: {found['metric']} {mean['value']:.3f} on average after {len(settings.steps)} "
        f"steps; forgotten {lost['value']:+.3f} [{lost['low']:+.3f}, {lost['high']:+.3f}]"
    )


if __name__ == "__main__":
    run_stage(main)
