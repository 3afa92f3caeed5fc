"""One cluster of two processes for all tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest

from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client of two worker processes on this machine."""
    pytest.importorskip("distributed")
    with connected(ScaleOut(workers=2, worker_memory="2GB")) as started:
        yield started
