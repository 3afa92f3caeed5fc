"""Gather every row that the models are asked: test, out-of-distribution and retention rows."""

from tunesmith.exam import ExamParams
from tunesmith.exam.assemble import assemble
from tunesmith.exam.retention import retention_rows
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_frame, to_rows, write_rows
from tunesmith.stage import parse_paths, run_stage


def main() -> None:
    """Read the sets, write one table and how much of it is what."""
    paths = parse_paths("--test", "--ood", "--retention", "--rows", "--summary")
    test, ood = (to_rows(read_rows(path)) for path in (paths.test, paths.ood))
    retention = retention_rows(paths.retention)
    exam = assemble(test, ood, retention, ExamParams.read("exam"), read_seed())
    write_rows(paths.rows, to_frame(exam.rows))
    write_json(paths.summary, exam.summary())
    sizes = exam.summary()["sets"].items()
    print("exam:", ", ".join(f"{rows:,} {name}" for name, rows in sizes))
    for name, reason in exam.left_out.items():
        print(f"exam: {name} is not asked: {reason}")


if __name__ == "__main__":
    run_stage(main)
