"""Gather every row that the models are asked: test, validation, other sets, behavioural tests."""

from tunesmith.answers import is_classification
from tunesmith.behaviour.expand import behaviour_rows
from tunesmith.behaviour.written import Task
from tunesmith.exam import ExamParams
from tunesmith.exam.assemble import Exam, assemble
from tunesmith.exam.retention import retention_rows
from tunesmith.files import sha256_file, write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_frame, to_rows, write_rows
from tunesmith.stage import parse_paths, run_stage

TASKS: dict[bool, Task] = {True: "classification", False: "chat"}


def main() -> None:
    """Read the sets, write one table and how much of it is what."""
    sets = ("--test", "--validation", "--ood", "--retention", "--behaviour")
    paths = parse_paths(*sets, "--rows", "--summary")
    seed = read_seed()
    table = read_rows(paths.test)
    labelled = is_classification(table)
    test, task = to_rows(table), TASKS[labelled]
    behaviour = behaviour_rows(paths.behaviour, test, task, seed)
    beside = [*to_rows(read_rows(paths.ood)), *retention_rows(paths.retention)]
    validation = to_rows(read_rows(paths.validation))
    exam = assemble(test, beside, behaviour, ExamParams.read("exam"), seed, labelled, validation)
    write_rows(paths.rows, to_frame(exam.rows))
    digests = {"test": sha256_file(paths.test), "exam": sha256_file(paths.rows)}
    write_json(paths.summary, exam.summary() | {"sha256": digests})
    tell(exam)


def tell(exam: Exam) -> None:
    """Print how many rows of what are asked, and what is not."""
    sizes = exam.summary()["sets"].items()
    print("exam:", ", ".join(f"{rows:,} {name}" for name, rows in sizes))
    for name, reason in exam.left_out.items():
        print(f"exam: {name} is not asked: {reason}")
    for one in exam.behaviour.left_out:
        some = f"{one.cases:,} {'case' if one.cases == 1 else 'cases'} of " if one.cases else ""
        verb = "are" if (one.cases or 1) > 1 else "is"
        print(f"exam: {some}{one.test} {verb} not asked: {one.reason}")


if __name__ == "__main__":
    run_stage(main)
