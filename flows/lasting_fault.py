"""Tells what a DVC remote will go on refusing from what may pass, which alone is tried again."""

import errno

_LASTING = (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError)
_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_STATUSES = {401, 403}
# of packages that need not be installed, so by name: asyncssh's, and botocore's
_NAMES = {
    "PermissionDenied",
    "HostKeyNotVerifiable",
    "NoCredentialsError",
    "PartialCredentialsError",
}


def is_lasting(error: BaseException) -> bool:
    """Tell whether a person has to do something before the same request can succeed.

    Credentials that are refused or missing, a place that is not there, a disk that is full; not a
    server that is down, slow or busy.

    Args:
        error: of a request that makes or opens something, so that a missing file is not its answer.
    """
    return (
        isinstance(error, _LASTING)
        or (isinstance(error, OSError) and error.errno in _NUMBERS)
        or getattr(error, "status", None) in _STATUSES  # aiohttp's, of a remote behind HTTP
        or type(error).__name__ in _NAMES
    )
