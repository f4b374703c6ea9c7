"""A connection to an X server of our own, spoken over its socket: requests out, replies in. No library.

Xlib ends the whole program when its server goes, and must be told before its first call that there are threads. This does
neither, so that a thread may ask each second while the show plays. It must never be used by the frame: every question waits.
Sources: X Window System Protocol, X11 release 7.7, appendix B (encoding); Xauth file: Xau(3). Called by `randr`.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from installation.errors import DeviceError

LONGEST = 1 << 20
"""Bytes of a reply that are read: a server with a hundred modes on ten outputs sends 20 kB."""
PATIENCE = 2.0
"""Seconds that a server may take to answer."""
COOKIE = b"MIT-MAGIC-COOKIE-1"
LOCAL, ANY = 256, 65535
"""Families of addresses in an Xauth file."""


class XWire:
    """One connection. Not for two threads at once."""

    def __init__(self, name: str, authority: Path | None = None) -> None:
        """`name` as in DISPLAY. Raises DeviceError when no server answers there, or refuses."""
        self.name = name
        try:
            host, number = address(name)
            self._socket = _dial(host, number)
            self._socket.settimeout(PATIENCE)
            try:
                self.root, self.size = self._greet(cookie(authority or _authority(), number))
            except BaseException:
                self._socket.close()
                raise
        except (OSError, OverflowError, ValueError, struct.error) as error:
            raise DeviceError(
                f"no display: no X server answers at {name} ({error})",
                hint="start a desktop or X server, or play with --headless",
            ) from error
        self._sequence = 0

    def _greet(self, key: bytes) -> tuple[int, tuple[int, int]]:
        method = COOKIE if key else b""
        self._socket.sendall(
            struct.pack("<BxHHHHxx", 0x6C, 11, 0, len(method), len(key)) + _padded(method) + _padded(key)
        )
        status, letters, _, _, words = struct.unpack("<BBHHH", self._take(8))
        rest = self._take(4 * words)
        if status != 1:
            raise ValueError(rest[:letters].decode("latin-1").strip() or "it asks for more than a cookie")
        vendor, roots, formats = struct.unpack_from("<H2xBB", rest, 16)
        screen = 32 + vendor + -vendor % 4 + 8 * formats
        if not roots:
            raise ValueError("it has no screen")
        root, width, height = struct.unpack_from("<I16xHH", rest, screen)
        return root, (width, height)

    def ask(self, opcode: int, detail: int, body: bytes = b"") -> bytes:
        """Sends a request and waits for its reply (32 bytes and what follows). Raises DeviceError when it is refused."""
        self.tell(opcode, detail, body)
        try:
            while True:
                head = self._take(32)
                kind, code, sequence, words = struct.unpack_from("<BBHI", head)
                rest = self._take(4 * words) if kind == 1 or kind & 127 == 35 else b""
                if kind == 1 and sequence == self._sequence:
                    return head + rest
                if kind == 0 and sequence == self._sequence:
                    raise DeviceError(f"the X server refuses request {opcode}.{detail} (error {code})")
        except (OSError, ValueError) as error:
            raise DeviceError(f"the X server at {self.name} is gone ({error})") from error

    def tell(self, opcode: int, detail: int, body: bytes = b"") -> None:
        """Sends a request that has no reply. Raises DeviceError when the server is gone."""
        body = _padded(body)
        try:
            self._socket.sendall(struct.pack("<BBH", opcode, detail, 1 + len(body) // 4) + body)
        except OSError as error:
            raise DeviceError(f"the X server at {self.name} is gone ({error})") from error
        self._sequence = self._sequence + 1 & 0xFFFF

    def extension(self, name: str) -> int:
        """The number of an extension's requests; 0 where the server hasn't got it."""
        reply = self.ask(98, 0, struct.pack("<Hxx", len(name)) + name.encode("ascii"))
        return reply[9] if reply[8] else 0

    def atom(self, name: str) -> int:
        """The server's number for a name."""
        reply = self.ask(16, 0, struct.pack("<Hxx", len(name)) + name.encode("ascii"))
        return int(struct.unpack_from("<I", reply, 8)[0])

    def name_of(self, atom: int) -> str:
        """The name behind such a number."""
        reply = self.ask(17, 0, struct.pack("<I", atom))
        return reply[32 : 32 + struct.unpack_from("<H", reply, 8)[0]].decode("utf-8", "replace")

    def property(self, window: int, name: str) -> tuple[int, ...]:
        """The 32-bit numbers of a window's property; none where it has none."""
        reply = self.ask(20, 0, struct.pack("<IIIII", window, self.atom(name), 0, 0, 4096))
        (count,) = struct.unpack_from("<I", reply, 16)
        return struct.unpack_from(f"<{count}I", reply, 32) if reply[1] == 32 else ()

    def _take(self, count: int) -> bytes:
        if count > LONGEST:
            raise ValueError(f"a reply of {count} bytes")
        parts = bytearray()
        while len(parts) < count:
            part = self._socket.recv(count - len(parts))
            if not part:
                raise ValueError("it closed the connection")
            parts += part
        return bytes(parts)

    def close(self) -> None:
        self._socket.close()


def address(name: str) -> tuple[str, int]:
    """The host ("" is this machine) and number in a DISPLAY. Raises ValueError."""
    found = re.fullmatch(r"(?:unix)?(?:([^:/\s]+)/(?:unix|tcp))?([^:/\s]*):([0-9]{1,5})(?:\.[0-9]{1,3})?", name)
    if found is None:
        raise ValueError("DISPLAY is written as :0")
    return found[1] or found[2], int(found[3])


def _dial(host: str, number: int) -> socket.socket:
    if host:
        return socket.create_connection((host, 6000 + number), PATIENCE)
    place = f"/tmp/.X11-unix/X{number}"
    last: OSError | None = None
    for at in (place, f"\0{place}"):  # the second has no file: for servers in a container of their own
        dialled = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            dialled.connect(at)
            return dialled
        except OSError as error:
            dialled.close()
            last = last or error
    assert last is not None
    raise last


def _authority() -> Path:
    return Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an Xauth file: for whom, for which display, and the key."""

    family: int
    host: bytes
    number: bytes
    method: bytes
    key: bytes


def entries(data: bytes) -> list[Entry]:
    """What an Xauth file holds, as far as it can be read; for any bytes."""
    found, at = [], 0
    while at + 2 <= len(data):
        family, at = int.from_bytes(data[at : at + 2], "big"), at + 2
        parts = []
        for _ in range(4):
            size = int.from_bytes(data[at : at + 2], "big")
            parts.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        if at > len(data):
            break
        found.append(Entry(family, *parts))
    return found


def cookie(file: Path, number: int) -> bytes:
    """The key for a display of this machine; b"" where there is none (then the server may let us in by who we are)."""
    try:
        with file.open("rb") as opened:
            held = entries(opened.read(1 << 16))
    except OSError:
        return b""
    fitting = [e for e in held if e.method == COOKIE and e.number in (b"", str(number).encode())]
    own = socket.gethostname().encode()
    fitting.sort(key=lambda e: (not (e.family == LOCAL and e.host == own), e.family != ANY))
    return fitting[0].key if fitting else b""


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
