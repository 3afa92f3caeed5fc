"""Many small trainings at once: one thread each, in processes of their own."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def done(
    work: Callable[[Job], Result], jobs: Sequence[Job], processes: int
) -> Iterator[tuple[Job, Result]]:
    """Yield jobs with what came of them, as they are done; what they print is left out.

    Args:
        work: a function of a module, so that another process finds it.
        jobs: begun in their order.
        processes: at once; 1: in this process.
    """
    if processes == 1:
        for job in jobs:
            yield job, quietly(work, job)
        return
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_one_thread) as pool:
        asked = {pool.submit(quietly, work, job): job for job in jobs}
        for one in as_completed(asked):
            yield asked[one], one.result()


def quietly(work: Callable[[Job], Result], job: Job) -> Result:
    """Return what comes of a job, without what it prints."""
    with redirect_stdout(StringIO()):
        return work(job)


def _one_thread() -> None:
    """Keep a process to one thread."""
    import torch

    torch.set_num_threads(1)
