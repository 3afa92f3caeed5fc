"""Delivered runs over real DVC remotes: what comes back, and what is said when one refuses."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import remote
from flows.doctor import _remote
from flows.remote_fault import plain
from flows.run_branch import Run, push_data
from tests import servers
from tests.flows.conftest import call, start
from tunesmith.errors import UserError


@pytest.fixture
def ssh(
    delivery: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[servers.Ssh]:
    """An SSH remote of the project that delivers; who delivers has the settings of a worker."""
    (tmp_path / "ssh").mkdir()
    settings = (root / "deploy" / "ssh_config").read_text()
    with servers.ssh(tmp_path / "ssh") as server:
        settings = settings.replace("/run/secrets/ssh_key", str(server.key))
        settings = settings.replace("/run/secrets/known_hosts", str(server.known))
        (server.home / ".ssh" / "config").write_text(settings)
        monkeypatch.setenv("HOME", str(server.home))
        point_to(f"{server.url}{tmp_path}/store")
        yield server


@pytest.fixture
def s3(delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.S3]:
    """An S3 remote of the project that delivers; the secret is of this clone alone."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # else half a minute of trying
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
    with servers.s3(tmp_path) as server:
        point_to(f"s3://{server.bucket}/dvc", endpointurl=server.endpoint)
        set_here(access_key_id=server.key, secret_access_key=server.secret)
        yield server


def point_to(url: str, **dials: str) -> None:
    """Let the team's remote be another, committed and pushed."""
    call("dvc", "remote", "modify", "store", "url", url)
    for name, value in dials.items():
        call("dvc", "remote", "modify", "store", name, value)
    call("git", "commit", "-qam", "Point to another remote")
    call("git", "push", "-q", "origin", "main")


def set_here(**dials: str) -> None:
    """Set what only this clone knows of the remote."""
    for name, value in dials.items():
        call("dvc", "remote", "modify", "--local", "store", name, value)


def deliver(api: str) -> tuple[int, str]:
    """Return exit code and errors of one delivered run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", api)
        process = start("--deliver")
    _, err = process.communicate(timeout=300)
    return process.returncode, err


def refusal() -> str:
    """Return why the remote takes no data, which a run and the doctor both say."""
    (found,) = _remote()
    assert found.state == "wrong"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(UserError) as refused:
        patch.setattr(remote, "PAUSE_SECONDS", 0.0)  # else ten seconds of waiting for better days
        push_data(Run("lazy-fox", "main"))
    assert str(refused.value).count("\n") == 0
    return f"{refused.value}\n{found.words}"


def refs() -> str:
    return call("git", "--git-dir", "../origin.git", "for-each-ref")


def check_a_colleague_has_all(**dials: str) -> None:
    """Clone what was delivered; with a remote's credentials nothing is left to run."""
    call("git", "clone", "-q", "../origin.git", "../colleague")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("../colleague")
        set_here(**dials)
        call("dvc", "pull", "-q")
        assert "up to date" in call("dvc", "status")
        assert Path("models/sft/weights.txt").read_text() == "first\n"


@pytest.mark.flow
@pytest.mark.server("sshd")
def test_f12_over_ssh_a_host_that_is_not_known_gets_nothing_and_one_that_is_gets_all(
    ssh: servers.Ssh, api: str, tmp_path: Path
) -> None:
    known, before = ssh.known.read_text(), refs()
    ssh.known.write_text("")
    code, err = deliver(api)
    assert code == 1
    place = f"ssh://***@{ssh.url.partition('@')[2]}{tmp_path}/store"
    assert err.startswith(f"not delivered: the DVC remote did not take the data ({place}: ")
    assert "Host key is not trusted for host 127.0.0.1: log in once with `ssh`" in err
    assert err.count("\n") == 1
    assert refs() == before
    assert not (tmp_path / "store").exists()
    ssh.known.write_text(known)
    assert deliver(api) == (0, "")
    assert [found.state for found in _remote()] == ["well"]
    check_a_colleague_has_all(keyfile=str(ssh.key))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Run the project, so that there is something to push."""

    def run() -> None:
        monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        call("dvc", "repro", "-q")

    return run


@pytest.mark.server("s3")
def test_an_s3_gives_a_colleague_what_it_got(s3: servers.S3, ran: Callable[[], None]) -> None:
    ran()
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Run")
    assert push_data(Run("lazy-fox", "main"))
    call("git", "push", "-q", "origin", "main")
    assert [found.state for found in _remote()] == ["well"]
    check_a_colleague_has_all(access_key_id=s3.key, secret_access_key=s3.secret)


@pytest.mark.server("sshd")
def test_what_is_wrong_with_an_ssh_remote_is_said(
    ssh: servers.Ssh, ran: Callable[[], None], tmp_path: Path
) -> None:
    ran()
    assert [found.state for found in _remote()] == ["well"], "DVC makes the folder"
    assert not (tmp_path / "store").exists()
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")]
    subprocess.run(words, check=True)
    set_here(keyfile=str(tmp_path / "other"))
    assert refusal().count("Permission denied for user ") == 2
    nobody = f"{ssh.url.rpartition(':')[0]}:{servers.free_port()}/store"
    call("dvc", "remote", "modify", "store", "url", nobody)
    said = refusal()
    assert said.count("[Errno 111] Connect call failed") == 2
    assert said.count(f"ssh://***@{nobody.partition('@')[2]}: ") == 2
    set_here(keyfile=str(tmp_path / "none"))
    assert refusal().count(f"No such file or directory: '{tmp_path}/none'") == 2


@pytest.mark.server("s3")
def test_what_is_wrong_with_an_s3_is_said(s3: servers.S3, ran: Callable[[], None]) -> None:
    ran()
    set_here(secret_access_key=f"wrong-{s3.secret}")
    said = refusal()
    assert said.count("The request signature we calculated does not match") == 2
    assert s3.secret not in said
    set_here(secret_access_key=s3.secret)
    call("dvc", "remote", "modify", "store", "url", "s3://other/dvc")
    said = refusal()
    assert "store at s3://other/dvc: The specified bucket does not exist" in said
    assert said.count("The specified bucket does not exist") == 2
    call(
        "dvc", "remote", "modify", "store", "endpointurl", f"http://127.0.0.1:{servers.free_port()}"
    )
    said = refusal()
    assert said.count("Could not connect to the endpoint URL") == 2
    assert s3.secret not in said


def test_a_password_in_the_address_of_a_remote_is_not_shown(
    delivery: Path, ran: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran()
    call("dvc", "remote", "modify", "store", "url", "ssh://me:secret@127.0.0.1:9/store")
    said = refusal()
    assert said.count("ssh://***@127.0.0.1:9/store: ") == 2
    assert "secret" not in said


def test_a_remote_whose_package_is_missing_names_it(
    delivery: Path, ran: Callable[[], None]
) -> None:
    ran()
    call("dvc", "remote", "modify", "store", "url", "gs://store/dvc")
    assert refusal().count("requires 'dvc-gs' to be installed") == 2


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "unexpected error - s3 is supported, but requires 'dvc-s3' to be installed: No module",
            "s3 is supported, but requires 'dvc-s3' to be installed; `make remotes` does it",
        ),
        ("unexpected error - denied: denied", "denied"),
        ("unexpected error - Forbidden: (403) Forbidden", "Forbidden: (403) Forbidden"),
        ("failed to push 2 files", "failed to push 2 files"),
        ("", ""),
    ],
)
def test_a_reason_is_said_once_with_the_way_out(reason: str, said: str) -> None:
    assert plain(reason) == said
