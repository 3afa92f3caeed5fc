"""`tunesmith data check`: what would become of files, on the screen, on a page, as an exit code."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console

from tunesmith.cleaners import CleanParams
from tunesmith.cli.check_shown import show
from tunesmith.cli.tables import FILES
from tunesmith.expectations import ValidateSuites
from tunesmith.files import read_json, write_text
from tunesmith.intake.bad_rows import as_csv
from tunesmith.intake.beside import Known
from tunesmith.intake.check import FIT, Checked, Rules, check
from tunesmith.intake.files import dropped
from tunesmith.intake.next_step import next_step
from tunesmith.intake.page import report_of
from tunesmith.params import read_seed
from tunesmith.profile import ProfileParams
from tunesmith.report.data_page import render_data_page
from tunesmith.report.evidence import read_tree
from tunesmith.rows import read_rows, to_rows
from tunesmith.sources import CollectParams
from tunesmith.sources.manifest import Entry
from tunesmith.stage import WORK

INBOX = Path("data/inbox")
MANIFEST = Path("reports/data/manifest.json")
PROFILES = (Path("data/frozen/profile.json"), Path("reports/data/profile.json"))
EVALUATION_SETS = Path("data/evaluation_sets")
BASE = Path("models/base")
PAGE = WORK / "data-check" / "report.html"
BAD_ROWS = WORK / "data-check" / "bad_rows.csv"


def check_data(paths: Sequence[Path], console: Console) -> int:
    """Check files, print what was found, write the page; return 0 fit, 1 not fit, 2 unreadable.

    Nothing is written but below `.work`: DVC, params and outputs stay as they are.

    Raises:
        UserError: no such file, or params.yaml is wrong.
    """
    collect = CollectParams.read("collect")
    files = list(dropped(paths or [INBOX], collect, _before()))
    if not files:
        where = ", ".join(map(str, paths or [INBOX]))
        console.print(f"{where}: nothing new since the last run; name a file to check it again")
        return FIT
    rules = Rules(
        clean=CleanParams.read("clean"),
        validate=ValidateSuites.read("validate"),
        seed=read_seed(),
        base=BASE,
        evaluation_sets=EVALUATION_SETS,
    )
    checked = check(files, _known(collect.folder), rules)
    _tell(checked, ProfileParams.read("profile"), rules.seed, console)
    console.print(f"next: {next_step(checked, collect)}", markup=False, soft_wrap=True)
    return checked.code


def _tell(checked: Checked, params: ProfileParams, seed: int, console: Console) -> None:
    """Write page and bad rows, and print what is on them in short."""
    report = report_of(checked, _previous(), params, seed)
    number = len(checked.files)
    title = f"{params.title}: check of {number} file{'s' * (number != 1)}"
    write_text(PAGE, render_data_page(report, params, title))
    write_text(BAD_ROWS, as_csv(checked.bad_rows))
    show(checked, report.shifts, params.balance, console)
    if not checked.known.rows:
        console.print(f"note: {_why_alone()}", markup=False, soft_wrap=True)
    console.print(f"page: {PAGE}", markup=False)
    console.print(f"bad rows: {BAD_ROWS} ({len(checked.bad_rows):,})", markup=False)


def _before() -> Mapping[str, str]:
    """Return name → SHA-256 of the files that the last run read."""
    return {entry["path"]: entry["sha256"] for entry in _manifest()}


def _manifest() -> list[Entry]:
    """Return what the last run said of each file."""
    return list(read_tree(MANIFEST)["sources"]) if MANIFEST.exists() else []


def _known(folder: Path) -> Known:
    """Return the rows of the last run, if they are on this machine, but for files that are gone."""
    kept, test = Path(FILES["kept"]), Path(FILES["split test"])
    if not kept.exists():
        return Known()
    ids = pq.read_table(test, columns=["id"])["id"].to_pylist() if test.exists() else []
    gone = {
        entry["path"]
        for entry in _manifest()
        if entry["kind"] == "file" and not _is_there(folder / entry["path"])
    }
    return Known(to_rows(read_rows(kept)), frozenset(ids)).without(frozenset(gone))


def _is_there(file: Path) -> bool:
    """Tell whether a file is here, or at least DVC knows of it."""
    return file.exists() or file.with_name(f"{file.name}.dvc").exists()


def _why_alone() -> str:
    """Say why new rows were compared with nothing."""
    if _before() and not Path(FILES["kept"]).exists():
        return (
            "the rows of the last run are not on this machine, so repetitions of them and of "
            f"test rows were not looked for; `dvc pull {FILES['kept']} {FILES['split test']}`"
        )
    return "there are no other rows yet to compare with"


def _previous() -> Mapping[str, Any]:
    """Return the profile of the accepted version, else of the last run; empty if there is none."""
    found = (read_json(path) for path in PROFILES if path.exists())
    return next((profile for profile in found if profile), {})
