"""Gather every row that the models are asked: test rows, all other sets, behavioural tests."""

from tunesmith.behaviour.expand import behaviour_rows
from tunesmith.behaviour.written import Task
from tunesmith.exam import ExamParams
from tunesmith.exam.assemble import Exam, assemble, is_labelled
from tunesmith.exam.retention import retention_rows
from tunesmith.files import write_json
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_frame, to_rows, write_rows
from tunesmith.stage import parse_paths, run_stage


def main() -> None:
    """Read the sets, write one table and how much of it is what."""
    sets = ("--test", "--ood", "--retention", "--behaviour")
    paths = parse_paths(*sets, "--rows", "--summary")
    seed = read_seed()
    test, ood = (to_rows(read_rows(path)) for path in (paths.test, paths.ood))
    task: Task = "classification" if is_labelled(test) else "chat"
    behaviour = behaviour_rows(paths.behaviour, test, task, seed)
    beside = [*ood, *retention_rows(paths.retention)]
    exam = assemble(test, beside, behaviour, ExamParams.read("exam"), seed)
    write_rows(paths.rows, to_frame(exam.rows))
    write_json(paths.summary, exam.summary())
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
