"""The process that fetches a camera's stream (RTSP, HTTP) and looks at nothing. `python -m installation.inputs.stream_process`
holds the connection and hands the pictures on as they came, still encoded, through a pipe to the camera process, which
decodes them and has no network. So no process has both the pictures and a way out.

What holds here: it may connect by TCP to the stream's port only (Landlock, Linux 6.7 and later; at any address), open no other
kind of socket, write no file and start no program. A name is looked up before, by a child that ends: afterwards only numbers
are needed. Where the connection is encrypted (https, rtsps) the server must hear the name from whoever connects, who looks it
up again each time: there datagrams and local sockets stay open, and the seal says so. What doesn't hold: the encoded pictures
pass through it, and whoever runs the network camera can look at them there. Started by `feed.Feed`; reconnects by itself, with
a back-off, and says each time why. It ends with its parent, and when a camera isn't found where its name led: the next one
looks the name up again.
"""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from installation.children import die_with
from installation.clock import now
from installation.inputs.seal import close_doors, prove

HEAD = struct.Struct("<cI")
"""A kind and a length: S what the kernel holds it to, H a header, E a sentence on what is wrong (all JSON), P a packet, B a sign
of life."""

LARGEST = 32 * 1024 * 1024
OPENING, READING = 4.0, 1.5
"""Seconds for a connection, and for the next packet."""

BACK_OFF = (0.25, 0.5, 1.0, 1.0)
BEAT = 0.3
LOOKING_UP = 5.0
"""Seconds for a name to be looked up."""
ELSEWHERE = 60.0
"""Seconds without a connection after which a name may lead elsewhere by now."""
PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


Send = Callable[..., None]


def main(arguments: list[str] | None = None) -> int:
    asked = sys.argv[1:] if arguments is None else arguments
    told = json.loads(sys.stdin.buffer.readline() or b"{}")
    address, parent = str(told["address"]), int(told.get("parent", 0))
    parts = urlsplit(address)
    if "--prove" in asked:
        print(json.dumps({"held": _close_doors(parts), "refused": prove()}), flush=True)
        return 0
    # A process that follows another's pipe has no say in when it is read; the parent's death ends both.
    die_with(parent)
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
            threading.Event().wait(BEAT)

    host = parts.hostname or ""
    numbers = [host]
    if sys.platform == "linux" and _is_name(host) and not _names_itself(parts):
        while not (numbers := look_up(host, lambda: send(b"B"))):
            send(b"E", json.dumps({"problem": "its name isn't known in this network"}).encode())
            threading.Event().wait(BACK_OFF[-1])
    sealed = _close_doors(parts)
    die_with(parent)  # a change of credentials makes Linux forget it
    send(b"S", json.dumps(sealed).encode())
    threading.Thread(target=beat, name="pulse", daemon=True).start()
    failed, well_at = 0, now()
    while True:
        before = now()
        try:
            _fetch(*_by_number(parts, numbers[failed % len(numbers)]), send)
        except BrokenPipeError:
            return 0
        except Exception as error:  # whatever a server does becomes a sentence, and a new attempt
            send(b"E", json.dumps({"problem": _short(error)}).encode())
        if now() - before > 10.0:
            failed, well_at = 0, now()
        else:
            failed += 1
        if numbers != [host] and now() - well_at > ELSEWHERE:
            return 0
        threading.Event().wait(BACK_OFF[min(failed, len(BACK_OFF) - 1)])


def _close_doors(parts: SplitResult) -> tuple[str, ...]:
    names = _is_name(parts.hostname or "") and _names_itself(parts)
    return close_doors(port=parts.port or PORTS.get(parts.scheme, 80), names=names)


def look_up(host: str, meanwhile: Callable[[], None], patience: float = LOOKING_UP) -> list[str]:
    """The addresses in numbers of a host's name, the best first; [] when none is found in time. `meanwhile` is called now and
    then. Asked by a child, so that this process opens nothing that asks; only while there is one thread."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            die_with(os.getppid())
            asked = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            os.write(writing, json.dumps(list(dict.fromkeys(str(one[4][0]) for one in asked))).encode())
        finally:
            os._exit(0)
    os.close(writing)
    until, said = now() + patience, b""
    try:
        while now() < until:
            meanwhile()
            if select.select([reading], [], [], BEAT)[0]:
                said = os.read(reading, 1 << 16)
                break
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return list(json.loads(said)) if said else []


def _by_number(parts: SplitResult, number: str) -> tuple[str, dict[str, str]]:
    """The address with the host in numbers, and the options with which a server hears its own name all the same."""
    host = parts.hostname or ""
    if number == host:
        return urlunsplit(parts), {}
    secret, at, place = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    bare = f"[{number}]" if ":" in number else number
    named = {"headers": f"Host: {place}\r\n"} if parts.scheme == "http" else {}
    return urlunsplit(parts._replace(netloc=f"{secret}{at}{bare}{port}")), named


def _fetch(address: str, options: dict[str, str], send: Send) -> None:
    import av

    options |= {"rtsp_transport": "tcp"} if address.startswith("rtsp") else {}
    options |= {"fflags": "nobuffer", "analyzeduration": "500000", "probesize": "500000"}
    try:
        opened = av.open(address, options=options, timeout=(OPENING, READING))
    except OSError as error:
        if error.errno == errno.EIO and address.startswith("http"):  # so a name is told that can't be looked up in here
            raise ValueError("no answer, or it sends on to another address: write that in its place") from None
        raise
    with opened as container:
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
        }
        send(b"H", json.dumps(header).encode())
        for packet in container.demux(stream):
            if packet.size:
                send(b"P", bytes([packet.is_keyframe]) + bytes(packet))
    raise ValueError("the stream ended")


def _names_itself(parts: SplitResult) -> bool:
    """Whether the connection itself carries the server's name, so that it can't be made by its number."""
    return parts.scheme in ("https", "rtsps")


def _is_name(host: str) -> bool:
    """Whether a host must be looked up."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _short(error: Exception) -> str:
    """An error without the address, which may hold a password."""
    if type(error).__name__ == "ExitError":  # PyAV's, when its time is over: it says "Immediate exit requested"
        return "nothing comes from it"
    strerror = getattr(error, "strerror", None)
    return str(strerror or error).split(";")[0].split(": '")[0][:120]


if __name__ == "__main__":
    sys.exit(main())
