"""Opens a file as a stream of bytes, unpacked where its name says that it is packed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from tunesmith.errors import UserError

BOMB_RATIO = 200  # text packs to a tenth; a file that unpacks to more than this ...
BOMB_BYTES = 256 << 20  # ... and is larger than this is refused
BLOCK_BYTES = 1 << 20
PACKED = {".gz": "gzip", ".zst": "zstd"}


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file.

    Raises:
        UserError: it is not packed as its name says, or cut off; also while the block reads.
    """
    packing = PACKED.get(path.suffix.lower())
    if packing is None or path.stat().st_size == 0:
        with path.open("rb") as handle:
            yield handle
        return
    try:
        with pa.CompressedInputStream(pa.OSFile(str(path)), packing) as stream:
            opened: Any = stream
            yield opened
    except OSError as error:
        raise UserError(
            f"{path}: cannot be unpacked as {packing}: {error}; fetch it "
            "again, or name it as what it is"
        ) from None


def blocks(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, block by block.

    Raises:
        UserError: see `unpacked`; or it unpacks to far more than its size.
    """
    most = most_bytes(path.stat().st_size)
    size = 0
    with unpacked(path) as stream:
        while block := stream.read(BLOCK_BYTES):
            size += len(block)
            if size > most and path.suffix.lower() in PACKED:
                raise UserError(
                    f"{path}: unpacks to more than {most:,} bytes, {BOMB_RATIO} times its size; "
                    "if that is meant, unpack it yourself"
                )
            yield block


def most_bytes(size: int) -> int:
    """Return to how many bytes a file of a size may unpack."""
    return max(BOMB_BYTES, BOMB_RATIO * size)
