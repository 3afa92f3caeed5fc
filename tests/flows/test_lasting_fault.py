"""What a remote will go on refusing is told from what may pass."""

import errno

import pytest

from flows.lasting_fault import is_lasting


def http(status: int) -> Exception:
    """Return an error as aiohttp's are, as far as it matters."""
    error = Exception(f"{status}, message='…'")
    error.status = status  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    "error",
    [
        PermissionError("Permission denied for user worker on host store"),
        FileNotFoundError("The specified bucket does not exist"),
        NotADirectoryError(errno.ENOTDIR, "Not a directory"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        http(401),
        http(403),
    ],
    ids=repr,
)
def test_a_person_has_to_do_something(error: Exception) -> None:
    assert is_lasting(error)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        TimeoutError(),
        OSError(errno.EBUSY, "Please reduce your request rate."),
        http(429),
        http(503),
        Exception("nobody knows"),
    ],
    ids=repr,
)
def test_it_may_pass(error: Exception) -> None:
    assert not is_lasting(error)


def test_the_errors_of_packages_that_need_not_be_there_are_known_by_name() -> None:
    asyncssh = pytest.importorskip("asyncssh")
    botocore = pytest.importorskip("botocore.exceptions")
    assert is_lasting(asyncssh.HostKeyNotVerifiable("Host key is not trusted"))
    assert is_lasting(asyncssh.PermissionDenied("Permission denied"))
    assert is_lasting(botocore.NoCredentialsError())
    assert not is_lasting(asyncssh.ConnectionLost("Connection lost"))
    assert not is_lasting(botocore.EndpointConnectionError(endpoint_url="http://store"))
