"""Where commands find what the stages wrote, if nobody says otherwise."""

from pathlib import Path

TEST_ROWS = Path("data/splits/test.parquet")
