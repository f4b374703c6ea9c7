"""The process that fetches a camera's stream (RTSP, HTTP) and looks at nothing. `python -m installation.inputs.stream_process`
holds the connection and hands the pictures on as they came, still encoded, through a pipe to the camera process, which
decodes them and has no network. So no process has both the pictures and a way out.

What holds here: it may connect by TCP to the stream's port only (Landlock, Linux 6.7 and later; at any address), write no file
and start no program; datagrams are shut too where the address is in numbers, so that no name must be looked up. What doesn't:
the encoded pictures pass through it, and whoever runs the network camera can look at them there. Started by `feed.Feed`;
reconnects by itself, with a back-off, and says each time why. It ends with its parent.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from ipaddress import ip_address
from urllib.parse import urlsplit

from installation.children import die_with
from installation.clock import now
from installation.inputs.seal import close_doors

HEAD = struct.Struct("<cI")
"""A kind and a length: H a header (JSON), P a packet, E a sentence on what is wrong (JSON), B a sign of life."""

LARGEST = 32 * 1024 * 1024
OPENING, READING = 4.0, 1.5
"""Seconds for a connection, and for the next packet."""

BACK_OFF = (0.25, 0.5, 1.0, 1.0)
PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


def main() -> int:
    told = json.loads(sys.stdin.buffer.readline() or b"{}")
    address, parent = str(told["address"]), int(told.get("parent", 0))
    # A process that follows another's pipe has no say in when it is read; the parent's death ends both.
    die_with(parent)
    parts = urlsplit(address)
    sealed = close_doors(port=parts.port or PORTS.get(parts.scheme, 80), names=_is_name(parts.hostname or ""))
    die_with(parent)  # a change of credentials makes Linux forget it
    lock = threading.Lock()

    def send(kind: bytes, payload: bytes = b"") -> None:
        data = HEAD.pack(kind, len(payload)) + payload
        with lock:
            while data:
                data = data[os.write(1, data) :]

    def beat() -> None:
        while True:
            try:
                send(b"B")
            except OSError:
                os._exit(0)  # nobody listens any more
            threading.Event().wait(0.3)

    threading.Thread(target=beat, name="pulse", daemon=True).start()
    failed = 0
    while True:
        before = now()
        try:
            _fetch(address, send, sealed)
        except BrokenPipeError:
            return 0
        except Exception as error:  # whatever a server does becomes a sentence, and a new attempt
            send(b"E", json.dumps({"problem": _short(error)}).encode())
        failed = 0 if now() - before > 10.0 else failed + 1
        threading.Event().wait(BACK_OFF[min(failed, len(BACK_OFF) - 1)])


def _fetch(address: str, send: object, sealed: tuple[str, ...]) -> None:
    import av

    assert callable(send)
    options = {"rtsp_transport": "tcp"} if address.startswith("rtsp") else {}
    options |= {"fflags": "nobuffer", "analyzeduration": "500000", "probesize": "500000"}
    with av.open(address, options=options, timeout=(OPENING, READING)) as container:
        if not container.streams.video:
            raise ValueError("it has no pictures")
        stream = container.streams.video[0]
        codec = stream.codec_context
        header = {
            "codec": codec.name,
            "extradata": (codec.extradata or b"").hex(),
            "width": codec.width,
            "height": codec.height,
            "fps": float(stream.average_rate or 0),
            "sealed": sealed,
        }
        send(b"H", json.dumps(header).encode())
        for packet in container.demux(stream):
            if packet.size:
                send(b"P", bytes([packet.is_keyframe]) + bytes(packet))
    raise ValueError("the stream ended")


def _is_name(host: str) -> bool:
    """Whether a host must be looked up."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _short(error: Exception) -> str:
    """An error without the address, which may hold a password."""
    strerror = getattr(error, "strerror", None)
    return str(strerror or error).split(";")[0].split(": '")[0][:120]


if __name__ == "__main__":
    sys.exit(main())
