"""A stand-in for a projector: a TCP server that speaks PJLink class 1 as its specification says (JBMIA, 5-1), with a password or
without, warming up and cooling down, and with the faults that a test wants.

The library's own tests have a server of expected strings and no projector, hence this one.
"""

from __future__ import annotations

import hashlib
import socketserver
import threading
from typing import Any

SEED = "498e4a67"
MOST = 136


class StandIn:
    """A projector at 127.0.0.1:port. What it is told is in `heard`; tests set the rest."""

    def __init__(self, password: str = "", port: int = 0) -> None:
        self.password = password
        self.power = "0"
        self.mute = "30"
        self.errors = "000000"
        self.lamps = "1200 0"
        self.name = "Left of the door"
        self.no_sound = False
        self.broken = False
        """It has failed: ERR4 to whatever switches it."""
        self.silent = False
        """It takes connections and says nothing."""
        self.garbage = b""
        """What it says in place of any answer."""
        self.heard: list[str] = []
        stand = self

        class Asked(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                stand._talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Asked)
        self.port: int = self._server.server_address[1]
        self._stopped = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def told(self, what: str) -> list[str]:
        """What it has been told to be: "POWR", "AVMT"."""
        return [line.split(" ")[1] for line in list(self.heard) if line[2:6] == what and not line.endswith("?")]

    def _talk(self, at: Any) -> None:
        if self.silent:
            self._stopped.wait(5)
            return
        secret = hashlib.md5((SEED + self.password).encode()).hexdigest()
        at.wfile.write(f"PJLINK 1 {SEED}\r".encode() if self.password else b"PJLINK 0\r")
        first = True
        while line := _line(at.rfile):
            if self.password and first:
                if not line.startswith(secret):
                    at.wfile.write(b"PJLINK ERRA\r")
                    return
                line = line[len(secret) :]
            first = False
            self.heard.append(line)
            at.wfile.write(self.garbage or f"{line[:6]}={self._answer(line[2:6], line[7:])}\r".encode())

    def _answer(self, what: str, value: str) -> str:
        if value == "?":
            known = {"POWR": self.power, "ERST": self.errors, "LAMP": self.lamps, "NAME": self.name, "CLSS": "1"}
            if what == "AVMT":
                return self.mute if self.power == "1" else "ERR3"
            return known.get(what, "ERR1")
        if self.broken:
            return "ERR4"
        if what == "POWR" and value in ("0", "1"):
            if self.power in ("2", "3"):
                return "ERR3"
            if value != self.power:
                self.power = "3" if value == "1" else "2"
            return "OK"
        if what == "AVMT" and value in ("10", "11", "30", "31"):
            if self.power != "1":
                return "ERR3"
            if self.no_sound and value[0] == "3":
                return "ERR2"
            self.mute = "30" if value[1] == "0" else value
            return "OK"
        return "ERR2" if what in ("POWR", "AVMT") else "ERR1"

    def settle(self) -> None:
        """It has warmed up, or cooled down."""
        self.power = {"3": "1", "2": "0"}.get(self.power, self.power)

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()


def _line(file: Any) -> str:
    """The next command, without its end; "" when there is none."""
    said = b""
    while len(said) < MOST and (letter := file.read(1)) not in (b"\r", b""):
        said += letter
    return said.decode("utf-8", "replace")
