"""A server on this machine that speaks enough of OpenAI's chat completions, and can fail."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does: statuses for its first requests, then replies; and what it saw."""

    statuses: list[int] = field(default_factory=list)
    prefix: str = "Kindly "
    answer: Callable[[str], str] | None = None  # to the last message, in place of its echo
    raw: bytes | None = None  # in place of any reply
    finish: str = "stop"
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Yield the address of a running server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with script.lock:
                script.seen.append(body)
                script.keys.append(self.headers["Authorization"])
                script.paths.append(self.path)
                status = script.statuses.pop(0) if script.statuses else 200
            data = script.raw if script.raw is not None else _reply(body, script)
            self.send_response(status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _reply(body: dict[str, Any], script: Script) -> bytes:
    """Return the message between the lines with other first words, or what is to be answered."""
    asked = body["messages"][-1]["content"]
    if script.answer is not None:
        text = script.answer(asked)
    else:
        text = script.prefix + asked.split("\n---\n")[1].removesuffix("\n---")
    message = {"role": "assistant", "content": text}
    choice = {"message": message, "finish_reason": script.finish}
    return json.dumps({"choices": [choice]}).encode()
