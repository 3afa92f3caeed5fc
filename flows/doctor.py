"""Looks at everything that a run needs; each finding says how it is and, if it is not well, why."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from flows import remote, workcopy
from flows.finding import Finding
from flows.host_keys import is_unguarded
from flows.masking import masked
from flows.remote_fault import fault_of, url_of
from flows.repository import branch, changed_files, git, has_commit, has_origin, some, succeeds
from flows.retrain import read_dials
from tunesmith.errors import UserError

LOCK = Path("requirements.lock")
LITTLE_DISK_GB = 5.0
OLDEST_GIT = (2, 23)  # has `git switch`
PYTHONS = ((3, 11), (3, 14))
REACH_SECONDS = "10"
NO_BRANCH = "HEAD:refs/heads/runs/doctor"  # is never made: the push is a dry one


def examine() -> list[Finding]:
    """Look at everything, in the order in which a run needs it.

    Without a project under git and DVC here, that is the last finding.
    """
    found = [*_python(), *_packages()]
    looks = (_git, _project, _identity, _dials, _origin, _remote, _host_key, _disk, _devices)
    for look in (*looks, _server):
        found += _guarded(look)
        if look is _project and found[-1].state == "wrong":
            break
    return found


def show(found: list[Finding]) -> int:
    """Print the findings; return 1 if one is wrong, else 0."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styles = {"well": "green", "note": "yellow", "wrong": "bold red"}
    table = Table(box=None, pad_edge=False, show_header=False)
    for one in found:
        words = Text(one.words + (f"\n→ {one.fix}" if one.fix else ""))
        table.add_row(Text(one.state, styles[one.state]), Text(one.what), words)
    Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(table)
    return int(any(one.state == "wrong" for one in found))


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Turn what a look refuses into a finding."""
    try:
        yield from look()
    except UserError as error:
        yield Finding("wrong", look.__name__.removeprefix("_"), str(error))


def _python() -> Iterator[Finding]:
    """The version of Python."""
    now = ".".join(map(str, sys.version_info[:3]))
    first, end = PYTHONS
    if first <= sys.version_info[:2] < end:
        yield Finding("well", "Python", now)
    else:
        yield Finding("wrong", "Python", now, "make setup with PYTHON=python3.11, 3.12 or 3.13")


def _git() -> Iterator[Finding]:
    """The version of git."""
    now = tuple(map(int, re.findall(r"\d+", git("version"))[:2]))
    words = ".".join(map(str, now))
    if now < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        yield Finding("wrong", "git", words, f"install git {oldest} or newer")
    else:
        yield Finding("well", "git", words)


def _packages() -> Iterator[Finding]:
    """The installed packages against the lock."""
    if not LOCK.exists():
        return
    wanted = re.findall(r"^([\w.\-]+)==([^\s;]+)", LOCK.read_text("utf-8"), flags=re.MULTILINE)
    other = [
        f"{name} {has or 'is missing'} (lock: {pinned})"
        for name, pinned in wanted
        if not _same(has := _installed(name), pinned)
    ]
    if other:
        yield Finding("wrong", "packages", some(other), "make setup")
    else:
        tools = ", ".join(f"{name} {_installed(name)}" for name in ("dvc", "prefect", "torch"))
        yield Finding("well", "packages", f"the {len(wanted)} of {LOCK}: {tools}")


def _installed(name: str) -> str | None:
    """Return the version of a package that is installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _same(has: str | None, pinned: str) -> bool:
    """Compare versions; what stands behind a `+` is the build's."""
    return has is not None and has.split("+")[0] == pinned.split("+", maxsplit=1)[0]


def _project() -> Iterator[Finding]:
    """Git, DVC, and a tree that dvc.lock can be trusted in."""
    workcopy.check()
    changed = changed_files()
    if not has_commit():
        yield Finding("note", "project", "no commit yet", "git add -A; git commit")
    elif changed:
        yield Finding(
            "note", "project", f"not as in the last commit: {some(changed)}",
            "commit before `run --deliver`",
        )  # fmt: skip
    else:
        yield Finding("well", "project", f"clean, on {branch() or 'a detached HEAD'}")


