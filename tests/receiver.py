"""A machine of somebody else's that takes what is sent to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class Request(NamedTuple):
    path: str
    headers: Any
    body: bytes


class Receiver:
    """Answers every POST alike and keeps the requests; `codes` are answered in turn, the last one from then on."""

    def __init__(self, *codes: int | bytes, headers: Mapping[str, str] | None = None, wait: float = 0) -> None:
        self.codes = [code for code in codes if isinstance(code, int)]
        self.body = next((each for each in codes if isinstance(each, bytes)), b"")
        self.headers, self.wait = headers or {}, wait
        self.requests: list[Request] = []

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append(Request(self.path, self.headers, body))
                time.sleep(receiver.wait)
                code = receiver.codes.pop(0) if len(receiver.codes) > 1 else receiver.codes[0]
                try:
                    self.send_response(code)
                    for name, value in receiver.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(receiver.body)))
                    self.end_headers()
                    self.wfile.write(receiver.body)
                except ConnectionError:
                    pass  # whoever asked has gone

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://hooks.example:{self.server.server_port}"
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
