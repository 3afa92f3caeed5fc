"""Servers of others that tests talk to on loopback: OpenSSH's, an S3, PostgreSQL.

Each is a process of its own, which ends with its `with`, or with the tests if they are killed.
`@pytest.mark.server("sshd")` skips a test where the server is missing, unless TUNESMITH_SERVERS
names it (`sshd s3 postgres`): then the test fails.
"""

import getpass
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from flows import launch

PATIENCE_SECONDS = 120.0
READY = "database system is ready to accept connections"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ssh:
    """An SSH server that takes one key, and a home whose owner knows the server's."""

    url: str
    key: Path
    home: Path

    @property
    def known(self) -> Path:
        """Hosts that the owner of this home has met."""
        return self.home / ".ssh" / "known_hosts"


@dataclass(frozen=True)
class S3:
    """An S3 with a bucket, and the credentials of somebody who may write into it."""

    endpoint: str
    bucket: str
    key: str
    secret: str


def lacking(server: str) -> str | None:
    """Return what is missing to run a server, None if nothing is."""
    if server == "sshd":
        if _ssh_program() is None or not shutil.which("ssh-keygen"):
            return "no sshd (Debian: openssh-server, openssh-client)"
        return None if _has("dvc_ssh") else "no dvc-ssh (`make remotes` installs it)"
    if server == "s3":
        if not _has("dvc_s3"):
            return "no dvc-s3 (`make remotes` installs it)"
        found = _has("moto") and _has("flask")
        return None if found else "no moto (`make servers` installs it)"
    return None if _postgres_folder() else "no PostgreSQL (Debian: postgresql)"


def need(server: str) -> None:
    """Skip the test if a server is missing; fail it if TUNESMITH_SERVERS says that it is here."""
    missing = lacking(server)
    if missing and server in os.environ.get("TUNESMITH_SERVERS", "").split():
        pytest.fail(f"TUNESMITH_SERVERS names {server}: {missing}")
    if missing:
        pytest.skip(missing)


@contextmanager
def ssh(folder: Path, port: int | None = None) -> Iterator[Ssh]:
    """Run OpenSSH's server as this user, with keys of its own in `folder`; no password is taken.

    Args:
        folder: for keys and the home of who logs in; they are kept from one call to the next.
        port: a free one if not given.
    """
    port = port or free_port()
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True, exist_ok=True)
    host, user = folder / "host", home / ".ssh" / "worker"
    for key in (host, user):
        if not key.exists():
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
            subprocess.run(words, check=True)
    server = Ssh(f"ssh://{getpass.getuser()}@{HOST}:{port}", user, home)
    server.known.write_text(f"[{HOST}]:{port} {host.with_suffix('.pub').read_text()}")
    settings = {
        "ListenAddress": f"{HOST}:{port}",
        "HostKey": host,
        "AuthorizedKeysFile": user.with_suffix(".pub"),
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "StrictModes": "no",  # /tmp may be written by all
        "UsePAM": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    (folder / "sshd_config").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it of root, empty
    words = [str(_ssh_program()), "-D", "-e", "-f", str(folder / "sshd_config")]
    with _running(words, folder / "sshd.log") as process:
        _wait(lambda: _listens(port), process, folder / "sshd.log")
        yield server


@contextmanager
def s3(folder: Path) -> Iterator[S3]:
    """Run moto's server, which answers only who is known to it and signs with the right secret."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    words = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    with _running(words, folder / "s3.log") as process:
        _wait(lambda: _listens(port), process, folder / "s3.log")
        yield _with_a_bucket(url)


def _with_a_bucket(url: str) -> S3:
    """Make a bucket, somebody who may use S3, and let everybody else be refused."""
    import boto3

    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "none"}
    where = {"endpoint_url": url, "region_name": "us-east-1"}
    boto3.client("s3", **where, **nobody).create_bucket(Bucket="store")
    iam = boto3.client("iam", **where, **nobody)
    iam.create_user(UserName="worker")
    all_of_s3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    may = json.dumps({"Version": "2012-10-17", "Statement": [all_of_s3]})
    iam.put_user_policy(UserName="worker", PolicyName="store", PolicyDocument=may)
    made = iam.create_access_key(UserName="worker")["AccessKey"]
    begin = Request(f"{url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    urlopen(begin, timeout=PATIENCE_SECONDS).close()
    return S3(url, "store", made["AccessKeyId"], made["SecretAccessKey"])


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL with a user `prefect` who needs a password; give the URL for Prefect.

    PostgreSQL refuses to be run by root; then it is run by `postgres` or `nobody`.
    """
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        with _postgres_in(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgres_in(folder: Path) -> Iterator[str]:
    """Make a database in a folder and serve it."""
    port, password, programs = free_port(), secrets.token_urlsafe(24), _postgres_folder()
    assert programs is not None
    data, log = folder / "data", folder.with_suffix(".log")
    (folder / "password").write_text(password)
    lower: list[str] = []
    if os.geteuid() == 0:
        owner = _somebody()
        lower = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        for path in (folder, folder / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    init = [*lower, str(programs / "initdb"), "--pgdata", str(data), "--username", "prefect"]
    init += ["--auth", "scram-sha-256", "--pwfile", str(folder / "password"), "--no-sync"]
    init += ["--encoding", "UTF8", "--locale", "C"]
    made = subprocess.run(init, check=False, capture_output=True, text=True, cwd="/")
    assert made.returncode == 0, made.stdout + made.stderr
    serve = [*lower, str(programs / "postgres"), "-D", str(data), "-h", HOST, "-p", str(port)]
    serve += ["-c", "unix_socket_directories=", "-c", "fsync=off"]
    try:
        with _running(serve, log) as process:
            _wait(lambda: READY in log.read_text(errors="replace"), process, log)  # listens earlier
            yield f"postgresql+asyncpg://prefect:{password}@{HOST}:{port}/postgres"
            number = int((data / "postmaster.pid").read_text().split()[0])
            os.kill(number, signal.SIGINT)  # end without waiting for who is connected
            process.wait(PATIENCE_SECONDS)
    finally:
        log.unlink(missing_ok=True)


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _running(words: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server beside the tests; it ends with them however they end."""
    command = [sys.executable, "-P", launch.__file__, str(os.getpid()), *words]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", process_group=0
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait(is_up: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once a server is up."""
    ended = time.monotonic() + PATIENCE_SECONDS
    while not is_up():
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < ended, f"{process.args} does not answer"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    """Tell whether somebody takes connections on a port."""
    try:
        with socket.create_connection((HOST, port), timeout=5.0):
            return True
    except OSError:
        return False


def _has(module: str) -> bool:
    """Tell whether a package is installed."""
    return importlib.util.find_spec(module) is not None


def _ssh_program() -> Path | None:
    """Return OpenSSH's server, which stands where only root's PATH leads."""
    found = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    return Path(found) if found else None


def _postgres_folder() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian keeps each version in one of its own."""
    found = shutil.which("postgres")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    places = [Path(found).resolve().parent] * bool(found) + [one.parent for one in debian[-1:]]
    return next((place for place in places if (place / "initdb").exists()), None)


def _somebody() -> pwd.struct_passwd:
    """Return a user without rights."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("no user named postgres or nobody")
