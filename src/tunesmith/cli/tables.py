"""The tables of the pipeline, looked up by the id or the place of a row."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.params import load_yaml

Record = dict[str, Any]
FILES = {
    "collected": "data/collected/examples.parquet",
    "kept": "data/cleaned/kept.parquet",
    "decisions": "data/cleaned/decisions.parquet",
    "split train": "data/splits/train.parquet",
    "split validation": "data/splits/validation.parquet",
    "split test": "data/splits/test.parquet",
    "split ood": "data/splits/ood.parquet",
    "split dropped": "data/splits/dropped.parquet",
    "train": "data/train/train.parquet",
    "left out": "data/train/left_out.parquet",
}
QUARANTINE = "data/collected/quarantine.jsonl"


class Tables:
    """What the stages wrote below a folder; a table that is not there yet is empty."""

    def __init__(self, root: Path) -> None:
        if not (root / FILES["collected"]).exists():
            raise UserError(f"{root / FILES['collected']}: no such file; `dvc repro collect`")
        self.root = root

    def find(self, table: str, name: str, column: str | None = None) -> list[Record]:
        """Return the rows of a table whose id or source is `name`, or whose `column` is."""
        path = self.root / FILES[table]
        if not path.exists():
            return []
        columns = (column,) if column else ("id", "source")
        wanted = [[(one, "=", name)] for one in columns]
        rows: list[Record] = pq.read_table(path, filters=wanted).to_pylist()
        return rows

    def quarantined(self, place: str) -> list[Record]:
        """Return the lines that were set aside at `file:line`."""
        return [one for one in self._aside() if f"{one['file']}:{one['line']}" == place]

    def names(self) -> list[str]:
        """Return every id and every place that is known."""
        table = pq.read_table(self.root / FILES["collected"], columns=["id", "source"])
        places = [f"{one['file']}:{one['line']}" for one in self._aside()]
        return [*table["id"].to_pylist(), *table["source"].to_pylist(), *places]

    def phases(self, task: str) -> list[str]:
        """Return the phases of params.yaml that train a task."""
        found = load_yaml(self.root / "params.yaml").get("phases", {})
        return [name for name, phase in found.items() if phase.get("task") in {None, task}]

    def _aside(self) -> list[Record]:
        """Return what collect set aside."""
        path = self.root / QUARANTINE
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        return [json.loads(line) for line in lines if line]