def _identity() -> Iterator[Finding]:
    """Who commits."""
    if succeeds("var", "GIT_COMMITTER_IDENT"):
        yield Finding("well", "git identity", git("var", "GIT_COMMITTER_IDENT").rsplit(" ", 2)[0])
    else:
        fix = 'git config user.name "…"; git config user.email "…"'
        yield Finding("wrong", "git identity", "git does not know who commits", fix)


def _dials() -> Iterator[Finding]:
    """params.yaml as a whole."""
    read_dials()
    yield Finding("well", "params.yaml", "valid")


def _origin() -> Iterator[Finding]:
    """The repository that runs are pushed to."""
    if not has_origin():
        yield Finding("note", "origin", "none: runs stay here", "git remote add origin URL")
        return
    url = masked(git("remote", "get-url", "origin"))
    ask = ("-c", f"http.lowSpeedTime={REACH_SECONDS}", "-c", "core.askPass=true", "ls-remote")
    if not succeeds(*ask, "--heads", "origin"):
        yield Finding("wrong", "origin", f"{url} does not answer", "git ls-remote origin says why")
    elif has_commit() and not succeeds(*ask[:-1], "push", "--dry-run", "origin", NO_BRANCH):
        fix = f"git push --dry-run origin {NO_BRANCH} says why"
        yield Finding("wrong", "origin", f"{url} takes no push", fix)
    else:
        yield Finding("well", "origin", url)


def _remote() -> Iterator[Finding]:
    """The DVC remote that data and adapters are pushed to."""
    name = remote.default()
    if name is None:
        fix = "dvc remote add --default NAME FOLDER_OR_URL"
        yield Finding("note", "DVC remote", "none: data stay here, and nobody else has them", fix)
    elif fault := fault_of(name):
        fix = f"dvc remote list shows where it is; dvc remote modify {name} … mends its settings"
        yield Finding("wrong", "DVC remote", f"{name} at {url_of(name)}: {fault}", fix)
    else:
        yield Finding("well", "DVC remote", f"{name}: answers and can be written to")


def _host_key() -> Iterator[Finding]:
    """Whether a person's `dvc` talks to the host of an SSH remote without looking at its key."""
    if is_unguarded(address := url_of(remote.default())):
        place = urlsplit(address)
        words = f"`dvc pull` takes any key of {place.hostname}; runs take the known one alone"
        fix = (
            f"in ~/.ssh/config under `Host {place.hostname}`: ProxyCommand ssh -o "
            f"ProxyCommand=none -W localhost:{place.port or 22} USER@%h; "
            "or type `python -m flows.dvc_process pull`"
        )
        yield Finding("note", "SSH host key", words, fix)


def _disk() -> Iterator[Finding]:
    """Room for outputs and checkpoints."""
    free = shutil.disk_usage(".").free / 1e9
    if free < LITTLE_DISK_GB:
        fix = "dvc gc --workspace --all-tags; rm -r .work/train (checkpoints)"
        yield Finding("wrong", "disk", f"{free:.1f} GB free", fix)
    else:
        yield Finding("well", "disk", f"{free:,.0f} GB free")


def _devices() -> Iterator[Finding]:
    """What trains."""
    import torch

    if not torch.cuda.is_available():
        cores = os.cpu_count()
        yield Finding("note", "GPU", f"none: stages of pool gpu run on the {cores} CPU cores here")
        return
    for number in range(torch.cuda.device_count()):
        free, whole = (size / 1e9 for size in torch.cuda.mem_get_info(number))
        words = f"{torch.cuda.get_device_name(number)}, {free:.0f} of {whole:.0f} GB free"
        if free < whole / 2:
            yield Finding("note", "GPU", words, "nvidia-smi says who uses it")
        else:
            yield Finding("well", "GPU", words)


def _server() -> Iterator[Finding]:
    """The Prefect API, its pools, and who works for them."""
    from flows.server import REACH_SECONDS as SECONDS
    from flows.server import answers

    url = os.environ.get("PREFECT_API_URL")
    if not url:
        fix = "export PREFECT_API_URL=http://127.0.0.1:4200/api, if `make ui` runs"
        yield Finding(
            "note", "Prefect", "no PREFECT_API_URL: each run starts a server of its own", fix
        )
        return
    if not answers(url, SECONDS):
        yield Finding(
            "wrong", "Prefect", f"nothing answers at {url}",
            "prefect server start, or unset PREFECT_API_URL",
        )  # fmt: skip
        return
    from flows.doctor_server import look

    yield from look(url)
