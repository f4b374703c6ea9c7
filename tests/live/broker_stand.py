"""A socket on loopback that speaks as much MQTT 3.1.1 as one listener needs: connect, subscribe, publish, ping."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress


class Broker:
    """Remembers what is published, and sends it to whoever subscribes; `password` is what it wants to hear."""

    def __init__(self, password: str = "") -> None:
        self._password = password
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"mqtt://127.0.0.1:{self._server.getsockname()[1]}"
        self.subscribed: list[str] = []
        self.connections = 0
        self._retained: dict[str, bytes] = {}
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def publish(self, topic: str, payload: bytes) -> None:
        """To those who listen now, and to those who will."""
        with self._lock:
            self._retained[topic] = payload
            for line in self._lines:
                self._send(line, topic, payload)

    def hang_up(self) -> None:
        """Breaks every connection off, as a broker that is started again."""
        with self._lock:
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)  # wakes whoever reads it
                line.close()
            self._lines.clear()

    def close(self) -> None:
        self._server.close()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        try:
            while True:
                kind, body = self._packet(line)
                if kind == 1:
                    welcome = not self._password or body.endswith(self._password.encode())
                    line.sendall(bytes([0x20, 2, 0, 0 if welcome else 5]))
                elif kind == 8:
                    size = struct.unpack(">H", body[2:4])[0]
                    self.subscribed.append(body[4 : 4 + size].decode())
                    line.sendall(bytes([0x90, 3]) + body[:2] + b"\0")
                    with self._lock:
                        if line not in self._lines:
                            self._lines.append(line)
                            for topic, payload in self._retained.items():
                                self._send(line, topic, payload)
                elif kind == 12:
                    line.sendall(b"\xd0\0")
                elif kind == 14:
                    line.close()
                    return
        except OSError:
            return

    @staticmethod
    def _packet(line: socket.socket) -> tuple[int, bytes]:
        def read(count: int) -> bytes:
            data = b""
            while len(data) < count:
                piece = line.recv(count - len(data))
                if not piece:
                    raise OSError("gone")
                data += piece
            return data

        kind, size, shift = read(1)[0] >> 4, 0, 0
        while True:
            byte = read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return kind, read(size)

    @staticmethod
    def _send(line: socket.socket, topic: str, payload: bytes) -> None:
        body = struct.pack(">H", len(topic.encode())) + topic.encode() + payload
        size, left = b"", len(body)
        while True:
            left, low = left >> 7, left & 127
            size += bytes([low | (128 if left else 0)])
            if not left:
                break
        with suppress(OSError):
            line.sendall(b"\x30" + size + body)
