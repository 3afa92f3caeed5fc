"""Run one model on the frozen rows: answers, log-probabilities and what they cost."""

import shutil
from collections import Counter

import pyarrow as pa

from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.prediction.kept import keep, key_of, take
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict
from tunesmith.prediction_table import SCHEMA
from tunesmith.rows import Row, read_rows, to_rows, write_table
from tunesmith.stage import WORK, parse_paths, run_stage


def main() -> None:
    """Read rows and a model, write its predictions and their cost."""
    paths = parse_paths("--model", "--rows", "--predictions", "--efficiency", names=("--name",))
    name = str(paths.name)
    outputs = {"predictions": paths.predictions, "efficiency": paths.efficiency}
    params, seed = PredictParams.read("predict"), read_seed()
    settings = {**params.model_dump(mode="json"), "seed": seed}
    key = key_of(paths.model, paths.rows, settings)[:16]
    kept = WORK / "predictions" / key
    if (maker := take(kept, name, outputs)) is not None:
        print(f"predict@{name}: the model is that of predict@{maker}, and so are the predictions")
        return
    rows = to_rows(read_rows(paths.rows))
    parts = WORK / "predict" / f"{name}-{key}"
    predicted = predict(paths.model, rows, params, seed, parts)
    table = pa.Table.from_pandas(predicted.table, schema=SCHEMA, preserve_index=False)
    write_table(paths.predictions, table.replace_schema_metadata(predicted.made_by))
    write_json(paths.efficiency, predicted.efficiency)
    seconds = predicted.efficiency["predict_seconds"]
    keep(kept, name, outputs)
    shutil.rmtree(parts, ignore_errors=True)
    print(f"predict@{name}: {len(rows):,} rows in {seconds:.1f} s")
    tell_cut(name, rows, predicted.table["truncated"].tolist(), params.max_length)


def tell_cut(name: str, rows: list[Row], cut: list[bool], max_length: int) -> None:
    """Print of which sets how many texts were read in part only."""
    sets = Counter(str(row["split"]) for row, one in zip(rows, cut, strict=True) if one)
    if sets:
        counts = ", ".join(f"{count:,} of {part}" for part, count in sorted(sets.items()))
        print(f"predict@{name}: cut at predict.max_length = {max_length:,} tokens: {counts}")


if __name__ == "__main__":
    run_stage(main)
