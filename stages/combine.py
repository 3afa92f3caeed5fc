"""Use several adapters together: merge them into one, or keep them apart and route rows."""

from tunesmith.combining import Combination
from tunesmith.combining.run import combine
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_rows
from tunesmith.stage import parse_paths, run_stage


def main() -> None:
    """Read the adapters that a combination names and write what becomes of them."""
    given = ("--first", "--second", "--last-but-one", "--last")
    paths = parse_paths(*given, "--rows", "--model", "--outcome", names=("--name",))
    name = str(paths.name)
    wanted = Combination.read(f"combine.{name}")
    four = (paths.first, paths.second, paths.last_but_one, paths.last)  # of fewer, some twice
    there = {path.name: path for path in four}
    folders = {one: there[one] for one in wanted.of}
    rows = to_rows(read_rows(paths.rows))
    outcome = combine(name, wanted, folders, rows, read_seed(), paths.model)
    write_json(paths.outcome, outcome)
    print(f"combine@{name}: {outcome['kind']} of {', '.join(wanted.of)}")


if __name__ == "__main__":
    run_stage(main)
