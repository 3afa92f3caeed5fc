"""DVC's command line, started a third faster, checking what it fetches and whom it sends to."""

import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import psutil

from flows.host_keys import check_host_keys
from tunesmith.stage import collect_rarely

OF_EACH_RUN = (
    "dulwich.ignore",
    "dulwich.worktree",
    "dvc._debug",
    "dvc.cachemgr",
    "dvc.cli.parser",
    "dvc.daemon",
    "dvc.data_cloud",
    "dvc.dirs",
    "dvc.lock",
    "dvc.repo.artifacts",
    "dvc.repo.datasets",
    "dvc.repo.metrics",
    "dvc.repo.open_repo",
    "dvc.repo.params",
    "dvc.repo.plots",
    "dvc.repo.reproduce",
    "dvc.repo.stage",
    "dvc.rwlock",
    "dvc.utils.strictyaml",
    "dvc_data.hashfile._progress",
    "dvc_data.hashfile.db.local",
    "dvc_data.hashfile.status",
    "fsspec.implementations.memory",
    "ruamel.yaml",
    "scmrepo.git",
)
OF_EACH_EXPERIMENT = (
    "celery.result",
    "dulwich.porcelain",
    "dvc.repo.experiments.executor.local",
    "dvc.repo.experiments.queue.celery",
    "dvc.repo.experiments.queue.tempdir",
    "dvc.repo.experiments.run",
    "dvc.repo.graph",
    "dvc.repo.index",
    "dvc.repo.metrics.show",
    "dvc.repo.params.show",
    "dvc.utils.hydra",
    "dvc.utils.studio",
    "dvc_data.index.checkout",
    "hydra.compose",
    "hydra.core.override_parser.overrides_parser",
    "networkx",
    "pygit2",
)


def main(words: list[str]) -> int:
    """Run DVC with these words in this process, and return its exit code."""
    prepare()
    if {"--pull", "pull"} & set(words):
        _check_what_is_fetched()
    from dvc.cli import main as dvc

    return int(dvc(words))


def prepare() -> None:
    """Set what every DVC of the flow is to have; a second time changes nothing."""
    collect_rarely()  # a third off each start
    take_no_dead_for_alive()
    check_host_keys()


def import_early(words: list[str]) -> None:
    """Import what DVC itself imports on the way to a stage; one that it has no more is left out."""
    for name in (*OF_EACH_RUN, *OF_EACH_EXPERIMENT * ("exp" in words)):
        with suppress(ImportError):
            import_module(name)
    from dvc.cli.parser import get_main_parser

    get_main_parser()  # makes it once


def _check_what_is_fetched() -> None:
    """Let DVC hash what comes from a remote: by itself it takes a part of a file for the whole.

    `dvc remote modify NAME verify true` does so for DVC without a flow.
    """
    from dvc.data_cloud import Remote

    begin = Remote.__init__

    def checking(self: Any, *place: Any, **settings: Any) -> None:
        begin(self, *place, **{**settings, "verify": True})

    Remote.__init__ = checking


def take_no_dead_for_alive() -> None:
    """Let DVC, in this process, take no lock for held whose holder has ended.

    It asks psutil, whose answer is yes for a process that was killed and whose parent has not
    looked: "is busy, it is being blocked by", in a container without an init for ever.
    """
    psutil.pid_exists = runs


def runs(pid: int) -> bool:
    """Tell whether there is a process that has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
