"""Where cleaning runs when one machine's memory is too small: a cluster, here or elsewhere."""

from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from tunesmith.component import Component


class ScaleOut(Component):
    """Clean in partitions on a Dask cluster; the outputs are those of one process, byte for byte.

    Attributes:
        workers: processes to start on this machine.
        scheduler: address of a cluster that runs already, `tcp://host:8786` or `tls://...`;
            `env:NAME` takes it from the environment. Its workers see the same folder.
        worker_memory: what each of `workers` may hold, such as `4GB`; null: an even share.
        partition_rows: rows that a worker holds at once.
    """

    workers: PositiveInt | None = None
    scheduler: Annotated[str, Field(pattern=r"^(env:\w+|(tcp|tls|ucx)://.+)$")] | None = None
    worker_memory: Annotated[str, Field(pattern=r"^\d+(\.\d+)? ?[kMGT]i?B$")] | None = None
    partition_rows: PositiveInt = 50_000

    @model_validator(mode="after")
    def _one_cluster(self) -> "ScaleOut":
        """Refuse two clusters, none, and a limit that would not be kept."""
        if (self.workers is None) == (self.scheduler is None):
            raise ValueError("name either workers or scheduler")
        if self.scheduler is not None and self.worker_memory is not None:
            raise ValueError("worker_memory: only of workers started here; set it on the cluster")
        return self
