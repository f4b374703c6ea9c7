"""A real HTTP server on loopback that answers as a test tells it to, and a fetcher that never sleeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from installation.inputs.web import Fetcher, Limits


class Visit:
    """A request as it came: path, query, headers; and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.path, self.query = parts.path, dict(parse_qsl(parts.query))
        self.line, self.headers = handler.path, dict(handler.headers)
        self._handler = handler

    def answer(self, body: Any = b"", status: int = 200, **headers: str) -> None:
        """A whole answer; what is no bytes is sent as JSON. Header names have _ for -."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.begin(status, Content_Length=str(len(data)), **headers)
        self.send(data)

    def begin(self, status: int = 200, **headers: str) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def send(self, data: bytes) -> bool:
        """Whether the other side still listens."""
        try:
            self._handler.wfile.write(data)
            self._handler.wfile.flush()
        except OSError:
            return False
        return True


Script = Callable[[Visit], None]


class Site:
    """The server: what it was asked, and what it answers with."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.script: Script = lambda visit: visit.answer([])
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                visit = Visit(self)
                site.visits.append(visit)
                site.script(visit)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def in_turn(self, *scripts: Script) -> None:
        """One answer after the other; the last one again and again."""
        self.visits.clear()
        self.script = lambda visit: scripts[min(len(self.visits), len(scripts)) - 1](visit)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def served() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.close()


class Waits:
    """A wait that takes no time and remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.asked.append(seconds)
        return False


def fetcher(waits: Waits | None = None, **limits: Any) -> Fetcher:
    return Fetcher(Limits(**{"connect": 2.0, "silence": 2.0, "whole": 5.0, **limits}), waits or Waits())
