"""Out-of-distribution sets come in by a record's own word or by its source's."""

import pytest
from pydantic import ValidationError

from tunesmith.importers.records import Hints, import_records
from tunesmith.importers.seen import Seen
from tunesmith.sources.file import FileSource


def test_a_record_may_name_an_out_of_distribution_set() -> None:
    records = [
        (number, {"text": f"words {number}", "label": "x", "split": split})
        for number, split in enumerate(["ood:new-shop", "ood:", "ood:a b", "OOD:x"], start=1)
    ]
    found = import_records(records, "set", Hints(), Seen())
    assert [row["split"] for row in found.rows] == ["ood:new-shop"]
    assert [one.line for one in found.rejected] == [2, 3, 4]
    assert "ood:NAME" in found.rejected[0].reason


def test_a_source_may_be_one_out_of_distribution_set() -> None:
    for split in ("test", "ood:law"):
        assert FileSource(path="a.jsonl", split=split).split == split
    with pytest.raises(ValidationError, match="split"):
        FileSource(path="a.jsonl", split="ood: law")
