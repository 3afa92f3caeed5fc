"""A DVC remote behind HTTP, which serves a folder and fails when it is told to."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@contextmanager
def store(
    folder: Path, fails: Callable[[str], bool], code: int = 503, delay_seconds: float = 0.0
) -> Iterator[str]:
    """Serve a folder to read and write; give the part of the address after `http://`.

    Args:
        folder: need not exist.
        fails: told the path and how often it was asked for, says whether a request is refused.
        code: with which one is refused.
        delay_seconds: before each answer.
    """
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.close_connection = True
            super().handle_one_request()

        def answer(self, content: bytes | None, status: int = 200) -> None:
            """Send an answer, or none but the refusal."""
            time.sleep(delay_seconds)
            asked[self.path] += 1
            if fails(f"{self.path} {asked[self.path]}"):
                content, status = b"", code
            elif content is None:
                content, status = b"", 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            if status in (200, 201) and self.command in ("POST", "PUT"):
                self.place.parent.mkdir(parents=True, exist_ok=True)
                self.place.write_bytes(self.sent)

        @property
        def place(self) -> Path:
            return folder / self.path.lstrip("/")

        def read(self) -> None:
            self.answer(self.place.read_bytes() if self.place.is_file() else None)

        def write(self) -> None:
            self.sent = b""
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                while size := int(self.rfile.readline(), 16):
                    self.sent += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            else:
                self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(b"")

        do_GET = do_HEAD = read  # noqa: N815
        do_POST = do_PUT = write  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{web.server_port}"
        web.shutdown()
